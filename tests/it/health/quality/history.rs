//! How the quality of streams was, when it fell, and where that is told.

use m3u_strm_processor::app::schedule::tick;
use m3u_strm_processor::args;
use m3u_strm_processor::db::Engine;
use m3u_strm_processor::events::{Event, Heard};
use m3u_strm_processor::jobs::kinds;
use m3u_strm_processor::simulator::Fault;
use m3u_strm_processor::support::ids::JobId;
use reqwest::Method;
use serde_json::{Value, json};

use super::serve;
use crate::on_both_engines;
use crate::players::world::{World, soon};
use crate::support::{OnEngine, TestDb};

const DAY_MS: i64 = 24 * 3_600_000;

impl World {
    async fn quality(&self, stream: &Value, query: &str) -> Vec<Value> {
        let path = format!("/api/analytics/streams/{stream}/quality{query}");
        let told = self.app.json(&self.admin, &path, 200).await;
        assert_eq!(&told["stream_id"], stream);
        told["data"].as_array().unwrap().clone()
    }

    /// Lets what is scheduled begin to be so, but for checks: nothing is served that would pass them.
    async fn nights_begin(&self) {
        let path = "/api/settings/health_check_enabled";
        let off = json!({ "value": false });
        assert_eq!(
            self.app.send(&self.admin, Method::PUT, path, &off).await.status(),
            200
        );
        tick(&self.app.ctx).await.unwrap();
    }

    /// What the next night queues of a kind.
    async fn night(&self, kind: &str) -> Value {
        self.app.ctx.clock.advance_ms(DAY_MS);
        tick(&self.app.ctx).await.unwrap();
        let id = self
            .id("select max(id) from jobs where kind = $1", vec![kind.into()])
            .await;
        let job = soon(self.app.ctx.jobs.follow(JobId(id), |_| {})).await.unwrap();
        assert_eq!(job.state.as_str(), "succeeded", "{job:?}");
        // What else the night brings goes by its time too.
        let unended = "select count(*) from jobs where state in ('queued', 'running')";
        soon(async {
            while self.id(unended, Vec::new()).await > 0 {
                tokio::time::sleep(std::time::Duration::from_millis(20)).await;
            }
        })
        .await;
        job.result.unwrap()
    }
}

/// Waits until it is told that the quality of a stream fell.
async fn until_fallen(listener: &mut m3u_strm_processor::events::Listener) -> i64 {
    soon(async {
        loop {
            if let Some(Heard::Event(Event::QualityFell(stream))) = listener.next().await {
                return stream.0;
            }
        }
    })
    .await
}

