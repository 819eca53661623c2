//! Splits and merges on the page of a channel and as JSON.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use super::played::Played;
use crate::on_both_engines;

impl Played {
    async fn send_to(&self, method: Method, path: &str, body: &Value) -> (StatusCode, Value) {
        let answer = self.app.send(&self.token, method, path, body).await;
        let status = answer.status();
        (status, answer.json().await.unwrap_or_default())
    }

    async fn decisions(&self, channel: i64) -> Value {
        let path = format!("/api/channels/{channel}/decisions");
        self.app.json(&self.token, &path, 200).await
    }
}

on_both_engines! {
    async fn programs_split_merge_and_take_back(played: Played) {
        played.arte().await;
        let (arte, cnn, sd) = (played.channel_id("Arte").await, played.channel_id("CNN").await, played.stream_id("Arte SD").await);
        let body = json!({ "stream_ids": [sd], "name": "Arte old" });
        let (status, new) = played.send_to(Method::POST, &format!("/api/channels/{arte}/split"), &body).await;
        assert_eq!((status, &new["name"], &new["stream_count"]), (StatusCode::CREATED, &json!("Arte old"), &json!(1)));
        let new = new["id"].as_i64().unwrap();
        assert_ne!(new, arte);
        let stream = &played.app.json(&played.token, &format!("/api/channels/{new}/streams"), 200).await["items"][0];
        assert_eq!((&stream["merge"]["method"], &stream["merge"]["manual"]), (&json!("manual_split"), &json!(true)));
        assert!(stream["merge"]["reason"].as_str().unwrap().starts_with("split off from \"Arte\" by admin on 20"));
        let (status, into) = played.send_to(Method::POST, &format!("/api/channels/{cnn}/merge"), &json!({ "into": new })).await;
        assert_eq!((status, &into["id"], &into["stream_count"]), (StatusCode::OK, &json!(new), &json!(2)));
        assert_eq!(played.app.json(&played.token, &format!("/api/channels/{cnn}"), 200).await["id"], new);
        let decisions = played.decisions(new).await;
        assert_eq!(decisions[0]["kind"], "merge");
        assert_eq!(decisions[0]["by"], "admin");
        assert_eq!((&decisions[1]["other_id"], &decisions[1]["stream_count"]), (&json!(new), &json!(1)));
        for decision in [&decisions[0], &decisions[1]] {
            let path = format!("/api/channels/{new}/decisions/{}", decision["id"]);
            let (status, _) = played.send_to(Method::DELETE, &path, &json!({})).await;
            assert_eq!(status, StatusCode::NO_CONTENT);
        }
        assert_eq!(played.app.json(&played.token, &format!("/api/channels/{cnn}"), 200).await["id"], cnn);
        assert_eq!(played.played(arte).await, ["Arte FHD", "Arte HD", "Arte SD"]);
    }

    async fn a_decision_is_taken_back_by_the_id_of_a_merged_channel_too(played: Played) {
        played.arte().await;
        let (arte, cnn) = (played.channel_id("Arte").await, played.channel_id("CNN").await);
        played.send_to(Method::POST, &format!("/api/channels/{cnn}/merge"), &json!({ "into": arte })).await;
        let sd = played.stream_id("Arte SD").await;
        let split = json!({ "stream_ids": [sd], "name": "Arte old" });
        let (_, new) = played.send_to(Method::POST, &format!("/api/channels/{arte}/split"), &split).await;
        let decisions = played.decisions(cnn).await;
        assert_eq!((&decisions[0]["kind"], &decisions[0]["other_id"]), (&json!("split"), &new["id"]));
        let of_others = format!("/api/channels/{}/decisions/{}", new["id"], decisions[1]["id"]);
        assert_eq!(played.send_to(Method::DELETE, &of_others, &json!({})).await.0, StatusCode::NOT_FOUND);
        for decision in [&decisions[0], &decisions[1]] {
            let path = format!("/api/channels/{cnn}/decisions/{}", decision["id"]);
            let (status, body) = played.send_to(Method::DELETE, &path, &json!({})).await;
            assert_eq!(status, StatusCode::NO_CONTENT, "{body}");
        }
        assert_eq!(played.played(cnn).await, ["CNN"]);
        assert_eq!(played.played(arte).await, ["Arte FHD", "Arte HD", "Arte SD"]);
    }

    async fn wrong_splits_and_merges_are_refused_by_field(played: Played) {
        played.arte().await;
        let (arte, sd) = (played.channel_id("Arte").await, played.stream_id("Arte SD").await);
        let cnn = played.stream_id("CNN").await;
        for (act, body, status, field) in [
            ("split", json!({ "stream_ids": [] }), 422, "stream_ids"),
            ("split", json!({ "stream_ids": [cnn], "name": "x" }), 422, "stream_ids"),
            ("split", json!({ "stream_ids": [sd], "name": "x".repeat(256) }), 422, "name"),
            ("merge", json!({ "into": arte }), 422, "into"),
            ("merge", json!({ "into": 987_654_321 }), 422, "into"),
        ] {
            let (answered, body) = played.send_to(Method::POST, &format!("/api/channels/{arte}/{act}"), &body).await;
            assert_eq!(answered.as_u16(), status, "{act}: {body}");
            assert!(body["error"]["fields"][field].is_array(), "{act}: {body}");
        }
        for (method, path, body, status) in [
            (Method::POST, "/api/channels/987654321/split", json!({ "stream_ids": [sd] }), 404),
            (Method::POST, "/api/channels/987654321/merge", json!({ "into": arte }), 404),
            (Method::GET, "/api/channels/987654321/decisions", json!({}), 404),
            (Method::DELETE, "/api/channels/1/decisions/987654321", json!({}), 404),
            (Method::POST, "/api/channels/1/split", json!({ "stream_ids": "all" }), 422),
            (Method::POST, "/api/channels/1/merge", json!({}), 422),
        ] {
            let (answered, body) = played.send_to(method, path, &body).await;
            assert_eq!(answered.as_u16(), status, "{path}: {body}");
        }
        let split = json!({ "stream_ids": [played.stream_id("Arte HD").await, sd], "name": "Pair" });
        let (_, pair) = played.send_to(Method::POST, &format!("/api/channels/{arte}/split"), &split).await;
        let pair = pair["id"].as_i64().unwrap();
        let first = played.decisions(pair).await[0]["id"].clone();
        played.send_to(Method::POST, &format!("/api/channels/{pair}/split"), &json!({ "stream_ids": [sd] })).await;
        let path = format!("/api/channels/{pair}/decisions/{first}");
        let (status, body) = played.send_to(Method::DELETE, &path, &json!({})).await;
        assert_eq!((status, &body["error"]["code"]), (StatusCode::CONFLICT, &json!("built_upon")));
    }
}

