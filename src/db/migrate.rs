use std::borrow::Cow;

use rust_embed::RustEmbed;
use sqlx::SqlSafeStr;
use sqlx::migrate::{Migration, MigrationType, Migrator};

use super::{Db, DbError, Engine, Pools};

#[derive(RustEmbed)]
#[folder = "migrations/sqlite"]
struct SqliteFiles;

#[derive(RustEmbed)]
#[folder = "migrations/postgres"]
struct PostgresFiles;

/// How far the schema of a database is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MigrationStatus {
    pub applied: usize,
    pub known: usize,
}

/// The migrations of an engine, oldest first.
///
/// # Errors
/// [`DbError::Migration`] if a file name is not `NNNN_area.sql` or its text is not UTF-8.
pub fn migrations(engine: Engine) -> Result<Vec<Migration>, DbError> {
    let names: Vec<Cow<'static, str>> = match engine {
        Engine::Sqlite => SqliteFiles::iter().collect(),
        Engine::Postgres => PostgresFiles::iter().collect(),
    };
    names
        .iter()
        .filter(|name| name.ends_with(".sql"))
        .map(|name| migration(engine, name))
        .collect()
}

fn migration(engine: Engine, name: &str) -> Result<Migration, DbError> {
    let broken = || DbError::Migration(format!("{name} is not a migration"));
    let file = match engine {
        Engine::Sqlite => SqliteFiles::get(name),
        Engine::Postgres => PostgresFiles::get(name),
    }
    .ok_or_else(broken)?;
    let text = String::from_utf8(file.data.into_owned()).map_err(|_| broken())?;
    let (version, area) = name.trim_end_matches(".sql").split_once('_').ok_or_else(broken)?;
    let version = version.parse().map_err(|_| broken())?;
    let sql = sqlx::AssertSqlSafe(text).into_sql_str();
    Ok(Migration::new(
        version,
        area.to_owned().into(),
        MigrationType::Simple,
        sql,
        false,
    ))
}

impl Db {
    /// Brings the schema up to date; several nodes may call it at once.
    ///
    /// # Errors
    /// [`DbError::Migration`] if a migration fails, or one that was applied has been changed since.
    pub async fn migrate(&self) -> Result<(), DbError> {
        let migrator = Migrator::with_migrations(migrations(self.engine())?);
        match &self.pools {
            Pools::Sqlite { writer, .. } => migrator.run(writer).await,
            Pools::Postgres(pool) => migrator.run(pool).await,
        }
        .map_err(|cause| DbError::Migration(cause.to_string()))
    }

    /// How many of the known migrations have been applied.
    ///
    /// # Errors
    /// Whatever the database says, also where it was never migrated.
    pub async fn migration_status(&self) -> Result<MigrationStatus, DbError> {
        let (applied,): (i64,) = self
            .one("select count(*) from _sqlx_migrations where success", Vec::new())
            .await?;
        let known = migrations(self.engine())?.len();
        Ok(MigrationStatus {
            applied: usize::try_from(applied).unwrap_or(0),
            known,
        })
    }
}
