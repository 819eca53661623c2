use m3u_strm_processor::features::accounts::first_start::{self, FILE_NAME};
use reqwest::{Method, StatusCode};
use serde_json::json;

use super::PASSWORD;
use super::server::{Client, Server};
use crate::on_both_engines;
use crate::support::TestCtx;

/// What a cookie of the last answer says besides its value.
fn attributes(answer: &super::server::Answer, name: &str) -> String {
    let prefix = format!("{name}=");
    let cookies = answer.headers.get_all("set-cookie").iter();
    let cookie = cookies
        .map(|value| value.to_str().unwrap())
        .find(|text| text.starts_with(&prefix));
    cookie.unwrap().split_once(';').unwrap().1.to_owned()
}

fn session_cookie(client: &Client) -> Option<String> {
    client.jar.lock().unwrap().get("session").cloned()
}

async fn sessions(server: &Server) -> i64 {
    let (count,): (i64,) = server
        .test
        .ctx
        .db
        .one("select count(*) from sessions", vec![])
        .await
        .unwrap();
    count
}

on_both_engines! {
    async fn signing_in_leads_back_to_where_one_wanted_to_go(server: Server) {
        let visitor = server.visitor();
        let refused = visitor.get("/private?a=b&c=d").await;
        assert_eq!(refused.status, StatusCode::SEE_OTHER);
        let sign_in = refused.header("location").unwrap().to_owned();
        assert_eq!(sign_in, "/sign-in?next=%2Fprivate%3Fa%3Db%26c%3Dd");
        let page = visitor.get(&sign_in).await;
        assert!(page.text.contains(r#"name="next" value="/private?a=b&#38;c=d""#), "{}", page.text);
        let entered = visitor.sign_in("anna", PASSWORD, "/private?a=b&c=d").await;
        assert_eq!((entered.status, entered.header("location")), (StatusCode::SEE_OTHER, Some("/private?a=b&c=d")));
        assert_eq!(visitor.get("/private").await.text, "private");
        let again = visitor.get(&sign_in).await;
        assert_eq!((again.status, again.header("location")), (StatusCode::SEE_OTHER, Some("/private?a=b&c=d")));
    }

    async fn nobody_is_led_away_after_signing_in(server: Server) {
        for next in ["//evil.example", "https://evil.example/", "/\\evil.example", "\\\\evil.example", "javascript:alert(1)",
            "/\t/evil.example", "%2F%2Fevil.example", " //evil.example", "evil.example", "/\n/evil.example", "///evil.example"] {
            let visitor = server.visitor();
            let entered = visitor.sign_in("anna", PASSWORD, next).await;
            assert_eq!(entered.status, StatusCode::SEE_OTHER, "{next:?}");
            assert_eq!(entered.header("location"), Some("/"), "{next:?}");
            server.test.advance_ms(60_000);
            let again = visitor.get(&format!("/sign-in?next={}", next.trim().replace('\\', "%5C").replace(['\t', '\n'], "%09"))).await;
            assert_eq!(again.header("location"), Some("/"), "{next:?}");
        }
    }

    async fn visitors_leave_no_row_and_get_no_session(server: Server) {
        for path in ["/sign-in", "/private", "/api/auth/me", "/nothing"] {
            let visitor = server.visitor();
            visitor.get(path).await;
            assert_eq!(session_cookie(&visitor), None, "{path}");
        }
        server.visitor().sign_in("anna", "wrong one", "").await;
        assert_eq!(sessions(&server).await, 0);
    }

    async fn the_cookie_is_for_this_server_and_secure_under_https(server: Server) {
        let visitor = server.visitor();
        let plain = visitor.sign_in("anna", PASSWORD, "").await;
        assert_eq!(attributes(&plain, "session"), " HttpOnly; SameSite=Lax; Path=/; Max-Age=34560000");
        let token: Vec<(Vec<u8>,)> = server.test.ctx.db.all("select token_hash from sessions", vec![]).await.unwrap();
        assert_eq!(token.len(), 1);
        let visitor = server.visitor();
        let form = [("username", "anna"), ("password", PASSWORD)];
        let request = visitor.request(Method::POST, "/sign-in").header("x-forwarded-proto", "https").form(&form);
        let behind_proxy = visitor.send(request).await;
        assert!(attributes(&behind_proxy, "session").ends_with("; Secure"));
    }

    async fn a_session_from_before_signing_in_is_worth_nothing_after(server: Server) {
        let attacker = server.browser("anna").await;
        let planted = session_cookie(&attacker).unwrap();
        let victim = server.visitor();
        victim.jar.lock().unwrap().insert("session".to_owned(), planted.clone());
        assert_eq!(victim.sign_in("chief", PASSWORD, "").await.status, StatusCode::SEE_OTHER);
        assert_ne!(session_cookie(&victim), Some(planted));
        assert_eq!(attacker.get("/private").await.status, StatusCode::SEE_OTHER);
        assert_eq!(victim.get("/private").await.status, StatusCode::OK);
    }

    async fn signing_out_kills_the_cookie_everywhere(server: Server) {
        let browser = server.browser("anna").await;
        let kept = session_cookie(&browser).unwrap();
        let out = browser.form("/sign-out", &[]).await;
        assert_eq!((out.status, out.header("location")), (StatusCode::SEE_OTHER, Some("/sign-in")));
        assert_eq!(session_cookie(&browser), None);
        browser.jar.lock().unwrap().insert("session".to_owned(), kept);
        assert_eq!(browser.get("/private").await.status, StatusCode::SEE_OTHER);
        assert_eq!(sessions(&server).await, 0);
        assert_eq!(browser.form("/sign-out", &[]).await.status, StatusCode::SEE_OTHER);
    }

    async fn other_sites_sign_nobody_in_or_out(server: Server) {
        let browser = server.browser("anna").await;
        for (path, fields) in [("/sign-in", vec![("username", "anna"), ("password", PASSWORD)]), ("/sign-out", vec![]),
            ("/account/credentials", vec![("name", "TV")]), ("/password", vec![])] {
            let request = browser.request(Method::POST, path).header("sec-fetch-site", "cross-site").form(&fields);
            let mut request = request.build().unwrap();
            request.headers_mut().remove("sec-fetch-site");
            request.headers_mut().insert("sec-fetch-site", "cross-site".parse().unwrap());
            let http = reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).build().unwrap();
            let cookie = format!("session={}", session_cookie(&browser).unwrap());
            request.headers_mut().insert("cookie", cookie.parse().unwrap());
            assert_eq!(http.execute(request).await.unwrap().status(), StatusCode::FORBIDDEN, "{path}");
        }
        assert_eq!(browser.get("/private").await.status, StatusCode::OK);
    }

    async fn a_cookie_opens_the_api_too_and_a_bad_token_does_not_fall_back_to_it(server: Server) {
        let mut browser = server.browser("chief").await;
        assert_eq!(browser.get("/api/users").await.status, StatusCode::OK);
        browser.token = Some("rubbish".to_owned());
        assert_eq!(browser.get("/api/users").await.status, StatusCode::UNAUTHORIZED);
        browser.token = None;
        assert_eq!(browser.post("/api/auth/logout", json!({})).await.status, StatusCode::NO_CONTENT);
        assert_eq!(session_cookie(&browser), None);
    }

    async fn a_refused_form_keeps_the_name_and_drops_the_password(server: Server) {
        let visitor = server.visitor();
        let wrong = visitor.sign_in("an\"na<b>", "sekrit password", "/private").await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(wrong.text.contains("The user name or the password is wrong."));
        assert!(wrong.text.contains("an&#34;na&#60;b&#62;") && wrong.text.contains(r#"value="/private""#));
        assert!(!wrong.text.contains("sekrit"));
        let empty = visitor.sign_in("", "", "").await;
        assert!(empty.text.contains("Type your user name.") && empty.text.contains("Type your password."));
    }

    async fn everyone_sees_the_own_account_only(server: Server) {
        let (anna, chief) = (server.browser("anna").await, server.browser("chief").await);
        let page = anna.get("/account").await;
        assert_eq!((page.status, page.header("cache-control")), (StatusCode::OK, Some("private, no-store")));
        assert!(page.text.contains("/playlist.m3u?token=") && page.text.contains("This one"));
        let own = anna.get("/api/output-credentials").await.json()["items"][0].clone();
        let path = format!("/account/credentials/{}/revocation", own["id"]);
        assert_eq!(chief.get(&path).await.status, StatusCode::NOT_FOUND);
        assert_eq!(chief.form(&path, &[]).await.status, StatusCode::NOT_FOUND);
        let session = anna.get("/api/auth/sessions").await.json()[0]["id"].clone();
        assert_eq!(chief.form(&format!("/account/sessions/{session}/revocation"), &[]).await.status, StatusCode::NOT_FOUND);
        assert!(!chief.get("/account").await.text.contains(own["token"].as_str().unwrap()));
    }

    async fn credentials_come_and_go_without_scripts(server: Server) {
        let anna = server.browser("anna").await;
        let refused = anna.form("/account/credentials", &[("name", " ")]).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(refused.text.contains("Give it a name"));
        let made = anna.form("/account/credentials", &[("name", "<b>TV</b>")]).await;
        assert_eq!(made.status, StatusCode::SEE_OTHER);
        let page = anna.get("/account").await.text;
        assert!(page.contains("&#60;b&#62;TV") && !page.contains("<b>TV"));
        let listed = anna.get("/api/output-credentials").await.json();
        let path = format!("/account/credentials/{}/revocation", listed["items"][1]["id"]);
        assert!(anna.get(&path).await.text.contains("stop working at once"));
        let dialog = anna.send(anna.request(Method::GET, &path).header("hx-request", "true")).await.text;
        assert!(dialog.trim_start().starts_with("<dialog"), "{dialog}");
        assert_eq!(anna.form(&path, &[]).await.status, StatusCode::SEE_OTHER);
        assert_eq!(anna.get("/api/output-credentials").await.json()["total"], 1);
    }

    async fn revoking_the_session_at_hand_signs_out(server: Server) {
        let anna = server.browser("anna").await;
        let other = server.browser("anna").await;
        let listed = anna.get("/api/auth/sessions").await.json();
        let (mine, others): (Vec<_>, Vec<_>) = listed.as_array().unwrap().iter().partition(|session| session["is_current"] == true);
        assert_eq!(anna.form(&format!("/account/sessions/{}/revocation", others[0]["id"]), &[]).await.header("location"), Some("/account"));
        assert_eq!(other.get("/private").await.status, StatusCode::SEE_OTHER);
        assert_eq!(anna.form(&format!("/account/sessions/{}/revocation", mine[0]["id"]), &[]).await.header("location"), Some("/sign-in"));
        assert_eq!(anna.get("/private").await.status, StatusCode::SEE_OTHER);
    }

    async fn a_password_is_changed_on_its_page(server: Server) {
        let anna = server.browser("anna").await;
        let change = |current, new, again| [("current_password", current), ("new_password", new), ("repeated_password", again)];
        for (fields, message) in [
            (change("", "", ""), "Type your present password."),
            (change(PASSWORD, "quite another", "quite an other"), "This differs from the new password above."),
            (change("wrong one", "quite another", "quite another"), "This is not your present password."),
            (change(PASSWORD, "short", "short"), "Use at least 8 characters."),
        ] {
            let refused = anna.form("/password", &fields).await;
            assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{message}");
            assert!(refused.text.contains(message), "{message}");
            assert!(!refused.text.contains("quite an"), "{message}");
        }
        let changed = anna.form("/password", &change(PASSWORD, "quite another", "quite another")).await;
        assert_eq!((changed.status, changed.header("location")), (StatusCode::SEE_OTHER, Some("/account")));
        assert!(anna.get("/account").await.text.contains("Your password is changed."));
    }

    async fn the_first_sign_in_leads_over_the_password_page(test: TestCtx) {
        first_start::prepare(&test.ctx).await.unwrap();
        let file = test.data.path().join(FILE_NAME);
        let first = std::fs::read_to_string(&file).unwrap().trim().to_owned();
        let server = Server::start(test);
        let admin = server.visitor();
        let entered = admin.sign_in("admin", &first, "/audit").await;
        assert_eq!(entered.header("location"), Some("/password?next=%2Faudit"));
        for path in ["/audit", "/account", "/private", "/nothing"] {
            let refused = admin.get(path).await;
            assert_eq!((refused.status, refused.header("location")), (StatusCode::SEE_OTHER, Some("/password")), "{path}");
        }
        assert!(admin.get("/password?next=%2Faudit").await.text.contains("Choose one of your own"));
        let fields = [("current_password", first.as_str()), ("new_password", "my own password"),
            ("repeated_password", "my own password"), ("next", "/audit")];
        let changed = admin.form("/password", &fields).await;
        assert_eq!((changed.status, changed.header("location")), (StatusCode::SEE_OTHER, Some("/audit")));
        assert!(!file.exists());
        let log = admin.get("/audit").await;
        assert_eq!(log.status, StatusCode::OK);
        assert!(log.text.contains("User password changed") && log.text.contains("(system)"));
    }

    async fn the_audit_log_is_filtered_by_day_and_names_what_was_acted_on(server: Server) {
        let chief = server.browser("chief").await;
        let id = chief.get("/api/users?q=anna").await.json()["items"][0]["id"].clone();
        server.test.advance_ms(86_400_000);
        let off = chief.form(&format!("/users/{id}/deactivation"), &[]).await;
        assert_eq!(off.status, StatusCode::SEE_OTHER);
        let program = server.program("chief").await;
        for (query, found) in [("from=2026-01-02", 1), ("to=2026-01-01", 2), ("from=2026-01-01&to=2026-01-02", 3), ("from=2026-01-03", 0)] {
            let page = chief.get(&format!("/audit?{query}")).await.text;
            assert_eq!(page.matches("<td class=\"cell-name\">").count(), found, "{query}");
            assert!(page.contains(&format!("{found} act")), "{query}");
            assert_eq!(program.get(&format!("/api/audit?{query}")).await.json()["total"], found, "{query}");
        }
        let page = chief.get("/audit?from=2026-01-02").await.text;
        assert!(page.contains(&format!("User <a href=\"/users/{id}\"><bdi>anna</bdi></a>")), "{page}");
        assert!(page.contains("Remove filter"));
        assert_eq!(program.get("/api/audit?from=x").await.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(chief.form(&format!("/users/{id}/removal"), &[]).await.status, StatusCode::SEE_OTHER);
        let page = chief.get("/audit?action=user.deleted").await.text;
        assert!(page.contains("User <bdi>anna</bdi>"), "{page}");
    }

    async fn the_audit_page_is_for_administrators_filters_and_pages(server: Server) {
        assert_eq!(server.browser("anna").await.get("/audit").await.status, StatusCode::FORBIDDEN);
        let chief = server.browser("chief").await;
        for number in 0..55 {
            let name = format!("Player {number}");
            assert_eq!(chief.form("/account/credentials", &[("name", &name)]).await.status, StatusCode::SEE_OTHER);
        }
        let page = chief.get("/audit?action=output_credential.created").await.text;
        assert_eq!(page.matches("<td class=\"cell-name\">Output credential created").count(), 50);
        assert!(page.contains("Next page") && page.contains("Player 54") && !page.contains("Player 4<"));
        let next = page.split("rel=\"next\"").next().unwrap().rsplit("href=\"").next().unwrap();
        let next = next.split('"').next().unwrap().replace("&#38;", "&");
        let rest = chief.get(&next).await.text;
        assert_eq!(rest.matches("<td class=\"cell-name\">Output credential created").count(), 5);
        assert!(!rest.contains("Next page"));
        let fragment = chief.send(chief.request(Method::GET, "/audit").header("hx-request", "true")).await;
        assert!(fragment.text.starts_with("<section id=\"lines\""), "{}", fragment.text);
        assert_eq!(fragment.header("vary"), Some("HX-Request"));
        for wrong in ["user=x", "from=yesterday", "to=2026-02-30", "from=2026-01-02&to=2026-01-01", "after=x"] {
            assert_eq!(chief.get(&format!("/audit?{wrong}")).await.status, StatusCode::UNPROCESSABLE_ENTITY, "{wrong}");
        }
    }
}
