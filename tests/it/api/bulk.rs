//! One change to many channels, as a job.

use std::time::Duration;

use m3u_strm_processor::args;
use m3u_strm_processor::db::Engine;
use m3u_strm_processor::support::ids::JobId;
use reqwest::Method;
use serde_json::{Value, json};

use crate::on_both_engines;
use crate::support::{OnEngine, TestApp, acts, seed};

/// More than go into one transaction.
const MANY: i64 = 1_200;

/// A server with channels that are all there from the start.
struct Channels {
    app: TestApp,
    admin: String,
}

impl OnEngine for Channels {
    async fn on(engine: Engine) -> Self {
        let app = TestApp::with(engine, &[]).await;
        seed::provider(&app.ctx.db, 1, "Living room").await;
        let category = |id: i64| if id % 2 == 0 { "News" } else { "Sport" };
        let channels = (1..=MANY).map(|id| (id, format!("Channel {id}"), category(id)));
        seed::channels(&app.ctx.db, channels).await;
        Self {
            admin: app.admin_token().await,
            app,
        }
    }
}

impl Channels {
    async fn begin(&self, body: &Value, status: u16) -> Value {
        let path = "/api/channels/bulk";
        let answer = self.app.send(&self.admin, Method::POST, path, body).await;
        assert_eq!(answer.status(), status, "{body}");
        answer.json().await.unwrap()
    }

    /// The job after its end.
    async fn job(&self, body: Value) -> Value {
        let job = self.begin(&body, 202).await["job_id"].as_i64().unwrap();
        let ended = self.app.ctx.jobs.follow(JobId(job), |_| {});
        tokio::time::timeout(Duration::from_secs(60), ended)
            .await
            .unwrap()
            .unwrap();
        self.app.json(&self.admin, &format!("/api/jobs/{job}"), 200).await
    }

    async fn done(&self, body: Value) -> Value {
        let job = self.job(body).await;
        assert_eq!(job["state"], "succeeded", "{job}");
        assert_eq!(job["progress"]["done"], job["result"]["matched"], "{job}");
        job["result"].clone()
    }

    async fn total(&self, query: &str) -> i64 {
        let list = self
            .app
            .json(&self.admin, &format!("/api/channels?{query}"), 200)
            .await;
        list["total"].as_i64().unwrap()
    }

    async fn channel(&self, id: i64) -> Value {
        self.app
            .json(&self.admin, &format!("/api/channels/{id}"), 200)
            .await
    }

    /// Every number of the line-up, by id; each belongs to one channel.
    async fn numbers(&self) -> Vec<i64> {
        let sql = "select lineup_number / 10000 from channels order by id";
        let rows: Vec<(i64,)> = self.app.ctx.db.all(sql, args![]).await.unwrap();
        let numbers: Vec<i64> = rows.into_iter().map(|(number,)| number).collect();
        let distinct: std::collections::HashSet<&i64> = numbers.iter().collect();
        assert_eq!(distinct.len(), numbers.len());
        numbers
    }
}

fn changed(matched: i64, changed: i64) -> Value {
    json!({ "matched": matched, "changed": changed, "left_out": 0 })
}

