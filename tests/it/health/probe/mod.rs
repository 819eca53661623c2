//! One stream tested once, against a pretended provider.

mod faults;
mod hls;
mod media;

use std::time::Duration;

use http::HeaderMap;
use m3u_strm_processor::features::catalogue::sources::Source;
use m3u_strm_processor::features::health::probe::{Failure, Outcome, Probe, probe};
use m3u_strm_processor::features::providers::Offer;
use m3u_strm_processor::fetch::{FetchConfig, Fetcher};
use m3u_strm_processor::simulator::{Fault, Resource, Simulator, ts};
use m3u_strm_processor::support::clock::Clock;
use m3u_strm_processor::support::ids::{ProviderId, StreamId};
use m3u_strm_processor::support::media::Container;
use tokio_util::sync::CancellationToken;
use url::Url;

/// What must never stand in what is said of a stream.
pub const SECRETS: [&str; 3] = ["s3cret", "u5er", "hidden"];
/// For tests that must not time out however busy the machine is.
pub const PATIENCE: Duration = Duration::from_secs(60);
/// For what never comes, and long enough for what comes before that.
pub const SHORT: Duration = Duration::from_secs(1);
/// A test reads no more than its sample and the piece in which that ended.
const MOST_BYTES: u64 = 2 * 64 * 1024;
pub const PATH: &str = "/hidden/u5er/s3cret/1.ts";

pub fn fetcher() -> Fetcher {
    let config = FetchConfig {
        allowed_networks: vec!["127.0.0.0/8".parse().unwrap()],
        ..FetchConfig::default()
    };
    Fetcher::new(config, Clock::manual(0)).unwrap()
}

pub fn source(simulator: &Simulator, path: &str, format: &str) -> Source {
    Source {
        offer: Offer::Stream(StreamId(1)),
        provider: ProviderId(1),
        url: Url::parse(&simulator.url(path)).unwrap(),
        format: format.into(),
        headers: HeaderMap::new(),
        listed_headers: HeaderMap::new(),
        user_agent: None,
        typed_hosts: Vec::new(),
        max_connections: Some(1),
    }
}

async fn tested(source: &Source, timeout: Duration) -> Probe {
    let probe = probe(&fetcher(), source, timeout, &CancellationToken::new())
        .await
        .unwrap();
    if let Outcome::Failed(failure) = &probe.outcome {
        let told = format!("{failure} {failure:?}");
        assert!(SECRETS.iter().all(|secret| !told.contains(secret)), "{told}");
        assert_eq!(probe.latency_ms, None, "no media came");
    }
    assert!(probe.bytes <= MOST_BYTES, "{probe:?}");
    probe
}

/// Tests what stands at [`PATH`], and waits until the provider is left in peace.
async fn tested_at(simulator: &Simulator, timeout: Duration) -> Probe {
    let probe = tested(&source(simulator, PATH, "ts"), timeout).await;
    simulator.until(|counters| counters.open == 0).await;
    assert!(simulator.requests().iter().all(|request| request.method == "GET"));
    probe
}

/// A provider with an endless transport stream at [`PATH`].
pub async fn live() -> Simulator {
    let simulator = Simulator::start().await.unwrap();
    simulator.put(PATH, Resource::live(ts::block(), Duration::from_millis(1)));
    simulator
}

/// A provider that answers [`PATH`] with these bytes, said to be of this type.
pub async fn sending(content_type: &str, bytes: Vec<u8>) -> Simulator {
    let simulator = Simulator::start().await.unwrap();
    simulator.put(PATH, Resource::bytes(bytes).content_type(content_type));
    simulator
}

fn failure(probe: &Probe) -> &Failure {
    match &probe.outcome {
        Outcome::Failed(failure) => failure,
        other => unreachable!("{other:?}"),
    }
}

/// Random bytes, the same each time.
pub fn noise(length: usize) -> Vec<u8> {
    let mut state = 0x2545_F491_4F6C_DD1D_u64;
    let next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()[3]
    };
    std::iter::repeat_with(next).take(length).collect()
}
