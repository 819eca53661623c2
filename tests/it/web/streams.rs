//! What an administrator does to the streams of a channel, on its page and as JSON.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use super::played::Played;
use crate::on_both_engines;

impl Played {
    /// Two channels: Arte with three streams, CNN with one.
    pub async fn arte(&self) {
        self.lists(&["Arte FHD", "Arte HD", "Arte SD", "CNN"]);
        self.sync().await;
    }

    pub async fn channel_id(&self, name: &str) -> i64 {
        let sql = "select id from channels where name = $1 and stream_count > 0";
        let (id,): (i64,) = self.app.ctx.db.one(sql, vec![name.into()]).await.unwrap();
        id
    }

    pub async fn stream_id(&self, name: &str) -> i64 {
        let sql = "select id from channel_streams where original_name = $1";
        let (id,): (i64,) = self.app.ctx.db.one(sql, vec![name.into()]).await.unwrap();
        id
    }

    /// The names of a channel's streams in play order, as programs see them.
    pub async fn played(&self, channel: i64) -> Vec<String> {
        let path = format!("/api/channels/{channel}/streams");
        names(&self.app.json(&self.token, &path, 200).await)
    }

    async fn put_order(&self, channel: i64, ids: &Value) -> reqwest::Response {
        let path = format!("/api/channels/{channel}/streams/order");
        let body = json!({ "stream_ids": ids });
        self.app.send(&self.token, Method::PUT, &path, &body).await
    }

    async fn playlist(&self) -> String {
        let me = self.app.json(&self.token, "/api/auth/me", 200).await;
        let answer = self.app.get(me["playlist_url"].as_str().unwrap()).await;
        assert_eq!(answer.status(), 200);
        answer.text().await.unwrap()
    }
}

fn names(list: &Value) -> Vec<String> {
    let items = list["items"].as_array().unwrap().iter();
    items
        .map(|item| item["original_name"].as_str().unwrap().to_owned())
        .collect()
}

on_both_engines! {
    async fn programs_set_the_order_and_give_it_back(played: Played) {
        played.arte().await;
        let (arte, sd, cnn) = (played.channel_id("Arte").await, played.stream_id("Arte SD").await, played.stream_id("CNN").await);
        let answer = played.put_order(arte, &json!([sd])).await;
        assert_eq!(answer.status(), 200);
        let list: Value = answer.json().await.unwrap();
        assert_eq!(names(&list), ["Arte SD", "Arte FHD", "Arte HD"]);
        let places: Vec<(i64, bool)> = list["items"].as_array().unwrap().iter()
            .map(|item| (item["backup_order"].as_i64().unwrap(), item["placed_by_hand"].as_bool().unwrap())).collect();
        assert_eq!(places, [(0, true), (1, false), (2, false)]);
        assert_eq!(list["items"][0]["order_reason"], "placed first by hand");
        for wrong in [json!([sd, sd]), json!([cnn]), json!([987_654_321]), json!("1"), json!([1.5]), json!(null)] {
            let answer = played.put_order(arte, &wrong).await;
            assert_eq!(answer.status(), 422, "{wrong}");
        }
        let answer: Value = played.put_order(arte, &json!([cnn])).await.json().await.unwrap();
        assert!(answer["error"]["fields"]["stream_ids"].is_array(), "{answer}");
        assert_eq!(played.put_order(987_654_321, &json!([])).await.status(), 404);
        assert_eq!(played.played(arte).await, ["Arte SD", "Arte FHD", "Arte HD"]);
        assert_eq!(played.put_order(arte, &json!([])).await.status(), 200);
        assert_eq!(played.played(arte).await, ["Arte FHD", "Arte HD", "Arte SD"]);
    }

    async fn a_stream_that_is_off_is_in_no_playlist(played: Played) {
        played.arte().await;
        let (arte, cnn) = (played.stream_id("Arte FHD").await, played.stream_id("CNN").await);
        let switch = async |id: i64, enabled: Value| {
            let body = json!({ "enabled": enabled });
            played.app.send(&played.token, Method::PATCH, &format!("/api/streams/{id}"), &body).await
        };
        let answer = switch(cnn, json!(false)).await;
        assert_eq!(answer.status(), 200);
        let stream: Value = answer.json().await.unwrap();
        assert_eq!((&stream["id"], &stream["enabled"]), (&json!(cnn), &json!(false)));
        assert!(!played.playlist().await.contains(",CNN"), "nothing of it can be played");
        switch(arte, json!(false)).await;
        assert!(played.playlist().await.contains(",Arte"), "two others are left");
        assert_eq!(switch(arte, json!("no")).await.status(), 422);
        assert_eq!(switch(987_654_321, json!(false)).await.status(), 404);
        switch(cnn, json!(true)).await;
        assert!(played.playlist().await.contains(",CNN"));
    }
}

