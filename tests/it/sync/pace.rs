use m3u_strm_processor::features::sync::{self, Error, Started};

use super::Synced;
use crate::on_both_engines;
use crate::support::ctx::ACTOR;

on_both_engines! {
    async fn people_start_ten_syncs_of_a_provider_within_an_hour_and_a_running_one_does_not_count(given: Synced) {
        let (ctx, provider) = (given.ctx(), given.provider);
        for _ in 0..10 {
            let Started::New(job) = sync::start(ctx, provider, &ACTOR, true).await.unwrap() else {
                unreachable!("none is running")
            };
            assert_eq!(sync::start(ctx, provider, &ACTOR, true).await.unwrap(), Started::Running(job));
            ctx.jobs.cancel(job).await.unwrap();
            given.test.advance_ms(60_000);
        }
        let refused = sync::start(ctx, provider, &ACTOR, true).await;
        assert!(matches!(refused, Err(Error::TooOften { wait_seconds: 3_000 })), "{refused:?}");
        let by_schedule = sync::start(ctx, provider, &ACTOR, false).await.unwrap();
        let Started::New(job) = by_schedule else { unreachable!("schedules are not counted") };
        ctx.jobs.cancel(job).await.unwrap();
        given.test.advance_ms(3_000_001);
        assert!(matches!(sync::start(ctx, provider, &ACTOR, true).await.unwrap(), Started::New(_)));
    }
}
