use m3u_strm_processor::simulator::Fault;
use reqwest::StatusCode;

use super::played::{LIST, Played};
use crate::on_both_engines;
use crate::support::acts;

fn fields<'a>(name: &'a str, url: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![
        ("name", name),
        ("type", "m3u"),
        ("m3u_url", url),
        ("priority", "50"),
        ("enabled", "true"),
    ]
}

/// The value of a field's control.
fn value(html: &str, id: &str) -> String {
    let tag = html
        .split('<')
        .find(|tag| tag.contains(&format!("id=\"{id}\"")))
        .unwrap();
    let value = tag.split(" value=\"").nth(1).unwrap_or_default();
    value.split('"').next().unwrap().to_owned()
}

on_both_engines! {
    async fn a_form_makes_a_provider_once_and_leads_to_its_first_sync(played: Played) {
        let (app, token) = (&played.app, played.token.as_str());
        let page = app.page(token, "/providers/new", 200).await;
        assert!(page.starts_with("<!doctype html>") && page.contains("action=\"/providers\""));
        let dialog = app.fragment(token, "/providers/new").await;
        assert!(dialog.starts_with("<dialog") && dialog.contains("Add a provider"));
        let key = page.split("name=\"form_key\" value=\"").nth(1).unwrap().split('"').next().unwrap();
        let url = played.simulator.url("/other.m3u?password=s3cret");
        let mut form = fields("Attic", &url);
        form.push(("form_key", key));
        let made = app.post(token, "/providers", &form).await;
        assert_eq!(made.status(), StatusCode::SEE_OTHER);
        let path = made.headers()["location"].to_str().unwrap().to_owned();
        let again = app.post_fragment(token, "/providers", &form).await;
        assert_eq!((again.status(), again.headers()["hx-redirect"].to_str().unwrap()), (StatusCode::NO_CONTENT, path.as_str()));
        let page = app.page(token, &path, 200).await;
        assert!(page.contains("Fetch its channels") && page.contains("Sync now") && page.contains("password=***"));
        assert!(!page.contains("s3cret"));
        assert!(acts(&app.ctx).await.iter().any(|act| act.starts_with("provider.created")));
        assert!(app.page(token, "/providers", 200).await.contains("2 providers"));
    }

    async fn a_taken_name_comes_back_with_the_form_and_without_secrets(played: Played) {
        let (app, token) = (&played.app, played.token.as_str());
        let form = fields("Living room", "http://tv.example/get.php?password=s3cret");
        let refused = app.post(token, "/providers", &form).await;
        assert_eq!(refused.status(), StatusCode::UNPROCESSABLE_ENTITY);
        let page = refused.text().await.unwrap();
        assert!(page.contains("Another provider has this name.") && page.contains("Type the address again"));
        assert_eq!(value(&page, "provider-name"), "Living room");
        assert!(!page.contains("s3cret"));
        let refused = app.post_fragment(token, "/providers", &form).await;
        assert_eq!(refused.status(), StatusCode::UNPROCESSABLE_ENTITY);
        let fragment = refused.text().await.unwrap();
        assert!(fragment.starts_with("<form") && fragment.contains("data-form-errors"), "{fragment}");
    }

    async fn editing_keeps_the_secrets_that_are_shown_masked(played: Played) {
        let (app, token) = (&played.app, played.token.as_str());
        let edit = format!("{}/edit", played.path());
        let page = app.page(token, &edit, 200).await;
        assert!(!page.contains("s3cret"));
        let masked = value(&page, "provider-m3u_url").replace("&#38;", "&").replace("&amp;", "&");
        assert!(masked.contains("password=***"), "{masked}");
        assert!(app.fragment(token, &edit).await.starts_with("<dialog"));
        let saved = app.post(token, &played.path(), &fields("Kitchen", &masked)).await;
        assert_eq!(saved.status(), StatusCode::SEE_OTHER);
        played.lists(&["Alpha"]);
        played.sync().await;
        let asked = played.simulator.requests();
        assert!(asked.iter().any(|request| format!("{request:?}").contains("password=s3cret")), "{asked:?}");
        assert!(app.page(token, &played.path(), 200).await.contains("<h1>Kitchen</h1>"));
        let refused = app.post(token, "/providers/99", &fields("Kitchen", &masked)).await;
        assert_eq!(refused.status(), StatusCode::NOT_FOUND);
    }
}

