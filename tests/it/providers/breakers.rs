use m3u_strm_processor::features::catalogue::line_up;
use m3u_strm_processor::features::providers::{create, store};
use m3u_strm_processor::fetch::{Breaker, BreakerStore};
use serde_json::json;

use crate::on_both_engines;
use crate::support::{ACTOR, TestCtx};

on_both_engines! {
    async fn breakers_are_rows_until_they_close(test: TestCtx) {
        let ctx = &test.ctx;
        let sent = json!({ "name": "Alpha", "type": "m3u", "m3u_url": "http://tv.example/list.m3u" });
        let id = create(ctx, &ACTOR, sent.as_object().unwrap(), None).await.unwrap();
        let breakers = store::Breakers(ctx.db.clone());
        let (owner, host) = (id.0, "tv.example:80");
        assert_eq!(breakers.load(owner, host).await.unwrap(), Breaker::default());
        let mut failing = Breaker::default();
        for failures in 1..=5 {
            failing.failed(1_000);
            breakers.save(owner, host, failing).await.unwrap();
            assert_eq!(breakers.load(owner, host).await.unwrap().consecutive_failures, failures);
        }
        assert_eq!(store::breakers(&ctx.db, id).await.unwrap(), [(host.to_owned(), failing)]);
        assert!(failing.opened_at_ms.is_some());
        breakers.save(owner, host, Breaker::default()).await.unwrap();
        assert_eq!(store::breakers(&ctx.db, id).await.unwrap(), []);
        breakers.save(owner, host, failing).await.unwrap();
        line_up::remove(ctx, &ACTOR, id).await.unwrap();
        assert_eq!(store::breakers(&ctx.db, id).await.unwrap(), []);
        assert!(breakers.save(0, host, failing).await.is_err(), "a breaker belongs to a provider");
    }
}
