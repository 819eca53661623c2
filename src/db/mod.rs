//! SQLite and PostgreSQL behind one shape.
//!
//! [`Db`] is a small facade over two native pools with rows and values of its own, so that one SQL text serves both
//! engines and a query is compiled once. A dispatch macro around native calls was measured too: it nearly doubles the
//! compile time over one engine, the facade costs under half of that and reads within 20 % of the native speed.
//!
//! SQLite has one writer connection and several readers (WAL); a write transaction begins immediately, so that it
//! never fails half way for want of the lock. Placeholders are `$1…` on both engines.

pub mod backup;
mod connect;
pub mod dialect;
mod error;
mod many;
mod migrate;
mod row;
mod statements;
mod status;
mod tx;
mod value;

pub use connect::{Engine, PoolOptions};
pub use error::DbError;
pub use migrate::{MigrationStatus, migrations};
pub use row::{Column, FromRow, Row};
pub use statements::Statements;
pub use status::PoolStatus;
pub use tx::Tx;
pub use value::{Sql, Value};

use sqlx::{PgPool, SqlitePool};

use tx::On;

/// A database of either engine; cheap to clone.
#[derive(Debug, Clone)]
pub struct Db {
    pools: Pools,
    statements: Statements,
}

#[derive(Debug, Clone)]
enum Pools {
    Sqlite { writer: SqlitePool, readers: SqlitePool },
    Postgres(PgPool),
}

impl Db {
    /// Which engine answers.
    pub fn engine(&self) -> Engine {
        match self.pools {
            Pools::Sqlite { .. } => Engine::Sqlite,
            Pools::Postgres(_) => Engine::Postgres,
        }
    }

    /// The record of what was run, for tests.
    pub fn statements(&self) -> &Statements {
        &self.statements
    }

    /// Every row of a reading statement. Never for unbounded tables: see [`Db::each`].
    pub async fn all<R: FromRow>(&self, sql: impl Into<Sql>, args: Vec<Value>) -> Result<Vec<R>, DbError> {
        self.on().all(sql.into(), args).await
    }

    /// The first row, if there is one.
    pub async fn optional<R: FromRow>(
        &self,
        sql: impl Into<Sql>,
        args: Vec<Value>,
    ) -> Result<Option<R>, DbError> {
        self.on().optional(sql.into(), args).await
    }

    /// The first row; [`DbError::NotFound`] if there is none.
    pub async fn one<R: FromRow>(&self, sql: impl Into<Sql>, args: Vec<Value>) -> Result<R, DbError> {
        self.optional(sql, args).await?.ok_or(DbError::NotFound)
    }

