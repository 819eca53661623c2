use super::users::{BEHIND, joined_columns};
use crate::args;
use crate::db::{Db, DbError, FromRow, Row, Tx};
use crate::features::accounts::api_token::{ApiToken, Scope};
use crate::features::accounts::user::User;
use crate::support::ids::{ApiTokenId, UserId};
use crate::support::paging::{Listed, Slice};

macro_rules! columns {
    () => {
        "id, name, user_id, scope, created_at, expires_at, last_used_at"
    };
}

/// What is stored about a token besides its uses.
pub(in super::super) struct NewToken<'a> {
    pub name: &'a str,
    pub user_id: UserId,
    pub scope: Scope,
    pub token_hash: [u8; 32],
    pub created_at_ms: i64,
    pub expires_at_ms: Option<i64>,
}

pub(in super::super) async fn insert(tx: &mut Tx, token: &NewToken<'_>) -> Result<ApiTokenId, DbError> {
    let (id,): (ApiTokenId,) = tx
        .one(
            "insert into api_tokens (name, user_id, scope, token_hash, created_at, expires_at)
             values ($1, $2, $3, $4, $5, $6) returning id",
            args![
                token.name,
                token.user_id,
                token.scope.as_str(),
                token.token_hash,
                token.created_at_ms,
                token.expires_at_ms
            ],
        )
        .await?;
    Ok(id)
}

/// The names of a user's tokens.
pub(in super::super) async fn names(tx: &mut Tx, user: UserId) -> Result<Vec<String>, DbError> {
    let names: Vec<(String,)> = tx
        .all("select name from api_tokens where user_id = $1", args![user])
        .await?;
    Ok(names.into_iter().map(|(name,)| name).collect())
}

/// A live token before its use is noted.
pub(in super::super) struct Found {
    pub id: ApiTokenId,
    pub scope: Scope,
    pub last_used_at_ms: Option<i64>,
}

impl FromRow for (Found, User) {
    fn from_row(row: &Row<'_>) -> Result<Self, DbError> {
        let found = Found {
            id: row.get(BEHIND)?,
            scope: row.get(BEHIND + 1)?,
            last_used_at_ms: row.get(BEHIND + 2)?,
        };
        Ok((found, User::from_row(row)?))
    }
}

/// The live token of this hash and its user, who is active.
pub(in super::super) async fn find_live(
    db: &Db,
    token_hash: [u8; 32],
    now_ms: i64,
) -> Result<Option<(Found, User)>, DbError> {
    db.optional(
        concat!(
            "select ",
            joined_columns!(),
            ", t.id, t.scope, t.last_used_at from api_tokens t join users u on u.id = t.user_id
             where t.token_hash = $1 and (t.expires_at is null or t.expires_at > $2) and u.is_active"
        ),
        args![token_hash, now_ms],
    )
    .await
}

pub(in super::super) async fn is_live(db: &Db, id: ApiTokenId, now_ms: i64) -> Result<bool, DbError> {
    let found: Option<(ApiTokenId,)> = db
        .optional(
            "select t.id from api_tokens t join users u on u.id = t.user_id
             where t.id = $1 and (t.expires_at is null or t.expires_at > $2) and u.is_active",
            args![id, now_ms],
        )
        .await?;
    Ok(found.is_some())
}

pub(in super::super) async fn find(db: &Db, id: ApiTokenId) -> Result<Option<ApiToken>, DbError> {
    db.optional(
        concat!("select ", columns!(), " from api_tokens where id = $1"),
        args![id],
    )
    .await
}

/// A user's tokens, the oldest first.
pub(in super::super) async fn list(db: &Db, user: UserId, slice: Slice) -> Result<Listed<ApiToken>, DbError> {
    let (total,): (i64,) = db
        .one("select count(*) from api_tokens where user_id = $1", args![user])
        .await?;
    let items = db
        .all(
            concat!(
                "select ",
                columns!(),
                " from api_tokens where user_id = $1 order by id limit $2 offset $3"
            ),
            args![user, slice.limit, slice.skip],
        )
        .await?;
    Ok(Listed { items, total })
}

/// Notes a use, unless another request did so since `used_before_ms`.
pub(in super::super) async fn touch(
    db: &Db,
    id: ApiTokenId,
    used_before_ms: i64,
    now_ms: i64,
) -> Result<(), DbError> {
    db.execute(
        "update api_tokens set last_used_at = $3 where id = $1 and (last_used_at is null or last_used_at <= $2)",
        args![id, used_before_ms, now_ms],
    )
    .await
    .map(|_| ())
}

pub(in super::super) async fn remove(tx: &mut Tx, id: ApiTokenId) -> Result<bool, DbError> {
    let touched = tx
        .execute("delete from api_tokens where id = $1", args![id])
        .await?;
    Ok(touched == 1)
}

/// Ends every token of a user; how many there were.
pub(in super::super) async fn remove_all(tx: &mut Tx, user: UserId) -> Result<u64, DbError> {
    tx.execute("delete from api_tokens where user_id = $1", args![user])
        .await
}
