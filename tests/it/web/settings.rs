use std::time::{Duration, Instant};

use m3u_strm_processor::db::Engine;
use m3u_strm_processor::features::settings::{self, CATEGORIES, KEYS};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::on_both_engines;
use crate::support::{TestApp, acts};

const PATIENCE: Duration = Duration::from_secs(20);

/// The fields of a category as they stand, as its form sends them, with some of them typed anew.
async fn form(app: &TestApp, category: &str, typed: &[(&str, &str)]) -> Vec<(String, String)> {
    let all = settings::list(&app.ctx).await.unwrap();
    let mut fields: Vec<(String, String)> = all
        .into_iter()
        .filter(|setting| setting.rules().category == category && !setting.is_locked())
        .filter_map(|setting| {
            let text = match &setting.value {
                Value::Bool(false) => return None,
                Value::String(text) if setting.changed => text.clone(),
                Value::String(_) | Value::Null if category == "system" => String::new(),
                Value::String(text) => text.clone(),
                other => other.to_string(),
            };
            Some((setting.key.to_owned(), text))
        })
        .collect();
    for (name, text) in typed {
        fields.retain(|(known, _)| known != name);
        fields.push(((*name).to_owned(), (*text).to_owned()));
    }
    fields
}

async fn save(app: &TestApp, token: &str, category: &str, typed: &[(&str, &str)]) -> reqwest::Response {
    let fields = form(app, category, typed).await;
    let fields: Vec<(&str, &str)> = fields
        .iter()
        .map(|(name, text)| (name.as_str(), text.as_str()))
        .collect();
    app.post(token, &format!("/settings/{category}"), &fields).await
}

on_both_engines! {
    async fn a_setting_is_saved_shown_with_who_changed_it_and_given_back(app: TestApp) {
        let token = app.admin_token().await;
        let page = app.page(&token, "/settings", 200).await;
        assert!(page.contains("Default: 0 */6 * * *") && page.contains("Next at "), "{page}");
        assert!(page.contains("Default: 3,600 seconds") && !page.contains("to its default"), "{page}");
        let saved = save(&app, &token, "sync", &[("sync_timeout", " 90 ")]).await;
        assert_eq!((saved.status(), &saved.headers()["location"]), (StatusCode::SEE_OTHER, &"/settings/sync".parse().unwrap()));
        assert_eq!(settings::load(&app.ctx).await.unwrap().sync_timeout.as_secs(), 90);
        let page = app.page(&token, "/settings/sync", 200).await;
        assert!(page.contains("value=\"90\"") && page.contains("changed by <bdi>admin</bdi>"), "{page}");
        assert!(page.contains("Reset Longest sync to its default"));
        let again = save(&app, &token, "sync", &[]).await;
        assert_eq!(again.status(), StatusCode::SEE_OTHER);
        let back = app.post(&token, "/settings/sync/defaults", &[("key", "sync_timeout")]).await;
        assert_eq!(back.status(), StatusCode::SEE_OTHER);
        assert!(app.page(&token, "/settings/sync", 200).await.contains("value=\"3600\""));
        let mut acts = acts(&app.ctx).await;
        acts.retain(|act| act.starts_with("setting"));
        assert_eq!(acts, ["setting.changed setting:sync_timeout", "setting.reset setting:sync_timeout"]);
    }

    async fn what_is_wrong_is_said_at_its_field_and_nothing_is_saved(app: TestApp) {
        let token = app.admin_token().await;
        let typed = [("sync_timeout", "an hour"), ("sync_shrink_guard_percent", "30")];
        let refused = save(&app, &token, "sync", &typed).await;
        assert_eq!(refused.status(), StatusCode::UNPROCESSABLE_ENTITY);
        let page = refused.text().await.unwrap();
        let typed = [("auto_sync_schedule", "0 25 * * *")];
        let wrong = save(&app, &token, "sync", &typed).await;
        assert_eq!(wrong.status(), StatusCode::UNPROCESSABLE_ENTITY);
        assert!(wrong.text().await.unwrap().contains("The hour is not understood: it is 0 to 23"));
        for text in ["value=\"an hour\"", "value=\"30\"", "This must be a whole number from 10 to 86400.", "href=\"#setting-sync_timeout\""] {
            assert!(page.contains(text), "{text} is not in {page}");
        }
        assert_eq!(settings::load(&app.ctx).await.unwrap().sync_shrink_guard_percent, 20);
        for (category, key) in [("sync", "strm_link_mode"), ("sync", "nothing"), ("nothing", "sync_timeout")] {
            let path = format!("/settings/{category}/defaults");
            assert_eq!(app.post(&token, &path, &[("key", key)]).await.status(), 404, "{category} {key}");
        }
        app.page(&token, "/settings/nothing", 404).await;
    }

    async fn boxes_and_choices_are_saved_as_they_are_sent(app: TestApp) {
        let token = app.admin_token().await;
        let typed = [("strm_include_year", "true"), ("strm_link_mode", "redirect")];
        assert_eq!(app.post(&token, "/settings/strm", &typed).await.status(), StatusCode::SEE_OTHER);
        let settings = settings::load(&app.ctx).await.unwrap();
        assert!(settings.strm_include_year && !settings.strm_organize_by_genre);
        let refused = app.post(&token, "/settings/strm", &[("strm_link_mode", "teleport")]).await;
        assert_eq!(refused.status(), StatusCode::UNPROCESSABLE_ENTITY);
        assert!(refused.text().await.unwrap().contains("This must be one of: relay, redirect."));
    }

    async fn programs_change_settings_one_by_one_or_all_or_none(app: TestApp) {
        let token = app.admin_token().await;
        let path = "/api/settings/sync_timeout";
        let changed = app.send(&token, Method::PUT, path, &json!({ "value": 60 })).await;
        assert_eq!(changed.status(), 200);
        let shown: Value = changed.json().await.unwrap();
        assert_eq!((&shown["value"], &shown["default"], &shown["changed"]), (&json!(60), &json!(3600), &json!(true)));
        for wrong in [json!("60"), json!(0), json!(1.5), Value::Null] {
            let refused = app.send(&token, Method::PUT, path, &json!({ "value": wrong })).await;
            assert_eq!(refused.status(), 422, "{wrong}");
        }
        let unknown = app.send(&token, Method::PUT, "/api/settings/nothing", &json!({ "value": 1 })).await;
        assert_eq!(unknown.status(), 404);
        let mixed = json!({ "settings": { "sync_timeout": 70, "requests_burst": 1 } });
        assert_eq!(app.send(&token, Method::POST, "/api/settings/bulk-update", &mixed).await.status(), 422);
        assert_eq!(app.json(&token, path, 200).await["value"], 60);
        assert_eq!(app.api(&token, Method::DELETE, path).await.status(), 204);
        assert_eq!(app.json(&token, path, 200).await["value"], 3600);
        assert_eq!(app.api(&token, Method::DELETE, "/api/settings/nothing").await.status(), 404);
        let categories = app.json(&token, "/api/settings/categories", 200).await;
        assert_eq!(categories.as_object().unwrap().len(), CATEGORIES.len());
        assert_eq!(app.json(&token, "/api/settings", 200).await["total"], KEYS.len());
    }
}

