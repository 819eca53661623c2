//! How long a viewer waits when the stream that is watched fails: `cargo bench --bench failover`.
//!
//! Ten viewers of ten channels at once, each with a better stream that fails after a few seconds and another that goes on; for
//! each kind of failure the longest pause between two chunks that any of them saw, and whether all go on. Streams are of 4 Mbit/s
//! in pieces of 20 ms. Bars: 2 s where a stream ends or breaks off; where it stalls, 3 s until that is certain (the source has no
//! longer gaps) and 1 s more.

#![expect(clippy::expect_used, reason = "a measurement fails by panicking")]

#[expect(dead_code, reason = "a part of it serves other measurements")]
mod support;

use std::time::Duration;

use m3u_strm_processor::db::Engine;
use m3u_strm_processor::simulator::resource::Framing;
use m3u_strm_processor::simulator::{Cut, Fault, Piece, Pieces, Reply, Resource, Simulator};
use support::Installation;
use tokio::runtime::Runtime;
use tokio::time::Instant;

const CHANNELS: usize = 10;
const PACKET: usize = 188;
/// 4 Mbit/s, in pieces of 20 ms.
const PIECE: Duration = Duration::from_millis(20);
const PACKETS: usize = 4_000_000 / 8 / 50 / PACKET;
/// After so many bytes a stream fails: two seconds.
const GOOD: usize = 1_000_000;
const WATCHED: Duration = Duration::from_secs(12);

type Failing = fn() -> Fault;

fn main() {
    let kinds: [(&str, Duration, Failing); 4] = [
        ("ends", Duration::from_secs(2), || Fault::cut(GOOD, Cut::Close)),
        ("breaks off", Duration::from_secs(2), || {
            Fault::cut(GOOD, Cut::Chunked)
        }),
        ("stalls", Duration::from_secs(4), || Fault::stop_after(GOOD)),
        ("does not begin", Duration::from_secs(2), || Fault::status(502)),
    ];
    let runtime = Runtime::new().expect("a runtime");
    for (what, bar, failing) in kinds {
        let simulator = runtime.block_on(Simulator::start()).expect("a provider");
        let pieces = Pieces::new(|| (0_u32..).map(piece));
        let stream = Resource::dynamic(move |_| Reply::pieces("video/mp2t", pieces.clone()));
        simulator.put("/*", stream.framing(Framing::Close));
        let installation = Installation::start(Engine::Sqlite);
        let entries = (0..CHANNELS).map(|one| {
            let address = |stream: &str| simulator.url(&format!("/{one}/{stream}.ts"));
            format!(
                "#EXTINF:-1,Channel {one} 4K\n{}\n#EXTINF:-1,Channel {one} SD\n{}\n",
                address("best"),
                address("next")
            )
        });
        installation.sync(format!("#EXTM3U\n{}", entries.collect::<String>()).into_bytes());
        for one in 0..CHANNELS {
            simulator.fault(&format!("/{one}/best.ts"), failing().times(1));
        }
        let urls = addresses(&installation);
        let seen = runtime.block_on(async {
            let watching: Vec<_> = urls.into_iter().map(|url| tokio::spawn(watch(url))).collect();
            let mut seen = Vec::new();
            for one in watching {
                seen.push(one.await.expect("a viewer"));
            }
            seen
        });
        let longest = seen.iter().map(|(pause, _)| *pause).max().unwrap_or_default();
        let going_on = seen.iter().filter(|(_, goes_on)| *goes_on).count();
        println!(
            "a stream {what}: {going_on} of {CHANNELS} viewers go on; the longest pause {} ms (bar {} ms)",
            longest.as_millis(),
            bar.as_millis()
        );
    }
}

/// Where each channel is played.
fn addresses(installation: &Installation) -> Vec<String> {
    let channels = installation.get_json("/api/channels?limit=1000");
    let me = installation.get_json("/api/auth/me");
    let playlist = me["playlist_url"].as_str().expect("an address");
    let (_, token) = playlist.split_once("token=").expect("a token");
    let channels = channels["items"].as_array().expect("channels");
    assert_eq!(channels.len(), CHANNELS);
    let address = |id: i64| format!("http://{}/stream/{token}/channel/{id}", installation.address);
    channels
        .iter()
        .filter_map(|channel| channel["id"].as_i64())
        .map(address)
        .collect()
}

fn piece(number: u32) -> Piece {
    let mut bytes = Vec::with_capacity(PACKETS * PACKET);
    for index in 0..PACKETS {
        let start = bytes.len();
        bytes.extend([0x47, 0, if index == 0 { 0 } else { 0x64 }, 0x10]);
        bytes.resize(start + PACKET, 0xAA);
    }
    Piece {
        bytes: bytes.into(),
        due: PIECE * number,
    }
}

/// The longest pause that a viewer saw, its beginning included, and whether it had bytes to the end.
async fn watch(url: String) -> (Duration, bool) {
    let until = Instant::now() + WATCHED;
    let (mut last, mut longest) = (Instant::now(), Duration::ZERO);
    // Who has one already keeps it.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let client = reqwest::Client::builder().build().expect("a client");
    let mut answer = client.get(url).send().await.expect("an answer");
    assert_eq!(answer.status(), 200);
    while let Ok(Ok(Some(_))) = tokio::time::timeout_at(until, answer.chunk()).await {
        longest = longest.max(last.elapsed());
        last = Instant::now();
    }
    (
        longest,
        Instant::now() >= until && last.elapsed() < Duration::from_secs(1),
    )
}
