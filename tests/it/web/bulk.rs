use m3u_strm_processor::db::Engine;
use reqwest::StatusCode;

use crate::support::{TestApp, seed};

async fn filled() -> (TestApp, String) {
    let app = TestApp::with(Engine::Sqlite, &[]).await;
    seed::catalogue(&app.ctx.db, 60).await;
    let token = app.admin_token().await;
    (app, token)
}

#[tokio::test]
async fn the_list_offers_rows_and_all_that_match_to_administrators_alone() {
    let (app, token) = filled().await;
    let list = app.page(&token, "/channels?category=News&sort=number", 200).await;
    assert_eq!(list.matches("form=\"bulk\" name=\"ids\"").count(), 30);
    assert!(list.contains("Change all 30 that match"));
    assert!(
        list.contains("name=\"in_category\" value=\"News\"")
            && list.contains("name=\"sort\" value=\"number\"")
    );
    assert!(app.page(&token, "/channels", 200).await.contains("Change all 60"));
    let viewer = app.viewer_token("guest").await;
    let list = app.page(&viewer, "/channels", 200).await;
    assert!(!list.contains("name=\"ids\"") && !list.contains("/channels/bulk"));
}

#[tokio::test]
async fn a_form_says_how_many_it_is_about_and_leads_to_the_job() {
    let (app, token) = filled().await;
    let page = app
        .page(
            &token,
            "/channels/bulk?in_category=News&sort=number&all=true",
            200,
        )
        .await;
    assert!(page.starts_with("<!doctype html>") && page.contains("Change 30 channels"));
    let dialog = app
        .fragment(&token, "/channels/bulk?ids=1&ids=2&in_category=News")
        .await;
    assert!(dialog.starts_with("<dialog") && dialog.contains("Change 2 channels"));
    let none = app.page(&token, "/channels/bulk?in_category=News", 422).await;
    assert!(none.contains("Choose at least one channel."));
    let chosen = [
        ("all", "true"),
        ("in_category", "News"),
        ("with_tag", ""),
        ("category", ""),
    ];
    let refused = app
        .post(
            &token,
            "/channels/bulk",
            &[&chosen[..], &[("action", "set_category")]].concat(),
        )
        .await;
    assert_eq!(refused.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let again = refused.text().await.unwrap();
    assert!(again.contains("Give the category a name.") && again.contains("Change 30 channels"));
    let begun = app
        .post(
            &token,
            "/channels/bulk",
            &[&chosen[..], &[("action", "disable")]].concat(),
        )
        .await;
    assert_eq!(begun.status(), StatusCode::SEE_OTHER);
    let path = begun.headers()["location"].to_str().unwrap().to_owned();
    let id = path.trim_start_matches("/jobs/").parse().unwrap();
    app.ctx
        .jobs
        .follow(m3u_strm_processor::support::ids::JobId(id), |_| {})
        .await
        .unwrap();
    let job = app.page(&token, &path, 200).await;
    assert!(
        job.contains("Change of channels") && job.contains("30 changed"),
        "{job}"
    );
    assert!(
        app.page(&token, "/channels?enabled=false", 200)
            .await
            .contains("30 channels")
    );
}
