//! What is media, and what only says so.

use m3u_strm_processor::simulator::Panel;
use m3u_strm_processor::simulator::Reply;
use m3u_strm_processor::simulator::panel::{Account, Catalogue};

use super::*;

#[tokio::test]
async fn one_get_of_the_first_bytes_is_a_whole_test() {
    let simulator = live().await;
    let probe = tested_at(&simulator, PATIENCE).await;
    assert_eq!(probe.outcome, Outcome::Passed);
    assert_eq!((probe.status, probe.container), (Some(200), Some(Container::Ts)));
    assert_eq!(probe.continuity_errors, 0);
    assert_eq!(probe.phases.resolve_ms, None, "a literal address has no name");
    for phase in [
        probe.phases.connect_ms,
        probe.phases.first_byte_ms,
        probe.phases.media_ms,
    ] {
        assert!(phase.is_some_and(|ms| ms > 0), "{:?}", probe.phases);
    }
    assert!(probe.latency_ms.is_some());
    assert!(probe.bytes > 0);
    assert_eq!(simulator.requests().len(), 1);
}

#[tokio::test]
async fn the_phases_add_up_to_the_latency() {
    let simulator = live().await;
    let wait = Duration::from_millis(60);
    simulator.fault("*", Fault::delay(wait));
    let probe = tested_at(&simulator, PATIENCE).await;
    let phases = probe.phases;
    assert!(phases.first_byte_ms.unwrap() >= 60, "{phases:?}");
    let sum: u32 = [phases.connect_ms, phases.first_byte_ms, phases.media_ms]
        .into_iter()
        .flatten()
        .sum();
    let latency = probe.latency_ms.unwrap();
    assert!((latency..=latency + 3).contains(&sum), "{phases:?} for {latency}");
}

#[tokio::test]
async fn missing_packets_are_counted() {
    let mut block = ts::block();
    block.drain(50 * 188..53 * 188);
    let simulator = sending("video/mp2t", block).await;
    let probe = tested_at(&simulator, PATIENCE).await;
    assert_eq!(probe.outcome, Outcome::Passed);
    assert!(probe.continuity_errors > 0, "{probe:?}");
}

#[tokio::test]
async fn channels_films_and_episodes_of_a_panel_pass() {
    let simulator = Simulator::start().await.unwrap();
    let panel = Panel::at(Clock::manual(1_718_453_400_000));
    panel.open(Account::new("u5er", "s3cret").connections(1), Catalogue::plain());
    simulator.put_panel(&panel);
    for (path, format, container) in [
        ("/live/u5er/s3cret/101.ts", "ts", Container::Ts),
        ("/u5er/s3cret/102", "unknown", Container::Ts),
        ("/live/u5er/s3cret/104.m3u8", "hls", Container::Hls),
        ("/movie/u5er/s3cret/5001.mp4", "mp4", Container::Mp4),
        ("/movie/u5er/s3cret/5003.mkv", "mkv", Container::Matroska),
        ("/series/u5er/s3cret/70000.mp4", "mp4", Container::Mp4),
    ] {
        let probe = tested(&source(&simulator, path, format), PATIENCE).await;
        assert_eq!(probe.outcome, Outcome::Passed, "{path}");
        assert_eq!(probe.container, Some(container), "{path}");
        assert_eq!(probe.continuity_errors, 0, "{path}");
        simulator.until(|counters| counters.open == 0).await;
    }
    assert_eq!(
        simulator.counters().account_peaks["u5er"],
        1,
        "one connection is enough"
    );
}

#[tokio::test]
async fn sound_and_other_containers_are_media() {
    let adts = [&[0xFF, 0xF1, 0x4C, 0x80, 0x20, 0x1F, 0xFC][..], &[0x55; 249]].concat();
    for (format, content_type, bytes, container) in [
        ("audio", "audio/aac", adts.repeat(20), Container::Audio),
        (
            "audio",
            "audio/mpeg",
            b"ID3\x04\x00\x00\x00\x00\x00\x00".to_vec(),
            Container::Audio,
        ),
        (
            "flv",
            "video/x-flv",
            b"FLV\x01\x05\x00\x00\x00\x09".to_vec(),
            Container::Flv,
        ),
        ("unknown", "text/html", ts::block(), Container::Ts),
        (
            "unknown",
            "application/octet-stream",
            noise(20_000),
            Container::Other,
        ),
    ] {
        let simulator = sending(content_type, bytes).await;
        let probe = tested(&source(&simulator, PATH, format), PATIENCE).await;
        assert_eq!(
            (&probe.outcome, probe.container),
            (&Outcome::Passed, Some(container))
        );
    }
}

