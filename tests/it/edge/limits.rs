use m3u_strm_processor::edge::limits::Rate;

use super::server::Server;

fn slow() -> Server {
    Server::with(|edge| {
        edge.limits.set(Rate {
            per_second: 1,
            burst: 3,
        });
    })
}

#[tokio::test]
async fn one_request_too_many_is_told_when_to_come_back() {
    let server = slow();
    for _ in 0..3 {
        assert_eq!(server.get("/api/things/1").send().await.unwrap().status(), 200);
    }
    let refused = server.get("/api/things/1").send().await.unwrap();
    assert_eq!(refused.status(), 429);
    let seconds: u64 = refused.headers()["retry-after"]
        .to_str()
        .unwrap()
        .parse()
        .unwrap();
    assert!((1..=2).contains(&seconds), "{seconds}");
    let body: serde_json::Value = refused.json().await.unwrap();
    assert_eq!(body["error"]["code"], "too_many_requests");

    let page = server.get("/failure").send().await.unwrap();
    assert_eq!(page.status(), 429);
    assert!(page.headers().contains_key("retry-after"));
    assert!(page.text().await.unwrap().contains("Try again in"));
}

#[tokio::test]
async fn addresses_are_counted_apart_and_only_where_they_can_be_believed() {
    let server = slow();
    let from = |address: &'static str| {
        server
            .get("/api/things/1")
            .header("X-Forwarded-For", address)
            .send()
    };
    for _ in 0..3 {
        assert_eq!(from("203.0.113.7").await.unwrap().status(), 200);
    }
    assert_eq!(from("203.0.113.7").await.unwrap().status(), 429);
    assert_eq!(
        from("198.51.100.1, 203.0.113.7").await.unwrap().status(),
        429,
        "what a client adds is not believed"
    );
    assert_eq!(from("203.0.113.8").await.unwrap().status(), 200);
}

#[tokio::test]
async fn probes_assets_and_players_have_no_limit() {
    let server = slow();
    for path in [
        "/health/live",
        "/playlist.m3u",
        "/static/none/none.css",
        "/metrics",
        "/stream/token/channel/1",
    ] {
        for _ in 0..5 {
            assert_ne!(server.get(path).send().await.unwrap().status(), 429, "{path}");
        }
    }
}
