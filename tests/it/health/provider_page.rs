//! Where people and programs see how a provider has done.

use m3u_strm_processor::app::schedule::tick;
use m3u_strm_processor::args;
use m3u_strm_processor::jobs::kinds;
use m3u_strm_processor::simulator::Fault;
use reqwest::Method;
use serde_json::{Value, json};

use crate::on_both_engines;
use crate::players::world::{SECRET, World, live};

const MINUTE_MS: i64 = 60_000;
const HOUR_MS: i64 = 60 * MINUTE_MS;

impl World {
    /// One good stream and one that fails in the second half of each of so many hours, each hour summed up.
    async fn lives_through(&self, hours: i64) {
        tick(&self.app.ctx).await.unwrap();
        self.simulator.put("/UHD.ts", live());
        self.simulator.put("/Bad.ts", live());
        self.lists_channels(&["UHD", "Bad"]).await;
        let off = json!({ "value": false });
        let answer = self
            .app
            .send(
                &self.admin,
                Method::PUT,
                "/api/settings/health_check_enabled",
                &off,
            )
            .await;
        assert_eq!(answer.status(), 200);
        let begin = self.app.ctx.clock.now_ms().div_euclid(HOUR_MS) * HOUR_MS + HOUR_MS;
        for hour in 0..hours {
            let begin = begin + hour * HOUR_MS;
            self.pass_until(begin + MINUTE_MS).await;
            if hour > 0 {
                self.scheduled_later(begin + 10 * MINUTE_MS).await;
            }
            self.check(json!({})).await;
            self.simulator.fault("/Bad.ts", Fault::status(404).times(1));
            self.pass_until(begin + 30 * MINUTE_MS).await;
            self.check(json!({})).await;
        }
        self.scheduled_later(begin + hours * HOUR_MS + 10 * MINUTE_MS)
            .await;
    }

    async fn scheduled_later(&self, at_ms: i64) {
        self.pass_until(at_ms).await;
        assert_eq!(self.scheduled(kinds::HEALTH_HOUR).await["providers"], 1);
    }

    fn today(&self) -> String {
        let now = jiff::Timestamp::from_millisecond(self.app.ctx.clock.now_ms()).unwrap();
        now.strftime("%Y-%m-%d").to_string()
    }

    async fn performance_page(&self, query: &str, status: u16) -> String {
        let path = format!("/providers/{}/performance{query}", self.provider);
        let page = self.app.page(&self.admin, &path, status).await;
        assert!(!page.contains(SECRET), "{path}");
        page
    }
}

