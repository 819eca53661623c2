//! The one row that says which state the catalogue is in, and hands out ids.

use std::collections::BTreeSet;

use crate::args;
use crate::db::{Db, DbError, Sql, Tx, dialect};
use crate::features::providers;
use crate::record;
use crate::support::ids::ProviderId;

record! {
    /// The next free ids; written back when the change is complete.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub struct Next {
        pub channel: i64,
        pub stream: i64,
        pub movie: i64,
        pub series: i64,
        pub episode: i64,
        pub version: i64,
        /// The next major number for a channel without one of its own.
        pub number: i64,
    }
}

/// Takes the catalogue's lock until the transaction ends: one changes it at a time, on all nodes. Raises its version.
pub async fn lock(tx: &mut Tx, now_ms: i64) -> Result<Next, DbError> {
    tx.one(
        "update catalogue_state set version = version + 1, changed_at = $1 where id = 1 \
         returning next_channel, next_stream, next_movie, next_series, next_episode, next_version, next_number",
        args![now_ms],
    )
    .await
}

/// Takes the catalogue's lock as [`lock`] does, for a change that may turn out to be none; see [`raise`].
pub async fn hold(tx: &mut Tx) -> Result<(), DbError> {
    let sql = Sql::built(format!(
        "select version from catalogue_state where id = 1{}",
        dialect::for_update(tx.engine())
    ));
    tx.one::<(i64,)>(sql, args![]).await?;
    Ok(())
}

/// As [`hold`], with the locks of these providers before it: whoever holds a provider waits for the catalogue, never the other
/// way round.
pub async fn hold_with(tx: &mut Tx, owners: BTreeSet<ProviderId>) -> Result<(), DbError> {
    for owner in owners {
        providers::store::lock(tx, owner).await?;
    }
    hold(tx).await
}

/// Raises the version, after [`hold`].
pub async fn raise(tx: &mut Tx, now_ms: i64) -> Result<(), DbError> {
    let sql = "update catalogue_state set version = version + 1, changed_at = $1 where id = 1";
    tx.execute(sql, args![now_ms]).await?;
    Ok(())
}

const VERSION: &str = "select version from catalogue_state where id = 1";

/// The version of the catalogue: how many changes it has seen.
pub async fn version(db: &Db) -> Result<i64, DbError> {
    let (version,) = db.one(VERSION, args![]).await?;
    Ok(version)
}

/// As [`version`], and how often panels told something that no list shows.
pub async fn versions(db: &Db) -> Result<(i64, i64), DbError> {
    let sql = "select version, facts_version from catalogue_state where id = 1";
    db.one(sql, args![]).await
}

/// The version of the catalogue, and how often results of checks were stored.
pub async fn health_versions(db: &Db) -> Result<(i64, i64), DbError> {
    let sql = "select version, health_version from catalogue_state where id = 1";
    db.one(sql, args![]).await
}

/// Says that results of checks were stored.
pub async fn raise_health(tx: &mut Tx) -> Result<(), DbError> {
    let sql = "update catalogue_state set health_version = health_version + 1 where id = 1";
    tx.execute(sql, args![]).await?;
    Ok(())
}

/// Says that panels told something that no list shows.
pub async fn raise_facts(tx: &mut Tx) -> Result<(), DbError> {
    let sql = "update catalogue_state set facts_version = facts_version + 1 where id = 1";
    tx.execute(sql, args![]).await?;
    Ok(())
}

/// As [`version`], within a transaction.
pub async fn version_in(tx: &mut Tx) -> Result<i64, DbError> {
    let (version,) = tx.one(VERSION, args![]).await?;
    Ok(version)
}

/// Stores the ids that were not used.
pub async fn keep(tx: &mut Tx, next: Next) -> Result<(), DbError> {
    tx.execute(
        "update catalogue_state set next_channel = $1, next_stream = $2, next_movie = $3, next_series = $4, \
         next_episode = $5, next_version = $6, next_number = $7 where id = 1",
        args![
            next.channel,
            next.stream,
            next.movie,
            next.series,
            next.episode,
            next.version,
            next.number
        ],
    )
    .await?;
    Ok(())
}

/// Gives the id and counts on.
pub fn take(next: &mut i64) -> i64 {
    let id = *next;
    *next += 1;
    id
}
