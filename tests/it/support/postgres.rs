//! One PostgreSQL for all tests, each with a database of its own that is a copy of a migrated one.
//!
//! A thread of its own makes and drops the databases, because a test's connections belong to the test's runtime.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::{LazyLock, mpsc};

use m3u_strm_processor::db::{Db, PoolOptions};
use sqlx::{AssertSqlSafe, Connection, PgConnection};
use tokio::sync::oneshot;

/// A database that is dropped with this value.
pub struct Database {
    pub url: String,
    name: String,
}

impl Database {
    pub async fn create() -> Self {
        let (reply, answer) = oneshot::channel();
        SERVER
            .send(Request::Create(reply))
            .expect("the PostgreSQL of the tests has failed");
        answer
            .await
            .expect("the PostgreSQL of the tests could not make a database")
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        // At the end of the run the whole server goes.
        let _ = SERVER.send(Request::Drop(std::mem::take(&mut self.name)));
    }
}

enum Request {
    Create(oneshot::Sender<Database>),
    Drop(String),
}

static SERVER: LazyLock<mpsc::Sender<Request>> = LazyLock::new(|| {
    let (sender, requests) = mpsc::channel();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        runtime.block_on(Server::start()).serve(&runtime, &requests);
    });
    sender
});

struct Server {
    folder: String,
    admin: PgConnection,
    template: String,
    made: u32,
    /// Ends the server when its standard input closes with this process.
    _process: Option<Child>,
}

impl Server {
    async fn start() -> Self {
        let (folder, process) = match std::env::var("STRM_TEST_POSTGRES") {
            Ok(folder) if !folder.is_empty() => (folder, None),
            _ => start_process(),
        };
        let mut admin = PgConnection::connect(&url(&folder, "postgres")).await.unwrap();
        let template = format!("template_{}", std::process::id());
        execute(&mut admin, format!("create database {template}")).await;
        let db = Db::connect_postgres(&url(&folder, &template), &PoolOptions::default())
            .await
            .unwrap();
        db.migrate().await.unwrap();
        db.close().await;
        Self {
            folder,
            admin,
            template,
            made: 0,
            _process: process,
        }
    }

    fn serve(mut self, runtime: &tokio::runtime::Runtime, requests: &mpsc::Receiver<Request>) {
        for request in requests {
            match request {
                Request::Create(reply) => {
                    let database = runtime.block_on(self.create());
                    // A test that is gone needs none.
                    let _ = reply.send(database);
                }
                Request::Drop(name) => {
                    let drop = format!("drop database {name} with (force)");
                    runtime.block_on(execute(&mut self.admin, drop));
                }
            }
        }
    }

    async fn create(&mut self) -> Database {
        self.made += 1;
        let name = format!("test_{}_{}", std::process::id(), self.made);
        execute(
            &mut self.admin,
            format!("create database {name} template {}", self.template),
        )
        .await;
        Database {
            url: url(&self.folder, &name),
            name,
        }
    }
}

fn url(folder: &str, database: &str) -> String {
    format!("postgres://postgres@localhost/{database}?host={folder}")
}

async fn execute(connection: &mut PgConnection, statement: String) {
    sqlx::query(AssertSqlSafe(statement))
        .execute(connection)
        .await
        .unwrap();
}

fn start_process() -> (String, Option<Child>) {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/postgres");
    let mut process = Command::new(script)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut folder = String::new();
    BufReader::new(process.stdout.take().unwrap())
        .read_line(&mut folder)
        .unwrap();
    assert!(
        !folder.trim().is_empty(),
        "PostgreSQL did not start; tests/postgres said why"
    );
    (folder.trim().to_owned(), Some(process))
}