#[tokio::test]
async fn an_administrator_moves_and_switches_streams_without_scripts() {
    let played = Played::start().await;
    played.arte().await;
    let (app, token) = (&played.app, played.token.as_str());
    let (arte, sd) = (played.channel_id("Arte").await, played.stream_id("Arte SD").await);
    let path = format!("/channels/{arte}");
    let page = app.page(token, &path, 200).await;
    assert!(page.contains("aria-label=\"Play earlier: Arte SD\""));
    assert!(!page.contains("Give the order back"));
    let moved = app
        .post(token, &format!("{path}/streams/{sd}/place"), &[("move", "up")])
        .await;
    assert_eq!(moved.status(), StatusCode::SEE_OTHER);
    assert_eq!(moved.headers()["location"], format!("{path}#stream-{sd}"));
    assert_eq!(played.played(arte).await, ["Arte FHD", "Arte SD", "Arte HD"]);
    let fragment = app
        .post_fragment(token, &format!("{path}/streams/{sd}/place"), &[("move", "up")])
        .await;
    let fragment = fragment.text().await.unwrap();
    assert!(fragment.starts_with("<section class=\"stack\" id=\"streams\""));
    assert!(fragment.contains("Placed first by hand") && fragment.contains("Give the order back"));
    assert_eq!(played.played(arte).await, ["Arte SD", "Arte FHD", "Arte HD"]);
    let off = app
        .post(token, &format!("{path}/streams/{sd}/deactivation"), &[])
        .await;
    assert_eq!(off.status(), StatusCode::SEE_OTHER);
    let page = app.page(token, &path, 200).await;
    assert!(page.contains("Switch on: Arte SD") && page.contains("2 in use of 3"));
    app.post(token, &format!("{path}/streams/{sd}/activation"), &[])
        .await;
    let back = app.post(token, &format!("{path}/order/removal"), &[]).await;
    assert_eq!(back.status(), StatusCode::SEE_OTHER);
    assert_eq!(played.played(arte).await, ["Arte FHD", "Arte HD", "Arte SD"]);
    for (path, form, status) in [
        (
            format!("{path}/streams/{sd}/place"),
            [("move", "sideways")].as_slice(),
            422,
        ),
        (format!("{path}/streams/99/place"), &[("move", "up")], 404),
        ("/channels/99/order/removal".to_owned(), &[], 404),
        (format!("{path}/streams/99/activation"), &[], 404),
    ] {
        assert_eq!(app.post(token, &path, form).await.status(), status, "{path}");
    }
}

#[tokio::test]
async fn what_is_swapped_in_keeps_ticks_and_says_what_was_done() {
    let played = Played::start().await;
    played.arte().await;
    let (app, token) = (&played.app, played.token.as_str());
    let (arte, sd) = (played.channel_id("Arte").await, played.stream_id("Arte SD").await);
    let hd = played.stream_id("Arte HD").await.to_string();
    let path = format!("/channels/{arte}");
    let page = app.page(token, &path, 200).await;
    let button = |html: &str, id: &str| {
        let tag = html
            .split("<button")
            .find(|tag| tag.contains(&format!(" id=\"{id}\"")))
            .unwrap();
        tag.split('>').next().unwrap().to_owned()
    };
    let last = button(&page, &format!("down-{sd}"));
    assert!(
        last.contains("aria-disabled=\"true\"")
            && last.contains("type=\"button\"")
            && !last.contains(" disabled"),
        "{last}"
    );
    assert!(!button(&page, &format!("up-{sd}")).contains("disabled"));
    let ticked = [("move", "up"), ("stream", hd.as_str()), ("stream", "x")];
    let sent = [&ticked[..2]].concat();
    let moved = app
        .post_fragment(token, &format!("{path}/streams/{sd}/place"), &sent)
        .await;
    let moved = moved.text().await.unwrap();
    assert!(
        moved.contains("Choose Arte HD\" checked") && moved.matches("\" checked").count() == 1,
        "{moved}"
    );
    assert!(
        moved.contains("The order is yours now") && moved.contains("data-toast=\"success\""),
        "{moved}"
    );
    let nonsense = app
        .post_fragment(token, &format!("{path}/streams/{sd}/place"), &ticked)
        .await;
    assert_eq!(nonsense.status(), StatusCode::OK, "ticks are only looks");
    let back = app
        .post_fragment(token, &format!("{path}/order/removal"), &sent)
        .await;
    let back = back.text().await.unwrap();
    assert!(back.contains("by their own merit again") && back.contains("Choose Arte HD\" checked"));
    assert!(back.contains("id=\"streams-title\" tabindex=\"-1\""));
}

#[tokio::test]
async fn a_viewer_sees_the_streams_and_changes_nothing() {
    let played = Played::start().await;
    played.arte().await;
    let (app, viewer) = (&played.app, played.app.viewer_token("guest").await);
    let (arte, sd) = (played.channel_id("Arte").await, played.stream_id("Arte SD").await);
    let page = app.page(&viewer, &format!("/channels/{arte}"), 200).await;
    assert!(page.contains("Arte SD") && !page.contains("Play earlier") && !page.contains("Switch off"));
    for path in [
        format!("/channels/{arte}/streams/{sd}/place"),
        format!("/channels/{arte}/streams/{sd}/activation"),
        format!("/channels/{arte}/streams/{sd}/deactivation"),
        format!("/channels/{arte}/order/removal"),
    ] {
        let answer = app.post(&viewer, &path, &[("move", "up")]).await;
        assert_eq!(answer.status(), 403, "{path}");
    }
    assert_eq!(played.played(arte).await, ["Arte FHD", "Arte HD", "Arte SD"]);
}
