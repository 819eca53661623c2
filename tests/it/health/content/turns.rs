//! Whose turn it is, and how long what was seen is kept.

use m3u_strm_processor::app::schedule::tick;
use m3u_strm_processor::db::Engine;
use m3u_strm_processor::features::health::content::store;
use m3u_strm_processor::jobs::kinds;
use m3u_strm_processor::simulator::{Clip, Show};
use m3u_strm_processor::support::ids::{JobId, StreamId};
use serde_json::{Value, json};

use super::{GOOD, MINUTE_MS, plays};
use crate::on_both_engines;
use crate::players::world::{World, soon};
use crate::support::{OnEngine, TestDb, seed};

impl World {
    /// The looks after so many minutes, if any begin.
    async fn looks_after(&self, minutes: i64) -> Option<(Value, Value)> {
        let last = async || {
            let last = "select coalesce(max(id), 0) from jobs where kind = $1";
            self.id(last, vec![kinds::CONTENT_TEST.into()]).await
        };
        let before = last().await;
        self.app.ctx.clock.advance_ms(minutes * MINUTE_MS);
        tick(&self.app.ctx).await.unwrap();
        let id = last().await;
        if id == before {
            return None;
        }
        let job = soon(self.app.ctx.jobs.follow(JobId(id), |_| {})).await.unwrap();
        assert_eq!(job.state.as_str(), "succeeded", "{job:?}");
        let result = job.result.unwrap();
        assert_eq!(
            (&result["failed"], &result["skipped"]),
            (&json!(0), &json!(0)),
            "{result}"
        );
        Some((result["tested"].clone(), result["bad"].clone()))
    }
}

on_both_engines! {
    async fn each_quarter_of_an_hour_those_that_work_are_looked_at_in_their_turn_and_bad_ones_sooner(world: World) {
        world.alone().await;
        plays(&world, "first", Clip::of(GOOD));
        plays(&world, "second", Clip::of(GOOD));
        plays(&world, "dark", Clip::of(Show::Black));
        world.lists(&[world.entry("One FHD", "/first.ts"), world.entry("One HD", "/second.ts"), world.entry("Dark", "/dark.ts"), world.entry("Gone", "/gone.ts")]).await;
        let counted = |tested: i64, bad: i64| Some((json!(tested), json!(bad)));
        assert_eq!(world.looks_after(15).await, counted(0, 0), "nobody knows yet what works");
        world.check(json!({})).await;
        assert_eq!(world.looks_after(15).await, counted(3, 1));
        assert_eq!(world.stream("Dark").await["state"], "up");
        assert_eq!(world.looks_after(15).await, counted(1, 1), "to confirm it");
        assert_eq!(world.stream("Dark").await["state"], "degraded");
        assert_eq!(world.looks_after(15).await, counted(0, 0));
        assert_eq!(world.looks_after(15).await, counted(1, 1), "again after half an hour");
        plays(&world, "dark", Clip::of(GOOD));
        assert_eq!(world.looks_after(60).await, counted(1, 0));
        assert_eq!(world.stream("Dark").await["state"], "up");
        world.set("content_test_hours", json!(2)).await;
        assert_eq!(world.looks_after(30).await, counted(1, 0), "the first of its channel, by the new setting");
        world.set("content_tests_enabled", json!(false)).await;
        assert_eq!(world.looks_after(24 * 60).await, None, "the setting says so");
    }

    async fn looks_are_forgotten_as_the_quality_of_streams_is(world: World) {
        world.shows(&[("One", Clip::of(GOOD))]).await;
        world.look("One").await;
        world.look_minutes_later(60, "One").await;
        let lines = "select count(*) from content_test_log";
        let now = world.app.ctx.clock.now_ms();
        assert_eq!(store::prune(&world.app.ctx.db, now - 90 * MINUTE_MS, 10).await.unwrap(), 0);
        assert_eq!(store::prune(&world.app.ctx.db, now - 30 * MINUTE_MS, 10).await.unwrap(), 1);
        assert_eq!(world.id(lines, Vec::new()).await, 1);
        world.alone().await;
        world.set("content_tests_enabled", json!(false)).await;
        world.set("quality_retention_days", json!(7)).await;
        world.app.ctx.clock.advance_ms(9 * 24 * 60 * MINUTE_MS);
        tick(&world.app.ctx).await.unwrap();
        let last = "select max(id) from jobs where kind = $1";
        let id = JobId(world.id(last, vec![kinds::HEALTH_RETENTION.into()]).await);
        soon(world.app.ctx.jobs.follow(id, |_| {})).await.unwrap();
        assert_eq!(world.id(lines, Vec::new()).await, 0);
        let stream = StreamId(world.stream("One").await["id"].as_i64().unwrap());
        assert!(store::find(&world.app.ctx.db, stream).await.unwrap().is_some(), "how it was last is no log");
    }
}

#[tokio::test]
async fn what_is_due_is_found_by_keys() {
    let test = TestDb::on(Engine::Sqlite).await;
    seed::catalogue(&test.db, 5).await;
    test.statements.clear();
    store::due(&test.db, 0, 1, 10).await.unwrap();
    store::bad(&test.db, 10).await.unwrap();
    for text in test.statements.all().into_keys() {
        let plan = test.db.explain(&text, Vec::new()).await.unwrap();
        let walks: Vec<&String> = plan.iter().filter(|step| step.starts_with("SCAN")).collect();
        // One table is read whole, those beside it by their keys.
        assert!(walks.len() <= 1, "{plan:#?}");
    }
}
