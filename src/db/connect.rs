use std::path::Path;
use std::str::FromStr;
use std::time::Duration;

use sqlx::ConnectOptions;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};

use super::{Db, DbError, Pools, Statements};

/// The two engines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    Sqlite,
    Postgres,
}

/// How many connections there are and how long one is waited for.
#[derive(Debug, Clone)]
pub struct PoolOptions {
    /// PostgreSQL: connections kept open.
    pub min: u32,
    /// PostgreSQL: connections at most. SQLite has one writer and as many readers as cores.
    pub max: u32,
    pub acquire_timeout: Duration,
    /// Age at which a PostgreSQL connection is replaced.
    pub recycle: Duration,
    /// The record that a test reads; off by default.
    pub statements: Statements,
}

impl Default for PoolOptions {
    fn default() -> Self {
        Self {
            min: 0,
            max: 60,
            acquire_timeout: Duration::from_secs(30),
            recycle: Duration::from_secs(3600),
            statements: Statements::default(),
        }
    }
}

/// How long PostgreSQL is asked why it cannot be reached.
const CAUSE_TIMEOUT: Duration = Duration::from_secs(5);
/// How long SQLite waits for a lock that another process holds.
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);
/// Rows that a reading thread is ahead of who takes them: with few, both wait for each other at every row.
const ROWS_AHEAD: usize = 1_000;
const READER_CACHE_KIB: &str = "-16384";
/// Rows of an index that statistics are estimated from; to read all of them takes as long as writing them.
const ANALYSED_ROWS: &str = "1000";
/// Of the write-ahead log, 16 MiB: a sync that changes little does not wait for its pages to be moved.
const CHECKPOINT_PAGES: &str = "4000";
const WRITER_CACHE_KIB: &str = "-32768";

/// What PostgreSQL shall believe: catalogues fit into memory, where an index read here and there costs what reading on does;
/// and no list is worth starting more processes or a compiler for.
const PLANNER: [(&str, &str); 3] = [
    ("random_page_cost", "1.1"),
    ("max_parallel_workers_per_gather", "0"),
    ("jit", "off"),
];

impl Db {
    /// Opens the SQLite file at `path`, making it if it is not there.
    ///
    /// # Errors
    /// [`DbError::Other`] if the file cannot be opened.
    pub async fn open_sqlite(path: &Path, options: &PoolOptions) -> Result<Self, DbError> {
        let base = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Normal)
            .busy_timeout(BUSY_TIMEOUT)
            .foreign_keys(true)
            .row_buffer_size(ROWS_AHEAD)
            .pragma("temp_store", "memory");
        let writer = SqlitePoolOptions::new()
            .max_connections(1)
            .acquire_timeout(options.acquire_timeout)
            .idle_timeout(None)
            .max_lifetime(None)
            .connect_with(
                base.clone()
                    .pragma("cache_size", WRITER_CACHE_KIB)
                    .pragma("analysis_limit", ANALYSED_ROWS)
                    .pragma("wal_autocheckpoint", CHECKPOINT_PAGES),
            )
            .await?;
        let cores = std::thread::available_parallelism().map_or(2, |cores| cores.get());
        let readers = SqlitePoolOptions::new()
            .max_connections(u32::try_from(cores.clamp(2, 16)).unwrap_or(2))
            .acquire_timeout(options.acquire_timeout)
            .idle_timeout(None)
            .max_lifetime(None)
            .connect_lazy_with(
                base.pragma("cache_size", READER_CACHE_KIB)
                    .pragma("query_only", "true"),
            );
        Ok(Self {
            pools: Pools::Sqlite { writer, readers },
            statements: options.statements.clone(),
        })
    }

    /// Connects to the PostgreSQL database at `url`.
    ///
    /// # Errors
    /// [`DbError::Address`] if the URL cannot be read (its text is not repeated), [`DbError::Unreachable`] if no server
    /// answers in time, else what the server says.
    pub async fn connect_postgres(url: &str, options: &PoolOptions) -> Result<Self, DbError> {
        let connect = PgConnectOptions::from_str(url)
            .map_err(|_| DbError::Address("not a postgres:// URL".to_owned()))?
            .application_name("m3u-strm-processor")
            .options(PLANNER);
        let pool = PgPoolOptions::new()
            .min_connections(options.min.min(options.max))
            .max_connections(options.max)
            .acquire_timeout(options.acquire_timeout)
            .max_lifetime(options.recycle)
            .connect_with(connect.clone())
            .await;
        let pool = match pool {
            // The pool waits for a server that is about to start, and forgets what it was told meanwhile.
            Err(sqlx::Error::PoolTimedOut) => return Err(why_unreachable(&connect).await),
            pool => pool?,
        };
        Ok(Self {
            pools: Pools::Postgres(pool),
            statements: options.statements.clone(),
        })
    }
}

async fn why_unreachable(connect: &PgConnectOptions) -> DbError {
    match tokio::time::timeout(CAUSE_TIMEOUT, connect.connect()).await {
        Ok(Ok(_)) => DbError::Busy,
        Ok(Err(sqlx::Error::Io(cause))) => DbError::Unreachable(cause.to_string()),
        Ok(Err(cause)) => cause.into(),
        Err(_) => DbError::Unreachable("it does not answer".to_owned()),
    }
}
