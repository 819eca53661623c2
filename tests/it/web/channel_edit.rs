use m3u_strm_processor::db::Engine;
use reqwest::StatusCode;

use crate::support::{TestApp, seed};

async fn filled() -> (TestApp, String) {
    let app = TestApp::with(Engine::Sqlite, &[]).await;
    seed::catalogue(&app.ctx.db, 3).await;
    let token = app.admin_token().await;
    (app, token)
}

/// The value of a control.
fn value(html: &str, name: &str) -> String {
    let tag = html
        .split('<')
        .find(|tag| tag.contains(&format!("name=\"{name}\"")))
        .unwrap();
    let value = tag.split(" value=\"").nth(1).unwrap_or_default();
    value
        .split('"')
        .next()
        .unwrap()
        .replace("&#34;", "\"")
        .replace("&#38;", "&")
}

/// The form as it is shown, with some of it typed anew.
fn typed<'a>(page: &'a str, changes: &[(&'a str, &'a str)]) -> Vec<(&'a str, String)> {
    let mut form: Vec<(&str, String)> = [
        "shown", "name", "number", "category", "tags", "logo_url", "epg_id",
    ]
    .map(|name| (name, value(page, name)))
    .into();
    form.push(("enabled", "true".to_owned()));
    for (name, text) in changes {
        form.retain(|(known, _)| known != name);
        form.push((name, (*text).to_owned()));
    }
    form
}

async fn send(app: &TestApp, token: &str, form: &[(&str, String)]) -> reqwest::Response {
    let form: Vec<(&str, &str)> = form.iter().map(|(name, text)| (*name, text.as_str())).collect();
    app.post(token, "/channels/1", &form).await
}

#[tokio::test]
async fn a_form_sets_what_was_typed_and_leaves_the_rest_to_the_providers() {
    let (app, token) = filled().await;
    let page = app.page(&token, "/channels/1/edit", 200).await;
    assert!(page.starts_with("<!doctype html>") && page.contains("action=\"/channels/1\""));
    let dialog = app.fragment(&token, "/channels/1/edit").await;
    assert!(dialog.starts_with("<dialog") && dialog.contains("Edit Channel 1"));
    assert!(!page.contains("Give the"), "nothing is set by hand yet");
    let saved = send(&app, &token, &typed(&page, &[])).await;
    assert_eq!(saved.status(), StatusCode::SEE_OTHER);
    assert!(!app.page(&token, "/channels/1", 200).await.contains("Set by hand"));
    let form = typed(
        &page,
        &[
            ("name", "<b>Eins</b>"),
            ("number", "2.1"),
            ("enabled", "false"),
            ("tags", "Kids, late night"),
        ],
    );
    let saved = send(&app, &token, &form).await;
    assert_eq!(
        (saved.status(), saved.headers()["location"].to_str().unwrap()),
        (StatusCode::SEE_OTHER, "/channels/1")
    );
    let shown = app.page(&token, "/channels/1", 200).await;
    assert!(shown.contains("&#60;b&#62;Eins") && !shown.contains("<b>Eins"));
    assert!(shown.contains("name, number, switched on or off") && shown.contains("Switched off"));
    assert!(shown.contains("href=\"/channels?tag=late%20night\""));
    let list = app.page(&token, "/channels?tag=late+night", 200).await;
    assert!(list.contains("Tag: late night") && list.matches("<tr id=\"channel-").count() == 1);
    let page = app.page(&token, "/channels/1/edit", 200).await;
    assert!(page.contains("Give the name back") && !page.contains("Give the category back"));
    let form = typed(&page, &[("back_name", "true")]);
    send(&app, &token, &form).await;
    let shown = app.page(&token, "/channels/1", 200).await;
    assert!(shown.contains("<bdi>Channel 1</bdi>") && !shown.contains("Switched off"));
}

#[tokio::test]
async fn what_a_sync_changed_meanwhile_is_not_set_by_a_form_that_showed_the_old() {
    let (app, token) = filled().await;
    let page = app.page(&token, "/channels/1/edit", 200).await;
    let sql = "update channels set name = 'Renamed' where id = 1";
    app.ctx.db.execute(sql, Vec::new()).await.unwrap();
    send(&app, &token, &typed(&page, &[("category", "Mine")])).await;
    let channel = app.json(&token, "/api/channels/1", 200).await;
    assert_eq!(
        (&channel["name"], &channel["by_hand"]),
        (&"Renamed".into(), &serde_json::json!(["category"]))
    );
}

#[tokio::test]
async fn a_refused_form_comes_back_with_what_was_typed() {
    let (app, token) = filled().await;
    let page = app.page(&token, "/channels/1/edit", 200).await;
    let form = typed(&page, &[("number", "3"), ("name", "Eins")]);
    let refused = send(&app, &token, &form).await;
    assert_eq!(refused.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let again = refused.text().await.unwrap();
    assert!(again.contains("“Channel 3” has this number.") && value(&again, "name") == "Eins");
    let form = typed(&again, &[("number", "x"), ("logo_url", "javascript:alert(1)")]);
    let again = send(&app, &token, &form).await.text().await.unwrap();
    assert!(again.contains("A number is a whole number") && again.contains("must begin with http"));
    let checked = app
        .post_fragment(
            &token,
            "/channels/1/checks",
            &[("field", "number"), ("number", "2")],
        )
        .await;
    assert!(
        checked
            .text()
            .await
            .unwrap()
            .contains("“Channel 2” has this number.")
    );
    assert_eq!(app.json(&token, "/api/channels/1", 200).await["number"], 1);
}

#[tokio::test]
async fn only_administrators_find_the_form() {
    let (app, token) = filled().await;
    let viewer = app.viewer_token("guest").await;
    assert!(
        app.page(&token, "/channels/1", 200)
            .await
            .contains("/channels/1/edit")
    );
    assert!(
        !app.page(&viewer, "/channels/1", 200)
            .await
            .contains("/channels/1/edit")
    );
    app.page(&viewer, "/channels/1/edit", 403).await;
    for path in ["/channels/1", "/channels/1/checks"] {
        assert_eq!(
            app.post(&viewer, path, &[("name", "x")]).await.status(),
            403,
            "{path}"
        );
    }
    app.page(&token, "/channels/99/edit", 404).await;
}
