//! Who did what: one append-only line for each administrative act, written in the transaction of the act itself.
//!
//! *Actor*: who did it; *action*: `noun.verb` in the past (`user.created`); *resource*: `noun:id`, what it was done to;
//! *details*: a few words more, never a secret.

mod line;
mod store;

pub use line::{Actor, Filter, Line};

use crate::db::{Db, DbError, Tx};
use crate::support::paging::{Listed, Slice};

/// Writes a line; it lasts if and only if the caller's transaction does. `details` is an object, or null for none.
pub async fn record(
    tx: &mut Tx,
    at_ms: i64,
    actor: &Actor,
    action: &'static str,
    resource: impl Into<String>,
    details: serde_json::Value,
) -> Result<(), DbError> {
    store::insert(tx, at_ms, actor, action, resource.into(), details).await
}

/// The lines that match, newest first.
pub async fn list(db: &Db, filter: &Filter, slice: Slice) -> Result<Listed<Line>, DbError> {
    store::list(db, filter, slice).await
}

/// At most `limit` lines that match and are older than the line `before`, newest first.
pub async fn page(db: &Db, filter: &Filter, before: Option<i64>, limit: u32) -> Result<Vec<Line>, DbError> {
    store::page(db, filter, before, limit).await
}

/// How many lines match.
pub async fn count(db: &Db, filter: &Filter) -> Result<i64, DbError> {
    store::count(db, filter).await
}

/// Every action that occurs, in alphabetical order.
pub async fn actions(db: &Db) -> Result<Vec<String>, DbError> {
    store::actions(db).await
}