    /// Hands each row to `take` as it arrives, without collecting; stops at its first error.
    pub async fn each<F>(&self, sql: impl Into<Sql>, args: Vec<Value>, take: F) -> Result<(), DbError>
    where
        F: FnMut(&Row<'_>) -> Result<(), DbError> + Send,
    {
        self.on().each(sql.into(), args, take).await
    }

    /// As [`Tx::each_in`], outside a transaction.
    pub async fn each_in<F>(
        &self,
        head: &'static str,
        keys: impl IntoIterator<Item = Value>,
        tail: &'static str,
        mut take: F,
    ) -> Result<(), DbError>
    where
        F: FnMut(&Row<'_>) -> Result<(), DbError> + Send,
    {
        self.statements
            .note(tx::in_list(Engine::Postgres, head, 1, tail).as_str());
        for (sql, chunk, is_full) in tx::in_lists(self.engine(), head, keys, tail) {
            self.on().drain(sql, chunk, is_full, &mut take).await?;
        }
        Ok(())
    }

    /// Runs one writing statement in a transaction of its own; returns the number of rows it touched.
    pub async fn execute(&self, sql: impl Into<Sql>, args: Vec<Value>) -> Result<u64, DbError> {
        match &self.pools {
            Pools::Sqlite { writer, .. } => On::SqlitePool(writer, &self.statements),
            Pools::Postgres(pool) => On::PostgresPool(pool, &self.statements),
        }
        .execute(sql.into(), args)
        .await
    }

    /// A writing statement with `returning`: its first row, read back in a transaction of its own.
    pub async fn returning<R: FromRow>(&self, sql: impl Into<Sql>, args: Vec<Value>) -> Result<R, DbError> {
        match &self.pools {
            Pools::Sqlite { writer, .. } => On::SqlitePool(writer, &self.statements),
            Pools::Postgres(pool) => On::PostgresPool(pool, &self.statements),
        }
        .optional(sql.into(), args)
        .await?
        .ok_or(DbError::NotFound)
    }

    /// Begins a write transaction; dropped without [`Tx::commit`] it is rolled back.
    pub async fn begin(&self) -> Result<Tx, DbError> {
        Ok(match &self.pools {
            Pools::Sqlite { writer, .. } => Tx::sqlite(
                writer.begin_with("BEGIN IMMEDIATE").await?,
                self.statements.clone(),
            ),
            Pools::Postgres(pool) => Tx::postgres(pool.begin().await?, self.statements.clone()),
        })
    }

    /// Begins a transaction that only reads, and sees one state throughout; it keeps nobody from writing.
    pub async fn snapshot(&self) -> Result<Tx, DbError> {
        const SNAPSHOT: &str = "begin transaction isolation level repeatable read read only";
        Ok(match &self.pools {
            Pools::Sqlite { readers, .. } => Tx::sqlite(readers.begin().await?, self.statements.clone()),
            Pools::Postgres(pool) => Tx::postgres(pool.begin_with(SNAPSHOT).await?, self.statements.clone()),
        })
    }

    /// Closes every connection; on SQLite the write-ahead log is checkpointed.
    pub async fn close(&self) {
        match &self.pools {
            Pools::Sqlite { writer, readers } => {
                readers.close().await;
                writer.close().await;
            }
            Pools::Postgres(pool) => pool.close().await,
        }
    }

    /// Asks for an answer to nothing in particular.
    ///
    /// # Errors
    /// Whatever keeps the database from answering.
    pub async fn ping(&self) -> Result<(), DbError> {
        // A bare number is of another width on each engine.
        let (_,): (bool,) = self.one("select true", Vec::new()).await?;
        Ok(())
    }

    fn on(&self) -> On<'_> {
        match &self.pools {
            Pools::Sqlite { readers, .. } => On::SqlitePool(readers, &self.statements),
            Pools::Postgres(pool) => On::PostgresPool(pool, &self.statements),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::args;

    crate::record! {
        #[derive(Debug, PartialEq)]
        struct Line { id: i64, name: Option<String>, done: bool }
    }

    async fn open() -> (tempfile::TempDir, Db) {
        let folder = tempfile::tempdir().unwrap();
        let options = PoolOptions {
            statements: Statements::recorded(),
            ..PoolOptions::default()
        };
        let db = Db::open_sqlite(&folder.path().join("test.db"), &options)
            .await
            .unwrap();
        db.execute(
            "create table lines (id bigint primary key, name text unique, done boolean not null)",
            args![],
        )
        .await
        .unwrap();
        (folder, db)
    }

    #[tokio::test]
    async fn many_rows_go_in_by_chunks_and_come_back_as_records() {
        let (_folder, db) = open().await;
        let mut tx = db.begin().await.unwrap();
        let values = (0..1201i64)
            .flat_map(|id| args![id, format!("line {id}"), id % 2 == 0])
            .collect();
        let touched = tx
            .insert_many("insert into lines (id, name, done)", 3, values, "")
            .await
            .unwrap();
        assert_eq!(touched, 1201);
        tx.commit().await.unwrap();
        let line: Line = db
            .one("select id, name, done from lines where id = $1", args![1200i64])
            .await
            .unwrap();
        assert_eq!(
            line,
            Line {
                id: 1200,
                name: Some("line 1200".into()),
                done: true
            }
        );
        let (count,): (i64,) = db.one("select count(*) from lines", args![]).await.unwrap();
        assert_eq!(count, 1201);
    }

    #[tokio::test]
    async fn a_dropped_transaction_leaves_nothing() {
        let (_folder, db) = open().await;
        let mut tx = db.begin().await.unwrap();
        tx.execute("insert into lines values ($1, $2, $3)", args![1i64, "a", true])
            .await
            .unwrap();
        drop(tx);
        let lines: Vec<Line> = db.all("select id, name, done from lines", args![]).await.unwrap();
        assert_eq!(lines, []);
    }

    #[tokio::test]
    async fn a_taken_name_says_what_is_taken_and_not_the_value() {
        let (_folder, db) = open().await;
        let insert = "insert into lines values ($1, $2, $3)";
        db.execute(insert, args![1i64, "secret", true]).await.unwrap();
        let error = db.execute(insert, args![2i64, "secret", true]).await.unwrap_err();
        assert!(error.is_taken("lines.name"), "{error}");
        assert!(!error.to_string().contains("secret"));
    }

    #[tokio::test]
    async fn a_reader_cannot_write() {
        let (_folder, db) = open().await;
        let answer: Result<Vec<(i64,)>, _> = db
            .all("insert into lines values (1, 'a', true) returning id", args![])
            .await;
        assert!(answer.is_err());
        let (id,): (i64,) = db
            .returning("insert into lines values (1, 'a', true) returning id", args![])
            .await
            .unwrap();
        assert_eq!(id, 1);
    }
}
