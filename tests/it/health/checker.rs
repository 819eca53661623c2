//! Many streams checked: what is found, what becomes of it, and who may ask.

use std::time::Duration;

use m3u_strm_processor::db::Engine;
use m3u_strm_processor::simulator::{Fault, Resource};
use m3u_strm_processor::support::ids::JobId;
use reqwest::Method;
use serde_json::{Value, json};

use crate::on_both_engines;
use crate::players::world::{SECRET, World, live, soon};
use crate::support::OnEngine;

impl World {
    /// Has streams checked in the background; the job as it ended.
    pub(super) async fn check(&self, wanted: Value) -> Value {
        let id = self.begin_check(wanted).await;
        soon(self.app.ctx.jobs.follow(id, |_| {})).await.unwrap();
        self.job(id).await
    }

    pub(super) async fn begin_check(&self, wanted: Value) -> JobId {
        let answer = self
            .app
            .send(&self.admin, Method::POST, "/api/health/check", &wanted)
            .await;
        assert_eq!(answer.status(), 202);
        JobId(answer.json::<Value>().await.unwrap()["job_id"].as_i64().unwrap())
    }

    pub(super) async fn job(&self, id: JobId) -> Value {
        self.app.json(&self.admin, &format!("/api/jobs/{id}"), 200).await
    }

    /// The streams of a channel in play order.
    pub(super) async fn streams(&self, channel: &str) -> Vec<Value> {
        let path = self.channel(channel).await.replace("channel/", "/api/channels/") + "/streams";
        let list = self.app.json(&self.admin, &path, 200).await;
        list["items"].as_array().unwrap().clone()
    }

    pub(super) async fn stream(&self, channel: &str) -> Value {
        self.streams(channel).await.swap_remove(0)
    }

    /// Checks the first stream of a channel as a person does.
    pub(super) async fn check_now(&self, channel: &str) -> Value {
        let id = self.stream(channel).await["id"].as_i64().unwrap();
        let path = format!("/api/streams/{id}/check");
        let answer = self.app.api(&self.admin, Method::POST, &path).await;
        assert_eq!(answer.status(), 200);
        answer.json().await.unwrap()
    }

    pub(super) async fn health(&self) -> Value {
        self.app.json(&self.admin, "/api/health/status", 200).await
    }

    /// Lists channels with a stream of their own each, at `/<name>.ts`.
    pub(super) async fn lists_channels(&self, names: &[&str]) {
        let entries: Vec<String> = names
            .iter()
            .map(|name| self.entry(name, &format!("/{name}.ts")))
            .collect();
        self.lists(&entries).await;
    }
}

