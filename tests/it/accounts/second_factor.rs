//! The second factor over real HTTP, with the time given.

use m3u_strm_processor::args;
use m3u_strm_processor::support::totp;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use super::PASSWORD;
use super::server::{Answer, Client, Server};
use crate::on_both_engines;

/// What an authenticator app keeps.
struct Phone {
    secret: Vec<u8>,
    recovery: Vec<String>,
}

impl Phone {
    /// Switches the second factor of `user` on; half a minute passes.
    async fn of(server: &Server, user: &str) -> Self {
        let program = server.program(user).await;
        let begun = program
            .post("/api/auth/second-factor", json!({"password": PASSWORD}))
            .await;
        assert_eq!(begun.status, StatusCode::CREATED, "{}", begun.text);
        let secret = decoded(begun.json()["secret"].as_str().unwrap());
        let mut phone = Self {
            secret,
            recovery: Vec::new(),
        };
        let code = json!({"code": phone.code(server)});
        let on = program.post("/api/auth/second-factor/confirmation", code).await;
        assert_eq!(on.status, StatusCode::OK, "{}", on.text);
        let codes = on.json()["recovery_codes"].as_array().unwrap().clone();
        phone.recovery = codes
            .iter()
            .map(|code| code.as_str().unwrap().to_owned())
            .collect();
        server.test.advance_ms(60_000);
        phone
    }

    fn code(&self, server: &Server) -> String {
        totp::code(&self.secret, totp::step(server.test.ctx.clock.now_ms()))
    }
}

fn decoded(base32: &str) -> Vec<u8> {
    let (mut bytes, mut held, mut bits) = (Vec::new(), 0_u32, 0);
    for letter in base32.bytes() {
        let value = if letter.is_ascii_uppercase() {
            letter - b'A'
        } else {
            letter - b'2' + 26
        };
        held = (held << 5) | u32::from(value);
        bits += 5;
        if bits >= 8 {
            bits -= 8;
            bytes.push(((held >> bits) & 255) as u8);
        }
    }
    bytes
}

async fn login(client: &Client, user: &str, code: &str) -> Answer {
    let body = json!({"username": user, "password": PASSWORD, "code": code});
    client.post("/api/auth/login", body).await
}

fn told(answer: &Answer) -> (u16, String) {
    (answer.status.as_u16(), answer.code())
}

fn refused(code: &str) -> (u16, String) {
    (401, code.to_owned())
}

fn hidden(page: &str, name: &str) -> String {
    let field = page.split(&format!("name=\"{name}\" value=\"")).nth(1).unwrap();
    field.split('"').next().unwrap().replace("&#38;", "&")
}