on_both_engines! {
    async fn all_that_a_filter_finds_is_changed_and_nothing_else(channels: Channels) {
        let news = json!({ "category": "News" });
        let result = channels.done(json!({ "filter": news, "action": "disable" })).await;
        assert_eq!(result, changed(600, 600));
        assert_eq!(channels.total("enabled=false").await, 600);
        // The first 600 are switched off again: nothing is other than before.
        assert_eq!(channels.done(json!({ "filter": { "enabled": false }, "action": "disable" })).await, changed(600, 0));
        assert_eq!(channels.done(json!({ "filter": { "enabled": false }, "action": "enable" })).await, changed(600, 600));
        let result = channels.done(json!({ "filter": { "q": "channel 1" }, "action": "set_category", "category": "Ones" })).await;
        let ones = channels.total("q=channel+1").await;
        assert_eq!((result, channels.total("category=Ones").await), (changed(ones, ones), ones));
        assert_eq!(channels.channel(1).await["by_hand"], json!(["category"]));
        let result = channels.done(json!({ "filter": {}, "action": "give_back" })).await;
        assert_eq!(result, changed(MANY, ones));
        assert_eq!(channels.total("category=Sport").await, 600);
    }

    async fn tags_come_and_go_on_chosen_channels(channels: Channels) {
        let full: Vec<String> = (0..20).map(|at| format!("t{at}")).collect();
        let body = json!({ "tags": full });
        assert_eq!(channels.app.send(&channels.admin, Method::PATCH, "/api/channels/3", &body).await.status(), 200);
        let chosen = json!([1, 2, 3, 2, 987_654]);
        let result = channels.done(json!({ "ids": chosen, "action": "add_tag", "tag": "Late" })).await;
        assert_eq!(result, json!({ "matched": 4, "changed": 2, "left_out": 1 }));
        assert_eq!(channels.channel(1).await["tags"], json!(["Late"]));
        assert_eq!(channels.done(json!({ "ids": chosen, "action": "add_tag", "tag": "LATE" })).await["changed"], 0);
        let result = channels.done(json!({ "filter": { "tag": "late" }, "action": "remove_tag", "tag": "late" })).await;
        assert_eq!((result, channels.total("tag=late").await), (changed(2, 2), 0));
    }

    async fn numbers_follow_the_order_shown_and_come_back(channels: Channels) {
        let before = channels.numbers().await;
        let sport = json!({ "category": "Sport", "sort": "name" });
        let result = channels.done(json!({ "filter": sport, "action": "renumber", "from": 1 })).await;
        assert_eq!(result["matched"], 600);
        // Even numbers are those of other channels.
        assert_eq!(channels.numbers().await, before, "each had its number already");
        let result = channels.done(json!({ "filter": { "sort": "name" }, "action": "renumber", "from": 3 })).await;
        assert_eq!(result, changed(MANY, MANY));
        assert_eq!(channels.numbers().await, (3..MANY + 3).collect::<Vec<_>>());
        let result = channels.done(json!({ "ids": [7, 5], "action": "renumber", "from": 5_000 })).await;
        assert_eq!(result, changed(2, 2));
        assert_eq!((channels.channel(7).await["number"].clone(), channels.channel(5).await["number"].clone()), (json!(5_000), json!(5_001)));
        let result = channels.done(json!({ "filter": { "sort": "number" }, "action": "give_back" })).await;
        assert_eq!(result, changed(MANY, MANY));
        assert_eq!(channels.numbers().await, before, "each has the number it had at first");
    }

    async fn a_channel_that_was_merged_since_it_was_chosen_stays_away(channels: Channels) {
        let db = &channels.app.ctx.db;
        let sql = "update channels set merged_into = 3, stream_count = 0 where id = 2";
        db.execute(sql, args![]).await.unwrap();
        let three = [1, 2, 3];
        assert_eq!(channels.done(json!({ "ids": three, "action": "disable" })).await, changed(3, 2));
        assert_eq!(channels.done(json!({ "ids": three, "action": "add_tag", "tag": "x" })).await, changed(3, 2));
        channels.done(json!({ "ids": [1, 3], "action": "renumber", "from": 2 })).await;
        assert_eq!(channels.numbers().await[..3], [2, 1, 3], "it has no use for a number that is wanted");
        let (into,): (Option<i64>,) = db.one("select merged_into from channels where id = 2", args![]).await.unwrap();
        assert_eq!(into, Some(3));
    }

    async fn too_many_for_the_numbers_that_are_left_fails_and_keeps_the_line_up(channels: Channels) {
        let before = channels.numbers().await;
        let job = channels.job(json!({ "filter": {}, "action": "renumber", "from": 99_999_900 })).await;
        assert_eq!((&job["state"], &job["error"]["code"]), (&json!("failed"), &json!("no_numbers")));
        assert_eq!(channels.numbers().await, before);
    }

    async fn what_cannot_be_begins_nothing(channels: Channels) {
        for (body, field) in [
            (json!({ "action": "enable" }), "ids"),
            (json!({ "action": "enable", "filter": { "colour": "red" } }), "filter"),
            (json!({ "action": "burn", "filter": {} }), "action"),
            (json!({ "action": "add_tag", "filter": {}, "tag": "a\u{202e}" }), "tag"),
        ] {
            let refused = channels.begin(&body, 422).await;
            assert!(refused["error"]["fields"].get(field).is_some(), "{refused}");
        }
        assert_eq!(channels.app.json(&channels.admin, "/api/jobs?kind=channels", 200).await["total"], 0);
    }

    async fn one_change_at_a_time_each_with_its_audit_line(channels: Channels) {
        let queued = "insert into jobs (kind, state, payload, dedupe_key, attempts, by_hand, created_at, due_at) \
                      values ('channels', 'queued', '{}', 'channels', 1, false, 0, 9000000000000000)";
        channels.app.ctx.db.execute(queued, args![]).await.unwrap();
        let refused = channels.begin(&json!({ "filter": {}, "action": "enable" }), 409).await;
        assert_eq!((&refused["error"]["code"], refused["job_id"].is_i64()), (&json!("running"), true));
        channels.app.ctx.db.execute("delete from jobs", args![]).await.unwrap();
        channels.done(json!({ "ids": [1], "action": "disable" })).await;
        let acts: Vec<String> = acts(&channels.app.ctx).await.into_iter().filter(|act| act.starts_with("channels.")).collect();
        assert_eq!(acts.len(), 1, "{acts:?}");
    }
}
