//! What one check says of a stream.

use super::course::Fault;
use super::probe::{Outcome, Probe};

/// A stream whose first media bytes take longer is degraded, in milliseconds.
pub const SLOW_MS: u32 = 5_000;
/// Packets lost within the first media bytes from which on it is degraded.
const LOST: u32 = 3;

/// What a check found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    Up,
    /// It plays, but badly.
    Degraded(Fault),
    Down(Fault),
    /// The account had no free connection, which says nothing of the stream.
    Skipped,
    /// Its provider is in maintenance until then, in milliseconds since the epoch: nothing was asked.
    Maintenance {
        until_ms: i64,
    },
    /// Nobody can check it here: its format cannot be relayed, or its stored address cannot be read.
    Untestable(String),
}

/// What a probe says of a stream. An account that is at its limit has refused the connection, not the stream.
pub fn of(probe: &Probe) -> Verdict {
    if is_turned_away(probe.status) {
        return Verdict::Skipped;
    }
    let fault = |code: &str, reason: String| Fault {
        code: code.to_owned(),
        reason,
    };
    match &probe.outcome {
        Outcome::Failed(failure) => Verdict::Down(fault(failure.code(), failure.reason.to_string())),
        Outcome::Untestable(reason) => Verdict::Untestable((*reason).to_owned()),
        Outcome::Passed => match probe.latency_ms {
            Some(latency_ms) if latency_ms > SLOW_MS => Verdict::Degraded(fault(
                "slow",
                format!(
                    "its first picture data took {:.1} s",
                    f64::from(latency_ms) / 1_000.0
                ),
            )),
            _ if probe.continuity_errors >= LOST => Verdict::Degraded(fault(
                "packets_lost",
                format!(
                    "{} packets were missing within its first moments",
                    probe.continuity_errors
                ),
            )),
            _ => Verdict::Up,
        },
    }
}

/// Whether the provider says that the account has too many connections: 429, or 509 as panels have it.
pub fn is_turned_away(status: Option<u16>) -> bool {
    matches!(status, Some(429 | 509))
}
