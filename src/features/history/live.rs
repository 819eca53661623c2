//! Who watches what now.

use std::collections::HashSet;

use serde_json::json;

use super::showing::SILENCE_MS;
use super::store::live as store;
use super::{HistoryError, Journal};
use crate::ctx::Ctx;
use crate::db::DbError;
use crate::features::audit::{self, Actor};
use crate::record;
use crate::support::ids::PlayId;

/// A rate that was measured longer ago says nothing of now.
const RATE_MS: i64 = 12_000;

record! {
    /// A play that runs. Instants are milliseconds since the epoch, UTC.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct LivePlay {
        pub id: PlayId,
        /// `channel`, `movie` or `episode`.
        pub kind: String,
        pub content_id: Option<i64>,
        pub title: String,
        pub user: Option<String>,
        /// The name of the output credential that it is played with.
        pub credential: Option<String>,
        pub device: Option<String>,
        /// `metered` or `manifest`.
        pub measurement: String,
        pub provider_id: Option<i64>,
        pub provider: Option<String>,
        pub stream_id: Option<i64>,
        /// As its provider calls it.
        pub stream: Option<String>,
        pub started_at: i64,
        pub bytes: i64,
        pub stalls: i64,
        pub switches: i64,
        pub seen_at: i64,
        /// Kilobits a second over the last seconds; 0 if nothing was sent lately.
        pub kbps: i64,
        /// Bytes that have come and this viewer has still to take.
        pub behind_bytes: i64,
    }
}

impl LivePlay {
    /// How far the viewer is behind what has come, in milliseconds; none if its rate is not known.
    pub fn behind_ms(&self) -> Option<i64> {
        (self.kbps > 0).then(|| self.behind_bytes.saturating_mul(8) / self.kbps)
    }
}

/// Sums over what runs now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct LiveTotals {
    pub viewers: usize,
    /// Streams of channels that are watched, each once.
    pub streams: usize,
    /// Kilobits a second to all viewers.
    pub kbps: i64,
}

/// Everything that runs now on all nodes, what began last first; a thousand at most.
///
/// # Errors
/// Whatever the database says.
pub async fn list(ctx: &Ctx) -> Result<Vec<LivePlay>, DbError> {
    let now_ms = ctx.clock.now_ms();
    let mut plays = store::list(&ctx.db, now_ms - SILENCE_MS).await?;
    for play in plays.iter_mut().filter(|play| now_ms - play.seen_at > RATE_MS) {
        play.kbps = 0;
    }
    Ok(plays)
}

/// Sums over these plays.
pub fn totals(plays: &[LivePlay]) -> LiveTotals {
    let streams: HashSet<i64> = plays.iter().filter_map(|play| play.stream_id).collect();
    LiveTotals {
        viewers: plays.len(),
        streams: streams.len(),
        kbps: plays.iter().map(|play| play.kbps).sum(),
    }
}

impl Journal {
    /// Stops a play, on whichever node it runs; on another than this one within a few seconds.
    ///
    /// # Errors
    /// [`HistoryError::UnknownPlay`] if it does not run.
    pub async fn stop(&self, actor: &Actor, play: PlayId) -> Result<(), HistoryError> {
        let mut tx = self.ctx.db.begin().await?;
        let (title, user) = store::find(&mut tx, play)
            .await?
            .ok_or(HistoryError::UnknownPlay)?;
        store::want_stop(&mut tx, play).await?;
        let details = json!({ "title": title, "user": user });
        let now_ms = self.ctx.clock.now_ms();
        audit::record(
            &mut tx,
            now_ms,
            actor,
            "play.stopped",
            format!("play:{play}"),
            details,
        )
        .await?;
        tx.commit().await?;
        self.showings.stop(play);
        Ok(())
    }
}
