//! What every request meets on its way in.

use reqwest::Method;
use serde_json::Value;

use crate::on_both_engines;
use crate::support::TestApp;
use crate::support::app::ADMIN;

on_both_engines! {
    async fn the_api_knows_who_asks(app: TestApp) {
        let stranger = app.get("/api/auth/me").await;
        assert_eq!(stranger.status(), 401);
        assert_eq!(stranger.json::<Value>().await.unwrap()["error"]["code"], "unauthenticated");
        let token = app.admin_token().await;
        let answer = app.api(&token, Method::GET, "/api/auth/me").await;
        assert_eq!(answer.status(), 200);
        let me: Value = answer.json().await.unwrap();
        assert_eq!((&me["username"], &me["role"]), (&ADMIN.into(), &"admin".into()));
        assert!(app.data.path().join("secret.key").exists());
    }

    async fn every_answer_has_its_id_and_its_headers(app: TestApp) {
        for path in ["/health/live", "/nowhere", "/api/nowhere", "/stream/secret/channel/1"] {
            let answer = app.get(path).await;
            let header = |name: &str| answer.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
            assert_eq!(header("x-request-id").len(), 12, "{path}");
            assert!(header("content-security-policy").contains("default-src 'none'"), "{path}");
            assert_eq!(header("x-content-type-options"), "nosniff", "{path}");
            assert!(!answer.text().await.unwrap().contains("secret"), "{path}");
        }
    }
}
