use crate::args;
use crate::db::{Db, DbError, Sql, Tx};
use crate::record;
use crate::support::ids::{CredentialId, UserId};
use crate::support::paging::{Listed, Slice};

record! {
    /// A row as it is stored.
    pub(in super::super) struct Stored {
        pub id: CredentialId,
        pub name: String,
        pub user_id: Option<UserId>,
        pub is_personal: bool,
        pub token_hash: Vec<u8>,
        pub token_sealed: Vec<u8>,
        pub created_at_ms: i64,
        pub last_used_at_ms: Option<i64>,
    }
}

record! {
    /// What a live token leads to.
    pub(in super::super) struct Found {
        pub id: CredentialId,
        pub name: String,
        pub user_id: Option<UserId>,
        pub last_used_at_ms: Option<i64>,
    }
}

const COLUMNS: &str = "id, name, user_id, is_personal, token_hash, token_sealed, created_at, last_used_at";

pub(in super::super) async fn insert(
    tx: &mut Tx,
    name: &str,
    user: Option<UserId>,
    is_personal: bool,
    token_hash: [u8; 32],
    token_sealed: Vec<u8>,
    now_ms: i64,
) -> Result<CredentialId, DbError> {
    let (id,): (CredentialId,) = tx
        .one(
            "insert into output_credentials (name, user_id, is_personal, token_hash, token_sealed, created_at)
             values ($1, $2, $3, $4, $5, $6) returning id",
            args![name, user, is_personal, token_hash, token_sealed, now_ms],
        )
        .await?;
    Ok(id)
}

/// The names of a user's credentials.
pub(in super::super) async fn names(tx: &mut Tx, user: UserId) -> Result<Vec<String>, DbError> {
    let sql = "select name from output_credentials where user_id = $1";
    let names: Vec<(String,)> = tx.all(sql, args![user]).await?;
    Ok(names.into_iter().map(|(name,)| name).collect())
}

/// The live credential of this token: it belongs to nobody or to an active user.
pub(in super::super) async fn find_by_token(db: &Db, token_hash: [u8; 32]) -> Result<Option<Found>, DbError> {
    db.optional(
        "select c.id, c.name, c.user_id, c.last_used_at
         from output_credentials c left join users u on u.id = c.user_id
         where c.token_hash = $1 and (c.user_id is null or u.is_active)",
        args![token_hash],
    )
    .await
}

/// Whether the credential is there and belongs to nobody or to an active user.
pub(in super::super) async fn is_live(db: &Db, id: CredentialId) -> Result<bool, DbError> {
    let found: Option<(CredentialId,)> = db
        .optional(
            "select c.id from output_credentials c left join users u on u.id = c.user_id
             where c.id = $1 and (c.user_id is null or u.is_active)",
            args![id],
        )
        .await?;
    Ok(found.is_some())
}

pub(in super::super) async fn find(db: &Db, id: CredentialId) -> Result<Option<Stored>, DbError> {
    db.optional(
        Sql::built(format!("select {COLUMNS} from output_credentials where id = $1")),
        args![id],
    )
    .await
}

pub(in super::super) async fn find_personal(db: &Db, user: UserId) -> Result<Option<Stored>, DbError> {
    db.optional(
        Sql::built(format!(
            "select {COLUMNS} from output_credentials where user_id = $1 and is_personal"
        )),
        args![user],
    )
    .await
}

/// The credentials of a user, or everybody's and nobody's; the oldest first.
pub(in super::super) async fn list(
    db: &Db,
    user: Option<UserId>,
    slice: Slice,
) -> Result<Listed<Stored>, DbError> {
    let (total,): (i64,) = db
        .one(
            "select count(*) from output_credentials where ($1 is null or user_id = $1)",
            args![user],
        )
        .await?;
    let items = db
        .all(
            Sql::built(format!(
                "select {COLUMNS} from output_credentials where ($1 is null or user_id = $1)
                 order by id limit $2 offset $3"
            )),
            args![user, slice.limit, slice.skip],
        )
        .await?;
    Ok(Listed { items, total })
}

/// Notes a use, unless another request did so since `used_before_ms`.
pub(in super::super) async fn touch(
    db: &Db,
    id: CredentialId,
    used_before_ms: i64,
    now_ms: i64,
) -> Result<(), DbError> {
    db.execute(
        "update output_credentials set last_used_at = $3
         where id = $1 and (last_used_at is null or last_used_at <= $2)",
        args![id, used_before_ms, now_ms],
    )
    .await
    .map(|_| ())
}

pub(in super::super) async fn remove(tx: &mut Tx, id: CredentialId) -> Result<bool, DbError> {
    let touched = tx
        .execute("delete from output_credentials where id = $1", args![id])
        .await?;
    Ok(touched == 1)
}
