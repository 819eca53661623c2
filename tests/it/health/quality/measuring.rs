use m3u_strm_processor::db::Engine;
use m3u_strm_processor::simulator::Fault;
use reqwest::Method;
use serde_json::{Value, json};

use super::serve;
use crate::on_both_engines;
use crate::players::world::{World, soon};
use crate::support::OnEngine;

on_both_engines! {
    async fn a_stream_that_says_nothing_of_its_picture_is_told_by_what_it_measures(world: World) {
        let _clips = serve(&world, &[("One", "1280x720", "1200k")]).await;
        world.lists_channels(&["One"]).await;
        assert_eq!(world.stream("One").await["resolution"], Value::Null);
        let job = world.measure(&world.measurements("One").await).await;
        assert_eq!((&job["state"], &job["result"]["measured"], &job["result"]["failed"]), (&json!("succeeded"), &json!(1), &json!(0)), "{job}");
        assert_eq!(job["progress"]["total"], 1);
        let one = world.stream("One").await;
        assert_eq!((&one["resolution"], &one["codec"], &one["fps"]), (&json!("720p"), &json!("h264"), &json!(25.0)), "{one}");
        let kbps = one["bitrate_kbps"].as_i64().unwrap();
        assert!((500..2_500).contains(&kbps), "{kbps}");
        assert_eq!(one["quality_score"], 600 * kbps / 2_500);
        // Whether it works is for checks to say.
        assert_eq!((&one["state"], &one["last_check"]), (&json!("unknown"), &Value::Null));
        let id = world.id("select id from channels where stream_count > 0", Vec::new()).await;
        let channel = world.app.json(&world.admin, &format!("/api/channels/{id}"), 200).await;
        assert_eq!(channel["best_resolution"], "720p");
        let page = world.read_page(&format!("/channels/{id}")).await;
        assert!(page.contains("H.264 · ") && page.contains(" · 25 fps"), "{page}");
        world.until(|counters| counters.open == 0).await;
        world.until_lent(0).await;
        let audited = "select count(*) from audit_log where action = 'quality.measured'";
        assert_eq!(world.id(audited, Vec::new()).await, 1);
    }

    async fn a_name_says_more_of_the_picture_than_a_measurement_and_no_sync_loses_what_was_measured(world: World) {
        let _clips = serve(&world, &[("best", "640x480", "900k"), ("plain", "640x480", "300k")]).await;
        let mut entries = vec![world.entry("One 4K", "/best.ts"), world.entry("Two", "/plain.ts")];
        world.lists(&entries).await;
        let job = world.measure("/stream-health/measurements").await;
        assert_eq!(job["result"]["measured"], 2, "{job}");
        let told = async |name: &str| -> Vec<Value> {
            let stream = world.stream(name).await;
            ["resolution", "quality_score", "bitrate_kbps", "codec"].map(|field| stream[field].clone()).to_vec()
        };
        let (one, two) = (told("One").await, told("Two").await);
        assert_eq!((&one[0], &two[0]), (&json!("4K"), &json!("480p")));
        assert_eq!(one[1], 900 * one[2].as_i64().unwrap() / 15_000);
        assert_eq!(two[1], 400 * two[2].as_i64().unwrap() / 1_000);
        // What the provider says of both has changed, and a third comes beside one of them.
        entries = vec![
            world.entry("One 4K", "/best.ts").replace("#EXTINF:-1", "#EXTINF:-1 tvg-id=\"one.uk\""),
            world.entry("Two", "/plain.ts").replace("#EXTINF:-1", "#EXTINF:-1 tvg-id=\"two.uk\""),
            world.entry("Two", "/other.ts"),
        ];
        world.lists(&entries).await;
        assert_eq!((told("One").await, told("Two").await), (one, two));
        let best = "select best_resolution from channels where name = 'Two' and stream_count > 0";
        let best: (String,) = world.app.ctx.db.one(best, Vec::new()).await.unwrap();
        assert_eq!(best.0, "480p");
    }

    async fn of_the_same_picture_the_higher_bitrate_is_played_first_unless_a_person_says_otherwise(world: World) {
        let _clips = serve(&world, &[("low", "320x240", "100k"), ("high", "320x240", "900k")]).await;
        world.lists(&[world.entry("One HD", "/low.ts"), world.entry("One HD", "/high.ts")]).await;
        let ids = async || -> Vec<i64> {
            world.streams("One").await.iter().map(|stream| stream["id"].as_i64().unwrap()).collect()
        };
        let listed = ids().await;
        let path = world.measurements("One").await;
        assert_eq!(world.measure(&path).await["result"]["measured"], 2);
        let streams = world.streams("One").await;
        assert_eq!(ids().await, [listed[1], listed[0]]);
        assert!(streams[1]["order_reason"].as_str().unwrap().starts_with("lower bitrate (0."), "{streams:?}");
        assert_eq!(streams[1]["backup_order"], 1);
        let order = path.replace("/channels/", "/api/channels/").replace("/stream-measurements", "/streams/order");
        let answer = world.app.send(&world.admin, Method::PUT, &order, &json!({ "stream_ids": listed })).await;
        assert_eq!(answer.status(), 200);
        assert_eq!(world.measure(&path).await["result"]["measured"], 2);
        assert_eq!(ids().await, listed, "a measurement never changes an order by hand");
    }

    async fn what_cannot_be_measured_keeps_what_was_known_and_its_state(world: World) {
        let _clips = serve(&world, &[("One", "320x240", "300k")]).await;
        world.lists_channels(&["One"]).await;
        world.check(json!({})).await;
        let path = world.measurements("One").await;
        world.measure(&path).await;
        let before = world.stream("One").await;
        world.simulator.fault("/One.ts", Fault::html());
        let job = world.measure(&path).await;
        assert_eq!((&job["result"]["measured"], &job["result"]["failed"]), (&json!(0), &json!(1)), "{job}");
        assert_eq!(world.stream("One").await, before);
        let failure: (String,) = world.app.ctx.db.one("select failure from stream_quality", Vec::new()).await.unwrap();
        assert_eq!(failure.0, "sent a web page instead of media");
        assert_eq!(world.health().await["by_state"]["up"], 1);
    }

    async fn a_measurement_that_is_stopped_keeps_what_it_found(world: World) {
        let _clips = serve(&world, &[("Good", "320x240", "300k")]).await;
        world.simulator.put("/Silent.ts", crate::players::world::live());
        world.simulator.fault("/Silent.ts", Fault::silent());
        world.lists_channels(&["Good", "Silent"]).await;
        let id = world.begin_measuring(&format!("/providers/{}/stream-measurements", world.provider)).await;
        soon(async {
            while world.job(id).await["progress"]["done"] != 1 {
                tokio::time::sleep(std::time::Duration::from_millis(20)).await;
            }
        })
        .await;
        world.app.api(&world.admin, Method::DELETE, &format!("/api/jobs/{id}")).await;
        soon(world.app.ctx.jobs.follow(id, |_| {})).await.unwrap();
        assert_eq!(world.job(id).await["state"], "cancelled");
        assert_eq!(world.stream("Good").await["codec"], "h264");
        assert_eq!(world.stream("Silent").await["codec"], Value::Null);
        world.until(|counters| counters.open == 0).await;
        world.until_lent(0).await;
    }
}

