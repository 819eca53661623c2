//! The table `health_attendance`.

use crate::args;
use crate::db::{Db, DbError};

/// The stretch of a node that was noted last, if it reaches to an instant: its id and its end.
pub(super) async fn last(db: &Db, node: &str, from_ms: i64) -> Result<Option<(i64, i64)>, DbError> {
    db.optional(
        "select id, to_at from health_attendance where to_at >= $2 and node = $1 order by to_at desc limit 1",
        args![node, from_ms],
    )
    .await
}

pub(super) async fn begin(db: &Db, node: &str, now_ms: i64) -> Result<(), DbError> {
    let sql = "insert into health_attendance (node, from_at, to_at) values ($1, $2, $2)";
    db.execute(sql, args![node, now_ms]).await?;
    Ok(())
}

pub(super) async fn extend(db: &Db, id: i64, now_ms: i64) -> Result<(), DbError> {
    let sql = "update health_attendance set to_at = $2 where id = $1";
    db.execute(sql, args![id, now_ms]).await?;
    Ok(())
}

/// From when to when somebody was there, of stretches that reach into a time, by their beginnings.
pub(super) async fn overlapping(db: &Db, from_ms: i64, to_ms: i64) -> Result<Vec<(i64, i64)>, DbError> {
    db.all(
        "select from_at, to_at from health_attendance where to_at >= $1 and from_at < $2 order by from_at, id",
        args![from_ms, to_ms],
    )
    .await
}

/// Removes stretches that were over before an instant, at most so many.
pub(super) async fn prune(db: &Db, before_ms: i64, at_most: i64) -> Result<u64, DbError> {
    db.execute(
        "delete from health_attendance where id in (select o.id from (select id from health_attendance where to_at < $1
             order by to_at limit $2) as o)",
        args![before_ms, at_most],
    )
    .await
}