#[tokio::test]
async fn what_is_no_media_is_refused_whatever_it_is_said_to_be() {
    let page = b"<!DOCTYPE html><html><body>Your line has expired</body></html>";
    for (bytes, code) in [
        (page.to_vec(), "page"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\x0dIHDR".to_vec(), "picture"),
        (
            b"<?xml version=\"1.0\"?><svg xmlns=\"http://www.w3.org/2000/svg\"></svg>".to_vec(),
            "picture",
        ),
        (b"{\"user_info\":{\"auth\":0}}".to_vec(), "text"),
        (b"Too many connections".to_vec(), "text"),
        (Vec::new(), "empty"),
        (noise(20_000), "not_media"),
        (vec![0; 20_000], "not_media"),
    ] {
        let simulator = sending("video/mp2t", bytes).await;
        let probe = tested_at(&simulator, PATIENCE).await;
        assert_eq!(failure(&probe).code(), code);
        assert_eq!(
            (probe.status, simulator.requests().len()),
            (Some(200), 1),
            "{code}"
        );
    }
}

#[tokio::test]
async fn a_packed_page_is_a_page() {
    let page = b"<html><body>Your line has expired</body></html>";
    let packed = m3u_strm_processor::simulator::gzip(page).await;
    let simulator = Simulator::start().await.unwrap();
    let packed = Resource::bytes(packed).header("Content-Encoding", "gzip");
    simulator.put(PATH, packed);
    assert_eq!(failure(&tested_at(&simulator, PATIENCE).await).code(), "page");
}

#[tokio::test]
async fn what_cannot_be_tested_is_not_asked_and_has_not_failed() {
    let simulator = live().await;
    for format in ["dash", "smooth", "rtmp", "rtsp", "udp"] {
        let probe = tested(&source(&simulator, PATH, format), PATIENCE).await;
        assert!(matches!(probe.outcome, Outcome::Untestable(_)), "{format}");
    }
    let mut other = source(&simulator, PATH, "unknown");
    other.url = Url::parse("rtmp://u5er:s3cret@provider.example/hidden").unwrap();
    assert!(matches!(
        tested(&other, PATIENCE).await.outcome,
        Outcome::Untestable(_)
    ));
    assert!(simulator.requests().is_empty());

    let manifest = b"<?xml version=\"1.0\"?><MPD xmlns=\"urn:mpeg:dash:schema:mpd:2011\"></MPD>";
    let simulator = sending("application/dash+xml", manifest.to_vec()).await;
    let probe = tested(&source(&simulator, PATH, "unknown"), PATIENCE).await;
    assert!(matches!(probe.outcome, Outcome::Untestable(_)));
}

#[tokio::test]
async fn what_the_playlist_asks_for_is_sent() {
    let simulator = Simulator::start().await.unwrap();
    let demanding = Resource::live(ts::block(), Duration::from_millis(1))
        .demand("user-agent", "VLC/3")
        .demand("referer", "http://site.example/");
    simulator.put(PATH, demanding);
    let mut source = source(&simulator, PATH, "ts");
    assert_eq!(
        failure(&tested(&source, PATIENCE).await)
            .to_string()
            .split(": ")
            .last(),
        Some("answered 403")
    );
    source.user_agent = Some("VLC/3.0.20".into());
    source
        .headers
        .insert("referer", "http://site.example/".parse().unwrap());
    assert_eq!(tested(&source, PATIENCE).await.outcome, Outcome::Passed);
}

#[tokio::test]
async fn redirects_are_followed_to_where_the_media_is() {
    let simulator = live().await;
    let target = simulator.url(PATH);
    simulator.put(
        "/start",
        Resource::dynamic(move |_| Reply::status(302).header("Location", &target)),
    );
    let probe = tested(&source(&simulator, "/start", "unknown"), PATIENCE).await;
    assert_eq!((probe.outcome, probe.status), (Outcome::Passed, Some(200)));
    assert_eq!(simulator.requests().len(), 2);
}
