use m3u_strm_processor::db::Engine;
use m3u_strm_processor::simulator::{Fault, Resource, Simulator};
use reqwest::Method;
use serde_json::{Value, json};

use crate::on_both_engines;
use crate::support::{OnEngine, TestApp};

const LIST: &str = "/get.php";

/// A server with one provider that the test plays.
struct House {
    app: TestApp,
    admin: String,
    simulator: Simulator,
    provider: i64,
}

impl OnEngine for House {
    async fn on(engine: Engine) -> Self {
        let app = TestApp::with(engine, &[("allow_private_networks", "127.0.0.0/8")]).await;
        let admin = app.admin_token().await;
        let simulator = Simulator::start().await.unwrap();
        let url = format!("{}?username=ann&password=s3cret", simulator.url(LIST));
        let provider = json!({"name": "One", "type": "m3u", "m3u_url": url});
        let made = app.send(&admin, Method::POST, "/api/providers", &provider).await;
        assert_eq!(made.status(), 201);
        let made: Value = made.json().await.unwrap();
        let house = Self {
            provider: made["id"].as_i64().unwrap(),
            app,
            admin,
            simulator,
        };
        house.lists(30);
        house
    }
}

impl House {
    /// The provider lists this many channels and an entry without address from now on.
    fn lists(&self, channels: usize) {
        let entries: String = (0..channels)
            .map(|n| format!("#EXTINF:-1,Number {n}\nhttp://h/live/ann/s3cret/{n}.ts\n"))
            .collect();
        let text = format!("#EXTM3U\n{entries}#EXTINF:-1,Lost\n#EXTINF:-1,Last\nhttp://h/last.ts\n");
        self.simulator.put(LIST, Resource::bytes(text));
    }

    fn path(&self, rest: &str) -> String {
        format!("/api/providers/{}/{rest}", self.provider)
    }

    async fn channels(&self) -> i64 {
        let list = self.ask(Method::GET, "/api/channels", 200).await;
        list["total"].as_i64().unwrap()
    }

    /// Syncs; the answer is how many channels are listed then.
    async fn sync_all(&self) -> i64 {
        self.sync().await;
        self.channels().await
    }

    async fn ask(&self, method: Method, path: &str, status: u16) -> Value {
        let answer = self.app.api(&self.admin, method, path).await;
        assert_eq!(answer.status(), status, "{path}");
        answer.json().await.unwrap_or_default()
    }

    /// The job, once it has ended.
    async fn ended(&self, queued: &Value) -> Value {
        let job = queued["job_id"].as_i64().unwrap();
        let id = m3u_strm_processor::support::ids::JobId(job);
        let ended = self.app.ctx.jobs.follow(id, |_| {});
        tokio::time::timeout(std::time::Duration::from_secs(30), ended)
            .await
            .unwrap()
            .unwrap();
        self.ask(Method::GET, &format!("/api/jobs/{job}"), 200).await
    }

    /// The provider was asked for its list.
    async fn until_asked(&self) {
        let asked = async {
            while self.simulator.requests().is_empty() {
                tokio::time::sleep(std::time::Duration::from_millis(5)).await;
            }
        };
        let limit = std::time::Duration::from_secs(30);
        tokio::time::timeout(limit, asked).await.unwrap();
    }

    /// Syncs to the end: the job's result.
    async fn sync(&self) -> Value {
        let queued = self.ask(Method::POST, &self.path("sync"), 202).await;
        self.ended(&queued).await["result"].clone()
    }
}

