//! An Xtream Codes account through real HTTP: JSON, form, connection test, and playing what it lists.

use std::time::Duration;

use m3u_strm_processor::db::Engine;
use m3u_strm_processor::features::sync::{self, Started};
use m3u_strm_processor::simulator::panel::{Account, Catalogue, Panel, Status};
use m3u_strm_processor::simulator::{Fault, Resource, Simulator, ts};
use m3u_strm_processor::support::ids::ProviderId;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::on_both_engines;
use crate::support::{ACTOR, OnEngine, TestApp};

const USER: &str = "living-room-7";
const PASSWORD: &str = "s3cret/&pass";

struct House {
    app: TestApp,
    admin: String,
    simulator: Simulator,
    panel: Panel,
}

impl OnEngine for House {
    async fn on(engine: Engine) -> Self {
        let app = TestApp::with(engine, &[("allow_private_networks", "127.0.0.0/8")]).await;
        let simulator = Simulator::start().await.unwrap();
        let panel = Panel::new();
        panel.open(Account::new(USER, PASSWORD).connections(3), Catalogue::plain());
        simulator.put_panel(&panel);
        Self {
            admin: app.admin_token().await,
            app,
            simulator,
            panel,
        }
    }
}

impl House {
    fn account(&self) -> Value {
        json!({ "name": "Alpha", "type": "xtream", "xstream_host": format!("{}/", self.simulator.url("")),
            "xstream_username": USER, "xstream_password": PASSWORD, "backup_hosts": [] })
    }

    async fn send(&self, method: Method, path: &str, body: &Value) -> (StatusCode, Value) {
        let answer = self.app.send(&self.admin, method, path, body).await;
        let status = answer.status();
        let text = answer.text().await.unwrap();
        assert!(!text.contains("s3cret") && !text.contains(USER), "{text}");
        (status, serde_json::from_str(&text).unwrap_or_default())
    }

    async fn made(&self) -> Value {
        let (status, made) = self.send(Method::POST, "/api/providers", &self.account()).await;
        assert_eq!(status, 201, "{made}");
        made
    }

    fn form<'a>(host: &'a str, password: &'a str) -> Vec<(&'a str, &'a str)> {
        vec![
            ("name", "Attic"),
            ("type", "xstream"),
            ("xstream_host", host),
            ("xstream_username", USER),
            ("xstream_password", password),
            ("priority", "50"),
            ("enabled", "true"),
        ]
    }

    async fn sync(&self, provider: i64) {
        let started = sync::start(&self.app.ctx, ProviderId(provider), &ACTOR, false)
            .await
            .unwrap();
        let (Started::New(job) | Started::Running(job)) = started;
        let ended =
            tokio::time::timeout(Duration::from_secs(60), self.app.ctx.jobs.follow(job, |_| {})).await;
        ended.expect("the job does not end").unwrap();
    }
}

