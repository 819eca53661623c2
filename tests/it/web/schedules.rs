use reqwest::{Method, StatusCode};
use serde_json::json;

use super::played::Played;
use crate::on_both_engines;

on_both_engines! {
    async fn the_schedule_of_a_provider_is_chosen_on_its_page(played: Played) {
        let (app, token) = (&played.app, played.token.as_str());
        let path = format!("{}/schedule", played.path());
        let page = app.page(token, &played.path(), 200).await;
        assert!(page.contains("<code>0 */6 * * *</code>, as for all providers"), "{page}");
        assert!(app.page(token, &path, 200).await.contains("As all providers: 0 */6 * * *"));
        let refused = app.post(token, &path, &[("mode", "own"), ("schedule", "0 25 * * *")]).await;
        assert_eq!(refused.status(), StatusCode::UNPROCESSABLE_ENTITY);
        let form = refused.text().await.unwrap();
        assert!(form.contains("The hour is not understood") && form.contains("value=\"0 25 * * *\""), "{form}");
        let refused = app.post(token, &path, &[("mode", "sometimes")]).await;
        assert_eq!(refused.status(), StatusCode::UNPROCESSABLE_ENTITY);
        let saved = app.post(token, &path, &[("mode", "own"), ("schedule", " 30  4 * * * ")]).await;
        assert_eq!(saved.status(), StatusCode::SEE_OTHER);
        let page = app.page(token, &played.path(), 200).await;
        assert!(page.contains("<code>30 4 * * *</code>, its own"), "{page}");
        app.post(token, &path, &[("mode", "never")]).await;
        assert!(app.page(token, &played.path(), 200).await.contains("never: only by hand"));
        assert_eq!(app.post(token, "/providers/987/schedule", &[("mode", "never")]).await.status(), 404);
    }

    async fn programs_choose_schedules_too(played: Played) {
        let (app, token) = (&played.app, played.token.as_str());
        let path = format!("/api{}/schedule", played.path());
        let shown = app.json(token, &path, 200).await;
        assert_eq!((&shown["mode"], &shown["schedule"]), (&json!("all"), &json!("0 */6 * * *")));
        assert!(shown["next_run_at"].is_string());
        let own = json!({ "mode": "own", "schedule": "30 4 * * *" });
        let answer = app.send(token, Method::PUT, &path, &own).await;
        assert_eq!(answer.status(), 200);
        assert_eq!(app.json(token, &path, 200).await["schedule"], "30 4 * * *");
        for (wrong, field) in [
            (json!({ "mode": "own" }), "schedule"),
            (json!({ "mode": "own", "schedule": "* * * * *" }), "schedule"),
            (json!({ "mode": "daily" }), "mode"),
        ] {
            let answer = app.send(token, Method::PUT, &path, &wrong).await;
            assert_eq!(answer.status(), 422, "{wrong}");
            let body: serde_json::Value = answer.json().await.unwrap();
            assert!(body["error"]["fields"][field].is_array(), "{body}");
        }
        let unknown = app.send(token, Method::PUT, "/api/providers/987/schedule", &own).await;
        assert_eq!(unknown.status(), 404);
    }
}

#[tokio::test]
async fn leaving_the_expression_answers_with_its_message_alone() {
    let played = Played::start().await;
    let path = format!("{}/schedule/checks", played.path());
    for (typed, is_wrong) in [("0 4 30 2 *", true), ("0 4 * * *", false)] {
        let form = [("mode", "own"), ("schedule", typed)];
        let answer = played.app.post_fragment(&played.token, &path, &form).await;
        let message = answer.text().await.unwrap();
        assert!(
            message.starts_with("<p class=\"field-error\" id=\"schedule-schedule-error\""),
            "{message}"
        );
        assert_eq!(message.contains("never comes"), is_wrong);
    }
}
