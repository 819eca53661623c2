use m3u_strm_processor::api::{Document, ROUTES};
use m3u_strm_processor::features::accounts::{UserChange, users as accounts};
use m3u_strm_processor::features::audit::Actor;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use utoipa::OpenApi;

use super::PASSWORD;
use super::server::Server;
use crate::on_both_engines;

on_both_engines! {
    async fn a_program_signs_in_says_who_it_is_and_signs_out(server: Server) {
        let answer = server.visitor().login(" Anna ", PASSWORD).await;
        assert_eq!(answer.status, StatusCode::OK);
        let body = answer.json();
        assert_eq!(body["expires_at"], "2026-01-31T00:00:00Z");
        assert_eq!(body["user"]["username"], "anna");
        assert_eq!(answer.header("set-cookie"), None);
        let mut anna = server.visitor();
        anna.token = body["token"].as_str().map(str::to_owned);
        let me = anna.get("/api/auth/me").await.json();
        let keys: Vec<&String> = me.as_object().unwrap().keys().collect();
        for key in ["id", "username", "email", "role", "is_active", "must_change_password", "created_at", "last_login",
            "playlist_url", "xmltv_url"] {
            assert!(keys.iter().any(|name| *name == key), "{key} in {keys:?}");
        }
        assert_eq!((&me["role"], &me["last_login"]), (&json!("viewer"), &json!("2026-01-01T00:00:00Z")));
        let own = anna.get("/api/output-credentials").await.json();
        assert_eq!(own["items"][0]["playlist_url"], me["playlist_url"]);
        assert!(me["xmltv_url"].as_str().unwrap().starts_with("/xmltv.xml?token="));
        assert_eq!(anna.post("/api/auth/logout", json!({})).await.status, StatusCode::NO_CONTENT);
        assert_eq!(anna.get("/api/auth/me").await.status, StatusCode::UNAUTHORIZED);
    }

    async fn nothing_but_signing_in_is_for_visitors(server: Server) {
        for path in ["/api/auth/me", "/api/users", "/api/nothing/like/it", "/api/openapi.json"] {
            let answer = server.visitor().get(path).await;
            assert_eq!((answer.status, answer.code().as_str()), (StatusCode::UNAUTHORIZED, "unauthenticated"), "{path}");
        }
        for (method, path) in ROUTES.iter().filter(|(_, path)| *path != "/api/auth/login") {
            for token in [None, Some("rubbish".to_owned())] {
                let mut visitor = server.visitor();
                visitor.token = token;
                let method = Method::from_bytes(method.to_uppercase().as_bytes()).unwrap();
                let path = path.replace("{id}", "1").replace("{key}", "log_level");
                let answer = visitor.send(visitor.request(method.clone(), &path).json(&json!({}))).await;
                assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{method} {path}");
            }
        }
    }

    async fn a_viewer_is_kept_out_of_administration(server: Server) {
        let anna = server.program("anna").await;
        for (method, path) in [
            (Method::GET, "/api/users"), (Method::POST, "/api/users"), (Method::PATCH, "/api/users/1"),
            (Method::DELETE, "/api/users/1"), (Method::GET, "/api/audit"),
        ] {
            let answer = anna.send(anna.request(method.clone(), path).body("{ malformed")).await;
            assert_eq!((answer.status, answer.code().as_str()), (StatusCode::FORBIDDEN, "forbidden"), "{method} {path}");
        }
        assert_eq!(anna.get("/api/nothing").await.status, StatusCode::NOT_FOUND);
    }

    async fn a_deactivated_user_is_nobody_at_once(server: Server) {
        let anna = server.program("anna").await;
        let browser = server.browser("anna").await;
        let id = anna.get("/api/auth/me").await.json()["id"].as_i64().unwrap();
        let off = UserChange { is_active: Some(false), ..UserChange::default() };
        let id = m3u_strm_processor::support::ids::UserId(id);
        accounts::update(&server.test.ctx, &Actor::Terminal, id, off, None).await.unwrap();
        assert_eq!(anna.get("/api/auth/me").await.status, StatusCode::UNAUTHORIZED);
        assert_eq!(browser.get("/private").await.status, StatusCode::SEE_OTHER);
        assert_eq!(server.visitor().login("anna", PASSWORD).await.code(), "invalid_credentials");
    }

    async fn users_are_made_listed_changed_and_deleted(server: Server) {
        let chief = server.program("chief").await;
        let made = chief.post("/api/users", json!({"username": "ben", "password": PASSWORD, "role": "viewer"})).await;
        assert_eq!(made.status, StatusCode::CREATED, "{}", made.text);
        assert!(!made.text.contains(PASSWORD) && !made.text.contains("argon2"));
        let ben = made.json();
        assert_eq!((&ben["is_active"], &ben["email"], &ben["last_login"]), (&json!(true), &Value::Null, &Value::Null));
        let taken = chief.post("/api/users", json!({"username": "BEN", "password": PASSWORD})).await;
        assert_eq!(taken.status, StatusCode::CONFLICT);
        assert!(taken.json()["error"]["fields"]["username"].is_array());
        let listed = chief.get("/api/users?skip=1&limit=1").await.json();
        assert_eq!((&listed["total"], &listed["skip"], &listed["limit"]), (&json!(3), &json!(1), &json!(1)));
        assert_eq!(listed["items"][0]["username"], "ben");
        let path = format!("/api/users/{}", ben["id"]);
        assert_eq!(chief.get(&path).await.json(), ben);
        let changed = chief.patch(&path, json!({"email": "ben@example.org", "is_active": false})).await;
        assert_eq!((changed.status, &changed.json()["email"]), (StatusCode::OK, &json!("ben@example.org")));
        assert_eq!(chief.delete(&path).await.status, StatusCode::NO_CONTENT);
        assert_eq!(chief.delete(&path).await.status, StatusCode::NOT_FOUND);
        assert_eq!(chief.patch(&path, json!({})).await.status, StatusCode::NOT_FOUND);
        assert_eq!(chief.get(&path).await.status, StatusCode::NOT_FOUND);
        assert_eq!(chief.get("/api/users/none").await.status, StatusCode::NOT_FOUND);
        assert_eq!(chief.post(&path, json!({})).await.status, StatusCode::METHOD_NOT_ALLOWED);
        assert_eq!(chief.delete("/api/users/none").await.status, StatusCode::NOT_FOUND);
    }

    async fn what_is_wrong_is_named_and_not_repeated(server: Server) {
        let chief = server.program("chief").await;
        let answer = chief.post("/api/users", json!({"username": "", "password": "sekrit!", "role": "king", "email": "x"})).await;
        assert_eq!((answer.status, answer.code().as_str()), (StatusCode::UNPROCESSABLE_ENTITY, "validation_failed"));
        let error = &answer.json()["error"];
        for field in ["username", "password", "role", "email"] {
            assert!(error["fields"][field].is_array(), "{field}");
        }
        assert!(error["request_id"].as_str().is_some_and(|id| !id.is_empty()));
        assert!(!answer.text.contains("sekrit!"));
        for body in ["", "{", "[]", r#"{"username": 5}"#, r#"{"username": "sekrit!", "password": null}"#] {
            let request = chief.request(Method::POST, "/api/users").header("content-type", "application/json").body(body);
            let answer = chief.send(request).await;
            assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{body}");
            assert!(!answer.text.contains("sekrit!"));
        }
        for query in ["limit=0", "limit=1001", "limit=x", "skip=-1"] {
            let answer = chief.get(&format!("/api/users?{query}")).await;
            assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{query}");
        }
        let large = json!({"username": "x".repeat(2_000_000)});
        assert_eq!(chief.post("/api/users", large).await.status, StatusCode::PAYLOAD_TOO_LARGE);
    }

    async fn an_administrator_does_not_lock_oneself_out(server: Server) {
        let chief = server.program("chief").await;
        let path = format!("/api/users/{}", chief.get("/api/auth/me").await.json()["id"]);
        for body in [json!({"role": "viewer"}), json!({"is_active": false})] {
            assert_eq!(chief.patch(&path, body).await.status, StatusCode::CONFLICT);
        }
        assert_eq!(chief.delete(&path).await.status, StatusCode::CONFLICT);
    }

    async fn a_password_change_ends_the_other_sessions(server: Server) {
        let (here, there) = (server.program("anna").await, server.program("anna").await);
        let browser = server.browser("anna").await;
        let change = |current: &str| json!({"current_password": current, "new_password": "quite another"});
        let wrong = here.post("/api/auth/password", change("not it")).await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(wrong.json()["error"]["fields"]["current_password"].is_array());
        assert_eq!(here.post("/api/auth/password", change(PASSWORD)).await.status, StatusCode::NO_CONTENT);
        assert_eq!(here.get("/api/auth/me").await.status, StatusCode::OK);
        assert_eq!(there.get("/api/auth/me").await.status, StatusCode::UNAUTHORIZED);
        assert_eq!(browser.get("/private").await.status, StatusCode::SEE_OTHER);
        assert_eq!(server.visitor().login("anna", "quite another").await.status, StatusCode::OK);
    }

    async fn sessions_are_listed_and_revoked(server: Server) {
        let (here, there) = (server.program("anna").await, server.program("anna").await);
        let listed = here.get("/api/auth/sessions").await.json();
        let other = listed.as_array().unwrap().iter().find(|session| session["is_current"] == false).unwrap().clone();
        assert_eq!(other["kind"], "api");
        let path = format!("/api/auth/sessions/{}", other["id"]);
        assert_eq!(server.program("chief").await.delete(&path).await.status, StatusCode::NOT_FOUND);
        assert_eq!(here.delete(&path).await.status, StatusCode::NO_CONTENT);
        assert_eq!(there.get("/api/auth/me").await.status, StatusCode::UNAUTHORIZED);
    }

    async fn credentials_are_ones_own(server: Server) {
        let (chief, anna) = (server.program("chief").await, server.program("anna").await);
        let made = anna.post("/api/output-credentials", json!({"name": "TV"})).await;
        assert_eq!(made.status, StatusCode::CREATED);
        let made = made.json();
        for key in ["id", "name", "user_id", "token", "playlist_url", "xmltv_url", "created_at", "last_used_at"] {
            assert!(made.get(key).is_some(), "{key}");
        }
        let foreign = chief.post("/api/output-credentials", json!({"name": "Library", "user_id": null})).await.json();
        assert_eq!(foreign["user_id"], Value::Null);
        assert_eq!(anna.get("/api/output-credentials").await.json()["total"], 2);
        assert_eq!(chief.get("/api/output-credentials").await.json()["total"], 4);
        let lines = chief.get("/api/audit?action=output_credential.read").await.json();
        assert_eq!((&lines["total"], &lines["items"][0]["user"]), (&json!(1), &json!("chief")));
        assert_eq!(anna.post("/api/output-credentials", json!({"name": "TV", "user_id": null})).await.status, StatusCode::FORBIDDEN);
        assert_eq!(anna.post("/api/output-credentials", json!({"name": " "})).await.status, StatusCode::UNPROCESSABLE_ENTITY);
        let path = |credential: &Value| format!("/api/output-credentials/{}", credential["id"]);
        assert_eq!(anna.delete(&path(&foreign)).await.status, StatusCode::NOT_FOUND);
        assert_eq!(anna.delete(&path(&made)).await.status, StatusCode::NO_CONTENT);
        assert_eq!(chief.delete(&path(&foreign)).await.status, StatusCode::NO_CONTENT);
        assert!(!chief.get("/api/audit").await.text.contains(made["token"].as_str().unwrap()));
    }

    async fn administration_is_found_in_the_audit_log(server: Server) {
        let chief = server.program("chief").await;
        let made = chief.post("/api/users", json!({"username": "ben", "password": PASSWORD})).await.json();
        let lines = chief.get("/api/audit?limit=1").await.json();
        let line = &lines["items"][0];
        assert_eq!((&line["user"], &line["action"]), (&json!("chief"), &json!("user.created")));
        assert_eq!(line["resource"], format!("user:{}", made["id"]));
        assert_eq!((&line["at"], &line["details"]["username"]), (&json!("2026-01-01T00:00:00Z"), &json!("ben")));
        assert_eq!(chief.get("/api/audit?user_id=x").await.status, StatusCode::UNPROCESSABLE_ENTITY);
    }

    async fn five_attempts_a_minute_pass_and_the_sixth_is_told_when(server: Server) {
        let visitor = server.visitor();
        for _ in 0..3 {
            assert_eq!(visitor.login("anna", "wrong one").await.status, StatusCode::UNAUTHORIZED);
        }
        for _ in 0..2 {
            assert_eq!(visitor.sign_in("anna", "wrong one", "").await.status, StatusCode::UNPROCESSABLE_ENTITY);
        }
        let refused = visitor.login("ANNA", PASSWORD).await;
        assert_eq!((refused.status, refused.header("retry-after")), (StatusCode::TOO_MANY_REQUESTS, Some("60")));
        let refused = visitor.sign_in("anna", PASSWORD, "").await;
        assert_eq!((refused.status, refused.header("retry-after")), (StatusCode::TOO_MANY_REQUESTS, Some("60")));
        assert!(refused.text.contains("Too many attempts") && refused.text.contains("value=\"anna\""));
        assert_eq!(visitor.login("chief", PASSWORD).await.status, StatusCode::OK);
        server.test.advance_ms(60_000);
        assert_eq!(visitor.login("anna", PASSWORD).await.status, StatusCode::OK);
    }

    async fn the_demanded_password_comes_before_everything(server: Server) {
        let chief = server.program("chief").await;
        let made = json!({"username": "ben", "password": PASSWORD, "role": "admin", "must_change_password": true});
        chief.post("/api/users", made).await;
        let ben = server.program("ben").await;
        for path in ["/api/users", "/api/audit", "/api/output-credentials", "/api/openapi.json", "/api/nothing"] {
            let answer = ben.get(path).await;
            assert_eq!((answer.status, answer.code().as_str()), (StatusCode::FORBIDDEN, "password_change_required"), "{path}");
        }
        assert_eq!(ben.get("/api/auth/me").await.json()["must_change_password"], true);
        let change = json!({"current_password": PASSWORD, "new_password": "quite another"});
        assert_eq!(ben.post("/api/auth/password", change).await.status, StatusCode::NO_CONTENT);
        assert_eq!(ben.get("/api/users").await.status, StatusCode::OK);
    }
}

#[test]
fn every_route_is_described_and_nothing_else() {
    let document = serde_json::to_value(Document::openapi()).unwrap();
    let mut described: Vec<(String, String)> = Vec::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for method in methods.as_object().unwrap().keys() {
            described.push((method.clone(), path.clone()));
        }
    }
    let mut routed: Vec<(String, String)> = ROUTES
        .iter()
        .map(|(method, path)| ((*method).to_owned(), (*path).to_owned()))
        .collect();
    described.sort();
    routed.sort();
    assert_eq!(described, routed);
    assert!(routed.iter().all(|(_, path)| path.starts_with("/api/")));
}
