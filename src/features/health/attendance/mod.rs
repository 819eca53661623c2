//! When a server was there to check anything. Whatever a stream did while none was is unknown, not what it did before.

mod store;

use std::ops::Range;

use crate::ctx::Ctx;
use crate::db::{Db, DbError};

const MINUTE_MS: i64 = 60_000;
/// Noted so often at most.
const NOTED_EVERY_MS: i64 = MINUTE_MS;
/// A node that was not noted for longer was away.
const AWAY_AFTER_MS: i64 = 3 * MINUTE_MS;

/// Notes that this node is there.
///
/// # Errors
/// Whatever the database says.
pub async fn note(ctx: &Ctx) -> Result<(), DbError> {
    let (node, now) = (ctx.jobs.node_id(), ctx.clock.now_ms());
    match store::last(&ctx.db, node, now - AWAY_AFTER_MS).await? {
        Some((_, to_ms)) if now - to_ms < NOTED_EVERY_MS => Ok(()),
        Some((id, _)) => store::extend(&ctx.db, id, now).await,
        None => store::begin(&ctx.db, node, now).await,
    }
}

/// Forgets stretches that were over before an instant, at most so many; the answer is how many went.
///
/// # Errors
/// Whatever the database says.
pub(super) async fn prune(db: &Db, before_ms: i64, at_most: i64) -> Result<u64, DbError> {
    store::prune(db, before_ms, at_most).await
}

/// The times within a window in which no server was there; milliseconds since the epoch, in order.
///
/// # Errors
/// Whatever the database says.
pub async fn away(db: &Db, window_ms: &Range<i64>) -> Result<Vec<Range<i64>>, DbError> {
    let there = store::overlapping(db, window_ms.start - AWAY_AFTER_MS, window_ms.end).await?;
    Ok(between(&there, window_ms))
}

/// What no stretch covers; each counts for a little longer than it was noted, since the next note was yet to come.
fn between(there: &[(i64, i64)], window_ms: &Range<i64>) -> Vec<Range<i64>> {
    let mut away = Vec::new();
    let mut reached_ms = window_ms.start;
    for (from_ms, to_ms) in there {
        if *from_ms > reached_ms {
            away.push(reached_ms..(*from_ms).min(window_ms.end));
        }
        reached_ms = reached_ms.max(to_ms + NOTED_EVERY_MS);
    }
    if reached_ms < window_ms.end {
        away.push(reached_ms..window_ms.end);
    }
    away
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_was_there_between_the_stretches_of_all_nodes() {
        let minutes = |from: i64, to: i64| (from * MINUTE_MS, to * MINUTE_MS);
        let there = [minutes(0, 10), minutes(5, 20), minutes(60, 99)];
        let found = between(&there, &(-5 * MINUTE_MS..101 * MINUTE_MS));
        let expected = [(-5, 0), (21, 60), (100, 101)].map(|(from, to)| from * MINUTE_MS..to * MINUTE_MS);
        assert_eq!(found, expected);
        assert_eq!(between(&there, &(61 * MINUTE_MS..100 * MINUTE_MS)), []);
    }
}
