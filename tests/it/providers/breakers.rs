use m3u_strm_processor::features::catalogue::line_up;
use m3u_strm_processor::features::providers::{create, store};
use m3u_strm_processor::fetch::{Breaker, BreakerStore};
use serde_json::json;

use crate::on_both_engines;
use crate::support::{ACTOR, TestCtx};

on_both_engines! {
    async fn breakers_and_last_errors_of_hosts_are_rows(test: TestCtx) {
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
        let stored = store::breakers(&ctx.db, id).await.unwrap();
        assert_eq!((stored[0].host.as_str(), stored[0].breaker, &stored[0].last_error), (host, failing, &None));
        assert!(failing.opened_at_ms.is_some());
        breakers.note(owner, host, "answered 500".to_owned(), 2_000).await.unwrap();
        breakers.save(owner, host, Breaker::default()).await.unwrap();
        let closed = store::breakers(&ctx.db, id).await.unwrap();
        assert_eq!((closed[0].breaker, closed[0].last_error.clone()), (Breaker::default(), Some(("answered 500".to_owned(), 2_000))));
        breakers.note(owner, "other:80", "reset".to_owned(), 3_000).await.unwrap();
        assert_eq!(breakers.load(owner, "other:80").await.unwrap(), Breaker::default(), "an error alone opens nothing");
        breakers.save(owner, host, failing).await.unwrap();
        line_up::remove(ctx, &ACTOR, id).await.unwrap();
        assert_eq!(store::breakers(&ctx.db, id).await.unwrap(), []);
        assert!(breakers.save(0, host, failing).await.is_err(), "a breaker belongs to a provider");
    }
}
