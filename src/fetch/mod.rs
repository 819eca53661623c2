//! Outbound HTTP: client, address guard, retry, breaker.
//!
//! [`Fetcher::get`] downloads a document (playlist, guide, picture, portal answer): several hosts, retries, breaker,
//! unpacked and bounded; [`Fetcher::save`] does so into a file. [`Fetcher::open`] opens one upstream for the relay: one try, bytes as they are.
//! A *host* is the `host:port` of a URL; nothing else of a URL ever stands in an error, for it may be a secret.

mod address;
mod breaker;
mod client;
mod config;
mod download;
mod error;
mod fetcher;
mod hop;
mod packed;
mod request;
mod resolver;
mod retry;
mod rounds;
mod stopwatch;
mod tls;
mod wire;

pub use self::address::{Refusal, Trust, judge};
pub use self::breaker::{Breaker, BreakerError, BreakerState, BreakerStore, MemoryBreakers};
pub use self::client::ClientError;
pub use self::config::{FetchConfig, Pause, Seams};
pub use self::download::Download;
pub use self::error::{Cause, FetchError, HostFailure, Waiting};
pub use self::fetcher::Fetcher;
pub use self::hop::host;
pub use self::packed::{Unpacked, is_packed};
pub use self::request::{FetchRequest, Guard, OpenRequest};
pub use self::resolver::{Lookup, SystemLookup};
pub use self::stopwatch::{Stopwatch, Timings};
pub use self::tls::install_tls;
pub use self::wire::Upstream;
