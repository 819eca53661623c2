//! One stream tested once: a single GET of its first bytes of media, as a player would begin, and never more.
//!
//! - *probe*: what a test found: its *outcome*, the *phases* it went through, the *container* it saw.
//! - *visit*: its requests, one after the other.
//! - *verdict*: what bytes are, said of them while they come.
//! - *part*: what an HLS playlist leads to next: a variant, then a segment.
//!
//! A web page, a picture or a text in the place of media fails, whatever the server says that it is.

mod check;
mod failure;
pub(super) mod part;
mod verdict;
pub(super) mod visit;

use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::features::catalogue::sources::Source;
use crate::features::providers::url_parts::Format;
use crate::fetch::Fetcher;
use crate::support::media::Container;

pub(super) use failure::Stop;
pub use failure::{Failure, Reason};
pub use verdict::{Expected, Verdict, judge};

use check::Check;

/// What a test of a stream found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Probe {
    pub outcome: Outcome,
    /// Of the last answer, redirects followed.
    pub status: Option<u16>,
    pub phases: Phases,
    /// From the start of the test to its first bytes of media.
    pub latency_ms: Option<u32>,
    /// What was read of all bodies.
    pub bytes: u64,
    pub container: Option<Container>,
    /// Between the packets of MPEG-TS that were read.
    pub continuity_errors: u32,
}

/// How a test ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// Media came.
    Passed,
    Failed(Failure),
    /// Nothing can be said of it: the reason, in words.
    Untestable(&'static str),
}

/// What the phases of a test took one after the other, in milliseconds rounded up; those of an HLS stream, which needs up
/// to three requests, add up. A phase that was not needed or not reached is absent.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Phases {
    /// Looking up the host.
    pub resolve_ms: Option<u32>,
    /// TCP and TLS.
    pub connect_ms: Option<u32>,
    /// From there to the head of the answer.
    pub first_byte_ms: Option<u32>,
    /// From there to the first bytes of the body.
    pub media_ms: Option<u32>,
}

/// The test was given up before it said anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("cancelled")]
pub struct Cancelled;

/// Tests one stream within `timeout`, over connections of its own, one at a time; all are closed when this returns.
///
/// It takes no lease: whoever calls it holds one.
///
/// # Errors
/// [`Cancelled`] once `cancel` is; nothing else is an error: what goes wrong is what was to be found out.
pub async fn probe(
    fetcher: &Fetcher,
    source: &Source,
    timeout: Duration,
    cancel: &CancellationToken,
) -> Result<Probe, Cancelled> {
    let mut check = Check::new(fetcher, source, timeout, cancel);
    if let Some(reason) = untestable(source) {
        return Ok(check.found(Outcome::Untestable(reason)));
    }
    let outcome = tokio::select! {
        biased;
        () = cancel.cancelled() => return Err(Cancelled),
        ended = tokio::time::timeout(timeout, check.run()) => ended,
    };
    let outcome = match outcome {
        Ok(outcome) => outcome?,
        Err(_) => check.timed_out(),
    };
    Ok(check.found(outcome))
}

/// Why nothing can be said of a stream, by its address and format.
pub(super) fn untestable(source: &Source) -> Option<&'static str> {
    if !matches!(source.url.scheme(), "http" | "https") {
        return Some("only streams over HTTP can be tested");
    }
    match Format::from_name(&source.format)? {
        Format::Dash => Some("DASH streams cannot be tested yet"),
        Format::Smooth => Some("Smooth Streaming cannot be tested yet"),
        format if !format.is_relayable() => Some("only streams over HTTP can be tested"),
        _ => None,
    }
}

/// Whole milliseconds, rounded up: what was measured is never zero.
fn milliseconds(took: Duration) -> u32 {
    u32::try_from(took.as_micros().div_ceil(1_000).max(1)).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_measured_is_never_zero() {
        for (micros, expected) in [(0, 1), (1, 1), (1_000, 1), (1_001, 2), (u64::MAX, u32::MAX)] {
            assert_eq!(milliseconds(Duration::from_micros(micros)), expected);
        }
    }
}
