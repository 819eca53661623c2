//! What streams show, looked at by the real ffmpeg: who is condemned for it, and who never is.

mod connections;
mod hostile;
mod turns;

use m3u_strm_processor::app::schedule::tick;
use m3u_strm_processor::db::Engine;
use m3u_strm_processor::events::{Event, Heard};
use m3u_strm_processor::simulator::{Clip, Resource, Show};
use reqwest::Method;
use serde_json::{Value, json};

use crate::on_both_engines;
use crate::players::world::{SECRET, World, soon};
use crate::support::OnEngine;

const ACCOUNT: &str = "anna";
const MINUTE_MS: i64 = 60_000;

const GOOD: Show = Show::Bars { hue: 3 };
const STILL: Show = Show::Still { order: 0 };

/// Lets the provider play some seconds of this at `/<name>.ts`.
fn plays(world: &World, name: &str, clip: Clip) {
    let clip = Resource::bytes(clip.bytes(10))
        .content_type("video/mp2t")
        .account(ACCOUNT);
    world.simulator.put(&format!("/{name}.ts"), clip);
}

impl World {
    /// Channels that show this each, and were checked.
    async fn shows(&self, channels: &[(&str, Clip)]) {
        let names: Vec<&str> = channels.iter().map(|(name, _)| *name).collect();
        for (name, clip) in channels {
            plays(self, name, *clip);
        }
        self.lists_channels(&names).await;
        self.check(json!({})).await;
    }

    /// Has the first stream of a channel looked at.
    async fn look(&self, channel: &str) -> Value {
        let id = self.stream(channel).await["id"].clone();
        let path = format!("/api/streams/{id}/content-tests");
        let answer = self.app.send(&self.admin, Method::POST, &path, &json!({})).await;
        assert_eq!(answer.status(), 200);
        answer.json().await.unwrap()
    }

    async fn look_minutes_later(&self, minutes: i64, channel: &str) -> Value {
        self.app.ctx.clock.advance_ms(minutes * MINUTE_MS);
        self.look(channel).await
    }

    async fn set(&self, setting: &str, value: Value) {
        let path = format!("/api/settings/{setting}");
        let answer = self
            .app
            .send(&self.admin, Method::PUT, &path, &json!({ "value": value }))
            .await;
        assert_eq!(answer.status(), 200, "{setting}");
    }

    /// Lets nothing else of the schedule come between.
    async fn alone(&self) {
        for setting in [
            "health_check_enabled",
            "enable_bitrate_analysis",
            "auto_sync_enabled",
        ] {
            self.set(setting, json!(false)).await;
        }
        tick(&self.app.ctx).await.unwrap();
    }

    async fn looks(&self, channel: &str) -> Vec<Value> {
        let id = self.stream(channel).await["id"].clone();
        let path = format!("/api/analytics/streams/{id}/content");
        let looks = self.app.json(&self.admin, &path, 200).await;
        looks["data"].as_array().unwrap().clone()
    }
}

