//! What the pretended provider promises to other tests.

use std::sync::atomic::Ordering;
use std::time::Duration;

use bytes::Bytes;
use m3u_strm_processor::fetch::OpenRequest;
use m3u_strm_processor::simulator::{Hls, Reply};

use super::*;

async fn text(simulator: &Simulator, path: &str) -> (u16, String) {
    let request = OpenRequest::new(Url::parse(&simulator.url(path)).unwrap(), Guard::Typed);
    let upstream = Bench::new().fetcher.open(request).await.unwrap();
    let status = upstream.status;
    let body = upstream.read_all(1 << 20).await.unwrap();
    (status, String::from_utf8_lossy(&body).into_owned())
}

fn segments() -> Vec<Bytes> {
    ["zero", "one", "two"].map(Bytes::from).to_vec()
}

#[tokio::test]
async fn a_live_hls_playlist_rolls_forward_and_forgets_old_segments() {
    let simulator = Simulator::start().await.unwrap();
    let (hls, counter) = Hls::rolled_by_hand(segments(), Duration::from_secs(4));
    simulator.put_hls("/live/1", hls);
    assert!(
        text(&simulator, "/live/1/index.m3u8")
            .await
            .1
            .contains("high/index.m3u8")
    );
    let (_, first) = text(&simulator, "/live/1/high/index.m3u8").await;
    assert!(
        first.contains("MEDIA-SEQUENCE:0\n") && first.contains("TARGETDURATION:4\n"),
        "{first}"
    );
    assert!(!first.contains("ENDLIST"));
    counter.store(7, Ordering::SeqCst);
    let (_, later) = text(&simulator, "/live/1/high/index.m3u8").await;
    assert!(
        later.contains("MEDIA-SEQUENCE:7\n") && later.contains("\n11.ts\n") && !later.contains("\n12.ts\n")
    );
    assert_eq!(text(&simulator, "/live/1/high/7.ts").await, (200, "one".into()));
    assert_eq!(text(&simulator, "/live/1/high/1.ts").await.0, 404, "gone");
    assert_eq!(text(&simulator, "/live/1/high/12.ts").await.0, 404, "not yet");
}

#[tokio::test]
async fn a_film_in_hls_has_an_end() {
    let simulator = Simulator::start().await.unwrap();
    simulator.put_hls("/movie/9", Hls::vod(segments(), Duration::from_secs(2)));
    let (_, playlist) = text(&simulator, "/movie/9/low/index.m3u8").await;
    assert_eq!(playlist.matches("#EXTINF:2.000,").count(), 3);
    assert!(playlist.ends_with("#EXT-X-ENDLIST\n"));
    assert_eq!(text(&simulator, "/movie/9/low/2.ts").await, (200, "two".into()));
}

#[tokio::test]
async fn a_file_is_served_in_ranges_and_a_function_answers_by_request() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("film.mp4");
    std::fs::write(&path, "0123456789").unwrap();
    let simulator = Simulator::start().await.unwrap();
    simulator.put("/film.mp4", Resource::file(&path).content_type("video/mp4"));
    simulator.put(
        "/panel/*",
        Resource::dynamic(|request| {
            Reply::new(200, "text/plain", request.query().unwrap_or("none").to_owned())
        }),
    );
    assert_eq!(text(&simulator, "/film.mp4").await, (200, "0123456789".into()));
    let url = Url::parse(&simulator.url("/film.mp4")).unwrap();
    let request = OpenRequest {
        range: Some("bytes=7-".into()),
        ..OpenRequest::new(url, Guard::Typed)
    };
    let part = Bench::new().fetcher.open(request).await.unwrap();
    assert_eq!(
        (part.status, part.read_all(99).await.unwrap()),
        (206, "789".into())
    );
    assert_eq!(
        text(&simulator, "/panel/api?action=x").await,
        (200, "action=x".into())
    );
    assert_eq!(text(&simulator, "/panel/api").await, (200, "none".into()));
}

#[tokio::test]
async fn connections_are_reused_and_requests_are_remembered() {
    let simulator = provider().await;
    let bench = Bench::new();
    for _ in 0..3 {
        assert_eq!(
            bench.get(patient(&[&secret_url(&simulator)])).await.unwrap(),
            playlist()
        );
    }
    let counters = simulator.counters();
    assert_eq!((counters.requests, counters.peak), (3, 1));
    let first = &simulator.requests()[0];
    assert_eq!(
        (first.method.as_str(), first.target.as_str()),
        ("GET", SECRET_TARGET)
    );
}
