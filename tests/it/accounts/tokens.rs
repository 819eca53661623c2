//! API tokens over real HTTP.

use m3u_strm_processor::args;
use m3u_strm_processor::features::accounts::{UserChange, users as accounts};
use m3u_strm_processor::features::audit::Actor;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use super::server::{Answer, Client, Server};
use super::{PASSWORD, add};
use crate::on_both_engines;
use crate::support::TestCtx;

const DAY_MS: i64 = 24 * 60 * 60 * 1000;

/// A program of `owner` with a new token.
async fn token(server: &Server, owner: &Client, body: Value) -> Client {
    let made = owner.post("/api/tokens", body).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.text);
    let mut program = server.visitor();
    program.token = made.json()["token"].as_str().map(str::to_owned);
    program
}

fn refused(answer: &Answer) -> (u16, String) {
    (answer.status.as_u16(), answer.code())
}

fn forbidden(code: &str) -> (u16, String) {
    (403, code.to_owned())
}

on_both_engines! {
    async fn a_token_does_what_its_owner_may_within_its_scope(server: Server) {
        let anna = server.program("anna").await;
        let reads = token(&server, &anna, json!({"name": "Watcher"})).await;
        let writes = token(&server, &anna, json!({"name": "Writer", "scope": "write"})).await;
        assert!(reads.token.as_ref().unwrap().starts_with("strm_"));
        for program in [&reads, &writes] {
            assert_eq!(program.get("/api/auth/me").await.json()["username"], "anna");
            assert_eq!(program.get("/api/openapi.json").await.status, StatusCode::OK);
            assert_eq!(refused(&program.get("/api/users").await), forbidden("forbidden"));
        }
        let body = json!({"name": "TV"});
        assert_eq!(refused(&reads.post("/api/output-credentials", body.clone()).await), forbidden("insufficient_scope"));
        assert_eq!(refused(&reads.delete("/api/output-credentials/1").await), forbidden("insufficient_scope"));
        assert_eq!(writes.post("/api/output-credentials", body).await.status, StatusCode::CREATED);
        // What an administrator may do, a token may only while its owner is one.
        let chief = server.program("chief").await;
        let boss = token(&server, &chief, json!({"name": "Boss", "scope": "write"})).await;
        let ben = boss.post("/api/users", json!({"username": "ben", "password": PASSWORD})).await;
        assert_eq!(ben.status, StatusCode::CREATED);
        let id = chief.get("/api/auth/me").await.json()["id"].as_i64().unwrap();
        add(&server.test, "other", "admin").await;
        let demoted = UserChange { role: Some("viewer".to_owned()), ..UserChange::default() };
        let id = m3u_strm_processor::support::ids::UserId(id);
        accounts::update(&server.test.ctx, &Actor::Terminal, id, demoted, None).await.unwrap();
        assert_eq!(refused(&boss.get("/api/users").await), forbidden("forbidden"));
        assert_eq!(boss.get("/api/auth/me").await.status, StatusCode::OK);
    }

    async fn a_token_is_no_sign_in(server: Server) {
        let anna = server.program("anna").await;
        let program = token(&server, &anna, json!({"name": "Writer", "scope": "write"})).await;
        for (method, path, body) in [
            (Method::POST, "/api/tokens", json!({"name": "Another"})),
            (Method::POST, "/api/auth/logout", json!({})),
            (Method::POST, "/api/auth/password", json!({"current_password": PASSWORD, "new_password": "another one"})),
            (Method::DELETE, "/api/auth/sessions/1", json!({})),
        ] {
            let answer = program.send(program.request(method, path).json(&body)).await;
            assert_eq!(refused(&answer), forbidden("sign_in_required"), "{path}");
        }
        for path in ["/private", "/account", "/"] {
            let answer = program.get(path).await;
            assert_eq!(answer.status, StatusCode::SEE_OTHER, "{path}");
            assert!(answer.header("location").unwrap().starts_with("/sign-in"), "{path}");
        }
        assert_eq!(program.get("/api/auth/sessions").await.json()[0]["is_current"], false);
        // A token is no cookie, and a cookie's token no API token.
        let browser = server.visitor();
        browser.jar.lock().unwrap().insert("session".to_owned(), program.token.clone().unwrap());
        assert_eq!(browser.get("/private").await.status, StatusCode::SEE_OTHER);
    }

    async fn a_token_ends_by_its_end_by_hand_and_with_its_owner(server: Server) {
        let anna = server.program("anna").await;
        let id = anna.get("/api/auth/me").await.json()["id"].as_i64().unwrap();
        let short = token(&server, &anna, json!({"name": "Short", "expires_at": "2026-01-08T00:00:00Z"})).await;
        let long = token(&server, &anna, json!({"name": "Long", "scope": "write"})).await;
        server.test.advance_ms(7 * DAY_MS - 1);
        assert_eq!(short.get("/api/auth/me").await.status, StatusCode::OK);
        server.test.advance_ms(1);
        assert_eq!(short.get("/api/auth/me").await.status, StatusCode::UNAUTHORIZED);
        assert_eq!(long.get("/api/auth/me").await.status, StatusCode::OK);
        // Whoever changes the own password keeps the programs; a reset by somebody else does not.
        let anna = server.program("anna").await;
        let changed = anna.post("/api/auth/password", json!({"current_password": PASSWORD, "new_password": "another one"})).await;
        assert_eq!(changed.status, StatusCode::NO_CONTENT);
        assert_eq!(long.get("/api/auth/me").await.status, StatusCode::OK);
        let chief = server.program("chief").await;
        let path = format!("/api/users/{id}");
        assert_eq!(chief.patch(&path, json!({"password": PASSWORD})).await.status, StatusCode::OK);
        assert_eq!(long.get("/api/auth/me").await.status, StatusCode::UNAUTHORIZED);
        let anna = server.program("anna").await;
        let next = token(&server, &anna, json!({"name": "Next"})).await;
        assert_eq!(chief.patch(&path, json!({"is_active": false})).await.status, StatusCode::OK);
        assert_eq!(chief.patch(&path, json!({"is_active": true})).await.status, StatusCode::OK);
        assert_eq!(next.get("/api/auth/me").await.status, StatusCode::UNAUTHORIZED);
        let anna = server.program("anna").await;
        let last = token(&server, &anna, json!({"name": "Last", "scope": "write"})).await;
        let listed = last.get("/api/tokens").await.json();
        assert_eq!((&listed["total"], &listed["items"][0]["name"]), (&json!(1), &json!("Last")));
        let own = format!("/api/tokens/{}", listed["items"][0]["id"]);
        assert_eq!(last.delete(&own).await.status, StatusCode::NO_CONTENT);
        assert_eq!(last.get("/api/auth/me").await.status, StatusCode::UNAUTHORIZED);
        assert_eq!(anna.delete(&own).await.status, StatusCode::NOT_FOUND);
        let last = token(&server, &anna, json!({"name": "Last"})).await;
        assert_eq!(chief.delete(&path).await.status, StatusCode::NO_CONTENT);
        assert_eq!(last.get("/api/auth/me").await.status, StatusCode::UNAUTHORIZED);
    }

    async fn what_is_wrong_with_a_token_is_named(server: Server) {
        let anna = server.program("anna").await;
        for (body, field) in [
            (json!({}), "name"), (json!({"name": " "}), "name"), (json!({"name": "x".repeat(101)}), "name"),
            (json!({"name": "A", "scope": "admin"}), "scope"), (json!({"name": "A", "expires_at": "tomorrow"}), "expires_at"),
            (json!({"name": "A", "expires_at": "2026-01-01T00:00:00Z"}), "expires_at"),
        ] {
            let answer = anna.post("/api/tokens", body.clone()).await;
            assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{body}");
            assert!(answer.json()["error"]["fields"][field].is_array(), "{body}: {}", answer.text);
        }
        token(&server, &anna, json!({"name": "Ärger"})).await;
        let twice = anna.post("/api/tokens", json!({"name": " ärger "})).await;
        assert_eq!((twice.status, twice.code().as_str()), (StatusCode::CONFLICT, "taken"));
        for at in 0..99 {
            token(&server, &anna, json!({"name": format!("T{at}")})).await;
        }
        assert_eq!(anna.post("/api/tokens", json!({"name": "One more"})).await.status, StatusCode::UNPROCESSABLE_ENTITY);
        let window = anna.get("/api/tokens?skip=99&limit=5").await.json();
        assert_eq!((window["items"].as_array().unwrap().len(), &window["total"]), (1, &json!(100)));
        assert_eq!(anna.get("/api/tokens?limit=0").await.status, StatusCode::UNPROCESSABLE_ENTITY);
        let mut nobody = server.visitor();
        nobody.token = Some("strm_nothing".to_owned());
        assert_eq!(nobody.get("/api/auth/me").await.status, StatusCode::UNAUTHORIZED);
    }

    async fn somebody_elses_tokens_are_an_administrators_matter(server: Server) {
        let (anna, chief) = (server.program("anna").await, server.program("chief").await);
        let program = token(&server, &anna, json!({"name": "Mine"})).await;
        let of_chief = token(&server, &chief, json!({"name": "Boss"})).await;
        let ids = |me: &Value| me["id"].as_i64().unwrap();
        let (anna_id, chief_id) = (ids(&anna.get("/api/auth/me").await.json()), ids(&chief.get("/api/auth/me").await.json()));
        assert_eq!(refused(&anna.get(&format!("/api/tokens?user_id={chief_id}")).await), forbidden("forbidden"));
        assert_eq!(anna.get(&format!("/api/tokens?user_id={anna_id}")).await.json()["total"], 1);
        assert_eq!(chief.get("/api/tokens?user_id=4711").await.status, StatusCode::NOT_FOUND);
        let of_boss = chief.get("/api/tokens").await.json()["items"][0]["id"].clone();
        assert_eq!(anna.delete(&format!("/api/tokens/{of_boss}")).await.status, StatusCode::NOT_FOUND);
        assert_eq!(of_chief.get("/api/auth/me").await.status, StatusCode::OK);
        let listed = chief.get(&format!("/api/tokens?user_id={anna_id}")).await;
        assert!(!listed.text.contains(program.token.as_ref().unwrap()));
        let id = listed.json()["items"][0]["id"].clone();
        let browser = server.browser("chief").await;
        let page = browser.get(&format!("/users/{anna_id}")).await.text;
        let path = format!("/users/{anna_id}/tokens/{id}/revocation");
        assert!(page.contains(&path));
        let wrong = format!("/users/{chief_id}/tokens/{id}/revocation");
        assert_eq!(browser.form(&wrong, &[]).await.status, StatusCode::NOT_FOUND);
        assert_eq!(browser.get(&format!("/account/tokens/{id}/revocation")).await.status, StatusCode::NOT_FOUND);
        assert_eq!(browser.form(&path, &[]).await.status, StatusCode::SEE_OTHER);
        assert_eq!(program.get("/api/auth/me").await.status, StatusCode::UNAUTHORIZED);
        let log = chief.get("/api/audit?action=api_token.revoked").await.json();
        assert_eq!((&log["items"][0]["user"], &log["items"][0]["details"]["name"]), (&json!("chief"), &json!("Mine")));
    }

    async fn a_token_is_stored_as_a_keyed_hash_and_told_once(server: Server) {
        let browser = server.browser("anna").await;
        let dialog = browser.send(browser.request(Method::GET, "/account/tokens/new").header("hx-request", "true")).await;
        assert!(dialog.text.trim_start().starts_with("<dialog"), "{}", dialog.text);
        for (form, message) in [
            ([("name", ""), ("scope", "read"), ("days", "30")], "Give it a name"),
            ([("name", "A"), ("scope", "all"), ("days", "30")], "Choose read or write."),
            ([("name", "A"), ("scope", "read"), ("days", "0")], "Choose when it ends."),
        ] {
            let refused = browser.form("/account/tokens", &form).await;
            assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{message}");
            assert!(refused.text.contains(message), "{message}: {}", refused.text);
        }
        let made = browser.form("/account/tokens", &[("name", "<b>Home"), ("scope", "write"), ("days", "")]).await;
        assert_eq!(made.status, StatusCode::OK);
        assert!(made.text.contains("&#60;b&#62;Home") && !made.text.contains("<b>Home"));
        let start = made.text.find("strm_").unwrap();
        let token = made.text[start..].split('<').next().unwrap().to_owned();
        assert!(!browser.get("/account").await.text.contains(&token));
        let rows: Vec<(Vec<u8>,)> = server.test.ctx.db.all("select token_hash from api_tokens", args![]).await.unwrap();
        assert_eq!((rows.len(), rows[0].0.len()), (1, 32));
        let log: Vec<(String,)> = server.test.ctx.db.all("select details from audit_log", args![]).await.unwrap();
        assert!(log.iter().all(|(details,)| !details.contains(&token)));
        let mut program = server.visitor();
        program.token = Some(token);
        assert_eq!(program.get("/api/auth/me").await.status, StatusCode::OK);
        let again = browser.form("/account/tokens", &[("name", "<B>home"), ("scope", "read"), ("days", "30")]).await;
        assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(again.text.contains("You have a token of this name already."));
        let listed = program.get("/api/tokens").await.json();
        let path = format!("/account/tokens/{}/revocation", listed["items"][0]["id"]);
        assert!(browser.get(&path).await.text.contains("are refused from now on"));
        assert_eq!(browser.form(&path, &[]).await.header("location"), Some("/account#tokens"));
        assert_eq!(program.get("/api/auth/me").await.status, StatusCode::UNAUTHORIZED);
    }

    async fn the_last_use_is_noted_at_most_once_a_minute(server: Server) {
        let anna = server.program("anna").await;
        let program = token(&server, &anna, json!({"name": "Watcher"})).await;
        let last_used = |listed: Value| listed["items"][0]["last_used_at"].clone();
        assert_eq!(last_used(anna.get("/api/tokens").await.json()), Value::Null);
        for seconds in [1, 30, 28, 2] {
            server.test.advance_ms(seconds * 1_000);
            assert_eq!(program.get("/api/auth/me").await.status, StatusCode::OK);
        }
        assert_eq!(last_used(anna.get("/api/tokens").await.json()), "2026-01-01T00:01:01Z");
        let writes = server.test.db.statements.all().into_iter()
            .filter(|(text, _)| text.starts_with("update api_tokens")).map(|(_, runs)| runs).sum::<u64>();
        assert_eq!(writes, 2);
    }

    async fn the_streams_of_a_token_end_with_it(test: TestCtx) {
        use m3u_strm_processor::edge::principal;
        use m3u_strm_processor::edge::sse::{Owner, Streams};
        use m3u_strm_processor::features::accounts::api_token::{self, TokenDraft};
        let anna = add(&test, "anna", "viewer").await;
        let draft = |name: &str| TokenDraft { name: name.to_owned(), ..TokenDraft::default() };
        let one = api_token::create(&test.ctx, &anna, draft("One")).await.unwrap().stored;
        let two = api_token::create(&test.ctx, &anna, draft("Two")).await.unwrap().stored;
        let streams = Streams::default();
        let owner = |id: &dyn std::fmt::Display| Owner { session: format!("token-{id}"), user: anna.id };
        let (kept, _answer) = streams.open(owner(&one.id));
        let (ended, _answer) = streams.open(owner(&two.id));
        api_token::revoke(&test.ctx, &anna, two.id).await.unwrap();
        principal::end_streams(&test.ctx, &streams).await.unwrap();
        assert!(kept.is_open() && !ended.is_open());
    }
}