on_both_engines! {
    async fn a_second_factor_counts_once_its_app_has_shown_the_right_code(server: Server) {
        let anna = server.program("anna").await;
        assert_eq!(anna.get("/api/auth/second-factor").await.json(), json!({"is_on": false, "since": null, "recovery_codes_left": 0}));
        let wrong = anna.post("/api/auth/second-factor", json!({"password": "not it"})).await;
        assert_eq!((wrong.status, wrong.json()["error"]["fields"]["password"].is_array()), (StatusCode::UNPROCESSABLE_ENTITY, true));
        assert_eq!(anna.post("/api/auth/second-factor/confirmation", json!({"code": "123456"})).await.status, StatusCode::NOT_FOUND);
        let begun = anna.post("/api/auth/second-factor", json!({"password": PASSWORD})).await.json();
        let secret = begun["secret"].as_str().unwrap();
        assert_eq!(begun["uri"], format!("otpauth://totp/M3U%2DSTRM%2DProcessor:anna?secret={secret}&issuer=M3U%2DSTRM%2DProcessor"));
        // Begun is not on: nobody is locked out by a secret that no app has.
        assert_eq!(login(&server.visitor(), "anna", "").await.status, StatusCode::OK);
        for code in ["", "000000x", "12345"] {
            let refused = anna.post("/api/auth/second-factor/confirmation", json!({"code": code})).await;
            assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{code}");
        }
        server.test.advance_ms(60_000);
        let code = totp::code(&decoded(secret), totp::step(server.test.ctx.clock.now_ms()));
        let on = anna.post("/api/auth/second-factor/confirmation", json!({"code": code})).await;
        assert_eq!((on.status, on.json()["recovery_codes"].as_array().unwrap().len()), (StatusCode::OK, 10));
        let status = anna.get("/api/auth/second-factor").await.json();
        assert_eq!((&status["is_on"], &status["recovery_codes_left"]), (&json!(true), &json!(10)));
        assert_eq!(anna.post("/api/auth/second-factor", json!({"password": PASSWORD})).await.code(), "second_factor_on");
        assert_eq!(anna.get("/api/auth/me").await.json()["has_second_factor"], true);
        // The code that confirmed it opens nothing any more.
        assert_eq!(told(&login(&server.visitor(), "anna", &code).await), refused("invalid_code"));
    }

    async fn a_program_signs_in_with_a_code_that_counts_once(server: Server) {
        let phone = Phone::of(&server, "anna").await;
        let visitor = server.visitor();
        assert_eq!(told(&visitor.login("anna", PASSWORD).await), refused("code_required"));
        assert_eq!(told(&visitor.login("anna", "wrong one").await), refused("invalid_credentials"));
        let body = json!({"username": "anna", "password": "wrong one", "code": phone.code(&server)});
        assert_eq!(told(&visitor.post("/api/auth/login", body).await), refused("invalid_credentials"));
        server.test.advance_ms(60_000);
        let code = phone.code(&server);
        let spaced = format!("{} {}", &code[..3], &code[3..]);
        assert_eq!(login(&visitor, "anna", &spaced).await.status, StatusCode::OK);
        assert_eq!(told(&login(&visitor, "anna", &code).await), refused("invalid_code"));
        server.test.advance_ms(30_000);
        assert_eq!(told(&login(&visitor, "anna", &code).await), refused("invalid_code"));
        assert_eq!(login(&visitor, "anna", &phone.code(&server)).await.status, StatusCode::OK);
        server.test.advance_ms(90_000);
        assert_eq!(told(&login(&visitor, "anna", "000000").await), refused("invalid_code"));
        // Who has no second factor is not asked, and not refused for a code.
        assert_eq!(login(&visitor, "chief", "123456").await.status, StatusCode::OK);
    }

    async fn of_two_that_bring_the_same_code_at_once_one_gets_in(server: Server) {
        let phone = Phone::of(&server, "anna").await;
        let code = phone.code(&server);
        let (one, two) = (server.visitor(), server.visitor());
        let (first, second) = tokio::join!(login(&one, "anna", &code), login(&two, "anna", &code));
        let mut statuses = [first.status.as_u16(), second.status.as_u16()];
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 401]);
    }

    async fn a_recovery_code_opens_the_door_once(server: Server) {
        let phone = Phone::of(&server, "anna").await;
        let visitor = server.visitor();
        let typed = format!(" {} ", phone.recovery[3].to_uppercase().replace('-', " "));
        assert_eq!(login(&visitor, "anna", &typed).await.status, StatusCode::OK);
        assert_eq!(told(&login(&visitor, "anna", &phone.recovery[3]).await), refused("invalid_code"));
        let anna = server.program_with("anna", &phone.recovery[4]).await;
        assert_eq!(anna.get("/api/auth/second-factor").await.json()["recovery_codes_left"], 8);
        let wrong = anna.post("/api/auth/second-factor/recovery-codes", json!({"password": "not it"})).await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
        let renewed = anna.post("/api/auth/second-factor/recovery-codes", json!({"password": PASSWORD})).await.json();
        server.test.advance_ms(60_000);
        assert_eq!(told(&login(&visitor, "anna", &phone.recovery[5]).await), refused("invalid_code"));
        let fresh = renewed["recovery_codes"][0].as_str().unwrap();
        assert_eq!(login(&visitor, "anna", fresh).await.status, StatusCode::OK);
        assert_eq!(told(&login(&visitor, "anna", &"x".repeat(5_000)).await), refused("invalid_code"));
        let log: Vec<(String,)> = server.test.ctx.db
            .all("select action from audit_log where action like 'second%' order by id", args![]).await.unwrap();
        let log: Vec<String> = log.into_iter().map(|(action,)| action).collect();
        assert_eq!(log, ["second_factor.enabled", "second_factor.recovery_code_used", "second_factor.recovery_code_used",
            "second_factor.codes_renewed", "second_factor.recovery_code_used"]);
    }

    async fn a_browser_is_asked_for_the_code_and_led_to_where_it_wanted_to_go(server: Server) {
        let phone = Phone::of(&server, "anna").await;
        let visitor = server.visitor();
        let asked = visitor.sign_in("anna", PASSWORD, "/private?a=b&c=d").await;
        assert_eq!(asked.status, StatusCode::OK);
        assert!(asked.text.contains("one-time-code") && !asked.text.contains(PASSWORD), "{}", asked.text);
        assert!(!visitor.jar.lock().unwrap().contains_key("session"));
        let (ticket, next) = (hidden(&asked.text, "ticket"), hidden(&asked.text, "next"));
        for (code, message) in [("", "Type the code"), ("000000", "This code is wrong")] {
            let again = visitor.form("/sign-in/code", &[("ticket", &ticket), ("next", &next), ("code", code)]).await;
            assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY, "{code}");
            assert!(again.text.contains(message), "{code}: {}", again.text);
            assert_eq!(hidden(&again.text, "next"), "/private?a=b&c=d");
        }
        let code = phone.code(&server);
        let entered = visitor.form("/sign-in/code", &[("ticket", &ticket), ("next", &next), ("code", &code)]).await;
        assert_eq!((entered.status, entered.header("location")), (StatusCode::SEE_OTHER, Some("/private?a=b&c=d")));
        assert_eq!(visitor.get("/private").await.text, "private");
        let stranger = server.visitor();
        let asked = stranger.sign_in("anna", PASSWORD, "//evil.example").await;
        let ticket = hidden(&asked.text, "ticket");
        let code = phone.recovery[0].clone();
        let led = stranger.form("/sign-in/code", &[("ticket", &ticket), ("next", "//evil.example"), ("code", &code)]).await;
        assert_eq!(led.header("location"), Some("/"));
        assert_eq!(server.visitor().get("/sign-in/code").await.header("location"), Some("/sign-in"));
    }

    async fn a_second_step_without_a_first_one_leads_nowhere(server: Server) {
        let phone = Phone::of(&server, "anna").await;
        let visitor = server.visitor();
        let ticket = hidden(&visitor.sign_in("anna", PASSWORD, "").await.text, "ticket");
        let mut tampered = ticket.clone().into_bytes();
        tampered[40] = if tampered[40] == b'A' { b'B' } else { b'A' };
        let tampered = String::from_utf8(tampered).unwrap();
        let enter = async |ticket: &str| visitor.form("/sign-in/code", &[("ticket", ticket), ("code", &phone.code(&server))]).await;
        for wrong in ["", "x", tampered.as_str()] {
            let refused = enter(wrong).await;
            assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{wrong}");
            assert!(refused.text.contains("Sign in again.") && refused.text.contains("name=\"password\""), "{wrong}");
        }
        server.test.advance_ms(5 * 60_000);
        assert!(enter(&ticket).await.text.contains("That took too long."));
        let ticket = hidden(&visitor.sign_in("anna", PASSWORD, "").await.text, "ticket");
        let chief = server.program("chief").await;
        let id = chief.get("/api/users?q=anna").await.json()["items"][0]["id"].clone();
        let path = format!("/api/users/{id}");
        assert_eq!(chief.patch(&path, json!({"password": "given by chief"})).await.status, StatusCode::OK);
        assert!(enter(&ticket).await.text.contains("Sign in again."));
        let reset = server.visitor();
        let ticket = hidden(&reset.sign_in("anna", "given by chief", "").await.text, "ticket");
        assert_eq!(chief.patch(&path, json!({"is_active": false})).await.status, StatusCode::OK);
        assert!(enter(&ticket).await.text.contains("Sign in again."));
    }

    async fn codes_are_tried_five_times_a_minute_from_wherever(server: Server) {
        let phone = Phone::of(&server, "anna").await;
        for at in 0..5 {
            let visitor = server.visitor();
            let body = json!({"username": "anna", "password": PASSWORD, "code": "000000"});
            let request = visitor.request(Method::POST, "/api/auth/login").header("x-forwarded-for", format!("203.0.113.{at}")).json(&body);
            assert_eq!(told(&visitor.send(request).await), refused("invalid_code"), "{at}");
        }
        let visitor = server.visitor();
        let body = json!({"username": "anna", "password": PASSWORD, "code": phone.code(&server)});
        let request = visitor.request(Method::POST, "/api/auth/login").header("x-forwarded-for", "203.0.113.9").json(&body);
        let stopped = visitor.send(request).await;
        assert_eq!((stopped.status, stopped.header("retry-after")), (StatusCode::TOO_MANY_REQUESTS, Some("60")));
        let browser = server.visitor();
        let ticket = hidden(&browser.sign_in("anna", PASSWORD, "").await.text, "ticket");
        let stopped = browser.form("/sign-in/code", &[("ticket", &ticket), ("code", &phone.code(&server))]).await;
        assert_eq!((stopped.status, stopped.header("retry-after")), (StatusCode::TOO_MANY_REQUESTS, Some("60")));
        assert_eq!(hidden(&stopped.text, "ticket"), ticket);
        server.test.advance_ms(60_000);
        let entered = browser.form("/sign-in/code", &[("ticket", &ticket), ("code", &phone.code(&server))]).await;
        assert_eq!(entered.status, StatusCode::SEE_OTHER);
    }

    async fn neither_secret_nor_recovery_code_is_stored_as_it_is(server: Server) {
        let phone = Phone::of(&server, "anna").await;
        let (sealed,): (Vec<u8>,) = server.test.ctx.db
            .one("select totp_secret from users where totp_secret is not null", args![]).await.unwrap();
        assert!(!sealed.windows(20).any(|part| part == phone.secret.as_slice()));
        let hashes: Vec<(Vec<u8>,)> = server.test.ctx.db.all("select code_hash from recovery_codes", args![]).await.unwrap();
        assert_eq!(hashes.len(), 10);
        assert!(hashes.iter().all(|(hash,)| hash.len() == 32));
        let log: Vec<(String,)> = server.test.ctx.db.all("select details from audit_log", args![]).await.unwrap();
        assert!(log.iter().all(|(details,)| phone.recovery.iter().all(|code| !details.contains(code))));
        let anna = server.program_with("anna", &phone.code(&server)).await;
        for path in ["/api/auth/me", "/api/auth/second-factor"] {
            let text = anna.get(path).await.text;
            assert!(!text.contains(&totp::base32(&phone.secret)), "{path}");
        }
        // On another row the sealed secret opens nothing.
        let moved = "update users set totp_secret = $1, totp_since = 1 where username = 'chief'";
        server.test.ctx.db.execute(moved, args![sealed]).await.unwrap();
        assert_eq!(login(&server.visitor(), "chief", &phone.code(&server)).await.status, StatusCode::INTERNAL_SERVER_ERROR);
    }

    async fn it_is_switched_off_with_the_password_or_by_an_administrator(server: Server) {
        let phone = Phone::of(&server, "anna").await;
        let anna = server.program_with("anna", &phone.code(&server)).await;
        let off = |password: &str| anna.request(Method::DELETE, "/api/auth/second-factor").json(&json!({"password": password}));
        assert_eq!(anna.send(off("not it")).await.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(anna.send(off(PASSWORD)).await.status, StatusCode::NO_CONTENT);
        assert_eq!(anna.send(off(PASSWORD)).await.status, StatusCode::NOT_FOUND);
        assert_eq!(server.visitor().login("anna", PASSWORD).await.status, StatusCode::OK);
        server.test.advance_ms(60_000);
        Phone::of(&server, "anna").await;
        let id = anna.get("/api/auth/me").await.json()["id"].clone();
        let path = format!("/api/users/{id}/second-factor");
        assert_eq!(anna.delete(&path).await.status, StatusCode::FORBIDDEN);
        let chief = server.browser("chief").await;
        let page = chief.get(&format!("/users/{id}")).await.text;
        assert!(page.contains(&format!("/users/{id}/second-factor")));
        assert!(chief.get(&format!("/users/{id}/second-factor")).await.text.contains("Make sure that you talk to the right person"));
        assert_eq!(chief.form(&format!("/users/{id}/second-factor"), &[]).await.status, StatusCode::SEE_OTHER);
        assert_eq!(chief.form(&format!("/users/{id}/second-factor"), &[]).await.status, StatusCode::NOT_FOUND);
        assert_eq!(server.visitor().login("anna", PASSWORD).await.status, StatusCode::OK);
        assert_eq!(told(&server.program("chief").await.delete(&path).await), (404, "not_found".to_owned()));
        let log = server.program("chief").await.get("/api/audit?action=second_factor.disabled").await.json();
        let who: Vec<&Value> = log["items"].as_array().unwrap().iter().map(|line| &line["user"]).collect();
        assert_eq!(who, [&json!("chief"), &json!("anna")]);
    }

    async fn it_is_set_up_on_pages(server: Server) {
        let anna = server.browser("anna").await;
        assert!(anna.get("/account").await.text.contains("Set up"));
        assert_eq!(anna.get("/account/second-factor/setup").await.header("location"), Some("/account"));
        let dialog = anna.send(anna.request(Method::GET, "/account/second-factor").header("hx-request", "true")).await;
        assert!(dialog.text.trim_start().starts_with("<dialog"), "{}", dialog.text);
        let wrong = anna.form("/account/second-factor", &[("password", "not it")]).await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(wrong.text.contains("This is not your present password.") && !wrong.text.contains("not it"));
        assert_eq!(anna.form("/account/second-factor", &[("password", PASSWORD)]).await.header("location"), Some("/account/second-factor/setup"));
        let page = anna.get("/account/second-factor/setup").await.text;
        assert!(page.contains("<svg class=\"qr\"") && page.contains("otpauth://totp/"));
        let secret = page.split("id=\"secret\"").nth(1).unwrap().split('>').nth(1).unwrap().split('<').next().unwrap().replace(' ', "");
        let refused = anna.form("/account/second-factor/setup", &[("code", "000000")]).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(refused.text.contains("This is not the code of now.") && refused.text.contains("<svg class=\"qr\""));
        let code = totp::code(&decoded(&secret), totp::step(server.test.ctx.clock.now_ms()));
        let on = anna.form("/account/second-factor/setup", &[("code", &code)]).await;
        assert_eq!((on.status, on.text.matches("<li><code>").count()), (StatusCode::OK, 10));
        let account = anna.get("/account").await.text;
        assert!(account.contains("10 recovery codes are left") && !account.contains(&secret));
        assert_eq!(anna.get("/account/second-factor/setup").await.header("location"), Some("/account"));
        server.test.advance_ms(60_000);
        let renewed = anna.form("/account/second-factor/recovery-codes", &[("password", PASSWORD)]).await;
        assert_eq!(renewed.text.matches("<li><code>").count(), 10);
        for path in ["/account/second-factor/recovery-codes", "/account/second-factor/removal"] {
            assert!(anna.get(path).await.text.contains("Your password"), "{path}");
            assert_eq!(anna.form(path, &[]).await.status, StatusCode::UNPROCESSABLE_ENTITY, "{path}");
        }
        let off = anna.form("/account/second-factor/removal", &[("password", PASSWORD)]).await;
        assert_eq!((off.status, off.header("location")), (StatusCode::SEE_OTHER, Some("/account")));
        assert!(anna.get("/account").await.text.contains("The second factor is off."));
    }
}
