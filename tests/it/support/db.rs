//! Migrated databases, made quickly by copying one that was migrated once.

use std::path::PathBuf;

use m3u_strm_processor::db::{Db, Engine, PoolOptions, Statements, Value};
use tempfile::TempDir;
use tokio::sync::OnceCell;

use super::OnEngine;
use super::postgres::Database;
use super::statements;

/// An empty, migrated database of one test.
pub struct TestDb {
    pub db: Db,
    pub statements: Statements,
    at: Place,
}

enum Place {
    Sqlite { path: PathBuf, _folder: TempDir },
    Postgres(Database),
}

impl Place {
    fn url(&self) -> String {
        match self {
            Self::Sqlite { path, .. } => format!("sqlite:{}", path.display()),
            Self::Postgres(database) => database.url.clone(),
        }
    }
}

impl OnEngine for TestDb {
    async fn on(engine: Engine) -> Self {
        let at = match engine {
            Engine::Sqlite => {
                let folder = tempfile::tempdir().unwrap();
                let path = folder.path().join("test.db");
                std::fs::write(&path, migrated_file().await).unwrap();
                Place::Sqlite {
                    path,
                    _folder: folder,
                }
            }
            Engine::Postgres => Place::Postgres(Database::create().await),
        };
        let statements = Statements::recorded();
        let db = open_url(&at.url(), &statements).await;
        Self { db, statements, at }
    }
}

impl TestDb {
    /// The database as another node or the next start opens it.
    pub async fn reopen(&self) -> Db {
        open_url(&self.url(), &self.statements).await
    }

    /// The value of `STRM_DATABASE_URL` for this database.
    pub fn url(&self) -> String {
        self.at.url()
    }

    /// The steps by which the engine would answer; PostgreSQL is told to avoid reading whole tables, so that a missing
    /// index shows on small ones too.
    pub async fn plan(&self, sql: &'static str, args: Vec<Value>) -> String {
        let explained = match &self.at {
            Place::Sqlite { .. } => self.db.explain(sql, args).await,
            Place::Postgres(database) => {
                let url = format!("{}&options=-c%20enable_seqscan%3Doff", database.url);
                let db = Db::connect_postgres(
                    &url,
                    &PoolOptions {
                        max: 1,
                        ..PoolOptions::default()
                    },
                )
                .await
                .unwrap();
                db.explain(sql, args).await
            }
        };
        explained.unwrap().join("\n")
    }

    /// Asserts that `sql` finds its rows by `index`.
    pub async fn assert_uses_index(&self, index: &str, sql: &'static str, args: Vec<Value>) {
        let plan = self.plan(sql, args).await;
        assert!(
            plan.contains(index),
            "{:?} does not use {index}:\n{plan}",
            self.db.engine()
        );
    }
}

impl Drop for TestDb {
    fn drop(&mut self) {
        statements::keep(self.db.engine(), &self.statements);
    }
}

/// Opens what [`TestDb::url`] names, in the runtime of the caller.
pub async fn open_url(url: &str, statements: &Statements) -> Db {
    let options = PoolOptions {
        max: 8,
        statements: statements.clone(),
        ..PoolOptions::default()
    };
    match url.strip_prefix("sqlite:") {
        Some(path) => Db::open_sqlite(path.as_ref(), &options).await,
        None => Db::connect_postgres(url, &options).await,
    }
    .unwrap()
}

async fn migrated_file() -> &'static [u8] {
    static FILE: OnceCell<Vec<u8>> = OnceCell::const_new();
    FILE.get_or_init(|| async {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("template.db");
        let db = Db::open_sqlite(&path, &PoolOptions::default()).await.unwrap();
        db.migrate().await.unwrap();
        db.close().await;
        std::fs::read(&path).unwrap()
    })
    .await
}
