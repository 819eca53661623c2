//! What is measured by itself.

use m3u_strm_processor::app::schedule::tick;
use m3u_strm_processor::features::health::quality::store;
use m3u_strm_processor::jobs::kinds;
use m3u_strm_processor::support::ids::JobId;
use reqwest::Method;
use serde_json::{Value, json};

use super::serve;
use crate::on_both_engines;
use crate::players::world::{World, soon};
use crate::support::{OnEngine, TestDb, seed};
use m3u_strm_processor::db::Engine;

const HOUR_MS: i64 = 3_600_000;

impl World {
    /// The run of the next hour, if one is queued.
    async fn next_hour(&self) -> Option<Value> {
        let last = async || {
            self.id(
                "select coalesce(max(id), 0) from jobs where kind = 'quality_measure'",
                Vec::new(),
            )
            .await
        };
        let before = last().await;
        self.app.ctx.clock.advance_ms(HOUR_MS);
        tick(&self.app.ctx).await.unwrap();
        let id = last().await;
        if id == before {
            return None;
        }
        let job = soon(self.app.ctx.jobs.follow(JobId(id), |_| {})).await.unwrap();
        assert_eq!(
            (job.state.as_str(), job.kind.as_str()),
            ("succeeded", kinds::QUALITY_MEASURE)
        );
        job.result
    }
}

on_both_engines! {
    async fn each_hour_those_that_work_and_are_due_are_measured(world: World) {
        let off = json!({ "value": false });
        let answer = world.app.send(&world.admin, Method::PUT, "/api/settings/health_check_enabled", &off).await;
        assert_eq!(answer.status(), 200);
        tick(&world.app.ctx).await.unwrap();
        let _clips = serve(&world, &[("first", "320x240", "900k"), ("second", "320x240", "100k")]).await;
        world.lists(&[world.entry("One HD", "/first.ts"), world.entry("One HD", "/second.ts"), world.entry("Gone", "/gone.ts")]).await;
        assert_eq!(world.next_hour().await.unwrap()["measured"], 0, "nobody knows yet what works");
        world.check(json!({})).await;
        let measured = async || world.next_hour().await.map(|result| (result["measured"].clone(), result["failed"].clone()));
        assert_eq!(measured().await, Some((json!(2), json!(0))));
        assert_eq!(measured().await, Some((json!(0), json!(0))), "both were just measured");
        world.app.ctx.clock.advance_ms(23 * HOUR_MS);
        assert_eq!(measured().await, Some((json!(1), json!(0))), "the first of the channel, after a day");
        world.app.ctx.clock.advance_ms(23 * HOUR_MS);
        assert_eq!(measured().await, Some((json!(2), json!(0))), "and the second after two");
        let answer = world.app.send(&world.admin, Method::PUT, "/api/settings/enable_bitrate_analysis", &off).await;
        assert_eq!(answer.status(), 200);
        world.app.ctx.clock.advance_ms(48 * HOUR_MS);
        assert_eq!(measured().await, None, "the setting says so");
    }
}

#[tokio::test]
async fn what_is_due_is_found_by_keys() {
    let test = TestDb::on(Engine::Sqlite).await;
    seed::catalogue(&test.db, 5).await;
    test.statements.clear();
    store::due(&test.db, 0, 10).await.unwrap();
    for text in test.statements.all().into_keys() {
        let plan = test.db.explain(&text, Vec::new()).await.unwrap();
        let walks: Vec<&String> = plan.iter().filter(|step| step.starts_with("SCAN")).collect();
        // One table is read whole, those beside it by their keys.
        assert!(walks.len() <= 1, "{plan:#?}");
    }
}
