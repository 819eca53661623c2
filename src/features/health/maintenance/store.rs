//! The table `maintenance_windows`.

use crate::args;
use crate::db::{Db, DbError, Tx};
use crate::record;
use crate::support::ids::{MaintenanceId, ProviderId};

record! {
    /// A time in which a provider is at work on its service. Instants are milliseconds since the epoch, UTC.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Window {
        pub id: MaintenanceId,
        pub provider_id: ProviderId,
        pub from_at: i64,
        /// The first instant after it.
        pub to_at: i64,
        pub note: Option<String>,
    }
}

/// The windows of a provider that are not over for longer than since an instant, those to come last.
pub async fn list(
    db: &Db,
    provider: ProviderId,
    over_since_ms: i64,
    limit: i64,
) -> Result<Vec<Window>, DbError> {
    db.all(
        "select id, provider_id, from_at, to_at, note from maintenance_windows
         where provider_id = $1 and to_at >= $2 order by to_at, id limit $3",
        args![provider, over_since_ms, limit],
    )
    .await
}

/// How many windows of a provider are not over.
pub(super) async fn count_open(tx: &mut Tx, provider: ProviderId, now_ms: i64) -> Result<i64, DbError> {
    let sql = "select count(*) from maintenance_windows where provider_id = $1 and to_at > $2";
    let (count,): (i64,) = tx.one(sql, args![provider, now_ms]).await?;
    Ok(count)
}

/// When the window ends that a provider is in at an instant; of several the last.
pub(super) async fn ends_at(db: &Db, provider: ProviderId, at_ms: i64) -> Result<Option<i64>, DbError> {
    let found: Option<(i64,)> = db
        .optional(
            "select to_at from maintenance_windows where provider_id = $1 and to_at > $2 and from_at <= $2
             order by to_at desc limit 1",
            args![provider, at_ms],
        )
        .await?;
    Ok(found.map(|(to_at,)| to_at))
}

pub(super) async fn create(
    tx: &mut Tx,
    provider: ProviderId,
    (from_at, to_at): (i64, i64),
    note: Option<&str>,
) -> Result<MaintenanceId, DbError> {
    let (id,): (MaintenanceId,) = tx
        .one(
            "insert into maintenance_windows (provider_id, from_at, to_at, note) values ($1, $2, $3, $4) returning id",
            args![provider, from_at, to_at, note],
        )
        .await?;
    Ok(id)
}

pub(super) async fn find(
    tx: &mut Tx,
    provider: ProviderId,
    id: MaintenanceId,
) -> Result<Option<Window>, DbError> {
    tx.optional(
        "select id, provider_id, from_at, to_at, note from maintenance_windows where id = $1 and provider_id = $2",
        args![id, provider],
    )
    .await
}

pub(super) async fn remove(tx: &mut Tx, id: MaintenanceId) -> Result<(), DbError> {
    tx.execute("delete from maintenance_windows where id = $1", args![id])
        .await?;
    Ok(())
}

/// Ends a window early.
pub(super) async fn cut(tx: &mut Tx, id: MaintenanceId, now_ms: i64) -> Result<(), DbError> {
    let sql = "update maintenance_windows set to_at = $2 where id = $1";
    tx.execute(sql, args![id, now_ms]).await?;
    Ok(())
}

/// The windows at whose beginning or end something is still to be done, and whether that is their end. Those of providers
/// that are switched off have to wait.
pub(super) async fn edges(db: &Db, now_ms: i64) -> Result<Vec<(MaintenanceId, ProviderId, bool)>, DbError> {
    db.all(
        "select w.id, w.provider_id, w.to_at <= $1 from maintenance_windows w join providers p on p.id = w.provider_id
         where w.from_at <= $1 and not w.has_ended and (w.to_at <= $1 or not w.has_begun)
             and p.enabled and p.deleted_at is null
         order by w.id",
        args![now_ms],
    )
    .await
}

/// Notes that what follows from an edge was asked for.
pub(super) async fn passed(tx: &mut Tx, id: MaintenanceId, is_over: bool) -> Result<(), DbError> {
    let sql = "update maintenance_windows set has_begun = true, has_ended = $2 where id = $1";
    tx.execute(sql, args![id, is_over]).await?;
    Ok(())
}

/// Removes windows that were over before an instant, at most so many.
pub async fn prune(db: &Db, before_ms: i64, at_most: i64) -> Result<u64, DbError> {
    db.execute(
        "/* scan: a handful of rows, once a night */
         delete from maintenance_windows where id in (select o.id from (select id, to_at, has_ended
             from maintenance_windows where has_ended and to_at < $1 order by id limit $2) as o)",
        args![before_ms, at_most],
    )
    .await
}
