use m3u_strm_processor::db::Engine;
use m3u_strm_processor::support::clock::Clock;
use reqwest::Method;
use serde_json::{Value, json};

use crate::on_both_engines;
use crate::support::{OnEngine, TestApp, seed};

const PATH: &str = "/api/analytics/history";
/// 20 November 2026, 17:00 UTC.
const START_MS: i64 = 1_795_194_000_000;

/// A viewer at a clock that the test moves.
struct Couch {
    app: TestApp,
    token: String,
}

impl OnEngine for Couch {
    async fn on(engine: Engine) -> Self {
        let app = TestApp::at(engine, &[], Clock::manual(START_MS)).await;
        seed::catalogue(&app.ctx.db, 2).await;
        let token = app.admin_token().await;
        Self { app, token }
    }
}

impl Couch {
    async fn begin(&self, body: Value) -> Value {
        let answer = self.app.send(&self.token, Method::POST, PATH, &body).await;
        assert_eq!(answer.status(), 201);
        answer.json().await.unwrap()
    }

    async fn report(&self, id: &Value, body: Value, status: u16) -> Value {
        let path = format!("{PATH}/{id}");
        let answer = self.app.send(&self.token, Method::PATCH, &path, &body).await;
        assert_eq!(answer.status(), status, "{body}");
        answer.json().await.unwrap()
    }

    async fn newest(&self) -> Value {
        self.app.json(&self.token, PATH, 200).await["items"][0].clone()
    }

    fn wait(&self, seconds: i64) {
        self.app.ctx.clock.advance_ms(seconds * 1_000);
    }
}

on_both_engines! {
    async fn a_play_runs_until_its_end_is_said(couch: Couch) {
        let play = couch.begin(json!({"channel_id": 1, "device": "TV"})).await;
        assert_eq!(play["started_at"], "2026-11-20T17:00:00Z");
        assert_eq!((&play["ended_at"], &play["title"], &play["device"]), (&Value::Null, &"Channel 1".into(), &"TV".into()));
        assert_eq!(play["provider_name"], Value::Null);
        couch.wait(15);
        couch.report(&play["id"], json!({}), 200).await;
        couch.wait(15);
        let ended = couch.report(&play["id"], json!({"ended": true, "completed": true}), 200).await;
        assert_eq!(ended["ended_at"], "2026-11-20T17:00:30Z");
        assert_eq!((&ended["duration_seconds"], &ended["completed"]), (&30.into(), &true.into()));
        couch.report(&play["id"], json!({}), 422).await;
        couch.report(&play["id"], json!({"ended": false}), 422).await;
    }

    async fn a_silent_play_reads_as_ended_and_is_opened_again_by_a_report(couch: Couch) {
        let play = couch.begin(json!({"vod_movie_id": 1})).await;
        couch.wait(30);
        assert_eq!(couch.newest().await["ended_at"], Value::Null);
        couch.wait(1);
        let silent = couch.newest().await;
        assert_eq!(silent["ended_at"], "2026-11-20T17:00:15Z");
        assert_eq!(silent["duration_seconds"], 15);
        couch.wait(29);
        assert_eq!(couch.report(&play["id"], json!({}), 200).await["ended_at"], Value::Null);
        couch.wait(31);
        assert_eq!(couch.newest().await["ended_at"], "2026-11-20T17:01:15Z");
    }

    async fn a_reported_length_sets_the_start(couch: Couch) {
        let play = couch.begin(json!({"vod_episode_id": 100_001})).await;
        assert_eq!(play["title"], "Series 1 - S01E01 - Part 1");
        couch.wait(60);
        let report = couch.report(&play["id"], json!({"duration_seconds": 600}), 200).await;
        assert_eq!(report["started_at"], "2026-11-20T16:51:00Z");
        couch.wait(31);
        let silent = couch.newest().await;
        assert_eq!(silent["ended_at"], "2026-11-20T17:01:00Z", "the last report, where a length was told");
        let ended = couch.report(&play["id"], json!({"duration_seconds": 0, "ended": true}), 200).await;
        assert_eq!(ended["started_at"], ended["ended_at"]);
        assert_eq!(ended["duration_seconds"], 0);
    }

    async fn each_play_is_one_of_its_own_and_zaps_count_too(couch: Couch) {
        for channel in [1, 1, 2] {
            let play = couch.begin(json!({"channel_id": channel})).await;
            couch.wait(1);
            couch.report(&play["id"], json!({"ended": true}), 200).await;
        }
        let list = couch.app.json(&couch.token, PATH, 200).await;
        assert_eq!(list["total"], 3);
        assert_eq!(list["items"][0]["content_id"], 2, "newest first");
    }

    async fn a_play_names_one_thing_that_exists(couch: Couch) {
        for (body, status) in [
            (json!({}), 422),
            (json!({"channel_id": 1, "vod_movie_id": 1}), 422),
            (json!({"channel_id": "1"}), 422),
            (json!({"channel_id": 1, "device": "x".repeat(201)}), 422),
            (json!({"channel_id": 99}), 404),
            (json!({"vod_series_id": 99}), 404),
            (json!({"vod_episode_id": 99}), 404),
        ] {
            let answer = couch.app.send(&couch.token, Method::POST, PATH, &body).await;
            assert_eq!(answer.status(), status, "{body}");
        }
        let play = couch.begin(json!({"vod_series_id": 1})).await;
        couch.report(&play["id"], json!({"duration_seconds": -1}), 422).await;
        couch.report(&play["id"], json!({"duration_seconds": 1.5}), 422).await;
        couch.report(&play["id"], json!({"position_seconds": -1}), 422).await;
        couch.report(&json!(999), json!({}), 404).await;
    }

    async fn anothers_play_is_not_there(couch: Couch) {
        let play = couch.begin(json!({"channel_id": 1})).await;
        let other = couch.app.viewer_token("guest").await;
        let path = format!("{PATH}/{}", play["id"]);
        let answer = couch.app.send(&other, Method::PATCH, &path, &json!({})).await;
        assert_eq!(answer.status(), 404);
        assert_eq!(couch.app.json(&other, PATH, 200).await["total"], 0);
    }
}
