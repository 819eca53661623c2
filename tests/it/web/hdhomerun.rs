use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use super::played::Played;
use crate::on_both_engines;

const DEVICES: &str = "/api/hdhomerun/devices";

on_both_engines! {
    async fn programs_make_change_and_remove_devices(played: Played) {
        played.lists(&["One", "Two"]);
        played.sync().await;
        let (app, token) = (&played.app, played.token.as_str());
        let first = app.send(token, Method::POST, DEVICES, &json!({ "name": " Den " })).await;
        assert_eq!(first.status(), StatusCode::CREATED);
        let first: Value = first.json().await.unwrap();
        assert_eq!((&first["name"], &first["tuner_count"], &first["quality"], &first["channels"]), (&json!("Den"), &json!(2), &json!("best"), &json!(2)));
        assert_eq!((&first["is_first"], &first["has_access"], &first["categories"]), (&json!(true), &json!(true), &json!([])));
        let sent = json!({ "name": "News", "tuner_count": 32, "quality": "hd", "categories": ["News", "News"], "is_first": true });
        let second: Value = app.send(token, Method::POST, DEVICES, &sent).await.json().await.unwrap();
        assert_eq!((&second["is_first"], &second["categories"]), (&json!(true), &json!(["News"])));
        let listed = app.json(token, DEVICES, 200).await;
        assert_eq!((&listed["total"], &listed["items"][0]["is_first"], &listed["items"][1]["id"]), (&json!(2), &json!(false), &second["id"]));
        let path = format!("{DEVICES}/{}", second["id"]);
        let refused = app.send(token, Method::PATCH, &path, &json!({ "is_first": false })).await;
        assert_eq!(refused.status(), 422);
        let own = format!("{DEVICES}/{}", first["id"]);
        let changed = app.send(token, Method::PATCH, &own, &json!({ "is_first": true, "tuner_count": 4, "categories": ["News"] })).await;
        let changed: Value = changed.json().await.unwrap();
        assert_eq!((&changed["is_first"], &changed["tuner_count"], &changed["device_id"]), (&json!(true), &json!(4), &first["device_id"]));
        assert_eq!(app.json(token, &path, 200).await["is_first"], false);
        // Its category is gone from the catalogue, and may stay all the same.
        played.lists_text("#EXTINF:-1 group-title=\"Sport\",One\nhttp://tv.example/live/0.ts\n#EXTINF:-1 group-title=\"Sport\",Two\nhttp://tv.example/live/1.ts\n");
        played.sync().await;
        let kept = app.send(token, Method::PATCH, &own, &json!({ "name": "Sofa" })).await;
        let kept: Value = kept.json().await.unwrap();
        assert_eq!((&kept["name"], &kept["categories"], &kept["channels"]), (&json!("Sofa"), &json!(["News"]), &json!(0)));
        let freed = app.send(token, Method::PATCH, &own, &json!({ "categories": null })).await;
        assert_eq!(freed.json::<Value>().await.unwrap()["categories"], json!([]));
        for line in ["created", "changed"] {
            let lines = app.json(token, &format!("/api/audit?action=hdhomerun_device.{line}"), 200).await;
            assert_eq!(lines["items"][0]["resource"].as_str().map(|resource| resource.starts_with("hdhomerun_device:")), Some(true), "{lines}");
        }
        assert_eq!(app.api(token, Method::DELETE, &own).await.status(), 204);
        assert_eq!(app.json(token, &path, 200).await["is_first"], true);
        for (method, rest) in [(Method::DELETE, ""), (Method::GET, ""), (Method::PATCH, ""), (Method::POST, "/access")] {
            let answer = app.send(token, method.clone(), &format!("{own}{rest}"), &json!({})).await;
            assert_eq!(answer.status(), 404, "{method} {rest}");
        }
    }
}

#[tokio::test]
async fn devices_that_cannot_be_are_refused_by_field() {
    let played = Played::start().await;
    let (app, token) = (&played.app, played.token.as_str());
    let device = |field: &str, value: Value| {
        let mut device = json!({ "name": "Den" });
        device[field] = value;
        device
    };
    for (field, sent) in [
        ("name", json!({})),
        ("name", device("name", json!("  "))),
        ("name", device("name", json!("x".repeat(61)))),
        ("name", device("name", json!("a\nb"))),
        ("name", device("name", json!(7))),
        ("tuner_count", device("tuner_count", json!(0))),
        ("tuner_count", device("tuner_count", json!(33))),
        ("tuner_count", device("tuner_count", json!("many"))),
        ("quality", device("quality", json!("all"))),
        ("quality", device("quality", json!("uhd"))),
        ("categories", device("categories", json!("News"))),
        ("categories", device("categories", json!([7]))),
        (
            "categories",
            device("categories", json!(["Nothing of this name"])),
        ),
        ("categories", device("categories", json!(vec!["x"; 1_001]))),
        ("is_first", device("is_first", json!("yes"))),
    ] {
        let answer = app.send(token, Method::POST, DEVICES, &sent).await;
        assert_eq!(answer.status(), 422, "{field}: {sent}");
        let answer: Value = answer.json().await.unwrap();
        assert!(answer["error"]["fields"][field].is_array(), "{sent}: {answer}");
    }
    for at in 0..32 {
        let made = app
            .send(
                token,
                Method::POST,
                DEVICES,
                &json!({ "name": format!("Device {at}") }),
            )
            .await;
        assert_eq!(made.status(), StatusCode::CREATED);
    }
    let more = app
        .send(token, Method::POST, DEVICES, &json!({ "name": "One more" }))
        .await;
    assert_eq!(more.status(), 422);
}

