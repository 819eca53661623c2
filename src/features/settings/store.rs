//! The table `app_settings`.

use crate::args;
use crate::db::{Db, DbError, Tx};
use crate::record;
use crate::support::ids::UserId;

record! {
    /// A setting that was changed.
    pub(super) struct Stored {
        pub key: String,
        pub value: String,
        pub changed_by: Option<String>,
        pub changed_at: i64,
    }
}

pub(super) async fn all(db: &Db) -> Result<Vec<Stored>, DbError> {
    db.all(
        "select app_settings.key, app_settings.value, users.username, app_settings.changed_at from app_settings \
         left join users on users.id = app_settings.changed_by",
        args![],
    )
    .await
}

pub(super) async fn set(
    tx: &mut Tx,
    key: &str,
    value: &serde_json::Value,
    by: Option<UserId>,
    now_ms: i64,
) -> Result<(), DbError> {
    tx.execute(
        "insert into app_settings (key, value, changed_by, changed_at) values ($1, $2, $3, $4) \
         on conflict (key) do update set value = excluded.value, changed_by = excluded.changed_by, \
         changed_at = excluded.changed_at",
        args![key, value.to_string(), by, now_ms],
    )
    .await?;
    Ok(())
}

/// A key is back at its default; false if it was there already.
pub(super) async fn remove(tx: &mut Tx, key: &str) -> Result<bool, DbError> {
    let removed = tx
        .execute("delete from app_settings where key = $1", args![key])
        .await?;
    Ok(removed > 0)
}

/// Every key is back at its default; returns how many were not.
pub(super) async fn clear(tx: &mut Tx) -> Result<u64, DbError> {
    tx.execute("delete from app_settings", args![]).await
}
