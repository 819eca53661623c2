//! What makes two showings one play.

use super::{Measurement, Row, Shown, Unwritten};
use crate::features::catalogue::content::Content;

/// A live stream that is left for longer is another play.
const LIVE_GAP_MS: i64 = 120_000;
/// A film is gone on with within a day.
const FILM_GAP_MS: i64 = 24 * 3_600_000;

/// The last play of the same thing to the same player.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Earlier {
    pub row: Row,
    /// Its last sign of life.
    pub last_at: i64,
    /// How far a film was sent.
    pub position_bytes: Option<u64>,
}

/// How long something may have been left for it to be the same play, in milliseconds.
pub fn longest_gap_ms(shown: &Shown) -> i64 {
    match (shown.measurement, shown.content) {
        (Measurement::Metered, Content::Movie(_) | Content::Episode(_)) => FILM_GAP_MS,
        _ => LIVE_GAP_MS,
    }
}

/// Whether a showing goes on with an earlier play. A film that was left for a while goes on where it was or later; within
/// two minutes its player may seek to and fro, as players do to find its index.
pub fn is_same_play(earlier: &Earlier, later: &Unwritten) -> bool {
    let gap_ms = later.started_at - earlier.last_at;
    let goes_on = match (earlier.position_bytes, later.position_bytes) {
        (Some(before), Some(now)) => now >= before,
        _ => false,
    };
    gap_ms <= LIVE_GAP_MS || (gap_ms <= longest_gap_ms(&later.showing.shown) && goes_on)
}