on_both_engines! {
    async fn what_two_looks_find_wrong_degrades_a_stream_and_one_good_look_clears_it(world: World) {
        let (good, black) = (Clip::of(GOOD), Clip::of(Show::Black));
        let channels = [("Good", good), ("Dark", black), ("Still", Clip::of(STILL)), ("Quiet", good.silent())];
        world.shows(&channels).await;
        let mut events = world.app.ctx.events.listen();
        for (name, defect, seen) in [("Dark", "black", "black for 10 of 10 s"), ("Still", "frozen", "a still picture for 10 of 10 s"), ("Quiet", "silent", "silent for ")] {
            let first = world.look(name).await;
            assert_eq!((&first["outcome"], &first["defect"], &first["confirmed"]), (&json!("bad"), &json!(defect), &json!(false)), "{first}");
            assert!(first["evidence"].as_str().unwrap().starts_with(seen), "{first}");
            let stream = world.stream(name).await;
            assert_eq!((&stream["state"], &stream["content_defect"]), (&json!("up"), &Value::Null), "{stream}");
            assert_eq!(world.look(name).await["confirmed"], false, "the same moment is no second look");
            assert_eq!(world.look_minutes_later(5, name).await["confirmed"], true);
            let stream = world.stream(name).await;
            assert_eq!((&stream["state"], &stream["content_defect"]), (&json!("degraded"), &json!(defect)), "{stream}");
            assert_eq!(stream["failure_reason"], stream["content_reason"]);
            let told = soon(async {
                loop {
                    if let Some(Heard::Event(Event::ContentFailed(told))) = events.next().await {
                        return told.0;
                    }
                }
            }).await;
            assert_eq!(json!(told), stream["id"]);
            let looks = world.looks(name).await;
            assert_eq!(looks.len(), 3);
            assert_eq!((&looks[2]["defect"], &looks[2]["confirmed"], &looks[2]["by_hand"]), (&json!(defect), &json!(true), &json!(true)));
        }
        // A check that finds it working changes nothing of what it shows.
        world.check(json!({})).await;
        let dark = world.stream("Dark").await;
        assert_eq!((&dark["state"], &dark["content_defect"], &dark["consecutive_failures"]), (&json!("degraded"), &json!("black"), &json!(0)), "{dark}");
        assert_eq!(world.health().await["by_state"]["degraded"], 3);
        for minutes in [0, 5] {
            let look = world.look_minutes_later(minutes, "Good").await;
            assert_eq!((&look["outcome"], &look["defect"]), (&json!("good"), &Value::Null), "{look}");
            assert!(look["evidence"].as_str().unwrap().starts_with("10 s of moving picture with sound, "), "{look}");
        }
        assert_eq!(world.stream("Good").await["state"], "up");
        plays(&world, "Dark", good);
        assert_eq!(world.look("Dark").await["outcome"], "good");
        let dark = world.stream("Dark").await;
        assert_eq!((&dark["state"], &dark["content_defect"], &dark["failure_reason"]), (&json!("up"), &Value::Null, &Value::Null), "{dark}");
        let audited = "select count(*) from audit_log where action = 'content.tested'";
        assert_eq!(world.id(audited, Vec::new()).await, 12);
        world.until(|counters| counters.open == 0).await;
        world.until_lent(0).await;
    }

    async fn a_black_second_between_programmes_condemns_nothing(world: World) {
        let black = Clip::of(Show::Black).bytes(2);
        let clip = [black, Clip::of(GOOD).bytes(10)].concat();
        world.simulator.put("/One.ts", Resource::bytes(clip).content_type("video/mp2t"));
        world.lists_channels(&["One"]).await;
        world.check(json!({})).await;
        for _ in 0..2 {
            assert_eq!(world.look_minutes_later(5, "One").await["outcome"], "good");
        }
        // And one black look between two good ones neither.
        plays(&world, "One", Clip::of(Show::Black));
        assert_eq!(world.look_minutes_later(5, "One").await["confirmed"], false);
        plays(&world, "One", Clip::of(GOOD));
        world.look_minutes_later(5, "One").await;
        plays(&world, "One", Clip::of(Show::Black));
        assert_eq!(world.look_minutes_later(5, "One").await["confirmed"], false);
        assert_eq!(world.stream("One").await["state"], "up");
    }

    async fn a_stream_that_shows_something_wrong_is_played_behind_one_that_does_not(world: World) {
        plays(&world, "first", Clip::of(Show::Black));
        plays(&world, "second", Clip::of(GOOD));
        world.lists(&[world.entry("One FHD", "/first.ts"), world.entry("One HD", "/second.ts")]).await;
        world.check(json!({})).await;
        let first = world.stream("One").await["id"].clone();
        world.look("One").await;
        world.look_minutes_later(5, "One").await;
        let streams = world.streams("One").await;
        assert_eq!(streams[1]["id"], first);
        assert_eq!(streams[1]["order_reason"], "shows a black picture; others stand before it");
        assert_eq!(streams[1]["backup_order"], 1);
        // What a person put first stays there.
        let channel = world.channel("One").await.replace("channel/", "/api/channels/");
        let order = json!({ "stream_ids": [first] });
        let answer = world.app.send(&world.admin, Method::PUT, &format!("{channel}/streams/order"), &order).await;
        assert_eq!(answer.status(), 200);
        let path = format!("/api/streams/{first}/content-tests");
        world.app.ctx.clock.advance_ms(5 * MINUTE_MS);
        world.app.send(&world.admin, Method::POST, &path, &json!({})).await;
        assert_eq!(world.streams("One").await[0]["id"], first);
    }

    async fn a_still_picture_that_several_channels_of_a_provider_show_is_a_sign(world: World) {
        let (sign, other) = (Clip::of(Show::Still { order: 1 }), Clip::of(Show::Still { order: 2 }));
        world.shows(&[("One", sign), ("Two", sign), ("Three", sign), ("Four", other), ("Bars", Clip::of(GOOD)), ("Moving", Clip::of(GOOD))]).await;
        for name in ["One", "Two"] {
            assert_eq!(world.look(name).await["defect"], "frozen", "{name}: too few channels show it");
        }
        let third = world.look("Three").await;
        assert_eq!(third["defect"], "slate");
        assert_eq!(third["evidence"], "a still picture for 10 of 10 s, and 2 other channels of its provider showed the same");
        assert_eq!(world.look("Four").await["defect"], "frozen", "another picture");
        // What moves may look alike on every channel.
        for name in ["Bars", "Moving"] {
            assert_eq!(world.look(name).await["outcome"], "good", "{name}");
        }
        let one = world.look_minutes_later(5, "One").await;
        assert_eq!((&one["defect"], &one["confirmed"]), (&json!("slate"), &json!(true)));
        assert_eq!(world.stream("One").await["content_defect"], "slate");
        // A week later nobody shows it any more.
        assert_eq!(world.look_minutes_later(8 * 24 * 60, "Three").await["defect"], "frozen");
    }

    async fn fewer_bits_than_the_setting_allows_are_too_few(world: World) {
        let clip = Clip { width: 1280, height: 720, ..Clip::of(GOOD) };
        plays(&world, "One", clip);
        world.lists(&[world.entry("One HD", "/One.ts")]).await;
        world.check(json!({})).await;
        assert_eq!(world.look("One").await["outcome"], "good", "10 % of 2,500 kbit/s");
        world.set("bitrate_floor_percent", json!(80)).await;
        let look = world.look("One").await;
        assert_eq!(look["defect"], "low_bitrate", "{look}");
        assert!(look["evidence"].as_str().unwrap().ends_with(" kbit/s, where its picture should have 2000 at least"), "{look}");
        world.set("bitrate_floor_percent", json!(0)).await;
        assert_eq!(world.look("One").await["outcome"], "good");
    }

    async fn pages_say_what_was_seen_and_since_when_it_counts(world: World) {
        world.shows(&[("Dark", Clip::of(Show::Black))]).await;
        let id = world.stream("Dark").await["id"].clone();
        let path = format!("/streams/{id}");
        let page = world.app.page(&world.admin, &path, 200).await;
        assert!(
            page.contains("Nobody has looked at it yet.") && page.contains("look-now"),
            "{page}"
        );
        let pressed = world
            .app
            .post(&world.admin, &format!("{path}/content-tests"), &[])
            .await;
        assert_eq!(pressed.status(), 303);
        let page = world.app.page(&world.admin, &path, 200).await;
        assert!(
            page.contains("not confirmed") && page.contains("Black for 10 of 10 s"),
            "{page}"
        );
        let overview = world.app.page(&world.admin, "/stream-health", 200).await;
        assert!(
            overview.contains("No stream that was looked at is black"),
            "{overview}"
        );
        world.look_minutes_later(5, "Dark").await;
        let page = world.app.page(&world.admin, &path, 200).await;
        assert!(
            page.contains("counts from here on") && page.contains(">Degraded<"),
            "{page}"
        );
        let overview = world.app.page(&world.admin, "/stream-health", 200).await;
        assert!(
            overview.contains(&format!("/streams/{id}#content")) && overview.contains("Black for 10 of 10 s")
        );
        assert!(![page, overview].iter().any(|page| page.contains(SECRET)));
    }
}

