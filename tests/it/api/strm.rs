use std::time::Duration;

use m3u_strm_processor::db::Engine;
use m3u_strm_processor::simulator::{Resource, Simulator};
use m3u_strm_processor::support::ids::JobId;
use reqwest::Method;
use serde_json::{Value, json};

use crate::on_both_engines;
use crate::support::{OnEngine, TestApp};

const PATH: &str = "/api/strm/process-m3u";
const LIST: &str = "#EXTM3U\n\
    #EXTINF:-1 group-title=\"News\",UK: Sky News HD\nhttp://a.example/live/ann/s3cret/1.ts\n\
    #EXTINF:-1 group-title=\"News\",Sky News\nhttp://a.example/live/ann/s3cret/2.ts\n\
    #EXTINF:-1 group-title=\"Sport\",../../Arena\nhttp://a.example/live/ann/s3cret/3.ts\n";

/// A server and a playlist somewhere else.
struct House {
    app: TestApp,
    admin: String,
    simulator: Simulator,
}

impl OnEngine for House {
    async fn on(engine: Engine) -> Self {
        let app = TestApp::with(engine, &[("allow_private_networks", "127.0.0.0/8")]).await;
        let simulator = Simulator::start().await.unwrap();
        simulator.put("/list", Resource::bytes(LIST));
        Self {
            admin: app.admin_token().await,
            app,
            simulator,
        }
    }
}

impl House {
    fn url(&self) -> String {
        format!("{}?password=s3cret", self.simulator.url("/list"))
    }

    async fn convert(&self, body: &Value) -> Value {
        let answer = self.app.send(&self.admin, Method::POST, PATH, body).await;
        assert_eq!(answer.status(), 202);
        let queued: Value = answer.json().await.unwrap();
        let job = queued["job_id"].as_i64().unwrap();
        let ended = self.app.ctx.jobs.follow(JobId(job), |_| {});
        tokio::time::timeout(Duration::from_secs(30), ended)
            .await
            .unwrap()
            .unwrap();
        self.app.json(&self.admin, &format!("/api/jobs/{job}"), 200).await
    }

    fn files(&self, folder: &str) -> Vec<String> {
        let folder = self.app.data.path().join("output").join(folder);
        let mut names: Vec<String> = std::fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .filter(|name| !name.starts_with('.'))
            .collect();
        names.sort();
        names
    }
}

on_both_engines! {
    async fn a_playlist_becomes_files_below_the_output_folder(house: House) {
        let body = json!({"m3u_url": house.url(), "output_path": "from/list", "organize_by_category": true});
        let job = house.convert(&body).await;
        let result = &job["result"];
        assert_eq!(job["state"], "succeeded", "{job}");
        assert_eq!(
            (&result["channels_created"], &result["duplicates_removed"], &result["categories_used"]),
            (&json!(2), &json!(1), &json!(2))
        );
        assert_eq!(result["output_path"], "from/list");
        assert_eq!(house.files("from/list"), ["News", "Sport"]);
        assert_eq!(house.files("from/list/News"), ["Sky News.strm"]);
        assert_eq!(house.files("from/list/Sport").len(), 1, "a hostile name stays in its folder");
        let again = house.convert(&body).await;
        assert_eq!((&again["result"]["files_written"], &again["result"]["files_unchanged"]), (&json!(0), &json!(2)));
        assert!(!job.to_string().contains("s3cret"));
    }

    async fn the_address_is_not_readable_in_the_database(house: House) {
        house.convert(&json!({"m3u_url": house.url(), "output_path": "one"})).await;
        let rows: Vec<(String,)> = house.app.ctx.db.all("select payload from jobs", Vec::new()).await.unwrap();
        assert!(!rows.is_empty() && rows.iter().all(|(payload,)| !payload.contains("s3cret")));
        let audit = house.app.json(&house.admin, "/api/audit", 200).await.to_string();
        assert!(audit.contains("playlist.converted") && !audit.contains("s3cret"));
    }

    async fn what_is_no_playlist_fails_with_its_reason_and_writes_nothing(house: House) {
        house.simulator.put("/list", Resource::bytes("<html><body>Sign in</body></html>"));
        let job = house.convert(&json!({"m3u_url": house.url(), "output_path": "none"})).await;
        assert_eq!((&job["state"], &job["error"]["code"]), (&json!("failed"), &json!("not_a_playlist")));
        assert!(!house.app.data.path().join("output/none").exists());
    }
}

#[tokio::test]
async fn folders_elsewhere_and_wrong_values_are_refused_by_name() {
    let house = House::on(Engine::Sqlite).await;
    let good = json!({"m3u_url": house.url(), "output_path": "one"});
    for (field, value) in [
        ("output_path", json!("../one")),
        ("output_path", json!("/tmp/one")),
        ("output_path", json!("")),
        ("m3u_url", json!("file:///etc/passwd")),
        ("m3u_url", json!("list.m3u")),
        ("prefer_quality", json!("8k")),
        ("fuzzy_match_threshold", json!(1.5)),
    ] {
        let mut body = good.clone();
        body[field] = value.clone();
        let answer = house.app.send(&house.admin, Method::POST, PATH, &body).await;
        assert_eq!(answer.status(), 422, "{field}: {value}");
        let error: Value = answer.json().await.unwrap();
        assert!(error["error"]["fields"][field].is_array(), "{error}");
    }
    let empty = house.app.send(&house.admin, Method::POST, PATH, &json!({})).await;
    assert_eq!(empty.status(), 422);
}
