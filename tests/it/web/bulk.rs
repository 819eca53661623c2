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
    assert!(
        list.find("</table>") < list.find("id=\"bulk\""),
        "it comes behind the rows that it is about"
    );
    assert!(list.contains("data-ticks=\"bulk\" ") && list.contains("data-one=\"1 channel ticked\""));
    let viewer = app.viewer_token("guest").await;
    let list = app.page(&viewer, "/channels", 200).await;
    assert!(!list.contains("name=\"ids\"") && !list.contains("/channels/bulk"));
}

#[tokio::test]
async fn all_that_match_are_those_that_the_list_shows_whatever_narrows_it() {
    let (app, token) = filled().await;
    for (query, of_form, count) in [
        ("q=channel+17", "q=channel+17", 1),
        ("category=News", "in_category=News", 30),
        ("provider_id=2", "provider_id=2", 0),
        ("enabled=false", "enabled=false", 0),
        ("health=down", "health=down", 0),
        ("has_epg=true", "has_epg=true", 0),
        ("tag=none", "with_tag=none", 0),
        ("sort=number", "sort=number", 60),
    ] {
        let list = app.page(&token, &format!("/channels?{query}"), 200).await;
        let listed = app.json(&token, &format!("/api/channels?{query}"), 200).await;
        assert_eq!(listed["total"], count, "{query}");
        let form = app
            .page(&token, &format!("/channels/bulk?all=true&{of_form}"), 200)
            .await;
        if count == 0 {
            assert!(
                list.contains("No channel matches") && form.contains("Tick channels in the list first"),
                "{query}"
            );
            continue;
        }
        let (name, value) = of_form.split_once('=').unwrap();
        let sent = format!("name=\"{name}\" value=\"{}\"", value.replace('+', " "));
        assert!(list.contains(&sent) && form.contains(&sent), "{query}");
        let title = if count == 1 {
            "Change 1 channel<".to_owned()
        } else {
            format!("Change {count} channels<")
        };
        assert!(form.contains(&title), "{query}: {title}");
    }
    for unreadable in ["health=fine", "enabled=maybe", "provider_id=x", "sort=colour"] {
        app.page(&token, &format!("/channels?{unreadable}"), 422).await;
        app.page(&token, &format!("/channels/bulk?all=true&{unreadable}"), 422)
            .await;
        let (name, value) = unreadable.split_once('=').unwrap();
        let form = [("all", "true"), ("action", "disable"), (name, value)];
        let refused = app.post(&token, "/channels/bulk", &form).await;
        assert_eq!(refused.status(), StatusCode::UNPROCESSABLE_ENTITY, "{unreadable}");
    }
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
    assert!(dialog.starts_with("<dialog") && dialog.contains(">Change 2 channels<"));
    let lost = "is lost: name, number, category, switched on or off, logo, guide id. Tags stay.";
    assert!(dialog.contains(lost), "{dialog}");
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