#[tokio::test]
async fn what_the_configuration_fixes_is_locked_and_says_where() {
    let flags = [
        ("public_url", "http://flag.example"),
        ("time_zone", "Europe/Berlin"),
    ];
    let app = TestApp::with(Engine::Sqlite, &flags).await;
    let token = app.admin_token().await;
    let page = app.page(&token, "/settings/system", 200).await;
    for text in [
        "<code>--public-url on the command line</code>",
        "value=\"http://flag.example\" id=\"setting-public_url\" name=\"public_url\" disabled",
        "value=\"Europe/Berlin\"",
    ] {
        assert!(page.contains(text), "{text} is not in {page}");
    }
    let saved = save(&app, &token, "system", &[("requests_burst", "700")]).await;
    assert_eq!(saved.status(), StatusCode::SEE_OTHER);
    assert_eq!(settings::load(&app.ctx).await.unwrap().requests_burst, 700);
    let fixed = app
        .post(&token, "/settings/system/defaults", &[("key", "time_zone")])
        .await;
    assert_eq!(fixed.status(), StatusCode::CONFLICT);
    let shown = app.json(&token, "/api/settings/public_url", 200).await;
    assert_eq!(
        (&shown["locked"], &shown["locked_by"]),
        (&json!(true), &json!("flag"))
    );
}

#[tokio::test]
async fn leaving_a_field_answers_with_its_message_alone() {
    let app = TestApp::with(Engine::Sqlite, &[]).await;
    let token = app.admin_token().await;
    for (typed, is_wrong) in [("0", true), ("60", false)] {
        let fields = [("field", "sync_timeout"), ("sync_timeout", typed)];
        let answer = app.post_fragment(&token, "/settings/sync/checks", &fields).await;
        let message = answer.text().await.unwrap();
        assert!(
            message.starts_with("<p class=\"field-error\" id=\"setting-sync_timeout-error\""),
            "{message}"
        );
        assert_eq!(message.contains("whole number from 10"), is_wrong);
    }
}

#[tokio::test]
async fn the_zone_of_every_page_follows_its_setting() {
    let app = TestApp::with(Engine::Sqlite, &[]).await;
    let token = app.admin_token().await;
    let changed = save(&app, &token, "system", &[("time_zone", "Asia/Tokyo")]).await;
    assert_eq!(changed.status(), StatusCode::SEE_OTHER);
    let deadline = Instant::now() + PATIENCE;
    while !app.page(&token, "/account", 200).await.contains(" JST") {
        assert!(Instant::now() < deadline, "times are not those of Tokyo");
    }
}

#[tokio::test]
async fn the_limit_of_requests_follows_its_settings() {
    let app = TestApp::with(Engine::Sqlite, &[]).await;
    let token = app.admin_token().await;
    let typed = [("requests_per_second", "10"), ("requests_burst", "100")];
    assert_eq!(
        save(&app, &token, "system", &typed).await.status(),
        StatusCode::SEE_OTHER
    );
    let deadline = Instant::now() + PATIENCE;
    loop {
        // As long as the former limit holds, two thousand at once are no trouble.
        let many = (0..150).map(|_| app.api(&token, Method::GET, "/api/auth/me"));
        let answers = futures_util::future::join_all(many).await;
        if answers.iter().any(|answer| answer.status() == 429) {
            break;
        }
        assert!(Instant::now() < deadline, "nobody was told to wait");
    }
}
