use super::server::Server;

const PAGE: &str = "/echoes/7";

/// The status of a POST with these headers; `HOST` stands for the server's own origin.
async fn post(server: &Server, path: &str, headers: &[(&str, &str)]) -> u16 {
    let mut request = server.post(path);
    for (name, value) in headers {
        request = request.header(*name, value.replace("HOST", &server.url("")));
    }
    request.send().await.unwrap().status().as_u16()
}

#[tokio::test]
async fn a_form_is_taken_only_from_the_own_pages() {
    let server = Server::start();
    for (headers, status) in [
        (&[("Sec-Fetch-Site", "same-origin")][..], 204),
        (&[("Sec-Fetch-Site", "none")], 204),
        (&[("Sec-Fetch-Site", "same-site")], 403),
        (&[("Sec-Fetch-Site", "cross-site")], 403),
        (&[("Sec-Fetch-Site", "nonsense")], 403),
        (&[("Sec-Fetch-Site", "cross-site"), ("Origin", "HOST")], 403),
        (&[("Origin", "HOST")], 204),
        (&[("Origin", "http://evil.example")], 403),
        (&[("Origin", "null")], 403),
        (&[("Origin", "HOST.evil.example")], 403),
        (&[], 403),
        (&[("Authorization", "Bearer abc")], 204),
        (&[("Authorization", "Basic abc")], 403),
    ] {
        assert_eq!(post(&server, PAGE, headers).await, status, "{headers:?}");
    }
}

#[tokio::test]
async fn the_public_url_is_an_own_origin_too() {
    let server = Server::with(|edge| edge.set_public_url(Some("https://tv.example/base".to_owned())));
    assert_eq!(
        post(&server, PAGE, &[("Origin", "https://tv.example")]).await,
        204
    );
    assert_eq!(
        post(&server, PAGE, &[("Origin", "https://tv.example:443")]).await,
        204
    );
    assert_eq!(post(&server, PAGE, &[("Origin", "http://tv.example")]).await, 403);
    assert_eq!(
        post(&server, PAGE, &[("Origin", "https://tv.example.evil")]).await,
        403
    );
}

#[tokio::test]
async fn programs_need_no_origin_but_cookies_do() {
    let server = Server::start();
    let json = ("Content-Type", "application/json");
    let echo = |path: &'static str, headers: Vec<(&'static str, &'static str)>| {
        let mut request = server.post(path).body("[1]");
        for (name, value) in headers {
            request = request.header(name, value);
        }
        async { request.send().await.unwrap().status().as_u16() }
    };
    assert_eq!(echo("/api/echo", vec![json]).await, 200);
    assert_eq!(echo("/api/echo", vec![json, ("Cookie", "session=a")]).await, 403);
    assert_eq!(
        echo(
            "/api/echo",
            vec![json, ("Cookie", "session=a"), ("Sec-Fetch-Site", "same-origin")]
        )
        .await,
        200
    );
    assert_eq!(
        echo(
            "/api/echo",
            vec![json, ("Cookie", "session=a"), ("Authorization", "Bearer a")]
        )
        .await,
        200
    );
    assert_eq!(
        echo("/api/auth/login", vec![json, ("Cookie", "session=a")]).await,
        200
    );
    assert_eq!(
        echo(
            "/api/auth/login",
            vec![("Content-Type", "text/plain"), ("Cookie", "session=a")]
        )
        .await,
        403
    );
}

#[tokio::test]
async fn safe_methods_and_players_are_not_asked() {
    let server = Server::start();
    let answer = server
        .get("/health/live")
        .header("Sec-Fetch-Site", "cross-site")
        .send();
    assert_eq!(answer.await.unwrap().status(), 204);
    assert_eq!(
        post(&server, "/playlist.m3u", &[("Sec-Fetch-Site", "cross-site")]).await,
        204
    );
}
