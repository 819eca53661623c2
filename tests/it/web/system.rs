use m3u_strm_processor::db::Engine;
use reqwest::StatusCode;
use serde_json::json;

use super::played::Played;
use crate::on_both_engines;
use crate::support::TestApp;

on_both_engines! {
    async fn the_system_page_tells_what_is_measured_and_hides_secrets(app: TestApp) {
        let token = app.admin_token().await;
        let page = app.page(&token, "/system", 200).await;
        for text in ["Database answers in", "Connections in use", "Disk free", "Up for", "this one alone", "/playlist.m3u?token=", "/metrics", "Programs (JSON)"] {
            assert!(page.contains(text), "{text} is not in {page}");
        }
        assert!(page.contains(&app.data.path().display().to_string()), "where files lie");
        assert!(!page.contains("correct horse battery"));
        let engine = if page.contains("<dd>SQLite, ") { "sqlite" } else { "postgres" };
        let health = app.json(&token, "/api/system/health", 200).await;
        assert_eq!((&health["status"], &health["database"]), (&json!("ok"), &json!(engine)));
        assert!(health["database_latency_ms"].as_f64().unwrap() > 0.0);
        let config = app.json(&token, "/api/system/config", 200).await;
        let of = |name: &str| {
            let mut items = config["items"].as_array().unwrap().iter();
            items.find(|item| item["name"] == name).unwrap().clone()
        };
        assert_eq!(of("admin_password"), json!({ "name": "admin_password", "value": "***", "source": "flag" }));
        assert_eq!(of("time_zone")["source"], "default");
    }

    async fn the_dashboard_syncs_all_and_shows_what_needs_attention(played: Played) {
        let (app, token) = (&played.app, played.token.as_str());
        played.lists(&["Alpha", "Beta"]);
        let begun = app.post(token, "/syncs", &[]).await;
        assert_eq!((begun.status(), &begun.headers()["location"]), (StatusCode::SEE_OTHER, &"/syncs".parse().unwrap()));
        let job = played.last_job().await;
        assert_eq!((job.kind.as_str(), job.by_hand), ("sync", true));
        let page = app.page(token, "/", 200).await;
        assert!(page.contains("action=\"/syncs\"") && !page.contains("Needs your attention"), "{page}");
        let stats = app.json(token, "/api/system/stats", 200).await;
        assert_eq!((&stats["active_providers"], &stats["total_channels"], &stats["total_vod_items"]), (&json!(1), &json!(2), &json!(0)));
        played.lists_text("");
        app.post(token, "/syncs", &[]).await;
        assert_eq!(played.last_job().await.state.as_str(), "failed");
        let page = app.page(token, "/", 200).await;
        assert!(page.contains("Needs your attention") && page.contains("<bdi>Living room</bdi></a><span class=\"muted\">"), "{page}");
        let off = format!("{}/deactivation", played.path());
        app.post(token, &off, &[]).await;
        assert!(!app.page(token, "/", 200).await.contains("Needs your attention"));
        let nothing = app.post(token, "/syncs", &[]).await;
        assert_eq!(nothing.status(), StatusCode::SEE_OTHER);
    }

    async fn metrics_are_for_administrators_tokens(app: TestApp) {
        assert_eq!(app.get("/metrics").await.status(), StatusCode::UNAUTHORIZED);
        let viewer = app.viewer_token("guest").await;
        assert_eq!(app.api(&viewer, reqwest::Method::GET, "/metrics").await.status(), StatusCode::FORBIDDEN);
        let token = app.admin_token().await;
        app.page(&token, "/", 200).await;
        app.page(&token, "/channels/987", 404).await;
        let text = app.page(&token, "/metrics", 200).await;
        let value = |sample: &str| -> f64 {
            let line = text.lines().find_map(|line| line.strip_prefix(sample)?.strip_prefix(' '));
            line.unwrap_or_else(|| unreachable!("{sample} is not in {text}")).parse().unwrap()
        };
        assert!(value("strm_database_latency_seconds") > 0.0);
        assert!(value("strm_database_size_bytes") > 0.0);
        assert!(value("strm_database_connections{state=\"most\"}") >= 2.0);
        assert!((value("strm_channels"), value("strm_jobs{state=\"queued\"}")) == (0.0, 0.0));
        assert!(value("strm_http_requests_total{face=\"web\",status=\"4xx\"}") >= 1.0);
        let count = value("strm_http_request_duration_seconds_count{face=\"web\"}");
        assert!(count >= 2.0);
        assert!((value("strm_http_request_duration_seconds_bucket{face=\"web\",le=\"+Inf\"}") - count).abs() < 0.5);
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            assert!(line.rsplit_once(' ').unwrap().1.parse::<f64>().is_ok(), "{line}");
        }
        assert!(!text.contains("guest"), "nobody is named");
    }
}

#[tokio::test]
async fn networks_that_are_named_read_metrics_without_a_token() {
    let app = TestApp::with(Engine::Sqlite, &[("metrics_allow", "127.0.0.0/8")]).await;
    let answer = app.get("/metrics").await;
    assert_eq!(answer.status(), StatusCode::OK);
    assert!(
        answer
            .text()
            .await
            .unwrap()
            .contains("strm_build_info{version=\"")
    );
}
