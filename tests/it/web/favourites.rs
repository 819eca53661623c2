use reqwest::{Response, StatusCode};

use crate::on_both_engines;
use crate::support::{TestApp, seed};

async fn turn(app: &TestApp, token: &str, path: &str, mark: &str, headers: &[(&str, &str)]) -> Response {
    let mut request = app
        .client
        .post(app.url(&format!("{path}/favourite")))
        .bearer_auth(token);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.form(&[("mark", mark)]).send().await.unwrap()
}

on_both_engines! {
    async fn a_star_is_a_form_that_leads_back_to_where_it_was_pressed(app: TestApp) {
        seed::catalogue(&app.ctx.db, 3).await;
        let token = app.viewer_token("guest").await;
        let page = app.page(&token, "/channels", 200).await;
        assert!(page.contains("method=\"post\" action=\"/channels/2/favourite\""));
        let referer = app.url("/channels?q=channel");
        let answer = turn(&app, &token, "/channels/2", "on", &[("referer", &referer)]).await;
        assert_eq!(answer.status(), StatusCode::SEE_OTHER);
        assert_eq!(answer.headers()["location"], "/channels?q=channel");
        let favourites = app.page(&token, "/favourites", 200).await;
        assert!(favourites.contains("1 favourite") && favourites.contains("href=\"/channels/2\""));
    }

    async fn htmx_gets_the_turned_star_and_pressing_twice_says_the_same_twice(app: TestApp) {
        seed::catalogue(&app.ctx.db, 1).await;
        let token = app.admin_token().await;
        for path in ["/channels/1", "/movies/1", "/series/1"] {
            for _ in 0..2 {
                let answer = turn(&app, &token, path, "on", &[("HX-Request", "true")]).await;
                assert_eq!(answer.status(), StatusCode::OK);
                let star = answer.text().await.unwrap();
                assert!(
                    star.contains("value=\"off\"") && star.contains("Remove from favourites"),
                    "{star}"
                );
            }
            assert!(app.page(&token, path, 200).await.contains("In favourites"));
            for _ in 0..2 {
                let answer = turn(&app, &token, path, "off", &[("HX-Request", "true")]).await;
                assert!(answer.text().await.unwrap().contains("value=\"on\""));
            }
        }
        assert!(
            app.page(&token, "/favourites", 200)
                .await
                .contains("No favourites yet")
        );
    }

    async fn only_what_exists_is_marked_and_only_with_on_or_off(app: TestApp) {
        seed::catalogue(&app.ctx.db, 1).await;
        let token = app.admin_token().await;
        assert_eq!(turn(&app, &token, "/channels/9", "on", &[]).await.status(), 404);
        assert_eq!(
            turn(&app, &token, "/channels/1", "maybe", &[]).await.status(),
            422
        );
    }
}
