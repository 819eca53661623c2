use crate::args;
use crate::db::{Db, DbError, Tx, Value};
use crate::support::ids::SyncId;

/// Parts of a held run: run, position and sealed bytes of each.
pub async fn insert_staging(tx: &mut Tx, values: Vec<Value>) -> Result<(), DbError> {
    tx.insert_many(
        "insert into provider_sync_staging (sync_id, position, sealed)",
        3,
        values,
        "",
    )
    .await?;
    Ok(())
}

/// One part of a held run.
pub async fn staged_chunk(db: &Db, id: SyncId, position: i64) -> Result<Option<Vec<u8>>, DbError> {
    let row: Option<(Vec<u8>,)> = db
        .optional(
            "select sealed from provider_sync_staging where sync_id = $1 and position = $2",
            args![id, position],
        )
        .await?;
    Ok(row.map(|(sealed,)| sealed))
}

/// Forgets what a run would have applied.
pub async fn drop_staging(tx: &mut Tx, id: SyncId) -> Result<(), DbError> {
    tx.execute("delete from provider_sync_staging where sync_id = $1", args![id])
        .await?;
    Ok(())
}
