//! Whole copies of a SQLite file, consistent while others write, with what belongs to them in a table of their own.

use std::path::Path;
use std::time::Duration;

use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection, SqliteJournalMode};
use sqlx::{ConnectOptions, Connection};

use super::DbError;

/// What a copy carries beside the database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Enclosed {
    /// The content of the key file; empty if there was none.
    pub key: Vec<u8>,
    pub version: String,
    pub made_at_ms: i64,
}

/// What a copy holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Copy {
    pub enclosed: Enclosed,
    /// The newest migration that was applied to it.
    pub schema: i64,
}

const BUSY_TIMEOUT: Duration = Duration::from_secs(30);

/// Writes a copy of the database `from` into `target`, which is empty.
///
/// # Errors
/// Whatever SQLite says.
pub async fn write(from: &Path, target: &Path, enclosed: &Enclosed) -> Result<(), DbError> {
    let mut source = open(from).await?;
    sqlx::query("vacuum into $1")
        .bind(target.display().to_string())
        .execute(&mut source)
        .await?;
    source.close().await?;
    let mut copy = open_alone(target).await?;
    sqlx::query(
        "create table backup_enclosed (key blob not null, version text not null, made_at bigint not null)",
    )
    .execute(&mut copy)
    .await?;
    sqlx::query("insert into backup_enclosed (key, version, made_at) values ($1, $2, $3)")
        .bind(&enclosed.key)
        .bind(&enclosed.version)
        .bind(enclosed.made_at_ms)
        .execute(&mut copy)
        .await?;
    Ok(copy.close().await?)
}

/// Reads what a copy holds, after a look at every page of it; `None` if it is no such copy, or damaged.
///
/// # Errors
/// Where the file cannot be opened at all.
pub async fn read(file: &Path) -> Result<Option<Copy>, DbError> {
    let options = SqliteConnectOptions::new()
        .filename(file)
        .read_only(true)
        .immutable(true);
    let mut copy = options.connect().await?;
    let found = contents(&mut copy).await.ok();
    copy.close().await?;
    Ok(found.flatten())
}

async fn contents(copy: &mut SqliteConnection) -> Result<Option<Copy>, DbError> {
    let (state,): (String,) = sqlx::query_as("pragma quick_check(1)")
        .fetch_one(&mut *copy)
        .await?;
    if state != "ok" {
        return Ok(None);
    }
    let (key, version, made_at_ms): (Vec<u8>, String, i64) =
        sqlx::query_as("select key, version, made_at from backup_enclosed")
            .fetch_one(&mut *copy)
            .await?;
    let (schema,): (i64,) = sqlx::query_as("select max(version) from _sqlx_migrations where success")
        .fetch_one(&mut *copy)
        .await?;
    Ok(Some(Copy {
        enclosed: Enclosed {
            key,
            version,
            made_at_ms,
        },
        schema,
    }))
}

/// Takes what was enclosed out of a copy: what is left is the database as it was.
///
/// # Errors
/// Whatever SQLite says.
pub async fn unwrap(file: &Path) -> Result<(), DbError> {
    let mut copy = open_alone(file).await?;
    sqlx::query("drop table backup_enclosed")
        .execute(&mut copy)
        .await?;
    Ok(copy.close().await?)
}

/// Whether every page of a database is sound, in SQLite's own words if not.
///
/// # Errors
/// Where the file cannot be opened or read.
pub async fn damage(file: &Path) -> Result<Option<String>, DbError> {
    let mut database = open(file).await?;
    let (state,): (String,) = sqlx::query_as("pragma quick_check(1)")
        .fetch_one(&mut database)
        .await?;
    database.close().await?;
    Ok((state != "ok").then_some(state))
}

async fn open(file: &Path) -> Result<SqliteConnection, DbError> {
    let options = SqliteConnectOptions::new()
        .filename(file)
        .busy_timeout(BUSY_TIMEOUT);
    Ok(options.connect().await?)
}

/// A file that nobody else has open: no log beside it is left.
async fn open_alone(file: &Path) -> Result<SqliteConnection, DbError> {
    let options = SqliteConnectOptions::new()
        .filename(file)
        .journal_mode(SqliteJournalMode::Delete);
    Ok(options.connect().await?)
}
