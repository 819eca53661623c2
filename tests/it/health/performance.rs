//! How providers do over time: hours summed up, and forgotten in time.

use m3u_strm_processor::app::schedule::tick;
use m3u_strm_processor::features::health::attendance;
use m3u_strm_processor::jobs::kinds;
use m3u_strm_processor::simulator::Fault;
use m3u_strm_processor::support::ids::JobId;
use reqwest::Method;
use serde_json::{Value, json};

use crate::on_both_engines;
use crate::players::world::{World, live, soon};

const HOUR_MS: i64 = 3_600_000;

impl World {
    /// Runs what the schedule queues of a kind.
    pub async fn scheduled(&self, kind: &str) -> Value {
        tick(&self.app.ctx).await.unwrap();
        let sql = "select coalesce(max(id), 0) from jobs where kind = $1";
        let id = JobId(self.id(sql, vec![kind.into()]).await);
        assert!(id.0 > 0, "{kind} was not queued");
        let job = soon(self.app.ctx.jobs.follow(id, |_| {})).await.unwrap();
        assert_eq!(job.state.as_str(), "succeeded", "{job:?}");
        job.result.unwrap()
    }

    /// Lets time pass while the server is there.
    pub async fn pass_until(&self, at_ms: i64) {
        let clock = &self.app.ctx.clock;
        while clock.now_ms() < at_ms {
            clock.advance_ms((at_ms - clock.now_ms()).min(60_000));
            attendance::note(&self.app.ctx).await.unwrap();
        }
    }

    async fn hours(&self, query: &str) -> Value {
        let path = format!("/api/analytics/providers/{}/performance{query}", self.provider);
        self.app.json(&self.admin, &path, 200).await
    }
}

on_both_engines! {
    async fn an_hour_is_summed_up_when_it_is_over(world: World) {
        // What is scheduled begins to be so.
        tick(&world.app.ctx).await.unwrap();
        world.simulator.put("/Good.ts", live());
        world.simulator.put("/Bad.ts", live());
        world.lists_channels(&["Good", "Bad"]).await;
        assert_eq!(world.hours("").await["data"], json!([]));
        let clock = world.app.ctx.clock.clone();
        let begin = clock.now_ms().div_euclid(HOUR_MS) * HOUR_MS + HOUR_MS;
        // Only what is asked for here is checked.
        let off = json!({ "value": false });
        let answer = world.app.send(&world.admin, Method::PUT, "/api/settings/health_check_enabled", &off).await;
        assert_eq!(answer.status(), 200);
        world.pass_until(begin + 60_000).await;
        world.check(json!({})).await;
        world.simulator.fault("/Bad.ts", Fault::status(404));
        world.pass_until(begin + 31 * 60_000).await;
        world.check(json!({})).await;
        // It comes up to five minutes later than its time.
        world.pass_until(begin + HOUR_MS + 10 * 60_000).await;
        assert_eq!(world.scheduled(kinds::HEALTH_HOUR).await["providers"], 1);
        let told = world.hours("?days=2&compare=previous").await;
        assert_eq!((&told["period_days"], &told["previous"]), (&json!(2), &json!([])));
        let hours = told["data"].as_array().unwrap();
        assert_eq!(hours.len(), 1, "{told}");
        let hour = &hours[0];
        assert_eq!((&hour["checks"], &hour["checks_failed"]), (&json!(4), &json!(1)));
        assert_eq!((&hour["active_streams"], &hour["failed_streams"], &hour["working_share"]), (&json!(2), &json!(0), &json!(1.0)));
        assert!(hour["avg_response_time"].as_f64().unwrap() > 0.0 && hour["p95_response_time"].as_i64().unwrap() > 0);
        // One stream worked from the first minute on, the other for 30 of 59 minutes.
        let uptime = hour["uptime_percentage"].as_f64().unwrap();
        assert!((uptime - (100.0 + 100.0 * 30.0 / 59.0) / 2.0).abs() < 0.01, "{uptime}");
        assert_eq!(hour["timestamp"].as_str().unwrap().len(), "2026-01-01T00:00:00Z".len());
    }

    async fn checks_and_hours_are_forgotten_in_time(world: World) {
        tick(&world.app.ctx).await.unwrap();
        world.simulator.put("/Good.ts", live());
        world.lists_channels(&["Good"]).await;
        world.check(json!({})).await;
        let (db, now) = (&world.app.ctx.db, world.app.ctx.clock.now_ms());
        let insert = "insert into provider_performance_logs (provider_id, hour, streams_total, streams_active, streams_failed,
                checks_total, checks_passed, checks_failed, latencies) values ($1, $2, 1, 1, 0, 0, 0, 0, '[0,[]]')";
        for age_days in [800, 729] {
            db.execute(insert, m3u_strm_processor::args![world.provider, now - age_days * 24 * HOUR_MS]).await.unwrap();
        }
        let old = "insert into health_check_log (stream_id, checked_at, state, by_hand)
                select stream_id, checked_at, state, by_hand from health_check_log";
        db.execute(old, Vec::new()).await.unwrap();
        let age = "update health_check_log set checked_at = checked_at - $1 where id = (select min(id) from health_check_log)";
        db.execute(age, m3u_strm_processor::args![181 * 24 * HOUR_MS]).await.unwrap();
        world.app.ctx.clock.advance_ms(24 * HOUR_MS);
        let result = world.scheduled(kinds::HEALTH_RETENTION).await;
        assert_eq!((&result["checks_removed"], &result["hours_removed"]), (&json!(1), &json!(1)));
        let left = world.id("select count(*) from health_check_log", Vec::new()).await;
        assert!(left >= 1, "{left}");
    }
}

#[tokio::test]
async fn a_period_that_is_none_is_refused() {
    use crate::support::OnEngine;
    let world = World::on(m3u_strm_processor::db::Engine::Sqlite).await;
    for query in [
        "?days=0",
        "?days=366",
        "?from=x",
        "?compare=next",
        "?from=2026-02-02&to=2026-02-01",
    ] {
        let path = format!("/api/analytics/providers/{}/performance{query}", world.provider);
        world.app.json(&world.admin, &path, 422).await;
    }
    world
        .app
        .json(&world.admin, "/api/analytics/providers/99/performance", 404)
        .await;
    let viewer = world.app.viewer_token("vera").await;
    let path = format!("/api/analytics/providers/{}/performance", world.provider);
    world.app.json(&viewer, &path, 403).await;
}