#[tokio::test]
async fn an_administrator_splits_and_takes_back_without_scripts() {
    let played = Played::start().await;
    played.arte().await;
    let (app, token) = (&played.app, played.token.as_str());
    let (arte, sd) = (
        played.channel_id("Arte").await,
        played.stream_id("Arte SD").await.to_string(),
    );
    let path = format!("/channels/{arte}");
    let page = app.page(token, &path, 200).await;
    assert!(page.contains("aria-label=\"Choose Arte SD\"") && page.contains("Decided by hand"));
    let none = app
        .post(token, &format!("{path}/split"), &[("name", "Kept <b>words</b>")])
        .await;
    assert_eq!(none.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let refused = none.text().await.unwrap();
    assert!(
        refused.contains("Choose the streams to split off.") && refused.contains("Kept &#60;b&#62;words")
    );
    let long = "x".repeat(256);
    let refused = app
        .post(
            token,
            &format!("{path}/split"),
            &[("name", long.as_str()), ("stream", &sd)],
        )
        .await;
    let refused = refused.text().await.unwrap();
    assert!(
        refused.contains("aria-label=\"Choose Arte SD\" checked"),
        "what was ticked stays ticked"
    );
    let split = app
        .post(
            token,
            &format!("{path}/split"),
            &[("name", "Arte old"), ("stream", &sd)],
        )
        .await;
    assert_eq!(split.status(), StatusCode::SEE_OTHER);
    let new = split.headers()["location"].to_str().unwrap().to_owned();
    let page = app.page(token, &new, 200).await;
    assert!(page.contains("Split by hand") && page.contains("was split off from"));
    assert!(!page.contains("Choose Arte SD"), "one alone cannot be split");
    let removal = page
        .split("action=\"")
        .find(|part| part.contains("/decisions/"))
        .unwrap();
    let removal = removal.split('"').next().unwrap();
    let back = app.post(token, removal, &[]).await;
    assert_eq!(
        (back.status(), back.headers()["location"].to_str().unwrap()),
        (StatusCode::SEE_OTHER, path.as_str())
    );
    assert_eq!(played.played(arte).await, ["Arte FHD", "Arte HD", "Arte SD"]);
    assert_eq!(
        app.api(token, Method::GET, &new).await.status(),
        307,
        "its link leads on"
    );
    assert_eq!(app.post(token, removal, &[]).await.status(), 404);
}

#[tokio::test]
async fn a_split_that_cannot_be_says_why_at_its_form() {
    let played = Played::start().await;
    played.arte().await;
    let (app, token) = (&played.app, played.token.as_str());
    let (arte, cnn) = (played.channel_id("Arte").await, played.channel_id("CNN").await);
    let (of_arte, of_cnn) = (
        played.stream_id("Arte SD").await.to_string(),
        played.stream_id("CNN").await.to_string(),
    );
    let refused = async |channel: i64, part: &str, form: &[(&str, &str)], words: &str| {
        let path = format!("/channels/{channel}/split{part}");
        let refused = app.post(token, &path, form).await;
        assert_eq!(refused.status(), StatusCode::UNPROCESSABLE_ENTITY, "{words}");
        let page = refused.text().await.unwrap();
        let form = page
            .split("id=\"split-form\"")
            .nth(1)
            .unwrap_or_else(|| panic!("no form: {words}"));
        assert!(
            form.split("</form>").next().unwrap().contains(words),
            "{words}: {form}"
        );
        page
    };
    let only = [("stream", of_cnn.as_str())];
    refused(cnn, "", &only, "Leave at least one stream in the channel.").await;
    let nonsense = [("name", "Kept"), ("stream", "soon"), ("stream", of_arte.as_str())];
    let page = refused(arte, "", &nonsense, "Choose streams of this channel.").await;
    assert!(page.contains("value=\"Kept\""));
    let page = refused(arte, "?after=1", &[], "Choose the streams to split off.").await;
    assert!(
        page.contains("Choose Arte HD") && !page.contains("Choose Arte FHD"),
        "the part that was shown"
    );
    assert!(page.contains(&format!("/channels/{arte}/split?after=1")));
    let merge = [("into", arte.to_string())].map(|(name, id)| (name, id));
    app.post(
        token,
        &format!("/channels/{cnn}/merge"),
        &[("into", merge[0].1.as_str())],
    )
    .await;
    let page = refused(cnn, "", &[], "Choose the streams to split off.").await;
    assert!(
        page.contains("Choose CNN") && page.contains(&format!("action=\"/channels/{arte}/split\"")),
        "of the one it leads to"
    );
}

#[tokio::test]
async fn an_administrator_finds_the_channel_to_merge_into() {
    let played = Played::start().await;
    played.lists(&["Arte FHD", "Arte Concert", "CNN"]);
    played.sync().await;
    let (app, token) = (&played.app, played.token.as_str());
    let (arte, kanal) = (
        played.channel_id("Arte").await,
        played.channel_id("Arte Concert").await,
    );
    let path = format!("/channels/{kanal}/merge");
    let page = app.page(token, &path, 200).await;
    assert!(
        page.contains("favourites and plays then stay where they went") && page.contains("such as a number")
    );
    assert!(page.contains("Search the channel that") && !page.contains("Merge into this"));
    let page = app.page(token, &format!("{path}?q=arte"), 200).await;
    assert!(page.contains(">1 channel<") && page.contains(&format!("id=\"channel-{arte}\"")));
    let fragment = app.fragment(token, &format!("{path}?q=nothing")).await;
    assert!(fragment.starts_with("<section id=\"results\"") && fragment.contains("No other channel matches"));
    let into = arte.to_string();
    let merged = app.post(token, &path, &[("into", into.as_str())]).await;
    assert_eq!(merged.status(), StatusCode::SEE_OTHER);
    assert_eq!(merged.headers()["location"], format!("/channels/{arte}"));
    let page = app.page(token, &format!("/channels/{arte}"), 200).await;
    assert!(page.contains("Merged by hand") && page.contains("was merged into"));
    assert_eq!(played.played(arte).await, ["Arte FHD", "Arte Concert"]);
    let itself = app.post(token, &path, &[("into", into.as_str())]).await;
    assert_eq!(itself.status(), 422);
    let removal = page
        .split("action=\"")
        .find(|part| part.contains("/decisions/"))
        .unwrap();
    let removal = removal.split('"').next().unwrap();
    let back = app.post(token, removal, &[]).await;
    let back = app
        .client
        .get(app.url(back.headers()["location"].to_str().unwrap()))
        .bearer_auth(token)
        .header(
            "Cookie",
            back.headers()["set-cookie"]
                .to_str()
                .unwrap()
                .split(';')
                .next()
                .unwrap(),
        );
    let back = back.send().await.unwrap().text().await.unwrap();
    assert!(
        back.contains("Its favourites and plays stay with this channel."),
        "{back}"
    );
    app.page(token, "/channels/99/merge", 404).await;
    app.page(token, &format!("{path}?q={}", "x".repeat(201)), 422)
        .await;
}
