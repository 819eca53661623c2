//! What checks found of streams, and what follows from it: which are in use, their play order, what lists show.

use std::collections::{BTreeSet, HashMap};

use super::line_up;
use super::store::{checks, provider, recount, state, streams};
use crate::args;
use crate::db::{Db, DbError, Tx, Value};
use crate::support::ids::{ProviderId, StreamId};

pub use super::store::checks::{Health, Known};

/// Streams that are about to get their results, within the catalogue's lock.
pub struct Results {
    /// Those that still exist, by id.
    pub known: HashMap<i64, Known>,
    /// What checks found of them before, by id.
    pub before: HashMap<i64, Health>,
}

/// Takes the catalogue's lock and reads what is known of these streams. A stream that was removed meanwhile is left out.
///
/// # Errors
/// Whatever the database says.
pub async fn open(tx: &mut Tx, ids: &[i64]) -> Result<Results, DbError> {
    let found = checks::known(tx, ids.to_vec()).await?;
    state::hold_with(tx, found.iter().map(|known| known.provider_id).collect()).await?;
    let found = checks::known(tx, ids.to_vec()).await?;
    let mut before = HashMap::new();
    let present = found.iter().map(|known| known.stream_id).collect();
    checks::each_of(tx, present, |health| {
        before.insert(health.stream_id, health);
    })
    .await?;
    Ok(Results {
        known: found.into_iter().map(|known| (known.stream_id, known)).collect(),
        before,
    })
}

/// Stores what checks found, after [`open`]; `active` says of each stream whether it is in use. The answer is whether
/// anything that lists or players see has changed.
///
/// # Errors
/// Whatever the database says.
pub async fn keep(
    tx: &mut Tx,
    results: &Results,
    found: &[Health],
    active: &HashMap<i64, bool>,
    now_ms: i64,
) -> Result<bool, DbError> {
    checks::write(tx, found).await?;
    let switched: Vec<(i64, bool)> = active
        .iter()
        .filter(|(id, is)| results.known.get(id).is_some_and(|known| known.is_active != **is))
        .map(|(id, is)| (*id, *is))
        .collect();
    let values = switched.iter().flat_map(|(id, is)| args![*id, *is]).collect();
    streams::set_active(tx, values).await?;
    let ids: Vec<i64> = found.iter().map(|health| health.stream_id).collect();
    let mut placed = streams::placed_with(tx, ids.clone()).await?;
    placed.sort_unstable_by_key(|stream| (stream.channel_id, stream.id));
    placed.dedup_by_key(|stream| stream.id);
    line_up::reorder(tx, &placed).await?;
    let shown = recount::channels_with(tx, ids.into_iter().map(Value::from).collect()).await?;
    let owners: BTreeSet<ProviderId> = switched
        .iter()
        .filter_map(|(id, _)| results.known.get(id))
        .map(|known| known.provider_id)
        .collect();
    for owner in &owners {
        provider::recount_totals(tx, *owner).await?;
    }
    state::raise_health(tx).await?;
    // No list shows the order, and no link depends on it.
    let is_changed = shown > 0 || !owners.is_empty();
    if is_changed {
        state::raise(tx, now_ms).await?;
    }
    Ok(is_changed)
}

/// Asks for another check of those of these streams that fail, by an instant at the latest.
///
/// # Errors
/// Whatever the database says.
pub async fn hasten(tx: &mut Tx, streams: Vec<StreamId>, by_ms: i64) -> Result<(), DbError> {
    checks::hasten(tx, streams, by_ms).await
}

/// The version of the catalogue, and how often results of checks were stored: while both stay, so does what is counted of them.
///
/// # Errors
/// Whatever the database says.
pub async fn versions(db: &Db) -> Result<(i64, i64), DbError> {
    state::health_versions(db).await
}