on_both_engines! {
    async fn a_measurement_that_is_worse_than_the_last_one_is_told_and_one_that_is_better_is_not(world: World) {
        let clips = serve(&world, &[("One", "1280x720", "1200k")]).await;
        world.lists_channels(&["One"]).await;
        let path = world.measurements("One").await;
        assert_eq!(world.measure(&path).await["result"]["measured"], 1);
        drop(clips);
        let mut events = world.app.ctx.events.listen();
        let _clips = serve(&world, &[("One", "320x240", "300k")]).await;
        world.app.ctx.clock.advance_ms(60_000);
        world.measure(&path).await;
        let id = world.stream("One").await["id"].clone();
        assert_eq!(until_fallen(&mut events).await, id.as_i64().unwrap());
        let lines = world.quality(&id, "").await;
        assert_eq!(lines.len(), 2, "{lines:?}");
        assert_eq!((&lines[0]["resolution"], &lines[0]["detection_method"], &lines[0]["regression"]), (&json!("720p"), &json!("ffprobe"), &Value::Null));
        let fall = &lines[1];
        assert_eq!((&fall["resolution"], &fall["codec"], &fall["fps"]), (&json!("240p"), &json!("h264"), &json!(25.0)));
        assert_eq!(fall["regression"], json!({ "from_resolution": "720p", "from_score": lines[0]["quality_score"] }));
        let page = world.read_page("/stream-health").await;
        assert!(page.contains("720p, score ") && page.contains("240p, score ") && page.contains(">measured<"), "{page}");
        let page = world.read_page(&format!("/streams/{id}")).await;
        assert!(page.contains(">Fell<") && page.contains("240p (320 × 240)") && page.contains("measure-now"), "{page}");
        let _clips = serve(&world, &[("One", "1280x720", "1200k")]).await;
        world.app.ctx.clock.advance_ms(60_000);
        world.measure(&path).await;
        assert_eq!(world.quality(&id, "?days=1").await[2]["regression"], Value::Null);
        world.app.ctx.clock.advance_ms(8 * DAY_MS);
        let page = world.read_page("/stream-health").await;
        assert!(page.contains("No stream lost picture or score within the last 7 days."), "{page}");
        assert!(world.quality(&id, "?days=1").await.is_empty());
    }

    async fn each_night_names_and_addresses_are_written_down_and_compared_with_their_own_kind(world: World) {
        world.nights_begin().await;
        world.lists(&[world.entry("One FHD", "/one.ts"), world.entry("Two", "/two_720p.ts"), world.entry("Three", "/three.ts")]).await;
        let night = world.night(kinds::QUALITY_LOG).await;
        assert_eq!(night, json!({ "lines": 2, "fell": 0 }));
        let one = world.stream("One").await["id"].clone();
        let lines = world.quality(&one, "").await;
        assert_eq!((&lines[0]["resolution"], &lines[0]["quality_score"], &lines[0]["detection_method"]), (&json!("1080p"), &json!(700), &json!("name")));
        let two = world.stream("Two").await["id"].clone();
        assert_eq!(world.quality(&two, "").await[0]["detection_method"], "url");
        assert_eq!(world.night(kinds::QUALITY_LOG).await["fell"], 0);
        // The one is named worse, the other by its name for the first time.
        let rename = "update channel_streams set original_name = $2 where id = $1";
        for (id, name) in [(&one, "One HD"), (&two, "Two SD")] {
            world.app.ctx.db.execute(rename, args![id.as_i64().unwrap(), name]).await.unwrap();
        }
        assert_eq!(world.night(kinds::QUALITY_LOG).await, json!({ "lines": 2, "fell": 1 }));
        let lines = world.quality(&one, "").await;
        assert_eq!(lines.len(), 3);
        assert_eq!(lines[2]["regression"]["from_resolution"], "1080p");
        let lines = world.quality(&two, "").await;
        assert_eq!((&lines[2]["resolution"], &lines[2]["regression"]), (&json!("480p"), &Value::Null));
        let repeats = world.id("select count(*) from stream_quality_logs where is_repeat", Vec::new()).await;
        assert_eq!(repeats, 2);
    }

    async fn old_lines_are_forgotten_and_repeated_ones_sooner(world: World) {
        world.nights_begin().await;
        world.lists(&[world.entry("One FHD", "/one.ts")]).await;
        for _ in 0..3 {
            world.night(kinds::QUALITY_LOG).await;
        }
        world.app.ctx.clock.advance_ms(30 * DAY_MS);
        assert_eq!(world.night(kinds::HEALTH_RETENTION).await["quality_lines_removed"], 2);
        let told = "select count(*) from stream_quality_logs where not is_repeat";
        assert_eq!(world.id(told, Vec::new()).await, 1, "what changed stays");
        world.app.ctx.clock.advance_ms(730 * DAY_MS);
        world.night(kinds::HEALTH_RETENTION).await;
        let old = "select count(*) from stream_quality_logs where at < $1";
        let old = world.id(old, args![world.app.ctx.clock.now_ms() - 730 * DAY_MS]).await;
        assert_eq!(old, 0);
    }

    async fn the_log_is_read_by_its_keys(test: TestDb) {
        for (index, sql) in [
            ("stream_quality_logs_stream", "select id from stream_quality_logs where stream_id = $1 and at >= $2 order by at, id limit 5"),
            ("stream_quality_logs_fell", "select id from stream_quality_logs where fell and at >= $1 + $2 order by at desc, id desc limit 5"),
            ("stream_quality_logs_repeats", "select id from stream_quality_logs where is_repeat and at < $1 + $2 order by at limit 5"),
        ] {
            test.assert_uses_index(index, sql, args![1_i64, 2_i64]).await;
        }
    }

    async fn one_stream_is_measured_now_for_a_person_who_waits(world: World) {
        let _clips = serve(&world, &[("One", "320x240", "300k")]).await;
        world.lists_channels(&["One"]).await;
        let id = world.stream("One").await["id"].clone();
        let page = world.read_page(&format!("/streams/{id}")).await;
        assert!(page.contains("Not measured yet.") && page.contains("Measure now"), "{page}");
        let path = format!("/streams/{id}/measurements");
        let press = async || world.app.post_fragment(&world.admin, &path, &[]).await.text().await.unwrap();
        let told = press().await;
        assert!(told.contains("It was measured: H.264") && told.contains("240p (320 × 240)"), "{told}");
        world.simulator.fault("/One.ts", Fault::status(403));
        world.app.ctx.clock.advance_ms(1_000);
        let told = press().await;
        assert!(told.contains("It could not be measured: its provider refused the connection.") && told.contains("The last try,"), "{told}");
        assert_eq!(world.quality(&id, "").await.len(), 1);
        assert_eq!(world.stream("One").await["codec"], "h264");
        assert_eq!(world.app.post(&world.admin, &path, &[]).await.status(), 303);
        assert_eq!(world.app.post(&world.admin, "/streams/99/measurements", &[]).await.status(), 404);
        let audited = "select count(*) from audit_log where action = 'quality.measured'";
        assert_eq!(world.id(audited, Vec::new()).await, 3);
        let viewer = world.app.viewer_token("vera").await;
        assert_eq!(world.app.post(&viewer, &path, &[]).await.status(), 403);
        let page = world.app.page(&viewer, &format!("/streams/{id}"), 200).await;
        assert!(page.contains("240p (320 × 240)") && !page.contains("measure-now"), "{page}");
        world.until_lent(0).await;
    }
}

#[tokio::test]
async fn a_history_that_nobody_has_or_may_see_is_refused() {
    let world = World::on(Engine::Sqlite).await;
    world.lists_channels(&["One"]).await;
    let id = world.stream("One").await["id"].clone();
    let path = |query: &str| format!("/api/analytics/streams/{id}/quality{query}");
    for query in [
        "?days=0",
        "?days=366",
        "?days=x",
        "?from=x",
        "?from=2026-02-02&to=2026-02-01",
    ] {
        world.app.json(&world.admin, &path(query), 422).await;
    }
    world
        .app
        .json(&world.admin, "/api/analytics/streams/99/quality", 404)
        .await;
    let viewer = world.app.viewer_token("vera").await;
    world.app.json(&viewer, &path(""), 403).await;
    assert!(
        world
            .quality(&id, "?from=2026-01-01&to=2026-01-02")
            .await
            .is_empty()
    );
}
