use m3u_strm_processor::args;
use serde_json::Value;

use crate::on_both_engines;
use crate::support::TestApp;

on_both_engines! {
    async fn a_server_that_works_says_so(app: TestApp) {
        for path in ["/health/live", "/health/ready"] {
            let answer = app.get(path).await;
            assert_eq!(answer.status(), 200, "{path}");
            let body: Value = answer.json().await.unwrap();
            assert_eq!(body["status"], "ok");
            for check in ["database", "migrations", "jobs"] {
                assert_eq!(body["checks"][check]["status"], "ok", "{check}");
            }
            assert!(body["checks"]["database"]["latency_ms"].as_f64().unwrap() > 0.0);
        }
    }

    async fn a_schema_that_is_behind_is_not_ready(app: TestApp) {
        app.db.db.execute("delete from _sqlx_migrations where version = 1", args![]).await.unwrap();
        assert_eq!(app.get("/health/ready").await.status(), 503);
        let answer = app.get("/health/live").await;
        assert_eq!(answer.status(), 200);
        assert_eq!(answer.json::<Value>().await.unwrap()["checks"]["migrations"]["status"], "failed");
    }

    async fn a_database_that_is_gone_is_not_ready(app: TestApp) {
        app.served.close().await;
        let answer = app.get("/health/ready").await;
        assert_eq!(answer.status(), 503);
        let body: Value = answer.json().await.unwrap();
        assert_eq!((&body["status"], &body["checks"]["database"]["status"]), (&"failed".into(), &"failed".into()));
        assert!(body["checks"]["database"]["latency_ms"].is_null());
        assert_eq!(app.get("/health/live").await.status(), 200);
    }
}