#[tokio::test]
async fn without_ffprobe_it_is_said_once_and_all_else_works() {
    let flags = [("ffprobe", "/nowhere/ffprobe")];
    let world = World::started(Engine::Sqlite, &flags, json!({})).await;
    world.lists_channels(&["One"]).await;
    assert!(!world.read_page("/stream-health").await.contains("ffprobe"));
    let job = world.measure("/stream-health/measurements").await;
    assert_eq!(
        (&job["state"], &job["result"]["is_ffprobe_missing"]),
        (&json!("succeeded"), &json!(true)),
        "{job}"
    );
    let page = world.read_page("/stream-health").await;
    assert_eq!(page.matches("ffprobe is not installed").count(), 1, "{page}");
    world.check(json!({})).await;
}

#[tokio::test]
async fn only_administrators_have_streams_measured_and_only_those_that_may_work() {
    let world = World::on(Engine::Sqlite).await;
    let path = "/stream-health/measurements";
    let back = world.app.post(&world.admin, path, &[]).await;
    assert_eq!(back.status(), 303);
    let queued = "select count(*) from jobs where kind = 'quality_measure'";
    assert_eq!(
        world.id(queued, Vec::new()).await,
        0,
        "there is nothing to measure"
    );
    world.lists_channels(&["One"]).await;
    for _ in 0..3 {
        world.check(json!({})).await;
        world.app.ctx.clock.advance_ms(60_000);
    }
    world.app.post(&world.admin, path, &[]).await;
    assert_eq!(world.id(queued, Vec::new()).await, 0, "its only stream is down");
    let viewer = world.app.viewer_token("vera").await;
    let one = world.measurements("One").await;
    for path in [path, &one, "/providers/1/stream-measurements"] {
        assert_eq!(world.app.post(&viewer, path, &[]).await.status(), 403, "{path}");
    }
    for path in [
        "/channels/99/stream-measurements",
        "/providers/99/stream-measurements",
    ] {
        assert_eq!(
            world.app.post(&world.admin, path, &[]).await.status(),
            404,
            "{path}"
        );
    }
}
