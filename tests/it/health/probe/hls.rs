//! HLS: a playlist, then the first bytes of one segment.

use m3u_strm_processor::simulator::{Hls, Reply, gzip};

use super::*;

const MOUNT: &str = "/hidden/u5er/s3cret";

fn segments() -> Vec<bytes::Bytes> {
    vec![ts::block().into(); 8]
}

async fn mounted(hls: Hls) -> Simulator {
    let simulator = Simulator::start().await.unwrap();
    simulator.put_hls(MOUNT, hls);
    simulator
}

/// A provider with this playlist, and the simulated segments beside it.
async fn listing(playlist: impl Into<bytes::Bytes>) -> Simulator {
    let simulator = mounted(Hls::vod(segments(), Duration::from_secs(4))).await;
    simulator.put(&format!("{MOUNT}/index.m3u8"), Resource::bytes(playlist));
    simulator
}

async fn tested_list(simulator: &Simulator) -> Probe {
    let probe = tested(
        &source(simulator, &format!("{MOUNT}/index.m3u8"), "hls"),
        PATIENCE,
    )
    .await;
    simulator.until(|counters| counters.open == 0).await;
    probe
}

fn asked(simulator: &Simulator) -> Vec<String> {
    let path = |path: &str| path.strip_prefix(MOUNT).unwrap().to_owned();
    simulator
        .requests()
        .iter()
        .map(|request| path(request.path()))
        .collect()
}

#[tokio::test]
async fn a_live_channel_is_tested_by_its_newest_segment() {
    let (hls, counter) = Hls::rolled_by_hand(segments(), Duration::from_secs(4));
    counter.store(7, std::sync::atomic::Ordering::SeqCst);
    let simulator = mounted(hls).await;
    let probe = tested_list(&simulator).await;
    assert_eq!(
        (&probe.outcome, probe.container),
        (&Outcome::Passed, Some(Container::Hls))
    );
    assert_eq!(probe.continuity_errors, 0);
    assert_eq!(
        asked(&simulator),
        ["/index.m3u8", "/low/index.m3u8", "/low/11.ts"]
    );
    assert_eq!(simulator.counters().peak, 1, "one request at a time");
    assert!(probe.phases.media_ms.is_some());
}

#[tokio::test]
async fn a_film_is_tested_by_its_first_segment() {
    let simulator = mounted(Hls::vod(segments(), Duration::from_secs(4))).await;
    assert_eq!(tested_list(&simulator).await.outcome, Outcome::Passed);
    assert_eq!(asked(&simulator), ["/index.m3u8", "/low/index.m3u8", "/low/0.ts"]);
}

#[tokio::test]
async fn a_segment_that_is_gone_or_no_media_has_failed() {
    for (fault, code) in [
        (Fault::status(404), "status"),
        (Fault::html(), "page"),
        (Fault::picture(), "picture"),
        (Fault::body("video/mp2t", noise(20_000)), "not_media"),
        (Fault::empty(), "empty"),
    ] {
        let simulator = mounted(Hls::vod(segments(), Duration::from_secs(4))).await;
        simulator.fault(&format!("{MOUNT}/low/0.ts"), fault);
        assert_eq!(failure(&tested_list(&simulator).await).code(), code);
    }
}

#[tokio::test]
async fn lost_packets_of_a_segment_are_counted() {
    let mut block = ts::block();
    block.drain(50 * 188..53 * 188);
    let simulator = mounted(Hls::vod(vec![block.into()], Duration::from_secs(4))).await;
    let probe = tested_list(&simulator).await;
    assert!(probe.continuity_errors > 0, "{probe:?}");
}

#[tokio::test]
async fn an_encrypted_segment_is_media_if_bytes_come() {
    let simulator = listing("#EXTM3U\n#EXT-X-KEY:METHOD=AES-128,URI=\"k\"\n#EXTINF:4,\nsecret.ts\n").await;
    let segment = format!("{MOUNT}/secret.ts");
    simulator.put(
        &segment,
        Resource::bytes(noise(20_000)).content_type("video/mp2t"),
    );
    let probe = tested_list(&simulator).await;
    assert_eq!((&probe.outcome, probe.continuity_errors), (&Outcome::Passed, 0));
    assert_eq!(asked(&simulator).len(), 2, "the key is not asked for");
    simulator.fault(&segment, Fault::html());
    assert_eq!(failure(&tested_list(&simulator).await).code(), "page");
}

