//! The tables `provider_uploads` and `provider_upload_chunks`.

use crate::args;
use crate::db::{Db, DbError, Tx};

pub(super) async fn insert(db: &Db, now_ms: i64) -> Result<i64, DbError> {
    let sql = "insert into provider_uploads (is_kept, created_at) values ($1, $2) returning id";
    let (id,) = db.returning(sql, args![false, now_ms]).await?;
    Ok(id)
}

pub(super) async fn insert_chunk(db: &Db, id: i64, position: i64, sealed: Vec<u8>) -> Result<(), DbError> {
    let sql = "insert into provider_upload_chunks (upload_id, position, sealed) values ($1, $2, $3)";
    db.execute(sql, args![id, position, sealed]).await?;
    Ok(())
}

pub(super) async fn find_chunk(db: &Db, id: i64, position: i64) -> Result<Option<Vec<u8>>, DbError> {
    let sql = "select sealed from provider_upload_chunks where upload_id = $1 and position = $2";
    let found: Option<(Vec<u8>,)> = db.optional(sql, args![id, position]).await?;
    Ok(found.map(|(sealed,)| sealed))
}

/// A provider holds it from now on.
pub async fn keep(tx: &mut Tx, id: i64) -> Result<(), DbError> {
    let sql = "update provider_uploads set is_kept = $2 where id = $1";
    tx.execute(sql, args![id, true]).await?;
    Ok(())
}

/// Forgets it with all of its pieces.
pub async fn remove(tx: &mut Tx, id: i64) -> Result<(), DbError> {
    tx.execute("delete from provider_uploads where id = $1", args![id])
        .await?;
    Ok(())
}

/// Forgets what was staged before an instant and is held by nobody.
pub(super) async fn remove_unkept(db: &Db, before_ms: i64) -> Result<(), DbError> {
    let sql = "delete from provider_uploads where is_kept = $1 and created_at < $2";
    db.execute(sql, args![false, before_ms]).await?;
    Ok(())
}
