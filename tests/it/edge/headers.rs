use super::server::Server;

const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
    media-src 'self' blob:; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

#[tokio::test]
async fn every_answer_keeps_to_itself() {
    let server = Server::start();
    for path in ["/failure", "/api/failure", "/nowhere", "/health/live"] {
        let answer = server.get(path).send().await.unwrap();
        let header = |name: &str| answer.headers().get(name).map(|value| value.to_str().unwrap());
        assert_eq!(header("content-security-policy"), Some(POLICY), "{path}");
        assert_eq!(header("x-content-type-options"), Some("nosniff"), "{path}");
        assert_eq!(header("referrer-policy"), Some("same-origin"), "{path}");
        assert_eq!(
            header("cross-origin-opener-policy"),
            Some("same-origin"),
            "{path}"
        );
        assert!(header("permissions-policy").is_some(), "{path}");
    }
}

#[tokio::test]
async fn a_page_is_private_and_never_taken_for_its_fragment() {
    let server = Server::start();
    let answer = server.get("/failure").send().await.unwrap();
    assert_eq!(answer.headers()["cache-control"], "private, no-store");
    let vary: Vec<&str> = answer
        .headers()
        .get_all("vary")
        .iter()
        .map(|value| value.to_str().unwrap())
        .collect();
    assert!(vary.join(",").contains("HX-Request"), "{vary:?}");
}

#[tokio::test]
async fn request_ids_are_our_own_and_never_repeated() {
    let server = Server::start();
    let mut seen = Vec::new();
    for _ in 0..3 {
        let answer = server
            .get("/health/live")
            .header("X-Request-Id", "chosen-outside")
            .send()
            .await
            .unwrap();
        let id = answer.headers()["x-request-id"].to_str().unwrap().to_owned();
        assert!(id.len() == 12 && !seen.contains(&id), "{id}");
        seen.push(id);
    }
}

#[tokio::test]
async fn a_client_is_known_through_a_trusted_proxy() {
    let server = Server::start();
    let answer = server
        .get("/api/client")
        .header("X-Forwarded-For", "198.51.100.1, 203.0.113.7")
        .header("X-Forwarded-Proto", "https")
        .send();
    assert_eq!(answer.await.unwrap().text().await.unwrap(), "203.0.113.7 true");
}

#[tokio::test]
async fn the_theme_is_kept_for_a_year_and_leads_back_to_the_page() {
    let server = Server::start();
    let answer = server
        .post("/theme")
        .header("Sec-Fetch-Site", "same-origin")
        .header("Referer", server.url("/channels?q=a"))
        .form(&[("theme", "dark")])
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), 303);
    assert_eq!(answer.headers()["location"], "/channels?q=a");
    let cookie = answer.headers()["set-cookie"].to_str().unwrap();
    for part in [
        "theme=dark",
        "HttpOnly",
        "SameSite=Lax",
        "Max-Age=31536000",
        "Path=/",
    ] {
        assert!(cookie.contains(part), "{cookie}");
    }
    let page = server
        .get("/failure")
        .header("Cookie", "theme=dark")
        .send()
        .await
        .unwrap();
    assert!(
        page.text()
            .await
            .unwrap()
            .contains(r#"<html lang="en" data-theme="dark">"#)
    );
}