on_both_engines! {
    async fn an_account_is_answered_masked_and_kept_by_what_is_not_sent(house: House) {
        let made = house.made().await;
        assert_eq!((&made["type"], &made["xstream_host"]), (&json!("xstream"), &json!(house.simulator.url(""))));
        assert_eq!((&made["xstream_username"], &made["xstream_password"]), (&json!("li***"), &json!("***")));
        assert_eq!((&made["expires_at"], &made["account_status"], &made["m3u_url"]), (&Value::Null, &Value::Null, &json!("")));
        let path = format!("/api/providers/{}", made["id"]);
        for sent in [
            json!({ "priority": 60 }),
            json!({ "xstream_username": "li***", "xstream_password": "***", "priority": 61 }),
            json!({ "type": "xstream", "xstream_host": made["xstream_host"], "priority": 62 }),
        ] {
            assert_eq!(house.send(Method::PATCH, &path, &sent).await.0, 200);
            let tested = house.send(Method::POST, &format!("{path}/test"), &json!({})).await.1;
            assert_eq!(tested["ok"], true, "{sent}: {tested}");
        }
        let (status, refused) = house.send(Method::PATCH, &path, &json!({ "xstream_password": null })).await;
        assert_eq!((status.as_u16(), refused["error"]["fields"]["xstream_password"].is_array()), (422, true));
        let (status, refused) = house.send(Method::PATCH, &path, &json!({ "xstream_username": "xy***" })).await;
        assert_eq!((status.as_u16(), refused["error"]["fields"]["xstream_username"].is_array()), (422, true));
        house.sync(made["id"].as_i64().unwrap()).await;
        let listed = house.app.json(&house.admin, &path, 200).await;
        assert_eq!((&listed["status"], &listed["account_status"]), (&json!("ok"), &json!("active")));
        assert_eq!((&listed["account_connections"], &listed["max_connections"]), (&json!(3), &Value::Null));
        assert_eq!((&listed["total_channels"], &listed["total_vod_movies"], &listed["total_vod_series"]), (&json!(60), &json!(40), &json!(8)));
        let sealed: Vec<(Vec<u8>,)> = house.app.ctx.db.all("select secrets from providers", Vec::new()).await.unwrap();
        assert!(!String::from_utf8_lossy(&sealed[0].0).contains("s3cret"));
    }

    async fn each_field_of_an_account_says_what_is_wrong_with_it(house: House) {
        for (field, wrong) in [
            ("xstream_host", json!("")), ("xstream_host", json!("tv.example:8080")), ("xstream_host", json!("ftp://tv.example")),
            ("xstream_host", json!("http://ann:s3cret@tv.example")), ("xstream_host", json!("http://tv.example/get.php?username=a&password=s3cret")),
            ("xstream_username", json!("")), ("xstream_username", Value::Null), ("xstream_username", json!(7)),
            ("xstream_password", json!("")), ("xstream_password", json!("***")), ("xstream_password", json!("a\nb")),
            ("backup_hosts", json!(["nowhere"])), ("backup_hosts", json!(["http://a.example", "http://a.example/"])),
            ("backup_hosts", json!(vec!["http://a.example"; 11])), ("backup_hosts", json!("http://a.example")),
        ] {
            let mut sent = house.account();
            sent[field] = wrong.clone();
            let (status, refused) = house.send(Method::POST, "/api/providers", &sent).await;
            let fields: Vec<&String> = refused["error"]["fields"].as_object().unwrap().keys().collect();
            assert_eq!((status.as_u16(), fields), (422, vec![&field.to_owned()]), "{wrong}");
        }
    }

    async fn a_test_says_what_each_host_answered_and_what_the_account_is(house: House) {
        let mut sent = house.account();
        sent["backup_hosts"] = json!(["http://127.0.0.1:9"]);
        let (_, made) = house.send(Method::POST, "/api/providers", &sent).await;
        let path = format!("/api/providers/{}/test", made["id"]);
        let tested = house.send(Method::POST, &path, &json!({})).await.1;
        assert_eq!((&tested["ok"], &tested["message"]), (&json!(true), &json!("1 of 2 hosts know the account.")));
        assert_eq!(tested["account"], json!({ "status": "active", "expires_at": null, "max_connections": 3, "active_connections": 0 }));
        assert_eq!((&tested["hosts"][0]["ok"], tested["hosts"][0]["latency_ms"].is_u64()), (&json!(true), true));
        assert_eq!(tested["hosts"][1]["error"], "connection refused");
        house.panel.amend(USER, |account| {
            account.status = Status::Expired;
            account.expires_at = Some(1_700_000_000);
        });
        let tested = house.send(Method::POST, &path, &json!({})).await.1;
        assert_eq!((&tested["ok"], &tested["message"]), (&json!(false), &json!("The account expired on 2023-11-14.")));
        assert_eq!((&tested["account"]["status"], &tested["account"]["expires_at"]), (&json!("expired"), &json!("2023-11-14T22:13:20Z")));
        for (fault, says) in [
            (Fault::status(401), "does not accept the user name or password (answered 401)"),
            (Fault::status(884), "turns this server away (answered 884); another user agent may help"),
            (Fault::body("text/html", "<html>"), "answered with a web page instead of an account"),
            (Fault::body("application/json", "{\"user_info\":{\"auth\":0}}"), "does not accept the user name or password"),
        ] {
            house.simulator.fault("/player_api.php", fault);
            let tested = house.send(Method::POST, &path, &json!({})).await.1;
            assert_eq!((&tested["ok"], &tested["account"], &tested["hosts"][0]["error"]), (&json!(false), &Value::Null, &json!(says)));
        }
    }

    async fn the_form_of_an_account_keeps_what_was_typed_except_its_password(house: House) {
        let (app, token) = (&house.app, house.admin.as_str());
        let page = app.page(token, "/providers/new", 200).await;
        for field in ["xstream_host", "xstream_username", "xstream_password", "backup_hosts", "m3u_url"] {
            assert!(page.contains(&format!("name=\"{field}\"")), "with or without scripts, {field} is there");
        }
        let host = house.simulator.url("");
        let refused = app.post(token, "/providers", &House::form("ftp://tv.example", PASSWORD)).await;
        assert_eq!(refused.status(), 422);
        let text = refused.text().await.unwrap();
        assert!(text.contains("ftp://tv.example") && text.contains(USER) && text.contains("Type the password again"));
        assert!(text.contains("value=\"xstream\" selected") && !text.contains("s3cret"));
        let tested = app.post_fragment(token, "/providers/tests", &House::form(&host, PASSWORD)).await.text().await.unwrap();
        assert!(tested.contains("The panel knows the account.") && tested.contains("0 of 3 connections in use"), "{tested}");
        let made = app.post(token, "/providers", &House::form(&host, PASSWORD)).await;
        assert_eq!(made.status(), StatusCode::SEE_OTHER);
        let path = made.headers()["location"].to_str().unwrap().to_owned();
        let edit = app.page(token, &format!("{path}/edit"), 200).await;
        assert!(edit.contains("li***") && !edit.contains(USER) && !edit.contains("s3cret"));
        // An empty password and a masked name stay what they are.
        let mut form = House::form(&host, "");
        form[3].1 = "li***";
        form[0].1 = "Cellar";
        assert_eq!(app.post(token, &path, &form).await.status(), StatusCode::SEE_OTHER);
        let tested = app.post_fragment(token, &format!("{path}/tests"), &[]).await.text().await.unwrap();
        assert!(tested.contains("The panel knows the account."), "{tested}");
        let page = app.page(token, &path, 200).await;
        assert!(page.contains("Cellar") && page.contains(&host) && !page.contains(USER) && !page.contains("s3cret"));
    }

    async fn what_a_panel_lists_plays_through_the_relay_within_the_accounts_connections(house: House) {
        let made = house.made().await;
        house.panel.amend(USER, |account| account.max_connections = 1);
        house.sync(made["id"].as_i64().unwrap()).await;
        let account = "living%2Droom%2D7/s3cret%2F%26pass".replace("%2D", "-");
        house.simulator.put(&format!("/live/{account}/*"), Resource::live(ts::block(), Duration::from_millis(20)));
        let film = b"a whole film".to_vec();
        house.simulator.put(&format!("/movie/{account}/*"), Resource::bytes(film.clone()));
        let me = house.app.json(&house.admin, "/api/auth/me", 200).await;
        let token = me["playlist_url"].as_str().unwrap().split("token=").nth(1).unwrap().to_owned();
        let channels = house.app.json(&house.admin, "/api/channels?limit=1", 200).await;
        let movies = house.app.json(&house.admin, "/api/vod/movies?limit=1", 200).await;
        let channel = format!("/stream/{token}/channel/{}", channels["items"][0]["id"]);
        let movie = format!("/stream/{token}/movie/{}.mp4", movies["items"][0]["id"]);
        let mut playing = house.app.get(&channel).await;
        assert_eq!(playing.status(), 200);
        assert!(playing.chunk().await.unwrap().is_some_and(|bytes| bytes[0] == 0x47));
        let busy = house.app.get(&movie).await;
        assert_eq!(busy.status(), 503, "the account allows one connection");
        drop(playing);
        house.simulator.until(|counters| counters.open == 0).await;
        let mut played = house.app.get(&movie).await;
        while played.status() == 503 {
            played = house.app.get(&movie).await;
        }
        assert_eq!((played.status(), played.bytes().await.unwrap().to_vec()), (StatusCode::OK, film));
    }
}
