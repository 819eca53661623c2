use reqwest::StatusCode;
use serde_json::json;

use super::played::Played;
use crate::on_both_engines;
use crate::support::acts;

on_both_engines! {
    async fn the_address_is_confirmed_before_anything_is_written(played: Played) {
        let (app, token) = (&played.app, played.token.as_str());
        let page = app.page(token, "/library", 200).await;
        for text in ["Confirm the address of this server", "plays nowhere but here", "value=\"http://127.0.0.1:", "The trash is empty"] {
            assert!(page.contains(text), "{text}");
        }
        let refused = app.post(token, "/library/runs", &[]).await;
        assert_eq!(refused.status(), StatusCode::CONFLICT);
        assert!(refused.text().await.unwrap().contains("Confirm the public URL"));
        let refused = app.post(token, "/library/address", &[("public_url", "tv.example")]).await;
        assert_eq!(refused.status(), StatusCode::UNPROCESSABLE_ENTITY);
        let page = refused.text().await.unwrap();
        assert!(page.contains("value=\"tv.example\"") && page.contains("data-form-errors"));
        let saved = app.post(token, "/library/address", &[("public_url", "http://tv.example:8080/")]).await;
        assert_eq!(saved.status(), StatusCode::SEE_OTHER);
        let page = app.page(token, "/library", 200).await;
        assert!(page.contains("<code>http://tv.example:8080</code>") && !page.contains("Confirm the address"));
        assert!(!page.contains("plays nowhere") && page.contains("Change the address"));
        assert!(acts(&app.ctx).await.contains(&"setting.changed setting:public_url".to_owned()));
    }

    async fn the_library_is_written_and_what_is_gone_comes_back_from_the_trash(played: Played) {
        let (app, token) = (&played.app, played.token.as_str());
        app.post(token, "/library/address", &[("public_url", "http://tv.example")]).await;
        let names = ["Alpha", "Beta", "Gamma", "Delta", "Epsilon", "Zeta"];
        played.lists(&names);
        played.sync().await;
        let begun = app.post(token, "/library/runs", &[]).await;
        assert_eq!(begun.headers()["location"], "/library");
        played.last_job().await;
        let page = app.page(token, "/library", 200).await;
        assert!(page.contains("<dt class=\"tile-label\">Written</dt>") && page.contains("The trash is empty"));
        assert!(app.data.path().join("output/Live TV/News/Zeta.strm").is_file(), "{page}");
        played.lists(&names[..5]);
        played.sync().await;
        app.post(token, "/library/runs", &[]).await;
        played.last_job().await;
        let page = app.page(token, "/library", 200).await;
        assert!(page.contains(">Live TV/News/Zeta.strm</bdi>"), "{page}");
        let action = page.split("action=\"/library/trash/").nth(1).unwrap().split('"').next().unwrap();
        let action = format!("/library/trash/{action}");
        let taken = app.data.path().join("output/Live TV/News/Zeta.strm");
        std::fs::write(&taken, "mine").unwrap();
        let refused = app.post(token, &action, &[]).await;
        assert_eq!(refused.status(), StatusCode::CONFLICT);
        assert!(refused.text().await.unwrap().contains("See the library"));
        std::fs::remove_file(&taken).unwrap();
        assert_eq!(app.post(token, &action, &[]).await.status(), StatusCode::SEE_OTHER);
        assert!(taken.is_file());
        assert_eq!(app.post(token, &action, &[]).await.status(), StatusCode::NOT_FOUND);
        assert!(app.page(token, "/jobs", 200).await.contains("Library</bdi>"));
    }
}

#[tokio::test]
async fn leaving_the_address_answers_with_its_message_alone() {
    let played = Played::start().await;
    for (typed, is_wrong) in [("nonsense", true), ("http://tv.example", false)] {
        let form = [("public_url", typed), ("field", "public_url")];
        let answer = played
            .app
            .post_fragment(&played.token, "/library/address/checks", &form)
            .await;
        let message = answer.text().await.unwrap();
        assert!(
            message.starts_with("<p class=\"field-error\" id=\"public_url-public_url-error\""),
            "{message}"
        );
        assert_eq!(message.contains("http or https address"), is_wrong);
    }
}

#[tokio::test]
async fn links_that_redirect_are_warned_about() {
    let played = Played::start().await;
    let (app, token) = (&played.app, played.token.as_str());
    assert!(
        !app.page(token, "/library", 200)
            .await
            .contains("Links redirect to the provider")
    );
    let value = json!({ "value": "redirect" });
    app.send(
        token,
        reqwest::Method::PUT,
        "/api/settings/strm_link_mode",
        &value,
    )
    .await;
    assert!(
        app.page(token, "/library", 200)
            .await
            .contains("Links redirect to the provider")
    );
}
