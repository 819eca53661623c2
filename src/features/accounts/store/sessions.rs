use super::users::{BEHIND, joined_columns};
use crate::args;
use crate::db::{Db, DbError, FromRow, Row, Tx};
use crate::features::accounts::session::{Session, SessionKind};
use crate::features::accounts::user::User;
use crate::support::ids::{SessionId, UserId};

/// Sessions of one user at most; the ones unused for longest end first.
const PER_USER: i64 = 100;

pub(in super::super) async fn insert(
    tx: &mut Tx,
    user: UserId,
    kind: SessionKind,
    token_hash: [u8; 32],
    device: Option<&str>,
    now_ms: i64,
    expires_at_ms: i64,
) -> Result<SessionId, DbError> {
    let (id,): (SessionId,) = tx
        .one(
            "insert into sessions (token_hash, kind, user_id, device, created_at, last_seen_at, expires_at)
             values ($1, $2, $3, $4, $5, $5, $6) returning id",
            args![token_hash, kind.as_str(), user, device, now_ms, expires_at_ms],
        )
        .await?;
    Ok(id)
}

/// Drops what has expired, and of one user's sessions those past the bound.
pub(in super::super) async fn sweep(tx: &mut Tx, user: UserId, now_ms: i64) -> Result<(), DbError> {
    tx.execute("delete from sessions where expires_at <= $1", args![now_ms])
        .await?;
    tx.execute(
        "delete from sessions where id in (
            select id from sessions where user_id = $1 order by last_seen_at desc, id desc limit 10000 offset $2
         )",
        args![user, PER_USER],
    )
    .await
    .map(|_| ())
}

/// A live session before its use is noted.
pub(in super::super) struct Found {
    pub id: SessionId,
    pub kind: SessionKind,
    pub last_seen_at_ms: i64,
}

impl FromRow for (Found, User) {
    fn from_row(row: &Row<'_>) -> Result<Self, DbError> {
        let found = Found {
            id: row.get(BEHIND)?,
            kind: row.get(BEHIND + 1)?,
            last_seen_at_ms: row.get(BEHIND + 2)?,
        };
        Ok((found, User::from_row(row)?))
    }
}

/// The live session of this token and its user, who is active.
pub(in super::super) async fn find(
    db: &Db,
    token_hash: [u8; 32],
    now_ms: i64,
) -> Result<Option<(Found, User)>, DbError> {
    db.optional(
        concat!(
            "select ",
            joined_columns!(),
            ", s.id, s.kind, s.last_seen_at from sessions s join users u on u.id = s.user_id
             where s.token_hash = $1 and s.expires_at > $2 and u.is_active"
        ),
        args![token_hash, now_ms],
    )
    .await
}

pub(in super::super) async fn is_live(db: &Db, id: SessionId, now_ms: i64) -> Result<bool, DbError> {
    let found: Option<(SessionId,)> = db
        .optional(
            "select s.id from sessions s join users u on u.id = s.user_id
             where s.id = $1 and s.expires_at > $2 and u.is_active",
            args![id, now_ms],
        )
        .await?;
    Ok(found.is_some())
}

/// Moves the end of a session, unless another request did so since `seen_before_ms`.
pub(in super::super) async fn touch(
    db: &Db,
    id: SessionId,
    seen_before_ms: i64,
    now_ms: i64,
    expires_at_ms: i64,
) -> Result<(), DbError> {
    db.execute(
        "update sessions set last_seen_at = $3, expires_at = $4 where id = $1 and last_seen_at <= $2",
        args![id, seen_before_ms, now_ms, expires_at_ms],
    )
    .await
    .map(|_| ())
}

pub(in super::super) async fn list(db: &Db, user: UserId, now_ms: i64) -> Result<Vec<Session>, DbError> {
    db.all(
        "select id, kind, device, created_at, last_seen_at, expires_at from sessions
         where user_id = $1 and expires_at > $2 order by last_seen_at desc, id desc",
        args![user, now_ms],
    )
    .await
}

/// Ends one session of a user; none if there is no such one.
pub(in super::super) async fn remove(
    db: &Db,
    user: UserId,
    id: SessionId,
) -> Result<Option<SessionId>, DbError> {
    match db
        .returning::<(SessionId,)>(
            "delete from sessions where id = $1 and user_id = $2 returning id",
            args![id, user],
        )
        .await
    {
        Ok((id,)) => Ok(Some(id)),
        Err(DbError::NotFound) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Ends one session of a user; what its client said it is, or none if there is no such session.
pub(in super::super) async fn remove_in(
    tx: &mut Tx,
    user: UserId,
    id: SessionId,
) -> Result<Option<Option<String>>, DbError> {
    let ended: Option<(Option<String>,)> = tx
        .optional(
            "delete from sessions where id = $1 and user_id = $2 returning device",
            args![id, user],
        )
        .await?;
    Ok(ended.map(|(device,)| device))
}

/// Ends every session of a user but `keep`; returns those that ended.
pub(in super::super) async fn remove_all(
    tx: &mut Tx,
    user: UserId,
    keep: Option<SessionId>,
) -> Result<Vec<SessionId>, DbError> {
    let ended: Vec<(SessionId,)> = tx
        .all(
            "delete from sessions where user_id = $1 and ($2 is null or id <> $2) returning id",
            args![user, keep],
        )
        .await?;
    Ok(ended.into_iter().map(|(id,)| id).collect())
}
