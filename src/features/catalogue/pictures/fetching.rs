//! Getting a picture from where the catalogue says it is: politely, within bounds, and not from where it must not be.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use moka::future::Cache;
use tokio::sync::Semaphore;
use url::Url;

use super::render::RenderError;
use crate::fetch::{FetchError, FetchRequest, Fetcher, Guard};

const MOST_BYTES: u64 = 5 * 1024 * 1024;
const LONGEST: Duration = Duration::from_secs(20);
const SILENCE: Duration = Duration::from_secs(8);
/// Fetched at once, over all hosts and from one.
const AT_ONCE: usize = 8;
const PER_HOST: usize = 2;
/// A host that did not answer is left alone for so long.
const HOST_REST: Duration = Duration::from_secs(60);

/// Why there is no picture.
#[derive(Debug, Clone, thiserror::Error)]
pub(super) enum Failure {
    #[error("its address is not one of a web server")]
    Address,
    #[error("its host did not answer a moment ago")]
    Resting,
    #[error("it did not come within {} seconds", LONGEST.as_secs())]
    Slow,
    #[error("{0}")]
    Fetch(FetchError),
    #[error("{0}")]
    Render(#[from] RenderError),
    #[error("the cache folder cannot be written")]
    Folder,
}

impl Failure {
    /// Whether asking again soon may help.
    pub(super) fn is_transient(&self) -> bool {
        match self {
            Self::Address | Self::Render(_) => false,
            Self::Resting | Self::Slow | Self::Folder => true,
            Self::Fetch(error) => {
                let failures = error.failures();
                failures.is_empty() || failures.iter().any(|failure| failure.cause.is_transient())
            }
        }
    }
}

/// The manners of fetching.
pub(super) struct Fetching {
    fetch: Fetcher,
    all: Semaphore,
    hosts: Cache<String, Arc<Semaphore>>,
    resting: Cache<String, ()>,
}

impl Fetching {
    pub(super) fn new(fetch: Fetcher) -> Self {
        Self {
            fetch,
            all: Semaphore::new(AT_ONCE),
            hosts: Cache::builder()
                .max_capacity(1_000)
                .time_to_idle(Duration::from_secs(600))
                .build(),
            resting: Cache::builder()
                .max_capacity(1_000)
                .time_to_live(HOST_REST)
                .build(),
        }
    }

    pub(super) async fn get(&self, url: &str, guard: Guard) -> Result<Bytes, Failure> {
        let url = Url::parse(url).map_err(|_| Failure::Address)?;
        let host = match (url.scheme(), url.host_str()) {
            ("http" | "https", Some(host)) => format!("{host}:{}", url.port_or_known_default().unwrap_or(0)),
            _ => return Err(Failure::Address),
        };
        let slots = self
            .hosts
            .get_with_by_ref(&host, async { Arc::new(Semaphore::new(PER_HOST)) })
            .await;
        // The host's place first: who waits for a slow host must not hold a place that others could use.
        let (Ok(_of_host), Ok(_of_all)) = (slots.acquire().await, self.all.acquire().await) else {
            return Err(Failure::Resting);
        };
        if self.resting.contains_key(&host) {
            return Err(Failure::Resting);
        }
        let mut request = FetchRequest::new(vec![url], guard);
        request.rounds = 1;
        request.max_bytes = Some(MOST_BYTES);
        request.idle_timeout = Some(SILENCE);
        let fetched = tokio::time::timeout(LONGEST, async {
            let download = self.fetch.get(request).await?;
            download.read_all().await
        })
        .await;
        let got = match fetched {
            Err(_) => Err(Failure::Slow),
            Ok(got) => got.map_err(Failure::Fetch),
        };
        if let Err(failure) = &got
            && failure.is_transient()
        {
            self.resting.insert(host, ()).await;
        }
        got
    }
}
