//! When something was known not to work: what fails then is no news.

use std::ops::Range;

use super::{incidents, maintenance};
use crate::db::{Db, DbError};
use crate::support::ids::{ProviderId, StreamId};

/// So many times of each kind at most.
const MOST: i64 = 500;

/// The times within a window in which a provider failed as a whole or was in maintenance; milliseconds since the epoch, UTC.
///
/// # Errors
/// Whatever the database says.
pub async fn of_provider(
    db: &Db,
    provider: ProviderId,
    window_ms: &Range<i64>,
) -> Result<Vec<Range<i64>>, DbError> {
    let outages = incidents::store::outages_of(db, provider, window_ms, MOST).await?;
    let windows = maintenance::store::list(db, provider, window_ms.start, MOST).await?;
    let failing = outages
        .iter()
        .map(|outage| outage.opened_at..outage.resolved_at.unwrap_or(window_ms.end));
    let maintained = windows.iter().map(|window| window.from_at..window.to_at);
    Ok(failing.chain(maintained).collect())
}

/// The times within a window in which a stream was known to fail.
///
/// # Errors
/// Whatever the database says.
pub async fn of_stream(
    db: &Db,
    stream: StreamId,
    window_ms: &Range<i64>,
) -> Result<Vec<Range<i64>>, DbError> {
    let incidents = incidents::store::of_stream(db, stream, window_ms, MOST).await?;
    let failing = incidents
        .iter()
        .map(|(opened_at, resolved_at)| *opened_at..resolved_at.unwrap_or(window_ms.end));
    Ok(failing.collect())
}