#[tokio::test]
async fn leaving_a_field_answers_with_the_message_of_that_field_alone() {
    let played = Played::start().await;
    let (app, token) = (&played.app, played.token.as_str());
    for (field, name, wrong) in [
        ("name", "Living room", "Another provider has this name."),
        ("name", "", "provider-name-error"),
        ("m3u_url", "Attic", "provider-m3u_url-error"),
    ] {
        let mut form = fields(name, "ftp://tv.example/");
        form.push(("field", field));
        let message = app
            .post_fragment(token, "/providers/checks", &form)
            .await
            .text()
            .await
            .unwrap();
        assert!(message.starts_with("<p class=\"field-error\""), "{message}");
        assert!(
            message.contains(wrong) && !message.ends_with("></p>"),
            "{message}"
        );
        assert_eq!(message.matches("field-error\"").count(), 1);
    }
    let mut form = fields("Living room", "ftp://tv.example/");
    form.push(("field", "name"));
    let own = app
        .post_fragment(token, &format!("{}/checks", played.path()), &form)
        .await;
    assert!(
        own.text().await.unwrap().trim_end().ends_with("></p>"),
        "its own name is free for it"
    );
}

#[tokio::test]
async fn a_connection_is_tested_stored_or_not_yet_and_never_tells_a_password() {
    let played = Played::start().await;
    let (app, token) = (&played.app, played.token.as_str());
    played.lists(&["Alpha"]);
    let tests = format!("{}/tests", played.path());
    let fragment = app.post_fragment(token, &tests, &[]).await.text().await.unwrap();
    assert!(
        fragment.starts_with("<div class=\"notice notice-success\"") && fragment.contains("sends a playlist"),
        "{fragment}"
    );
    let url = played.simulator.url(LIST);
    let unsaved = app
        .post_fragment(token, "/providers/tests", &fields("New", &url))
        .await;
    assert!(
        unsaved
            .text()
            .await
            .unwrap()
            .contains("The address sends a playlist.")
    );
    let page = app
        .post(token, "/providers/tests", &fields("New", &url))
        .await
        .text()
        .await
        .unwrap();
    assert!(page.contains("sends a playlist") && !page.contains("s3cret"));
    let nothing = app
        .post_fragment(token, "/providers/tests", &fields("New", ""))
        .await;
    assert_eq!(nothing.status(), StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        nothing
            .text()
            .await
            .unwrap()
            .contains("There is nothing to test yet")
    );
    played.simulator.fault("*", Fault::html());
    let page = app.post(token, &tests, &[]).await.text().await.unwrap();
    assert!(
        page.contains("web page instead of a playlist") && !page.contains("s3cret"),
        "{page}"
    );
}

#[tokio::test]
async fn a_provider_is_switched_off_and_on_and_deleted_after_a_question() {
    let played = Played::start().await;
    let (app, token, path) = (&played.app, played.token.as_str(), played.path());
    app.post(token, &format!("{path}/deactivation"), &[]).await;
    let page = app.page(token, &path, 200).await;
    assert!(page.contains("It is disabled") && !page.contains("Sync now"));
    app.post(token, &format!("{path}/activation"), &[]).await;
    assert!(app.page(token, &path, 200).await.contains("Sync now"));
    let question = app.fragment(token, &format!("{path}/removal")).await;
    assert!(question.contains("Delete Living room?") && question.contains("Keep provider"));
    let deleted = app.post(token, &format!("{path}/removal"), &[]).await;
    assert_eq!(deleted.headers()["location"], "/providers");
    app.page(token, &path, 404).await;
    played.last_job().await;
    assert!(
        app.page(token, "/jobs", 200)
            .await
            .contains("Removal of a deleted provider")
    );
    assert!(
        app.page(token, "/providers", 200)
            .await
            .contains("Add your first provider")
    );
}