on_both_engines! {
    async fn the_page_of_a_provider_says_nothing_of_what_nobody_knows(world: World) {
        let page = world.performance_page("", 200).await;
        for part in ["No hour of this time was summed up", "insufficient data: 0.0 %", "It was never synced", "Nothing is known of this time"] {
            assert!(page.contains(part), "{part}");
        }
        assert!(!page.contains("NaN") && !page.contains("inf "));
    }

    async fn the_page_of_a_provider_tells_its_hours(world: World) {
        world.lives_through(3).await;
        let page = world.performance_page("?hours=24", 200).await;
        // Of one stream all was well, of the other half an hour in each.
        for part in [
            "insufficient data", "half of 9 checks", "of the score", "id=\"failures\"", "1 of 4 checks",
            "the 24 hours before not known", "All syncs", "role=\"img\"", ">4K<",
        ] {
            assert!(page.contains(part), "{part}");
        }
        let today = world.performance_page(&format!("?from={0}&to={0}", world.today()), 200).await;
        assert!(today.contains("summed up") || today.contains("half of 9 checks"), "today");
    }

    async fn the_overview_says_who_is_to_blame_and_when_checks_failed(world: World) {
        let page = world.app.page(&world.admin, "/stream-health", 200).await;
        assert!(page.contains("Which provider is to blame?") && page.contains("No check of the last 24 hours was summed up"));
        assert!(page.contains("never synced") && page.contains("none ran"));
        world.lives_through(2).await;
        let page = world.app.page(&world.admin, "/stream-health", 200).await;
        for part in ["2 of 8 checks failed in the last 24 hours", "0 of 1", ">100<", "insufficient data", "by-state-name-1", "Whose streams do not work?"] {
            assert!(page.contains(part), "{part}");
        }
        assert!(page.contains(&format!("/providers/{}/performance?days=30", world.provider)));
    }

    async fn the_page_of_a_stream_tells_its_answers_and_its_score(world: World) {
        world.lives_through(2).await;
        let bad = world.id("select id from channel_streams where original_name = 'Bad'", Vec::new()).await;
        let page = world.app.page(&world.admin, &format!("/streams/{bad}"), 200).await;
        for part in ["of 2 checks that passed in 7 days", "4 checks in the last 7 days", "2 failed and are left out", "Why is its health score 90?", "1 failure in a row"] {
            assert!(page.contains(part), "{part}");
        }
        let good = world.id("select id from channel_streams where original_name = 'UHD'", Vec::new()).await;
        let page = world.app.page(&world.admin, &format!("/streams/{good}"), 200).await;
        for part in ["of 4 checks that passed in 7 days", "none failed", "Why is its health score 100?", "0 failures in a row"] {
            assert!(page.contains(part), "{part}");
        }
    }

    async fn providers_are_compared_for_programs(world: World) {
        world.lives_through(1).await;
        let path = "/api/analytics/providers/summary";
        let told = world.app.json(&world.admin, &format!("{path}?days=2&compare=previous"), 200).await;
        let one = &told[0];
        assert_eq!((&one["provider_id"], told.as_array().map(Vec::len)), (&json!(world.provider.0), Some(1)));
        assert_eq!((&one["sync_count"], &one["total_errors"], &one["error_rate"]), (&json!(1), &json!(0), &json!(0.0)));
        assert!(one["avg_sync_time"].as_f64().unwrap() >= 0.0);
        let fresh = one["freshness_hours"].as_f64().unwrap();
        assert!((1.0..4.0).contains(&fresh), "{fresh}");
        // Only an hour of two days is known: what is left counts.
        assert_eq!((&one["uptime_percentage"], &one["reliability_score"]), (&Value::Null, &json!(100.0)));
        assert!(one["coverage_percentage"].as_f64().unwrap() < 80.0);
        assert_eq!(one["quality"], json!({ "4K": 1, "unknown": 1 }));
        assert_eq!((&one["previous"]["sync_count"], &one["previous"]["reliability_score"]), (&json!(0), &Value::Null));
        for query in ["?days=0", "?compare=next", "?from=x"] {
            world.app.json(&world.admin, &format!("{path}{query}"), 422).await;
        }
        let viewer = world.app.viewer_token("vera").await;
        world.app.json(&viewer, path, 403).await;
    }

    async fn statements_are_as_few_for_a_year_as_for_a_day(world: World) {
        let (db, now) = (&world.app.ctx.db, world.app.ctx.clock.now_ms());
        let first = now.div_euclid(HOUR_MS) - 30 * 24;
        let mut tx = db.begin().await.unwrap();
        let values = (0..30 * 24).flat_map(|at| args![world.provider, (first + at) * HOUR_MS, "[1000,[[47,5],[60,5]]]"]);
        tx.insert_many("insert into provider_performance_logs (provider_id, hour, latencies, streams_total, streams_active, \
                streams_failed, checks_total, checks_passed, checks_failed, working_ms, failing_ms, maintenance_ms, unknown_ms) \
                select v.column1, v.column2, v.column3, 100, 98, 1, 12, 10, 2, 350000000, 7000000, 0, 3000000 from (", 3,
            values.collect(), ") as v").await.unwrap();
        tx.commit().await.unwrap();
        // How many streams there are is counted once after each change.
        world.performance_page("", 200).await;
        let mut counts = Vec::new();
        for query in ["?hours=24", "?days=7", "?days=30", "?days=365"] {
            world.app.db.statements.clear();
            let page = world.performance_page(query, 200).await;
            counts.push(world.app.db.statements.all().iter()
                .filter(|(text, _)| text.contains("provider") || text.contains("incidents")).map(|(_, count)| count).sum::<u64>());
            assert!(page.len() < 400_000, "{query}: {}", page.len());
        }
        assert!(counts.iter().all(|count| *count == counts[0] && *count <= 16), "{counts:?}");
        let page = world.performance_page("?days=7", 200).await;
        for part in ["98.0", "as in the 7 days before", "No hour of the week stands out"] {
            assert!(page.contains(part), "{part}");
        }
        assert!(world.performance_page("?days=30", 200).await.contains("Most of all"));
    }
}

#[tokio::test]
async fn a_time_that_is_none_is_said_in_the_form() {
    use crate::support::OnEngine;
    let world = World::on(m3u_strm_processor::db::Engine::Sqlite).await;
    for (query, told) in [
        ("?days=0", "Choose 1 to 365 days"),
        ("?days=many", "Choose 1 to 365 days"),
        ("?hours=5", "Hours can only be the last 24"),
        ("?from=2026-02-30", "Use a day such as"),
        ("?from=2026-02-02&to=2026-02-01", "not before the first one"),
    ] {
        let page = world.performance_page(query, 422).await;
        assert!(
            page.contains(told) && page.contains("data-form-errors"),
            "{query}"
        );
    }
    let typed = world.performance_page("?from=%22%3E%3Cb%3E", 422).await;
    assert!(!typed.contains("\"><b>"), "typed");
    // Nothing is known of what is yet to come.
    let ahead = world
        .performance_page("?from=2099-01-01&to=2099-01-31", 200)
        .await;
    assert!(ahead.contains("Nothing is known of this time") && !ahead.contains("NaN"));
    world
        .app
        .page(&world.admin, "/providers/99/performance", 404)
        .await;
    let id = world.provider;
    let page = world
        .app
        .page(&world.admin, &format!("/providers/{id}"), 200)
        .await;
    assert!(page.contains(&format!("/providers/{id}/performance")));
}