#[tokio::test]
async fn a_piece_of_a_file_is_asked_for_as_that() {
    let film = [&[0xEE; 500][..], b"\x00\x00\x00\x18styphls5", &[1; 4_000]].concat();
    let playlist = "#EXTM3U\n#EXT-X-MAP:URI=\"all.mp4\",BYTERANGE=\"500@0\"\n#EXTINF:4,\n#EXT-X-BYTERANGE:900@500\n\
                    all.mp4\n#EXT-X-ENDLIST\n";
    let simulator = listing(playlist).await;
    simulator.put(
        &format!("{MOUNT}/all.mp4"),
        Resource::bytes(film).content_type("video/mp4"),
    );
    let probe = tested_list(&simulator).await;
    assert_eq!((&probe.outcome, probe.status), (&Outcome::Passed, Some(206)));
    assert_eq!(simulator.requests()[1].header("range"), Some("bytes=500-1399"));
}

#[tokio::test]
async fn a_packed_playlist_is_read() {
    let playlist = gzip(b"#EXTM3U\n#EXTINF:4,\nlow/0.ts\n").await;
    let simulator = mounted(Hls::vod(segments(), Duration::from_secs(4))).await;
    let packed = Resource::bytes(playlist).header("Content-Encoding", "gzip");
    simulator.put(&format!("{MOUNT}/index.m3u8"), packed);
    assert_eq!(tested_list(&simulator).await.outcome, Outcome::Passed);
}

#[tokio::test]
async fn a_packed_playlist_is_unpacked_within_a_bound() {
    let zeros = gzip(&vec![b' '; 32 << 20]).await;
    let simulator = mounted(Hls::vod(segments(), Duration::from_secs(4))).await;
    let packed = Resource::bytes(zeros).header("Content-Encoding", "gzip");
    simulator.put(&format!("{MOUNT}/index.m3u8"), packed);
    assert_eq!(failure(&tested_list(&simulator).await).code(), "encoding");
}

#[tokio::test]
async fn a_playlist_that_leads_nowhere_has_failed() {
    for (playlist, code) in [
        ("#EXTM3U\n#EXT-X-TARGETDURATION:4\n", "no_segment"),
        ("#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\n", "bad_playlist"),
        (
            "#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\nindex.m3u8\n",
            "bad_playlist",
        ),
        (
            "#EXTM3U\n#EXTINF:4,\nhttp://169.254.169.254/s3cret.ts\n",
            "address_forbidden",
        ),
        (
            "#EXTM3U\n#EXTINF:4,\nrtmp://provider.example/s3cret\n",
            "bad_redirect",
        ),
    ] {
        assert_eq!(failure(&tested_list(&listing(playlist).await).await).code(), code);
    }
}

#[tokio::test]
async fn a_stream_that_was_said_to_be_hls_may_be_the_stream_itself() {
    let simulator = Simulator::start().await.unwrap();
    simulator.put(PATH, Resource::live(ts::block(), Duration::from_millis(1)));
    let probe = tested(&source(&simulator, PATH, "hls"), PATIENCE).await;
    assert_eq!(
        (probe.outcome, probe.container),
        (Outcome::Passed, Some(Container::Ts))
    );
}

#[tokio::test]
async fn the_providers_own_headers_stay_with_its_hosts() {
    let other = Simulator::start().await.unwrap();
    other.put("/1.ts", Resource::bytes(ts::block()).content_type("video/mp2t"));
    let segment = other.url("/1.ts").replace("127.0.0.1", "localhost");
    let simulator = Simulator::start().await.unwrap();
    let list = format!("#EXTM3U\n#EXTINF:4,\n{segment}\n");
    simulator.put(
        PATH,
        Resource::dynamic(move |_| Reply::new(200, "text/plain", list.clone())),
    );
    let mut source = source(&simulator, PATH, "hls");
    source.headers.insert("x-key", "s3cret".parse().unwrap());
    for headers in [&mut source.headers, &mut source.listed_headers] {
        headers.insert("referer", "http://site.example/".parse().unwrap());
    }
    assert_eq!(tested(&source, PATIENCE).await.outcome, Outcome::Passed);
    let (first, second) = (&simulator.requests()[0], &other.requests()[0]);
    assert_eq!(first.header("x-key"), Some("s3cret"));
    assert_eq!(second.header("x-key"), None);
    assert_eq!(second.header("referer"), Some("http://site.example/"));
}
