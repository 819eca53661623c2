//! What a fetcher is made with.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use ipnet::IpNet;

use super::breaker::{BreakerStore, MemoryBreakers};
use super::resolver::{Lookup, SystemLookup};

/// What holds for every request that does not say otherwise.
#[derive(Debug, Clone)]
pub struct FetchConfig {
    pub user_agent: String,
    pub connect_timeout: Duration,
    /// The longest silence, before the answer (connecting included) and between its bytes.
    pub idle_timeout: Duration,
    /// The most bytes of a document, packed and unpacked.
    pub max_bytes: u64,
    /// Loopback and private networks that catalogues may name.
    pub allowed_networks: Vec<IpNet>,
}

impl Default for FetchConfig {
    /// 10 s to connect, 30 s of silence, 1 GiB, no network listed.
    fn default() -> Self {
        Self {
            user_agent: concat!("M3U-STRM-Processor/", env!("CARGO_PKG_VERSION")).into(),
            connect_timeout: Duration::from_secs(10),
            idle_timeout: Duration::from_secs(30),
            max_bytes: 1 << 30,
            allowed_networks: Vec::new(),
        }
    }
}

/// Waits between rounds; tests put in one that returns at once.
pub type Pause = Arc<dyn Fn(Duration) -> BoxFuture<'static, ()> + Send + Sync>;

/// What the fetcher gets from outside: where breakers are kept, how names resolve, how time passes.
#[derive(Clone)]
pub struct Seams {
    pub breakers: Arc<dyn BreakerStore>,
    pub lookup: Arc<dyn Lookup>,
    pub pause: Pause,
}

impl Default for Seams {
    /// Breakers in memory, the system's resolver, real time.
    fn default() -> Self {
        Self {
            breakers: Arc::new(MemoryBreakers::default()),
            lookup: Arc::new(SystemLookup),
            pause: Arc::new(|duration| Box::pin(tokio::time::sleep(duration))),
        }
    }
}