on_both_engines! {
    async fn a_check_of_all_tells_what_works_from_what_does_not(world: World) {
        world.simulator.put("/Good.ts", live());
        world.simulator.put("/Page.ts", live());
        world.simulator.fault("/Page.ts", Fault::html());
        world.lists_channels(&["Good", "Page", "Gone"]).await;
        assert_eq!(world.health().await["by_state"]["unknown"], 3);
        assert_eq!(world.health().await["last_check"], Value::Null);
        let job = world.check(json!({})).await;
        assert_eq!(job["state"], "succeeded", "{job}");
        let result = &job["result"];
        assert_eq!((&result["checked"], &result["up"], &result["down"]), (&json!(3), &json!(1), &json!(2)));
        let good = world.stream("Good").await;
        assert_eq!((&good["state"], &good["consecutive_failures"], &good["is_active"]), (&json!("up"), &json!(0), &json!(true)));
        assert_eq!((&good["health_score"], &good["failure_reason"]), (&json!(100), &Value::Null));
        assert!(good["response_time_ms"].as_i64().unwrap() > 0 && good["last_check"].is_string());
        let page = world.stream("Page").await;
        assert_eq!((&page["state"], &page["consecutive_failures"], &page["is_active"]), (&json!("unknown"), &json!(1), &json!(true)));
        assert!(page["failure_reason"].as_str().unwrap().contains("page"), "{page}");
        assert_eq!((&page["health_score"], &page["response_time_ms"]), (&json!(90), &Value::Null));
        let gone = world.stream("Gone").await;
        assert!(gone["failure_reason"].as_str().unwrap().contains("404"), "{gone}");
        let health = world.health().await;
        assert_eq!((&health["total_streams"], &health["by_state"]["up"], &health["failed_streams"]), (&json!(3), &json!(1), &json!(0)));
        assert!(health["last_check"].is_string());
        assert_eq!(world.simulator.count("/Good.ts"), 1, "one request is a whole check");
        world.until(|counters| counters.open == 0).await;
        world.until_lent(0).await;
    }

    async fn three_failures_take_a_stream_out_of_use_and_one_good_check_brings_it_back(world: World) {
        world.simulator.put("/One.ts", live());
        world.lists_channels(&["One"]).await;
        assert_eq!(world.check_now("One").await["state"], "up");
        world.simulator.fault("/One.ts", Fault::status(503));
        for failures in 1..=2 {
            world.app.ctx.clock.advance_ms(30_000);
            let checked = world.check_now("One").await;
            assert_eq!((&checked["state"], &checked["status_code"]), (&json!("down"), &json!(503)));
            let stream = world.stream("One").await;
            assert_eq!((&stream["state"], &stream["consecutive_failures"], &stream["is_active"]), (&json!("up"), &json!(failures), &json!(true)));
        }
        world.app.ctx.clock.advance_ms(30_000);
        world.check_now("One").await;
        let stream = world.stream("One").await;
        assert_eq!((&stream["state"], &stream["is_active"]), (&json!("down"), &json!(false)));
        assert!(!stream["failure_reason"].as_str().unwrap().contains(SECRET));
        let id = world.id("select id from channels where stream_count > 0", Vec::new()).await;
        let channel = world.app.json(&world.admin, &format!("/api/channels/{id}"), 200).await;
        assert_eq!((&channel["active_stream_count"], &channel["stream_count"]), (&json!(0), &json!(1)));
        assert_eq!(world.health().await["failed_streams"], 1);
        world.simulator.mend();
        world.app.ctx.clock.advance_ms(30_000);
        assert_eq!(world.check_now("One").await["failure_reason"], Value::Null);
        let stream = world.stream("One").await;
        assert_eq!((&stream["state"], &stream["is_active"], &stream["failure_reason"]), (&json!("up"), &json!(true), &Value::Null));
        let channel = world.app.json(&world.admin, &format!("/api/channels/{id}"), 200).await;
        assert_eq!(channel["active_stream_count"], 1);
        let logged = world.id("select count(*) from health_check_log where by_hand", Vec::new()).await;
        assert_eq!(logged, 5);
    }

    async fn what_works_is_played_before_what_does_not_and_by_hand_before_both(world: World) {
        for path in ["/best.ts", "/plain.ts"] {
            world.simulator.put(path, live());
        }
        world.lists(&[world.entry("One 4K", "/best.ts"), world.entry("One", "/plain.ts")]).await;
        let names = async || -> Vec<String> {
            let streams = world.streams("One").await;
            streams.iter().map(|stream| stream["original_name"].as_str().unwrap().to_owned()).collect()
        };
        assert_eq!(names().await, ["One 4K", "One"]);
        world.simulator.fault("/best.ts", Fault::status(404));
        let version = async || world.id("select version from catalogue_state", Vec::new()).await;
        let before = version().await;
        world.check(json!({})).await;
        assert_eq!(names().await, ["One", "One 4K"]);
        assert!(version().await > before, "players are told of the new order");
        let streams = world.streams("One").await;
        assert!(streams[1]["order_reason"].as_str().unwrap().contains("a working stream stands"), "{streams:?}");
        assert_eq!(streams[1]["backup_order"], 1);
        let before = version().await;
        world.app.ctx.clock.advance_ms(1_000);
        world.check(json!({})).await;
        assert_eq!(version().await, before, "nothing changed for players");
        // The channel is still called as its list says.
        world.channel("One").await;
        let channel = streams[0]["id"].as_i64().unwrap();
        let ids = [streams[1]["id"].as_i64().unwrap(), channel];
        let path = world.channel("One").await.replace("channel/", "/api/channels/") + "/streams/order";
        let answer = world.app.send(&world.admin, Method::PUT, &path, &json!({ "stream_ids": ids })).await;
        assert_eq!(answer.status(), 200);
        world.app.ctx.clock.advance_ms(1_000);
        world.check(json!({})).await;
        assert_eq!(names().await, ["One 4K", "One"], "a check never changes an order by hand");
    }

    async fn a_sync_keeps_what_checks_found(world: World) {
        for path in ["/best.ts", "/plain.ts", "/new.ts"] {
            world.simulator.put(path, live());
        }
        world.simulator.fault("/best.ts", Fault::status(404));
        let mut entries = vec![world.entry("One 4K", "/best.ts"), world.entry("One", "/plain.ts")];
        world.lists(&entries).await;
        for _ in 0..3 {
            world.check(json!({})).await;
            world.app.ctx.clock.advance_ms(60_000);
        }
        entries.push(world.entry("One HD", "/new.ts"));
        world.lists(&entries).await;
        let streams = world.streams("One").await;
        let told: Vec<(&str, &str)> = streams.iter().map(|stream| (stream["original_name"].as_str().unwrap(), stream["state"].as_str().unwrap())).collect();
        assert_eq!(told, [("One", "up"), ("One HD", "unknown"), ("One 4K", "down")]);
        assert_eq!(streams[2]["is_active"], false);
        let health: String = world.app.ctx.db.one::<(String,)>("select health from channels where stream_count > 0", Vec::new()).await.unwrap().0;
        assert_eq!(health, "up");
    }

    async fn a_check_that_is_stopped_keeps_what_it_found(world: World) {
        world.simulator.put("/Good.ts", live());
        world.simulator.put("/Silent.ts", live());
        world.simulator.fault("/Silent.ts", Fault::silent());
        world.lists_channels(&["Good", "Silent"]).await;
        let id = world.begin_check(json!({ "provider_id": world.provider.0 })).await;
        soon(async {
            while world.job(id).await["progress"]["done"] != 1 {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        })
        .await;
        world.app.api(&world.admin, Method::DELETE, &format!("/api/jobs/{id}")).await;
        soon(world.app.ctx.jobs.follow(id, |_| {})).await.unwrap();
        assert_eq!(world.job(id).await["state"], "cancelled");
        assert_eq!(world.stream("Good").await["state"], "up");
        assert_eq!(world.stream("Silent").await["last_check"], Value::Null);
        world.until(|counters| counters.open == 0).await;
        world.until_lent(0).await;
    }

    async fn two_checks_at_the_same_time_see_one_failure(world: World) {
        world.simulator.put("/One.ts", live());
        world.simulator.fault("/One.ts", Fault::silent());
        world.lists_channels(&["One"]).await;
        let second = json!({ "value": 1 });
        let path = "/api/settings/health_check_timeout";
        assert_eq!(world.app.send(&world.admin, Method::PUT, path, &second).await.status(), 200);
        let passing = async {
            world.until(|counters| counters.open == 2).await;
            world.app.ctx.clock.advance_ms(1_000);
        };
        tokio::join!(world.check_now("One"), world.check_now("One"), passing);
        assert_eq!(world.stream("One").await["consecutive_failures"], 1);
        world.check_now("One").await;
        assert_eq!(world.stream("One").await["consecutive_failures"], 2);
    }

    async fn what_cannot_be_tested_any_more_is_not_asked_again(world: World) {
        world.lists_channels(&["One"]).await;
        world.check(json!({})).await;
        let due = "select count(*) from stream_health where next_check_at is not null";
        assert_eq!(world.id(due, Vec::new()).await, 1);
        let changed = "update channel_streams set format = 'dash'";
        world.app.ctx.db.execute(changed, Vec::new()).await.unwrap();
        assert_eq!(world.check(json!({})).await["result"]["untestable"], 1);
        assert_eq!(world.id(due, Vec::new()).await, 0);
    }

    async fn each_scope_is_checked_by_itself(world: World) {
        world.simulator.put("/One.ts", live());
        world.simulator.put("/Two.ts", live());
        world.lists_channels(&["One", "Two"]).await;
        let channel: i64 = world.channel("Two").await.replace("channel/", "").parse().unwrap();
        let job = world.check(json!({ "channel_id": channel })).await;
        assert_eq!((&job["result"]["checked"], &job["result"]["up"]), (&json!(1), &json!(1)));
        assert_eq!((world.simulator.count("/One.ts"), world.simulator.count("/Two.ts")), (0, 1));
        world.check(json!({ "provider_id": world.provider.0 })).await;
        assert_eq!((world.simulator.count("/One.ts"), world.simulator.count("/Two.ts")), (1, 2));
    }

    async fn results_of_a_run_are_stored_in_one_transaction(world: World) {
        let names: Vec<String> = (0..120).map(|number| format!("Channel{number}")).collect();
        world.simulator.put("/*", Resource::bytes(m3u_strm_processor::simulator::ts::block()));
        world.lists_channels(&names.iter().map(String::as_str).collect::<Vec<_>>()).await;
        let written = || {
            let all = world.app.db.statements.all();
            let of = |table: &str| -> usize {
                all.iter().filter(|(sql, _)| sql.starts_with(&format!("insert into {table}"))).map(|(_, times)| *times as usize).sum()
            };
            (of("health_check_log"), of("stream_health"))
        };
        let job = world.check(json!({})).await;
        assert_eq!(job["result"]["up"], 120);
        assert_eq!(written(), (1, 1));
        let logged = world.id("select count(*) from health_check_log", Vec::new()).await;
        assert_eq!(logged, 120);
    }
}

#[tokio::test]
async fn whoever_asks_for_what_is_not_there_is_told_so() {
    let world = World::on(Engine::Sqlite).await;
    let ask = async |token: &str, body: Value| {
        let answer = world
            .app
            .send(token, Method::POST, "/api/health/check", &body)
            .await;
        let status = answer.status().as_u16();
        (
            status,
            answer.json::<Value>().await.unwrap()["error"]["code"]
                .as_str()
                .unwrap_or_default()
                .to_owned(),
        )
    };
    assert_eq!(
        ask(&world.admin, json!({})).await,
        (409, "nothing_to_check".to_owned())
    );
    assert_eq!(ask(&world.admin, json!({ "provider_id": 99 })).await.0, 404);
    assert_eq!(ask(&world.admin, json!({ "channel_id": 99 })).await.0, 404);
    assert_eq!(ask(&world.admin, json!({ "channel_id": "x" })).await.0, 422);
    let both = json!({ "channel_id": 1, "provider_id": 1 });
    assert_eq!(ask(&world.admin, both).await.0, 422);
    let viewer = world.app.viewer_token("vera").await;
    assert_eq!(ask(&viewer, json!({})).await.0, 403);
    world.app.json(&viewer, "/api/health/status", 200).await;
    let answer = world
        .app
        .api(&world.admin, Method::POST, "/api/streams/99/check")
        .await;
    assert_eq!(answer.status(), 404);
    let answer = world.app.api(&viewer, Method::POST, "/api/streams/1/check").await;
    assert_eq!(answer.status(), 403);
}

#[tokio::test]
async fn what_nobody_can_test_is_not_held_against_it() {
    let world = World::on(Engine::Sqlite).await;
    world
        .lists(&["#EXTINF:-1,Old\nrtsp://192.0.2.1/old".to_owned()])
        .await;
    let job = world.check(json!({})).await;
    assert_eq!(
        (&job["result"]["untestable"], &job["result"]["checked"]),
        (&json!(1), &json!(0))
    );
    assert_eq!(world.check_now("Old").await["state"], "unknown");
    let stream = world.stream("Old").await;
    assert_eq!(
        (&stream["state"], &stream["last_check"], &stream["is_active"]),
        (&json!("unknown"), &Value::Null, &json!(true))
    );
}

#[tokio::test]
async fn two_checks_of_the_same_streams_are_one() {
    let world = World::on(Engine::Sqlite).await;
    world.simulator.put("/One.ts", live());
    world.simulator.fault("/One.ts", Fault::silent());
    world.lists_channels(&["One"]).await;
    let first = world.begin_check(json!({})).await;
    assert_eq!(world.begin_check(json!({})).await, first);
    world
        .app
        .api(&world.admin, Method::DELETE, &format!("/api/jobs/{first}"))
        .await;
    soon(world.app.ctx.jobs.follow(first, |_| {})).await.unwrap();
}