#[tokio::test]
async fn an_administrator_makes_a_device_on_the_page() {
    let played = Played::start().await;
    let (app, token) = (&played.app, played.token.as_str());
    let empty = app.page(token, "/hdhomerun", 200).await;
    assert!(
        empty.contains("No devices yet") && empty.contains("no passwords"),
        "{empty}"
    );
    assert!(
        app.page(token, "/hdhomerun/new", 200)
            .await
            .contains("There are no channels yet")
    );
    played.lists(&["One", "Two"]);
    played.sync().await;
    let page = app.page(token, "/hdhomerun/new", 200).await;
    assert!(
        page.contains("name=\"categories\" value=\"News\"") && page.contains("480"),
        "{page}"
    );
    let wrong = [
        ("name", "<b>"),
        ("tuner_count", "99"),
        ("quality", "hd"),
        ("categories", "News"),
    ];
    let refused = app.post(token, "/hdhomerun", &wrong).await;
    assert_eq!(refused.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let refused = refused.text().await.unwrap();
    assert!(
        refused.contains("from 1 to 32") && refused.contains("value=\"&#60;b&#62;\""),
        "{refused}"
    );
    assert!(
        refused.contains("value=\"News\" checked"),
        "what was ticked stays"
    );
    let fragment = app
        .post_fragment(token, "/hdhomerun", &wrong)
        .await
        .text()
        .await
        .unwrap();
    assert!(fragment.starts_with("<form"), "{fragment}");
    let unknown = [
        ("name", "Den"),
        ("tuner_count", "1"),
        ("quality", "best"),
        ("categories", "Elsewhere"),
    ];
    let unknown = app
        .post(token, "/hdhomerun", &unknown)
        .await
        .text()
        .await
        .unwrap();
    assert!(unknown.contains("One of these categories does not exist."));
    let right = [
        ("name", "Den"),
        ("tuner_count", "1"),
        ("quality", "hd"),
        ("categories", "News"),
    ];
    assert_eq!(
        app.post(token, "/hdhomerun", &right).await.status(),
        StatusCode::SEE_OTHER
    );
    let device = app.json(token, DEVICES, 200).await["items"][0].clone();
    let page = app.page(token, "/hdhomerun", 200).await;
    let address = app.url(device["path"].as_str().unwrap());
    assert!(
        page.contains(&address) && page.contains("2 channels") && page.contains("HD first"),
        "{page}"
    );
    let edit = format!("/hdhomerun/{}/edit", device["id"]);
    assert!(
        app.page(token, &edit, 200)
            .await
            .contains("value=\"News\" checked")
    );
    let own = format!("/hdhomerun/{}", device["id"]);
    let saved = app
        .post(
            token,
            &own,
            &[
                ("name", "Sofa"),
                ("tuner_count", "3"),
                ("quality", "sd"),
                ("is_first", "true"),
            ],
        )
        .await;
    assert_eq!(saved.status(), StatusCode::SEE_OTHER);
    let changed = app.json(token, DEVICES, 200).await["items"][0].clone();
    assert_eq!(
        (&changed["name"], &changed["tuner_count"], &changed["categories"]),
        (&json!("Sofa"), &json!(3), &json!([]))
    );
    let wrong = app
        .post(
            token,
            &own,
            &[
                ("name", ""),
                ("tuner_count", "3"),
                ("quality", "sd"),
                ("is_first", "true"),
            ],
        )
        .await;
    assert_eq!(wrong.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let credentials = app.json(token, "/api/output-credentials?limit=100", 200).await;
    let credential = credentials["items"]
        .as_array()
        .unwrap()
        .iter()
        .find(|one| one["name"] == "HDHomeRun Den")
        .unwrap();
    let revoked = format!("/api/output-credentials/{}", credential["id"]);
    assert_eq!(app.api(token, Method::DELETE, &revoked).await.status(), 204);
    assert!(
        app.page(token, "/hdhomerun", 200)
            .await
            .contains("Access revoked")
    );
    assert_eq!(
        app.post(token, &format!("{own}/access"), &[]).await.status(),
        StatusCode::SEE_OTHER
    );
    assert!(
        !app.page(token, "/hdhomerun", 200)
            .await
            .contains("Access revoked")
    );
    let removal = app.page(token, &format!("{own}/removal"), 200).await;
    assert!(removal.contains("Sofa") && removal.contains("numbers"));
    let dialog = app.fragment(token, &format!("{own}/removal")).await;
    assert!(dialog.contains("<dialog") && !dialog.contains("<html"));
    assert_eq!(
        app.post(token, &format!("{own}/removal"), &[]).await.status(),
        StatusCode::SEE_OTHER
    );
    for gone in [edit, format!("{own}/removal")] {
        app.page(token, &gone, 404).await;
    }
    for gone in [&own, &format!("{own}/access"), &format!("{own}/removal")] {
        assert_eq!(app.post(token, gone, &right).await.status(), 404, "{gone}");
    }
}
