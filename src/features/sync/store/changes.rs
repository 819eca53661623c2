use crate::args;
use crate::db::{Db, DbError, Tx, Value};
use crate::features::sync::log::ChangePage;
use crate::support::ids::SyncId;

/// Pages of differences: run, position, change, entries, JSON of each.
pub async fn insert_changes(tx: &mut Tx, values: Vec<Value>) -> Result<(), DbError> {
    tx.insert_many(
        "insert into provider_sync_changes (sync_id, position, change, entries, body)",
        5,
        values,
        "",
    )
    .await?;
    Ok(())
}

/// The pages that hold some of the differences from `skip` on, all of one kind of change if `change` is given.
pub async fn changes(
    db: &Db,
    id: SyncId,
    change: Option<&str>,
    skip: i64,
    limit: i64,
) -> Result<Vec<ChangePage>, DbError> {
    db.all(
        "select change, first, entries, body from (select position, change, entries, body, \
         cast(sum(entries) over (order by position) as bigint) - entries as first from provider_sync_changes \
         where sync_id = $1 and ($2 is null or change = $2)) p \
         where first < $3 and first + entries > $4 order by position",
        args![id, change, skip + limit, skip],
    )
    .await
}

/// How many differences a run found, of one kind of change if `change` is given.
pub async fn count_changes(db: &Db, id: SyncId, change: Option<&str>) -> Result<i64, DbError> {
    let (count,) = db
        .one(
            "select cast(coalesce(sum(entries), 0) as bigint) from provider_sync_changes \
             where sync_id = $1 and ($2 is null or change = $2)",
            args![id, change],
        )
        .await?;
    Ok(count)
}

/// The refusals of a run by reason: reason, entries, JSON list of samples of each.
pub async fn insert_refusals(tx: &mut Tx, values: Vec<Value>) -> Result<(), DbError> {
    tx.insert_many(
        "insert into provider_sync_refusals (sync_id, reason, entries, samples)",
        4,
        values,
        "",
    )
    .await?;
    Ok(())
}

/// Reason, entries and samples of what a run refused.
pub async fn refusals(db: &Db, id: SyncId) -> Result<Vec<(String, i64, String)>, DbError> {
    db.all(
        "select reason, entries, samples from provider_sync_refusals where sync_id = $1 order by reason",
        args![id],
    )
    .await
}

/// Run, reason and entries of what these runs refused.
pub async fn refusals_of(
    db: &Db,
    ids: impl Iterator<Item = SyncId>,
) -> Result<Vec<(SyncId, String, i64)>, DbError> {
    let mut found = Vec::new();
    db.each_in(
        "select sync_id, reason, entries from provider_sync_refusals where sync_id in",
        ids.map(Value::from),
        "order by sync_id, reason",
        |row| {
            found.push((row.get(0)?, row.get(1)?, row.get(2)?));
            Ok(())
        },
    )
    .await?;
    Ok(found)
}