on_both_engines! {
    async fn a_sync_is_started_and_read_with_everything_it_found(house: House) {
        let result = house.sync().await;
        assert_eq!(result["outcome"], "applied");
        let list = house.ask(Method::GET, &house.path("syncs?limit=10"), 200).await;
        let sync = &list["items"][0];
        assert_eq!((&list["total"], &sync["id"]), (&json!(1), &result["sync_id"]));
        assert_eq!(sync["outcome"], "applied");
        assert_eq!((&sync["entries"], &sync["streams"], &sync["added"]), (&json!(32), &json!(31), &json!(31)));
        assert_eq!(sync["refused"], json!([{"reason": "no_url", "count": 1, "samples": []}]));
        assert_eq!((&sync["errors"], &sync["decision"], &sync["by_hand"]), (&json!([]), &Value::Null, &json!(true)));
        assert!(sync["duration_ms"].as_i64().unwrap() >= 0 && sync["started_at"].is_string());
        let one = house.ask(Method::GET, &format!("/api/syncs/{}?skip=29&limit=10", sync["id"]), 200).await;
        assert_eq!(one["refused"][0]["samples"], json!([{"line": 62, "name": "Lost"}]));
        assert_eq!((&one["changes"]["total"], &one["changes"]["skip"]), (&json!(31), &json!(29)));
        let names: Vec<&str> = one["changes"]["items"].as_array().unwrap().iter().map(|c| c["name"].as_str().unwrap()).collect();
        assert_eq!(names, ["Number 29", "Last"]);
        assert_eq!(one["changes"]["items"][0], json!({"change": "added", "kind": "live", "name": "Number 29", "group": "", "was": null}));
        let none = house.ask(Method::GET, &format!("/api/syncs/{}?change=removed", sync["id"]), 200).await;
        assert_eq!((&none["changes"]["total"], &none["changes"]["items"]), (&json!(0), &json!([])));
        house.ask(Method::GET, &format!("/api/syncs/{}?change=moved", sync["id"]), 422).await;
        let text = format!("{list}{one}");
        assert!(!text.contains("s3cret") && !text.contains("http://"), "{text}");
    }

    async fn a_second_sync_meanwhile_is_refused_with_the_job_of_the_first(house: House) {
        house.simulator.fault(LIST, Fault::head_only());
        let first = house.ask(Method::POST, &house.path("sync"), 202).await;
        let refused = house.ask(Method::POST, &house.path("sync"), 409).await;
        assert_eq!((&refused["job_id"], &refused["error"]["code"]), (&first["job_id"], &json!("sync_running")));
        // What is cancelled before it runs is no sync yet.
        house.until_asked().await;
        let job = format!("/api/jobs/{}", first["job_id"]);
        house.ask(Method::DELETE, &job, 204).await;
        assert_eq!(house.ended(&first).await["state"], "cancelled");
        let list = house.ask(Method::GET, &house.path("syncs"), 200).await;
        assert_eq!(list["items"][0]["outcome"], "cancelled");
    }

    async fn a_disabled_provider_is_refused_a_sync_and_shows_no_channels(house: House) {
        let total = house.sync_all().await;
        assert!(total > 0);
        let first = house.ask(Method::GET, "/api/channels", 200).await["items"][0]["id"].clone();
        let marked = house.app.send(&house.admin, Method::POST, "/api/favorites",
            &json!({ "channel_id": first })).await;
        assert!(marked.status().is_success());
        let provider = format!("/api/providers/{}", house.provider);
        for (enabled, channels) in [(false, 0), (true, total)] {
            let answer = house.app.send(&house.admin, Method::PATCH, &provider, &json!({ "enabled": enabled })).await;
            assert_eq!(answer.status(), 200);
            assert_eq!(house.channels().await, channels);
            let favourites = house.ask(Method::GET, "/api/favorites", 200).await;
            assert_eq!(favourites["total"], 1, "what a person marked stays marked: {favourites}");
            let refused = house.ask(Method::POST, &house.path("sync"), if enabled { 202 } else { 409 }).await;
            if !enabled {
                assert_eq!(refused["error"]["code"], "provider_disabled");
            }
        }
    }

    async fn a_held_sync_is_approved(house: House) {
        house.sync().await;
        house.lists(3);
        let held = house.sync().await;
        assert_eq!(held["outcome"], "held");
        let path = format!("/api/syncs/{}", held["sync_id"]);
        let sync = house.ask(Method::GET, &path, 200).await;
        assert_eq!((&sync["decision"], &sync["removed"]), (&json!("pending"), &json!(27)));
        assert_eq!(sync["held_reasons"], json!(["27 of 31 live streams (88 %) are not listed any more."]));
        let shown = house.ask(Method::GET, &house.path("")[..house.path("").len() - 1], 200).await;
        assert_eq!((&shown["status"], &shown["total_channels"]), (&json!("held"), &json!(31)));
        let queued = house.ask(Method::POST, &format!("{path}/approval"), 202).await;
        assert_eq!(house.ended(&queued).await["state"], "succeeded");
        let sync = house.ask(Method::GET, &path, 200).await;
        assert_eq!((&sync["outcome"], &sync["decision"]), (&json!("applied"), &json!("approved")));
        assert_eq!(house.ask(Method::GET, "/api/channels", 200).await["total"], 4);
        house.ask(Method::POST, &format!("{path}/approval"), 409).await;
        house.ask(Method::DELETE, &format!("{path}/approval"), 409).await;
    }

    async fn a_held_sync_is_rejected(house: House) {
        house.sync().await;
        house.lists(3);
        let held = house.sync().await;
        let path = format!("/api/syncs/{}/approval", held["sync_id"]);
        house.ask(Method::DELETE, &path, 204).await;
        assert_eq!(house.ask(Method::GET, "/api/channels", 200).await["total"], 31);
        let sync = house.ask(Method::GET, &format!("/api/syncs/{}", held["sync_id"]), 200).await;
        assert_eq!((&sync["outcome"], &sync["decision"]), (&json!("held"), &json!("rejected")));
        let refused = house.ask(Method::POST, &path, 409).await;
        assert_eq!(refused["error"]["code"], "already_decided");
    }

    async fn a_failed_sync_says_why_without_an_address(house: House) {
        house.simulator.fault(LIST, Fault::html());
        let queued = house.ask(Method::POST, &house.path("sync"), 202).await;
        let job = house.ended(&queued).await;
        assert_eq!((&job["state"], &job["error"]["code"]), (&json!("failed"), &json!("not_a_playlist")));
        let list = house.ask(Method::GET, &house.path("syncs"), 200).await;
        assert_eq!(list["items"][0]["errors"][0]["code"], "not_a_playlist");
        let text = format!("{job}{list}");
        assert!(!text.contains("s3cret") && !text.contains("127.0.0.1"), "{text}");
    }

    async fn syncs_are_for_administrators_and_what_is_not_there_is_not_found(house: House) {
        let viewer = house.app.viewer_token("vera").await;
        let one = house.sync().await["sync_id"].clone();
        for (method, path) in [
            (Method::POST, house.path("sync")), (Method::GET, house.path("syncs")),
            (Method::GET, format!("/api/syncs/{one}")), (Method::POST, format!("/api/syncs/{one}/approval")),
            (Method::DELETE, format!("/api/syncs/{one}/approval")),
        ] {
            let answer = house.app.api(&viewer, method.clone(), &path).await;
            assert_eq!(answer.status(), 403, "{method} {path}");
        }
        for (method, path) in [
            (Method::POST, "/api/providers/99/sync"), (Method::GET, "/api/providers/99/syncs"),
            (Method::GET, "/api/syncs/99"), (Method::POST, "/api/syncs/99/approval"), (Method::DELETE, "/api/syncs/99/approval"),
        ] {
            house.ask(method, path, 404).await;
        }
        house.ask(Method::GET, &house.path("syncs?limit=0"), 422).await;
    }
}
