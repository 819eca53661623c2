use crate::args;
use crate::db::{Db, DbError, Sql, Tx, Value, dialect};
use crate::features::accounts::user::{Role, User};
use crate::support::ids::UserId;
use crate::support::paging::{Listed, Slice};
use crate::support::text::folded;

macro_rules! columns {
    () => {
        "id, username, email, full_name, role, is_active, must_change_password, created_at, last_login, totp_since"
    };
}
/// The columns of a user `u`, in front of those of what was found with it.
macro_rules! joined_columns {
    () => {
        "u.id, u.username, u.email, u.full_name, u.role, u.is_active, u.must_change_password, u.created_at, \
         u.last_login, u.totp_since"
    };
}
pub(super) use joined_columns;
/// The place of the first column behind them.
pub(super) const BEHIND: usize = 10;

/// What is stored about a user besides what time adds.
pub(in super::super) struct NewUser<'a> {
    pub username: &'a str,
    pub email: Option<&'a str>,
    pub full_name: Option<&'a str>,
    pub password_hash: &'a str,
    pub role: Role,
    pub is_active: bool,
    pub must_change_password: bool,
    pub password_in_file: bool,
    pub created_at_ms: i64,
}

const INSERT: &str =
    "insert into users (username, username_key, email, email_key, full_name, password_hash, role,
    is_active, must_change_password, password_in_file, created_at)";

pub(in super::super) async fn insert(tx: &mut Tx, user: &NewUser<'_>) -> Result<UserId, DbError> {
    let sql = format!("{INSERT} values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) returning id");
    let (id,): (UserId,) = tx.one(Sql::built(sql), values(user)).await?;
    Ok(id)
}

/// Inserts only into an empty table; of two nodes that do so at once one wins.
pub(in super::super) async fn insert_first(
    tx: &mut Tx,
    user: &NewUser<'_>,
) -> Result<Option<UserId>, DbError> {
    let sql = format!(
        "{INSERT} select $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11
         where not exists (select 1 from users) on conflict do nothing returning id"
    );
    let id: Option<(UserId,)> = tx.optional(Sql::built(sql), values(user)).await?;
    Ok(id.map(|(id,)| id))
}

fn values(user: &NewUser<'_>) -> Vec<Value> {
    args![
        user.username,
        folded(user.username),
        user.email,
        user.email.map(folded),
        user.full_name,
        user.password_hash,
        user.role.as_str(),
        user.is_active,
        user.must_change_password,
        user.password_in_file,
        user.created_at_ms
    ]
}

pub(in super::super) async fn exists_any(db: &Db) -> Result<bool, DbError> {
    let first: Option<(UserId,)> = db.optional("select id from users limit 1", args![]).await?;
    Ok(first.is_some())
}

pub(in super::super) async fn find(db: &Db, id: UserId) -> Result<Option<User>, DbError> {
    db.optional(
        concat!("select ", columns!(), " from users where id = $1"),
        args![id],
    )
    .await
}

pub(in super::super) async fn find_by_name(db: &Db, username: &str) -> Result<Option<User>, DbError> {
    db.optional(
        concat!("select ", columns!(), " from users where username_key = $1"),
        args![folded(username)],
    )
    .await
}

/// The user as it is now, held until the transaction ends.
pub(in super::super) async fn get_locked(tx: &mut Tx, id: UserId) -> Result<User, DbError> {
    let sql = format!(
        "select {} from users where id = $1{}",
        columns!(),
        dialect::for_update(tx.engine())
    );
    tx.one(Sql::built(sql), args![id]).await
}

/// The active administrators; none can cease to be one until the transaction ends. Asked before any single user is
/// held, so that two administrators who remove each other wait for each other in one order.
pub(in super::super) async fn admins_locked(tx: &mut Tx) -> Result<Vec<UserId>, DbError> {
    let sql = format!(
        "select id from users where role = 'admin' and is_active order by id{}",
        dialect::for_update(tx.engine())
    );
    let admins: Vec<(UserId,)> = tx.all(Sql::built(sql), args![]).await?;
    Ok(admins.into_iter().map(|(id,)| id).collect())
}

pub(in super::super) async fn list(db: &Db, slice: Slice) -> Result<Listed<User>, DbError> {
    let (total,): (i64,) = db.one("select count(*) from users", args![]).await?;
    let items = db
        .all(
            concat!(
                "select ",
                columns!(),
                " from users order by username_key, id limit $1 offset $2"
            ),
            args![slice.limit, slice.skip],
        )
        .await?;
    Ok(Listed { items, total })
}

/// Every user by name: for a search, which the engines could only do for plain letters.
pub(in super::super) async fn all(db: &Db) -> Result<Vec<User>, DbError> {
    db.all(
        concat!("select ", columns!(), " from users order by username_key, id"),
        args![],
    )
    .await
}

/// Writes everything about a user but password, creation and sign-in.
pub(in super::super) async fn update(tx: &mut Tx, user: &User) -> Result<(), DbError> {
    tx.execute(
        "update users set username = $2, username_key = $3, email = $4, email_key = $5, full_name = $6, role = $7,
            is_active = $8, must_change_password = $9
         where id = $1",
        args![
            user.id,
            user.username.as_str(),
            folded(&user.username),
            user.email.as_deref(),
            user.email.as_deref().map(folded),
            user.full_name.as_deref(),
            user.role.as_str(),
            user.is_active,
            user.must_change_password
        ],
    )
    .await
    .map(|_| ())
}

/// Whether the password that stood in the first start's file was the one replaced.
pub(in super::super) async fn set_password(
    tx: &mut Tx,
    id: UserId,
    password_hash: &str,
    must_change: bool,
) -> Result<bool, DbError> {
    let in_file = is_in_file(tx, id).await?;
    tx.execute(
        "update users set password_hash = $2, must_change_password = $3, password_in_file = false where id = $1",
        args![id, password_hash, must_change],
    )
    .await?;
    Ok(in_file)
}

pub(in super::super) async fn is_in_file(tx: &mut Tx, id: UserId) -> Result<bool, DbError> {
    let (in_file,): (bool,) = tx
        .one("select password_in_file from users where id = $1", args![id])
        .await?;
    Ok(in_file)
}

pub(in super::super) async fn password_hash(db: &Db, id: UserId) -> Result<Option<String>, DbError> {
    let hash: Option<(String,)> = db
        .optional("select password_hash from users where id = $1", args![id])
        .await?;
    Ok(hash.map(|(hash,)| hash))
}

/// Notes a sign-in, provided that the user is still active and the password still the one that was checked.
pub(in super::super) async fn note_sign_in(
    tx: &mut Tx,
    id: UserId,
    password_hash: &str,
    now_ms: i64,
) -> Result<bool, DbError> {
    let touched = tx
        .execute(
            "update users set last_login = $3 where id = $1 and is_active and password_hash = $2",
            args![id, password_hash, now_ms],
        )
        .await?;
    Ok(touched == 1)
}

pub(in super::super) async fn remove(tx: &mut Tx, id: UserId) -> Result<(), DbError> {
    tx.execute("delete from users where id = $1", args![id])
        .await
        .map(|_| ())
}