#[tokio::test]
async fn a_viewer_may_read_what_a_stream_shows_and_not_have_it_looked_at() {
    let world = World::on(Engine::Sqlite).await;
    world.shows(&[("One", Clip::of(GOOD))]).await;
    let id = world.stream("One").await["id"].clone();
    let viewer = world.app.viewer_token("vera").await;
    let page = world.app.page(&viewer, &format!("/streams/{id}"), 200).await;
    assert!(page.contains("What it shows") && !page.contains("look-now"));
    let pressed = world
        .app
        .post(&viewer, &format!("/streams/{id}/content-tests"), &[])
        .await;
    assert_eq!(pressed.status(), 403);
    for (method, path, status) in [
        (Method::POST, format!("/api/streams/{id}/content-tests"), 403),
        (Method::GET, format!("/api/analytics/streams/{id}/content"), 403),
    ] {
        assert_eq!(
            world.app.api(&viewer, method, &path).await.status(),
            status,
            "{path}"
        );
    }
    for (method, path, status) in [
        (Method::POST, "/api/streams/99/content-tests".to_owned(), 404),
        (Method::GET, "/api/analytics/streams/99/content".to_owned(), 404),
        (
            Method::GET,
            format!("/api/analytics/streams/{id}/content?days=0"),
            422,
        ),
        (
            Method::GET,
            format!("/api/analytics/streams/{id}/content?days=366"),
            422,
        ),
    ] {
        assert_eq!(
            world.app.api(&world.admin, method, &path).await.status(),
            status,
            "{path}"
        );
    }
    assert_eq!(
        world
            .id("select count(*) from content_test_log", Vec::new())
            .await,
        0
    );
}
