use crate::ctx::Ctx;
use crate::features::catalogue::content::Content;
use crate::support::ids::{PlayId, UserId};

use super::HistoryError;
use super::showing::{INTERVAL_MS, SILENCE_MS};
use super::store::plays::{self as store, PlayRow};

/// How a play is known that a client reports through the API.
pub(super) const HEARTBEAT: &str = "heartbeat";
/// What a viewer begins to watch.
#[derive(Debug, Clone)]
pub struct NewPlay {
    pub content: Content,
    /// What it is shown on, in the client's words; at most 200 characters.
    pub device: Option<String>,
}

/// What a client reports of a running play; every report is a sign of life.
#[derive(Debug, Clone, Copy, Default)]
pub struct PlayReport {
    /// Seconds watched so far, from 0; they set the start to that long before this report.
    pub duration_seconds: Option<i64>,
    pub completed: Option<bool>,
    /// The viewer stopped; nothing more is accepted of this play.
    pub ended: bool,
    /// Where in the film or episode the viewer is, in seconds from its start.
    pub position_seconds: Option<i64>,
}

/// A play as it reads now. Instants are milliseconds since the epoch, UTC.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Play {
    pub id: PlayId,
    /// `channel`, `movie`, `series` or `episode`.
    pub kind: String,
    /// Null once the content is gone; the title stays.
    pub content_id: Option<i64>,
    pub title: String,
    pub device: Option<String>,
    /// `heartbeat`, `metered`, `manifest` or `start_only`.
    pub measurement: String,
    /// Whose stream it was; null without evidence of the relay.
    pub provider_name: Option<String>,
    pub started_at: i64,
    /// Null while it runs.
    pub ended_at: Option<i64>,
    pub duration_seconds: i64,
    pub completed: bool,
}

/// The evidence of a play, from which its end and length are computed when it is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reported {
    pub started_at: i64,
    pub last_report_at: i64,
    /// When the client said it ended.
    pub ended_at: Option<i64>,
    /// The length the client reported last, in seconds.
    pub duration_seconds: Option<i64>,
}

impl Reported {
    /// When the play ended, as far as is known at `now_ms`: as said, else at its last report once it fell silent, plus
    /// one interval where its length was never reported; null while it runs.
    pub fn end(&self, now_ms: i64) -> Option<i64> {
        self.ended_at
            .or_else(|| (now_ms - self.last_report_at > SILENCE_MS).then(|| self.last_evidence(now_ms)))
    }

    /// The length in whole seconds, never negative: as reported, else from the start to the end or the last evidence.
    pub fn seconds(&self, now_ms: i64) -> i64 {
        self.duration_seconds.unwrap_or_else(|| {
            let until = self.ended_at.unwrap_or_else(|| self.last_evidence(now_ms));
            (until - self.started_at).max(0) / 1000
        })
    }

    /// This evidence and one more report that arrives at `now_ms`.
    #[must_use]
    pub fn and(self, report: &PlayReport, now_ms: i64) -> Self {
        let duration_seconds = report.duration_seconds.or(self.duration_seconds);
        let started_at = report
            .duration_seconds
            .map_or(self.started_at, |seconds| now_ms - seconds * 1000);
        Self {
            started_at,
            last_report_at: now_ms,
            ended_at: report.ended.then_some(now_ms),
            duration_seconds,
        }
    }

    fn last_evidence(&self, now_ms: i64) -> i64 {
        match self.duration_seconds {
            Some(_) => self.last_report_at,
            None => now_ms.min(self.last_report_at + INTERVAL_MS),
        }
    }
}

/// The user's own plays, newest first, with their number.
///
/// # Errors
/// Whatever the database says.
pub async fn list(ctx: &Ctx, user: UserId, skip: i64, limit: i64) -> Result<(Vec<Play>, i64), HistoryError> {
    let now = ctx.clock.now_ms();
    let total = store::count(&ctx.db, user).await?;
    let rows = store::list(&ctx.db, user, skip, limit).await?;
    Ok((rows.into_iter().map(|row| read(row, now)).collect(), total))
}

impl PlayRow {
    /// Takes in one more report.
    pub(super) fn report(&mut self, report: &PlayReport, now_ms: i64) {
        let evidence = self.reported().and(report, now_ms);
        self.started_at = evidence.started_at;
        self.last_report_at = evidence.last_report_at;
        self.ended_at = evidence.ended_at;
        self.duration_seconds = evidence.duration_seconds;
        self.completed = report.completed.unwrap_or(self.completed);
        self.position_seconds = report.position_seconds.or(self.position_seconds);
    }
}

/// A play as it reads at an instant.
pub(super) fn read(row: PlayRow, now_ms: i64) -> Play {
    let evidence = row.reported();
    let (ended_at, duration_seconds) = if row.measurement == HEARTBEAT {
        (evidence.end(now_ms), evidence.seconds(now_ms))
    } else {
        // The relay's own evidence says how long it was watched; that of a node that died ends by silence.
        let is_silent = now_ms - row.last_report_at > SILENCE_MS;
        let silent = is_silent.then_some(row.last_report_at + INTERVAL_MS);
        (row.ended_at.or(silent), row.duration_seconds.unwrap_or_default())
    };
    Play {
        id: row.id,
        kind: row.kind,
        content_id: row.content_id,
        title: row.title,
        device: row.device,
        measurement: row.measurement,
        provider_name: row.provider_name,
        started_at: evidence.started_at,
        ended_at,
        duration_seconds,
        completed: row.completed,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: i64 = 1_000_000;

    fn started() -> Reported {
        Reported {
            started_at: START,
            last_report_at: START,
            ended_at: None,
            duration_seconds: None,
        }
    }

    #[test]
    fn a_play_silent_for_30_s_ends_one_interval_after_its_last_report() {
        assert_eq!(started().end(START + 30_000), None);
        assert_eq!(started().end(START + 30_001), Some(START + 15_000));
        assert_eq!(started().seconds(START + 30_001), 15);
    }

    #[test]
    fn a_reported_length_sets_the_start_and_ends_at_the_report() {
        let report = PlayReport {
            duration_seconds: Some(600),
            ..PlayReport::default()
        };
        let play = started().and(&report, START + 60_000);
        assert_eq!(play.started_at, START + 60_000 - 600_000);
        assert_eq!(play.end(START + 60_000), None);
        assert_eq!(play.end(START + 100_000), Some(START + 60_000));
        assert_eq!(play.seconds(START + 100_000), 600);
    }

    #[test]
    fn a_silent_play_is_opened_again_by_a_report() {
        let silent = started();
        assert!(silent.end(START + 90_000).is_some());
        let again = silent.and(&PlayReport::default(), START + 90_000);
        assert_eq!(again.end(START + 100_000), None);
        assert_eq!(again.seconds(START + 100_000), 100);
    }

    #[test]
    fn an_end_that_was_said_stays() {
        let ended = started().and(
            &PlayReport {
                ended: true,
                ..PlayReport::default()
            },
            START + 42_500,
        );
        assert_eq!(ended.end(START + 999_000), Some(START + 42_500));
        assert_eq!(ended.seconds(START + 999_000), 42);
    }

    #[test]
    fn a_length_reported_earlier_survives_an_end_without_one() {
        let report = PlayReport {
            duration_seconds: Some(10),
            ..PlayReport::default()
        };
        let ended = started().and(&report, START + 20_000).and(
            &PlayReport {
                ended: true,
                ..PlayReport::default()
            },
            START + 25_000,
        );
        assert_eq!(ended.seconds(START + 25_000), 10);
    }
}
