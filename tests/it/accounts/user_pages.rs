//! The users' pages over real HTTP.

use std::time::Duration;

use m3u_strm_processor::features::accounts::users as accounts;
use reqwest::{Method, StatusCode};
use serde_json::json;

use super::server::{Client, Server};
use super::{PASSWORD, add};
use crate::on_both_engines;
use crate::support::app::ADMIN_PASSWORD;
use crate::support::{TestApp, acts};

async fn id(server: &Server, name: &str) -> i64 {
    let user = accounts::find_by_name(&server.test.ctx, name).await.unwrap();
    user.unwrap().id.0
}

/// As htmx asks for what opens in a dialog.
async fn dialog(client: &Client, path: &str) -> String {
    let request = client.request(Method::GET, path).header("hx-request", "true");
    let answer = client.send(request).await;
    assert_eq!(answer.status, StatusCode::OK, "{path}");
    answer.text
}

on_both_engines! {
    async fn users_are_found_by_every_word_without_regard_to_accents(server: Server) {
        let chief = server.browser("chief").await;
        let ann = [("username", "josé"), ("full_name", "José Müller"), ("email", "jm@example.org"), ("role", "viewer"), ("password", PASSWORD)];
        assert_eq!(chief.form("/users", &ann).await.status, StatusCode::SEE_OTHER);
        for (q, found) in [("JOSE", 1), ("mull jose", 1), ("example", 1), ("anna", 1), ("jose anna", 0), ("", 3), (" . ", 3)] {
            let q: String = url::form_urlencoded::byte_serialize(q.as_bytes()).collect();
            let page = chief.get(&format!("/users?q={q}")).await.text;
            assert_eq!(page.matches("<tr id=\"user-").count(), found, "{q}");
            let listed = server.program("chief").await.get(&format!("/api/users?q={q}&limit=2")).await.json();
            server.test.advance_ms(60_000);
            assert_eq!(listed["total"], found, "{q}");
        }
        let far = chief.get("/users?after=50").await;
        assert_eq!((far.status, far.text.contains("First page")), (StatusCode::OK, true));
        assert_eq!(chief.get("/users?after=-1").await.status, StatusCode::UNPROCESSABLE_ENTITY);
        let long = "x".repeat(201);
        assert_eq!(chief.get(&format!("/users?q={long}")).await.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(server.program("chief").await.get(&format!("/api/users?q={long}")).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    }

    async fn a_form_says_what_is_wrong_and_forgets_only_the_password(server: Server) {
        let chief = server.browser("chief").await;
        let wrong = [("username", "two words"), ("full_name", "Kept <b>"), ("email", "nobody"), ("role", "king"), ("password", "sekrit!")];
        let refused = chief.form("/users", &wrong).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        for text in ["A user name has no spaces", "This is no e-mail address", "Choose admin or viewer.", "Use at least 8 characters.",
            "value=\"two words\"", "Kept &#60;b&#62;"] {
            assert!(refused.text.contains(text), "{text}: {}", refused.text);
        }
        assert!(!refused.text.contains("sekrit!"));
        for (field, value, message) in [("username", "ANNA", "Another user has this name."), ("email", "x", "This is no e-mail address"),
            ("password", "short", "Use at least 8 characters."), ("password", "", "")] {
            let sent = [("username", "someone"), (field, value), ("field", field)];
            let sent: Vec<_> = sent.into_iter().filter(|(name, text)| *name != field || *text == value).collect();
            let answer = chief.form("/users/checks", &sent).await;
            assert_eq!(answer.status, StatusCode::OK);
            assert!(answer.text.contains(&format!("id=\"user-{field}-error\"")) && answer.text.contains(message), "{field}: {}", answer.text);
            assert!(!message.is_empty() || answer.text.contains("></p>"), "{}", answer.text);
        }
        let taken = chief.form("/users", &[("username", "Anna"), ("role", "viewer"), ("password", PASSWORD)]).await;
        assert_eq!(taken.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(taken.text.contains("Another user has this name.") && taken.text.contains("Type the password again"));
        assert_eq!(chief.form("/users", &[]).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    }

    async fn a_password_that_was_made_up_is_shown_once_and_opens_the_door(server: Server) {
        let chief = server.browser("chief").await;
        let sent = [("username", "ben"), ("role", "viewer"), ("password", ""), ("must_change_password", "true")];
        let made = chief.form("/users", &sent).await;
        assert_eq!(made.status, StatusCode::OK);
        let password = |text: &str| text.split("copy-text").nth(1).unwrap().split('>').nth(1).unwrap().split('<').next().unwrap().to_owned();
        let first = password(&made.text);
        let path = format!("/users/{}", id(&server, "ben").await);
        assert!(!chief.get(&path).await.text.contains(&first));
        let ben = server.visitor();
        assert_eq!(ben.sign_in("ben", &first, "").await.header("location"), Some("/password"));
        let request = chief.request(Method::POST, &format!("{path}/password")).header("hx-request", "true").form(&[("password", "")]);
        let reset = chief.send(request).await;
        assert!(!reset.text.contains("<html"), "{}", reset.text);
        let second = password(&reset.text);
        assert_ne!(first, second);
        assert_eq!(ben.get("/password").await.status, StatusCode::SEE_OTHER);
        assert_eq!(server.visitor().sign_in("ben", &second, "").await.header("location"), Some("/"));
        let own = format!("/users/{}/password", id(&server, "chief").await);
        assert_eq!(chief.get(&own).await.header("location"), Some("/password"));
        assert_eq!(chief.form(&own, &[("password", "")]).await.header("location"), Some("/password"));
        let weak = chief.form(&format!("{path}/password"), &[("password", "BEN")]).await;
        assert_eq!(weak.status, StatusCode::UNPROCESSABLE_ENTITY);
    }

    async fn a_user_is_edited_in_a_dialog_or_on_a_page(server: Server) {
        let chief = server.browser("chief").await;
        let (own, anna) = (id(&server, "chief").await, id(&server, "anna").await);
        for path in ["/users/new".to_owned(), format!("/users/{anna}/edit"), format!("/users/{anna}/password"),
            format!("/users/{anna}/deactivation"), format!("/users/{anna}/removal")] {
            assert!(dialog(&chief, &path).await.trim_start().starts_with("<dialog"), "{path}");
            assert!(chief.get(&path).await.text.contains("Breadcrumbs"), "{path}");
        }
        let sent = [("username", "anna"), ("full_name", "Anna B."), ("email", ""), ("role", "admin")];
        let saved = chief.form(&format!("/users/{anna}"), &sent).await;
        assert_eq!((saved.status, saved.header("location")), (StatusCode::SEE_OTHER, Some(format!("/users/{anna}").as_str())));
        let page = chief.get(&format!("/users/{anna}")).await.text;
        assert!(page.contains("Anna B.") && page.contains("Administrator"));
        let taken = chief.form(&format!("/users/{anna}"), &[("username", "CHIEF"), ("role", "admin")]).await;
        assert_eq!(taken.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(taken.text.contains("Another user has this name."));
        let checked = chief.form(&format!("/users/{anna}/checks"), &[("username", "anna"), ("field", "username")]).await;
        assert!(!checked.text.contains("Another user"));
        // Of one's own rights nothing is sent; who sends it anyway is refused.
        assert!(chief.get(&format!("/users/{own}/edit")).await.text.contains("another administrator can"));
        let kept = chief.form(&format!("/users/{own}"), &[("username", "chief"), ("full_name", "Chief")]).await;
        assert_eq!(kept.status, StatusCode::SEE_OTHER);
        let refused = chief.form(&format!("/users/{own}"), &[("username", "chief"), ("role", "viewer")]).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(refused.text.contains("You cannot change your own role"));
        for path in ["/users/4711", "/users/4711/edit", "/users/x", "/users/4711/removal"] {
            assert_eq!(chief.get(path).await.status, StatusCode::NOT_FOUND, "{path}");
        }
        assert_eq!(chief.form("/users/4711", &sent).await.status, StatusCode::NOT_FOUND);
    }

    async fn a_user_who_deactivates_the_last_administrator_is_told_why_not(server: Server) {
        let (chief, own) = (server.browser("chief").await, id(&server, "chief").await);
        let sentence = "You cannot change your own role, or deactivate or delete your own account.";
        for path in [format!("/users/{own}/deactivation"), format!("/users/{own}/removal")] {
            let refused = chief.form(&path, &[]).await;
            assert_eq!(refused.status, StatusCode::CONFLICT, "{path}");
            assert!(refused.text.contains(sentence), "{path}");
        }
        let program = server.program("chief").await;
        for body in [json!({"is_active": false}), json!({"role": "viewer"})] {
            let refused = program.patch(&format!("/api/users/{own}"), body).await;
            assert_eq!((refused.status, refused.code().as_str()), (StatusCode::CONFLICT, "oneself"));
            assert_eq!(refused.json()["error"]["message"], sentence);
        }
        assert_eq!(program.delete(&format!("/api/users/{own}")).await.status, StatusCode::CONFLICT);
        assert_eq!(chief.get("/users").await.status, StatusCode::OK);
    }

    async fn two_administrators_who_remove_each_other_at_once_leave_one(server: Server) {
        add(&server.test, "boss", "admin").await;
        for round in 0..3 {
            let (own, boss) = (id(&server, "chief").await, id(&server, "boss").await);
            let (one, two) = (server.program("chief").await, server.program("boss").await);
            let (by_one, by_two) = (format!("/api/users/{boss}"), format!("/api/users/{own}"));
            let (first, second) = tokio::join!(one.delete(&by_one), two.delete(&by_two));
            let mut statuses = [first.status.as_u16(), second.status.as_u16()];
            statuses.sort_unstable();
            // The loser is refused, or is nobody any more by then.
            assert!(matches!(statuses, [204, 401 | 409]), "round {round}: {statuses:?}");
            let (winner, loser) = if first.status == StatusCode::NO_CONTENT { (&one, "boss") } else { (&two, "chief") };
            assert_eq!(winner.get("/api/users").await.json()["total"], 2);
            add(&server.test, loser, "admin").await;
            server.test.advance_ms(60_000);
        }
    }

    async fn an_administrator_ends_the_sessions_of_a_user(server: Server) {
        let (chief, anna) = (server.browser("chief").await, id(&server, "anna").await);
        let (tablet, program) = (server.browser("anna").await, server.program("anna").await);
        let asks = server.program("chief").await;
        let listed = asks.get(&format!("/api/users/{anna}/sessions")).await.json();
        let browser = listed.as_array().unwrap().iter().find(|session| session["kind"] == "browser").unwrap();
        assert_eq!(browser["is_current"], false);
        let page = chief.get(&format!("/users/{anna}")).await.text;
        let ended = format!("/users/{anna}/sessions/{}/revocation", browser["id"]);
        assert!(page.contains(&ended) && page.contains("End all sessions"));
        assert_eq!(chief.form(&ended, &[]).await.status, StatusCode::SEE_OTHER);
        assert_eq!(chief.form(&ended, &[]).await.status, StatusCode::NOT_FOUND);
        assert_eq!(tablet.get("/private").await.status, StatusCode::SEE_OTHER);
        assert_eq!(program.get("/api/auth/me").await.status, StatusCode::OK);
        let again = server.browser("anna").await;
        assert_eq!(chief.form(&format!("/users/{anna}/sessions/revocation"), &[]).await.status, StatusCode::SEE_OTHER);
        assert_eq!(program.get("/api/auth/me").await.status, StatusCode::UNAUTHORIZED);
        assert_eq!(again.get("/private").await.status, StatusCode::SEE_OTHER);
        let own = id(&server, "chief").await;
        assert_eq!(asks.delete(&format!("/api/users/{own}/sessions")).await.status, StatusCode::NO_CONTENT);
        assert_eq!(chief.get("/users").await.status, StatusCode::SEE_OTHER);
        assert_eq!(asks.delete(&format!("/api/users/{anna}/sessions/4711")).await.status, StatusCode::NOT_FOUND);
        let program = server.program("anna").await;
        let listed = asks.get(&format!("/api/users/{anna}/sessions")).await.json();
        let one = format!("/api/users/{anna}/sessions/{}", listed[0]["id"]);
        assert_eq!(asks.delete(&one).await.status, StatusCode::NO_CONTENT);
        assert_eq!(program.get("/api/auth/me").await.status, StatusCode::UNAUTHORIZED);
        let acts = acts(&server.test.ctx).await;
        let of_anna = |action: &str| acts.iter().filter(|act| **act == format!("{action} user:{anna}")).count();
        assert_eq!((of_anna("session.ended"), of_anna("session.all_ended")), (2, 1), "{acts:?}");
    }

    async fn what_a_deactivated_user_has_open_ends_at_once(app: TestApp) {
        let admin = app.admin_token().await;
        let boss = json!({"username": "boss", "password": ADMIN_PASSWORD, "role": "admin"});
        let made = app.send(&admin, Method::POST, "/api/users", &boss).await;
        let path = format!("/api/users/{}", made.json::<serde_json::Value>().await.unwrap()["id"]);
        let login = json!({"username": "boss", "password": ADMIN_PASSWORD});
        let token = app.client.post(app.url("/api/auth/login")).json(&login).send().await.unwrap();
        let token = token.json::<serde_json::Value>().await.unwrap()["token"].as_str().unwrap().to_owned();
        let me = app.json(&token, "/api/auth/me", 200).await;
        let playlist = me["playlist_url"].as_str().unwrap().to_owned();
        assert_eq!(app.get(&playlist).await.status(), 200);
        let mut stream = app.api(&token, Method::GET, "/jobs/events").await;
        assert_eq!(stream.status(), 200);
        let off = app.send(&admin, Method::PATCH, &path, &json!({"is_active": false})).await;
        assert_eq!(off.status(), 200);
        let ended = async { while stream.chunk().await.unwrap().is_some() {} };
        // Well below the ten seconds after which another node would notice.
        assert!(tokio::time::timeout(Duration::from_secs(5), ended).await.is_ok(), "the stream goes on");
        assert_eq!(app.get(&playlist).await.status(), 401);
        assert_eq!(app.api(&token, Method::GET, "/api/auth/me").await.status(), 401);
    }
}
