//! The uptime of one stream, from the log of its checks.

use super::{Sighting, Tally, buckets, hold_of, spans};
use crate::ctx::Ctx;
use crate::db::DbError;
use crate::features::health::course::State;
use crate::features::health::{attendance, store};
use crate::features::settings;
use crate::support::ids::StreamId;
use crate::support::statistics::share;

/// How a stream fared in the last days of the installation, the present one with what there is of it.
#[derive(Debug, Clone, PartialEq)]
pub struct StreamUptime {
    pub whole: Tally,
    /// Each day by its beginning (milliseconds since the epoch), the oldest first; together they are the whole.
    pub days: Vec<(i64, Tally)>,
    /// Checks within these days.
    pub checks: u64,
}

impl StreamUptime {
    /// The interval of 95 % around the uptime, by the number of checks; `None` while none is known.
    pub fn interval(&self) -> Option<(f64, f64)> {
        share::interval(self.whole.uptime()?, self.checks)
    }
}

/// Reads the last `days` days of a stream.
///
/// # Errors
/// Whatever the database says.
pub async fn of_stream(ctx: &Ctx, stream: StreamId, days: u32) -> Result<StreamUptime, DbError> {
    let settings = settings::load(ctx).await?;
    let now_ms = ctx.clock.now_ms();
    let mut edges = buckets::days(now_ms, days, &settings.zone);
    // What is yet to come of today is not unknown.
    if let Some(end) = edges.last_mut() {
        *end = now_ms;
    }
    let window_ms = edges.first().copied().unwrap_or(now_ms)..now_ms;
    let logged = store::sightings(&ctx.db, stream, &window_ms).await?;
    let within = logged
        .iter()
        .filter(|(at_ms, _)| window_ms.contains(at_ms))
        .count();
    let sightings: Vec<Sighting> = logged
        .iter()
        .map(|(at_ms, state)| Sighting {
            at_ms: *at_ms,
            state: State::from_word(state),
        })
        .collect();
    let away = attendance::away(&ctx.db, &window_ms).await?;
    let hold = hold_of(&settings, now_ms);
    let spans = spans(&sightings, hold, &away, &window_ms);
    let tallies = buckets::tallies(&spans, &edges);
    Ok(StreamUptime {
        whole: Tally::of(&spans),
        days: edges.into_iter().zip(tallies).collect(),
        checks: within as u64,
    })
}
