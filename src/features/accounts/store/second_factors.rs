use crate::args;
use crate::db::{Db, DbError, Sql, Tx, Value, dialect};
use crate::record;
use crate::support::ids::UserId;

record! {
    /// What the database holds of a user's second factor.
    pub(in super::super) struct Stored {
        pub secret_sealed: Option<Vec<u8>>,
        /// None: off, or not confirmed yet.
        pub since_ms: Option<i64>,
        pub last_step: Option<i64>,
    }
}

pub(in super::super) async fn get(db: &Db, user: UserId) -> Result<Stored, DbError> {
    db.one(
        "select totp_secret, totp_since, totp_last_step from users where id = $1",
        args![user],
    )
    .await
}

/// As [`get`], held until the transaction ends: of two that bring the same code one is late.
pub(in super::super) async fn get_locked(tx: &mut Tx, user: UserId) -> Result<Stored, DbError> {
    let sql = format!(
        "select totp_secret, totp_since, totp_last_step from users where id = $1{}",
        dialect::for_update(tx.engine())
    );
    tx.one(Sql::built(sql), args![user]).await
}

/// Writes secret, beginning and last interval as a whole.
pub(in super::super) async fn set(tx: &mut Tx, user: UserId, factor: &Stored) -> Result<(), DbError> {
    tx.execute(
        "update users set totp_secret = $2, totp_since = $3, totp_last_step = $4 where id = $1",
        args![
            user,
            factor.secret_sealed.clone(),
            factor.since_ms,
            factor.last_step
        ],
    )
    .await
    .map(|_| ())
}

/// Replaces the recovery codes of a user.
pub(in super::super) async fn set_codes(
    tx: &mut Tx,
    user: UserId,
    hashes: &[[u8; 32]],
) -> Result<(), DbError> {
    tx.execute("delete from recovery_codes where user_id = $1", args![user])
        .await?;
    if hashes.is_empty() {
        return Ok(());
    }
    let values: Vec<Value> = hashes.iter().flat_map(|hash| args![user, *hash]).collect();
    tx.insert_many("insert into recovery_codes (user_id, code_hash)", 2, values, "")
        .await
        .map(|_| ())
}

/// Uses up a recovery code; whether there was one.
pub(in super::super) async fn take_code(tx: &mut Tx, user: UserId, hash: [u8; 32]) -> Result<bool, DbError> {
    let touched = tx
        .execute(
            "delete from recovery_codes where user_id = $1 and code_hash = $2",
            args![user, hash],
        )
        .await?;
    Ok(touched == 1)
}

pub(in super::super) async fn count_codes(db: &Db, user: UserId) -> Result<i64, DbError> {
    let (count,): (i64,) = db
        .one(
            "select count(*) from recovery_codes where user_id = $1",
            args![user],
        )
        .await?;
    Ok(count)
}
