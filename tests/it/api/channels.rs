//! A channel as programs change it.

use m3u_strm_processor::args;
use reqwest::Method;
use serde_json::{Value, json};

use crate::on_both_engines;
use crate::support::{TestApp, seed};

async fn patch(app: &TestApp, token: &str, id: i64, body: Value, status: u16) -> Value {
    let path = format!("/api/channels/{id}");
    let answer = app.send(token, Method::PATCH, &path, &body).await;
    assert_eq!(answer.status(), status, "{body}");
    answer.json().await.unwrap()
}

on_both_engines! {
    async fn an_administrator_sets_and_gives_back(app: TestApp) {
        seed::catalogue(&app.ctx.db, 3).await;
        let token = app.admin_token().await;
        let body = json!({
            "name": "  Das  Erste ", "number": "2.1", "category": "Mine", "enabled": false, "tags": ["Kids", "kids"],
            "logo_url": "https://pics.example/1.png", "epg_id": "one"
        });
        let set = patch(&app, &token, 1, body, 200).await;
        assert_eq!(set, app.json(&token, "/api/channels/1", 200).await);
        for (field, value) in [
            ("name", json!("Das Erste")),
            ("number", json!("2.1")),
            ("category", json!("Mine")),
            ("enabled", json!(false)),
            ("tags", json!(["Kids"])),
            ("logo_url", json!("https://pics.example/1.png")),
            ("epg_id", json!("one")),
            ("by_hand", json!(["name", "number", "category", "enabled", "logo_url", "epg_id"])),
        ] {
            assert_eq!(set[field], value, "{field}");
        }
        let tagged = app.json(&token, "/api/channels?tag=KIDS", 200).await;
        assert_eq!((&tagged["total"], &tagged["items"][0]["id"]), (&json!(1), &json!(1)));
        assert_eq!(app.json(&token, "/api/channels?tag=kid", 200).await["total"], 0);
        assert_eq!(app.json(&token, "/api/channels?enabled=false", 200).await["total"], 1);
        assert_eq!(app.json(&token, "/api/channels?q=erste", 200).await["total"], 1);
        assert_eq!(app.json(&token, "/api/channels/categories", 200).await, json!(["Mine", "News", "Sport"]));
        let back = json!({
            "name": null, "number": null, "category": null, "enabled": null, "tags": null, "logo_url": null, "epg_id": null
        });
        let given = patch(&app, &token, 1, back, 200).await;
        assert_eq!(given["name"], "Channel 1");
        assert_eq!((&given["number"], &given["category"]), (&json!(1), &json!("Sport")));
        assert_eq!((&given["enabled"], &given["tags"], &given["by_hand"]), (&json!(true), &json!([]), &json!([])));
        assert_eq!(patch(&app, &token, 1, json!({}), 200).await, given);
    }

    async fn what_cannot_be_is_refused_by_name_and_changes_nothing(app: TestApp) {
        seed::catalogue(&app.ctx.db, 2).await;
        let token = app.admin_token().await;
        let before = app.json(&token, "/api/channels/1", 200).await;
        let taken = patch(&app, &token, 1, json!({ "name": "Other", "number": 2 }), 409).await;
        assert_eq!(taken["error"]["code"], "taken");
        assert_eq!(taken["error"]["fields"]["number"], json!(["“Channel 2” has this number."]));
        for (field, value) in [
            ("name", json!("")), ("name", json!("a\u{202e}b")), ("number", json!(0)), ("number", json!([1])),
            ("category", json!("\n")), ("enabled", json!(1)), ("tags", json!("x")), ("logo_url", json!("file:///etc/passwd")),
            ("logo_url", json!("http://ann:s3cret@h/1.png")), ("epg_id", json!(7)),
        ] {
            let mut body = json!({ "name": "New", "tags": ["new"] });
            body[field] = value.clone();
            let refused = patch(&app, &token, 1, body, 422).await;
            assert!(refused["error"]["fields"].get(field).is_some(), "{field} {value}: {refused}");
            assert!(!refused.to_string().contains("s3cret"));
        }
        for body in ["[]", "7", "{", "null"] {
            let request = app.client.patch(app.url("/api/channels/1")).bearer_auth(&token);
            let answer = request.header("content-type", "application/json").body(body).send().await.unwrap();
            assert_eq!(answer.status(), 422, "{body}");
        }
        assert_eq!(app.json(&token, "/api/channels/1", 200).await, before);
        patch(&app, &token, 99, json!({ "name": "x" }), 404).await;
        let viewer = app.viewer_token("guest").await;
        patch(&app, &viewer, 1, json!({ "name": "x" }), 403).await;
    }

    async fn an_edit_of_a_merged_channel_is_one_of_what_took_its_streams(app: TestApp) {
        seed::catalogue(&app.ctx.db, 2).await;
        let sql = "update channels set merged_into = 2, stream_count = 0 where id = 1";
        app.ctx.db.execute(sql, args![]).await.unwrap();
        let token = app.admin_token().await;
        let edited = patch(&app, &token, 1, json!({ "name": "Both" }), 200).await;
        assert_eq!((&edited["id"], &edited["name"]), (&json!(2), &json!("Both")));
    }
}
