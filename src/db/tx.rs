use futures_util::TryStreamExt;
use sqlx::postgres::{PgArguments, PgConnection, PgPool};
use sqlx::sqlite::{SqliteArguments, SqliteConnection, SqlitePool};
use sqlx::{Arguments, Postgres, Sqlite, Transaction};

use super::{DbError, FromRow, Row, Sql, Statements, Value, many};

/// Rows and values of one multi-row statement: past this neither engine gains, and what they keep of it grows.
const ROWS_AT_ONCE: usize = 500;
const VALUES_AT_ONCE: usize = 4_000;

/// A write transaction; rolled back when it is dropped without [`Tx::commit`].
pub struct Tx {
    inner: Inner,
    statements: Statements,
}

enum Inner {
    Sqlite(Transaction<'static, Sqlite>),
    Postgres(Transaction<'static, Postgres>),
}

impl Tx {
    pub(super) fn sqlite(tx: Transaction<'static, Sqlite>, statements: Statements) -> Self {
        Self {
            inner: Inner::Sqlite(tx),
            statements,
        }
    }

    pub(super) fn postgres(tx: Transaction<'static, Postgres>, statements: Statements) -> Self {
        Self {
            inner: Inner::Postgres(tx),
            statements,
        }
    }

    /// Which engine answers.
    pub fn engine(&self) -> super::Engine {
        match self.inner {
            Inner::Sqlite(_) => super::Engine::Sqlite,
            Inner::Postgres(_) => super::Engine::Postgres,
        }
    }

    /// Makes everything that was done in this transaction last.
    pub async fn commit(self) -> Result<(), DbError> {
        match self.inner {
            Inner::Sqlite(tx) => tx.commit().await?,
            Inner::Postgres(tx) => tx.commit().await?,
        }
        Ok(())
    }

    /// Takes everything back at once; dropping does the same when the connection is used next.
    pub async fn rollback(self) -> Result<(), DbError> {
        match self.inner {
            Inner::Sqlite(tx) => tx.rollback().await?,
            Inner::Postgres(tx) => tx.rollback().await?,
        }
        Ok(())
    }

    /// Every row.
    pub async fn all<R: FromRow>(
        &mut self,
        sql: impl Into<Sql>,
        args: Vec<Value>,
    ) -> Result<Vec<R>, DbError> {
        self.on().all(sql.into(), args).await
    }

    /// The first row, if there is one; serves `returning` too.
    pub async fn optional<R: FromRow>(
        &mut self,
        sql: impl Into<Sql>,
        args: Vec<Value>,
    ) -> Result<Option<R>, DbError> {
        self.on().optional(sql.into(), args).await
    }

    /// The first row; [`DbError::NotFound`] if there is none.
    pub async fn one<R: FromRow>(&mut self, sql: impl Into<Sql>, args: Vec<Value>) -> Result<R, DbError> {
        self.optional(sql, args).await?.ok_or(DbError::NotFound)
    }

    /// Hands each row to `take` as it arrives, without collecting.
    pub async fn each<F>(&mut self, sql: impl Into<Sql>, args: Vec<Value>, take: F) -> Result<(), DbError>
    where
        F: FnMut(&Row<'_>) -> Result<(), DbError> + Send,
    {
        self.on().each(sql.into(), args, take).await
    }

    /// Runs a statement; returns the number of rows it touched.
    pub async fn execute(&mut self, sql: impl Into<Sql>, args: Vec<Value>) -> Result<u64, DbError> {
        self.on().execute(sql.into(), args).await
    }

    /// Inserts rows of `width` values each, several hundred a statement: `head` is `insert into t (a, b)`, `tail` what
    /// follows the values, such as `on conflict do nothing`, or empty. Returns the number of rows touched.
    pub async fn insert_many(
        &mut self,
        head: &'static str,
        width: usize,
        values: Vec<Value>,
        tail: &'static str,
    ) -> Result<u64, DbError> {
        debug_assert!(width > 0 && values.len().is_multiple_of(width));
        let rows_at_once = ROWS_AT_ONCE.min(VALUES_AT_ONCE / width.max(1)).max(1);
        self.statements.note(&many::in_short(head, width, tail));
        let mut touched = 0;
        let mut values = values.into_iter();
        loop {
            let chunk: Vec<Value> = values.by_ref().take(rows_at_once * width).collect();
            if chunk.is_empty() {
                return Ok(touched);
            }
            let rows = chunk.len() / width.max(1);
            touched += match &mut self.inner {
                Inner::Sqlite(tx) => {
                    // Those with as many rows as there may be are equal and worth staying prepared.
                    let sql = many::of_values(head, width, rows, tail);
                    let query = query_sqlite(sql, chunk)?.persistent(rows == rows_at_once);
                    query.execute(&mut **tx).await?.rows_affected()
                }
                Inner::Postgres(tx) => {
                    let query = many::of_columns(head, width, chunk, tail)?;
                    query.execute(&mut **tx).await?.rows_affected()
                }
            };
        }
    }

    /// Hands each row found for `keys` to `take`, several hundred keys a statement: `head` ends before the list in
    /// brackets (`… where id in`), `tail` follows it. A key that is given twice may be found twice.
    pub async fn each_in<F>(
        &mut self,
        head: &'static str,
        keys: impl IntoIterator<Item = Value>,
        tail: &'static str,
        mut take: F,
    ) -> Result<(), DbError>
    where
        F: FnMut(&Row<'_>) -> Result<(), DbError> + Send,
    {
        self.statements
            .note(in_list(super::Engine::Postgres, head, 1, tail).as_str());
        for (sql, chunk, is_full) in in_lists(self.engine(), head, keys, tail) {
            self.on().drain(sql, chunk, is_full, &mut take).await?;
        }
        Ok(())
    }

    /// As [`Tx::each_in`], collected.
    pub async fn all_in<R: FromRow>(
        &mut self,
        head: &'static str,
        keys: impl IntoIterator<Item = Value>,
        tail: &'static str,
    ) -> Result<Vec<R>, DbError> {
        let mut found = Vec::new();
        self.each_in(head, keys, tail, |row| {
            found.push(R::from_row(row)?);
            Ok(())
        })
        .await?;
        Ok(found)
    }

    /// Runs a statement that ends before a list of keys (`update … where id in`), several hundred keys at a time.
    pub async fn update_in(
        &mut self,
        head: &'static str,
        keys: impl IntoIterator<Item = Value>,
    ) -> Result<(), DbError> {
        self.each_in(head, keys, "", |_| Ok(())).await
    }

    fn on(&mut self) -> On<'_> {
        match &mut self.inner {
            Inner::Sqlite(tx) => On::Sqlite(&mut *tx, &self.statements),
            Inner::Postgres(tx) => On::Postgres(&mut *tx, &self.statements),
        }
    }
}

/// One statement for each several hundred keys; those with a full list are equal and worth staying prepared.
pub(super) fn in_lists(
    engine: super::Engine,
    head: &'static str,
    keys: impl IntoIterator<Item = Value>,
    tail: &'static str,
) -> impl Iterator<Item = (Sql, Vec<Value>, bool)> {
    let full = in_list(engine, head, ROWS_AT_ONCE, tail);
    let mut keys = keys.into_iter();
    std::iter::from_fn(move || {
        let chunk: Vec<Value> = keys.by_ref().take(ROWS_AT_ONCE).collect();
        match chunk.len() {
            0 => None,
            ROWS_AT_ONCE => Some((full.clone(), chunk, true)),
            rest => Some((in_list(engine, head, rest, tail), chunk, false)),
        }
    })
}

pub(super) fn in_list(engine: super::Engine, head: &str, keys: usize, tail: &str) -> Sql {
    let list: Vec<String> = (1..=keys)
        .map(|key| match engine {
            super::Engine::Sqlite => "?".to_owned(),
            super::Engine::Postgres => format!("${key}"),
        })
        .collect();
    Sql::built(format!("{head} ({}) {tail}", list.join(", ")))
}

/// Where a statement runs: a pool, or the connection of a transaction.
pub(super) enum On<'c> {
    SqlitePool(&'c SqlitePool, &'c Statements),
    PostgresPool(&'c PgPool, &'c Statements),
    Sqlite(&'c mut SqliteConnection, &'c Statements),
    Postgres(&'c mut PgConnection, &'c Statements),
}

impl On<'_> {
    pub(super) async fn all<R: FromRow>(self, sql: Sql, args: Vec<Value>) -> Result<Vec<R>, DbError> {
        let mut rows = Vec::new();
        self.each(sql, args, |row| {
            rows.push(R::from_row(row)?);
            Ok(())
        })
        .await?;
        Ok(rows)
    }

    pub(super) async fn optional<R: FromRow>(self, sql: Sql, args: Vec<Value>) -> Result<Option<R>, DbError> {
        self.note(&sql);
        let sqlite =
            |row: Option<sqlx::sqlite::SqliteRow>| row.map(|row| R::from_row(&Row::Sqlite(&row))).transpose();
        let postgres =
            |row: Option<sqlx::postgres::PgRow>| row.map(|row| R::from_row(&Row::Postgres(&row))).transpose();
        match self {
            Self::SqlitePool(pool, _) => sqlite(query_sqlite(sql, args)?.fetch_optional(pool).await?),
            Self::Sqlite(conn, _) => sqlite(query_sqlite(sql, args)?.fetch_optional(conn).await?),
            Self::PostgresPool(pool, _) => postgres(query_postgres(sql, args)?.fetch_optional(pool).await?),
            Self::Postgres(conn, _) => postgres(query_postgres(sql, args)?.fetch_optional(conn).await?),
        }
    }

    pub(super) async fn each<F>(self, sql: Sql, args: Vec<Value>, mut take: F) -> Result<(), DbError>
    where
        F: FnMut(&Row<'_>) -> Result<(), DbError> + Send,
    {
        self.note(&sql);
        let lasting = is_lasting(&sql);
        self.drain(sql, args, lasting, &mut take).await
    }

    pub(super) async fn drain<F>(
        self,
        sql: Sql,
        args: Vec<Value>,
        lasting: bool,
        take: &mut F,
    ) -> Result<(), DbError>
    where
        F: FnMut(&Row<'_>) -> Result<(), DbError> + Send,
    {
        macro_rules! drain {
            ($query:expr, $on:expr, $row:path) => {{
                let mut rows = $query.persistent(lasting).fetch($on);
                while let Some(row) = rows.try_next().await? {
                    take(&$row(&row))?;
                }
            }};
        }
        match self {
            Self::SqlitePool(pool, _) => drain!(query_sqlite(sql, args)?, pool, Row::Sqlite),
            Self::Sqlite(conn, _) => drain!(query_sqlite(sql, args)?, conn, Row::Sqlite),
            Self::PostgresPool(pool, _) => drain!(query_postgres(sql, args)?, pool, Row::Postgres),
            Self::Postgres(conn, _) => drain!(query_postgres(sql, args)?, conn, Row::Postgres),
        }
        Ok(())
    }

    pub(super) async fn execute(self, sql: Sql, args: Vec<Value>) -> Result<u64, DbError> {
        self.note(&sql);
        macro_rules! touched {
            ($query:expr, $on:expr) => {
                $query?.execute($on).await?.rows_affected()
            };
        }
        Ok(match self {
            Self::SqlitePool(pool, _) => touched!(query_sqlite(sql, args), pool),
            Self::Sqlite(conn, _) => touched!(query_sqlite(sql, args), conn),
            Self::PostgresPool(pool, _) => touched!(query_postgres(sql, args), pool),
            Self::Postgres(conn, _) => touched!(query_postgres(sql, args), conn),
        })
    }

    fn note(&self, sql: &Sql) {
        let (Self::SqlitePool(_, statements)
        | Self::PostgresPool(_, statements)
        | Self::Sqlite(_, statements)
        | Self::Postgres(_, statements)) = self;
        statements.note(sql.as_str());
    }
}

/// A text of its own for each number of values would crowd the cache of prepared statements.
fn is_lasting(sql: &Sql) -> bool {
    matches!(sql, Sql::Static(_))
}

macro_rules! query {
    ($name:ident, $engine:ty, $arguments:ty) => {
        fn $name<'q>(
            sql: Sql,
            args: Vec<Value>,
        ) -> Result<sqlx::query::Query<'q, $engine, $arguments>, DbError> {
            let mut bound = <$arguments>::default();
            bound.reserve(args.len(), 0);
            for value in args {
                match value {
                    Value::Bool(value) => Arguments::add(&mut bound, value),
                    Value::Int(value) => Arguments::add(&mut bound, value),
                    Value::Float(value) => Arguments::add(&mut bound, value),
                    Value::Text(value) => Arguments::add(&mut bound, value),
                    Value::Bytes(value) => Arguments::add(&mut bound, value),
                }
                .map_err(|cause| DbError::Other(cause.to_string()))?;
            }
            let lasting = is_lasting(&sql);
            Ok(sqlx::query_with(sql.into_sqlx(), bound).persistent(lasting))
        }
    };
}
query!(query_sqlite, Sqlite, SqliteArguments);
query!(query_postgres, Postgres, PgArguments);
