//! The fetcher against a pretended provider: real HTTP on loopback, no pauses.

mod body;
mod faults;
mod guard;
mod hosts;
mod open;
mod simulator;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use m3u_strm_processor::fetch::{
    Cause, Download, FetchConfig, FetchError, FetchRequest, Fetcher, Guard, MemoryBreakers, Seams,
};
use m3u_strm_processor::simulator::{Playlist, Resource, Simulator};
use m3u_strm_processor::support::clock::Clock;
use url::Url;

/// What must never stand in an error.
const SECRETS: [&str; 5] = ["s3cret", "u5er", "t0ken", "hidden-path", "x-key"];
/// Path and query of a playlist whose parts are secret.
const SECRET_TARGET: &str = "/hidden-path/list.m3u?password=s3cret&token=t0ken";
const SECRET_PATH: &str = "/hidden-path/list.m3u";
/// Silence that a test waits for; a server that never answers makes it certain, not likely.
const SILENCE: Duration = Duration::from_millis(300);

/// A fetcher on loopback whose pauses are written down instead of waited for.
struct Bench {
    fetcher: Fetcher,
    clock: Clock,
    pauses: Arc<Mutex<Vec<Duration>>>,
    breakers: Arc<MemoryBreakers>,
}

impl Bench {
    fn new() -> Self {
        Self::with(FetchConfig {
            allowed_networks: vec!["127.0.0.0/8".parse().unwrap()],
            ..FetchConfig::default()
        })
    }

    fn with(config: FetchConfig) -> Self {
        let (clock, breakers) = (
            Clock::manual(1_700_000_000_000),
            Arc::new(MemoryBreakers::default()),
        );
        let pauses: Arc<Mutex<Vec<Duration>>> = Arc::default();
        let written = Arc::clone(&pauses);
        let seams = Seams {
            breakers: breakers.clone(),
            pause: Arc::new(move |duration| {
                written.lock().unwrap().push(duration);
                Box::pin(std::future::ready(()))
            }),
            ..Seams::default()
        };
        let fetcher = Fetcher::with_seams(config, clock.clone(), seams).unwrap();
        Self {
            fetcher,
            clock,
            pauses,
            breakers,
        }
    }

    async fn get(&self, request: FetchRequest) -> Result<Vec<u8>, FetchError> {
        read(self.fetcher.get(request).await?).await
    }

    /// Downloads the secret playlist and expects a failure that tells no secret.
    async fn failure(&self, simulator: &Simulator) -> FetchError {
        self.failure_of(patient(&[&secret_url(simulator)])).await
    }

    /// The same where the failure is silence.
    async fn silence(&self, simulator: &Simulator) -> FetchError {
        self.failure_of(request(&[&secret_url(simulator)])).await
    }

    async fn failure_of(&self, mut request: FetchRequest) -> FetchError {
        request.headers.insert("x-key", "s3cret".parse().unwrap());
        let error = self.get(request).await.expect_err("this cannot be fetched");
        tells_no_secret(&error);
        error
    }

    fn paused(&self) -> Vec<Duration> {
        self.pauses.lock().unwrap().clone()
    }
}

async fn read(mut download: Download) -> Result<Vec<u8>, FetchError> {
    let mut whole = Vec::new();
    while let Some(bytes) = download.next().await {
        let bytes = bytes?;
        assert!(!bytes.is_empty());
        whole.extend_from_slice(&bytes);
    }
    assert!(download.next().await.is_none());
    Ok(whole)
}

fn request(urls: &[&str]) -> FetchRequest {
    let urls = urls.iter().map(|url| Url::parse(url).unwrap()).collect();
    FetchRequest {
        idle_timeout: Some(SILENCE),
        ..FetchRequest::new(urls, Guard::Typed)
    }
}

/// For requests that must not time out however busy the machine is.
fn patient(urls: &[&str]) -> FetchRequest {
    FetchRequest {
        idle_timeout: Some(Duration::from_secs(60)),
        ..request(urls)
    }
}

fn secret_url(simulator: &Simulator) -> String {
    simulator
        .url(SECRET_TARGET)
        .replace("http://", "http://u5er:s3cret@")
}

fn tells_no_secret(error: &FetchError) {
    let told = format!("{error} {error:?}");
    for secret in SECRETS {
        assert!(!told.contains(secret), "{secret} in {told}");
    }
}

fn cause(error: &FetchError) -> &Cause {
    &error.failures()[0].cause
}

fn playlist() -> Vec<u8> {
    Playlist::new(1, 200).to_bytes()
}

/// A provider with the playlist at the secret path.
async fn provider() -> Simulator {
    let simulator = Simulator::start().await.unwrap();
    simulator.put(SECRET_PATH, Resource::bytes(playlist()));
    simulator
}
