use std::path::Path;
use std::sync::Arc;

use secrecy::ExposeSecret;

use crate::config::key_file::{self, KeyFileError};
use crate::config::{Config, DatabaseUrl};
use crate::ctx::Ctx;
use crate::db::{Db, DbError, PoolOptions};
use crate::events::Events;
use crate::features::health::content::ffmpeg::Ffmpeg;
use crate::features::health::ffprobe::Ffprobe;
use crate::features::health::{Checker, Measurer, Tester};
use crate::features::outputs::hdhomerun::announce::Ports;
use crate::features::providers::leases::Leases;
use crate::features::providers::store::Breakers;
use crate::features::system::backup::{self, BackupError};
use crate::fetch::{ClientError, FetchConfig, Fetcher, Seams};
use crate::jobs::{Jobs, Node};
use crate::support::clock::Clock;

/// Everything that a command or the server works with.
#[derive(Clone)]
pub struct App {
    pub ctx: Ctx,
    /// Of this process; whoever lets it write keeps it alive.
    pub leases: Leases,
    pub checker: Checker,
    pub measurer: Measurer,
    pub tester: Tester,
    /// Where players that look for devices ask.
    pub ports: Ports,
}

/// Why the start ended: one sentence for the terminal.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error("The folder {path} cannot be used: {error}.")]
    Folder { path: String, error: std::io::Error },
    #[error(transparent)]
    KeyFile(#[from] KeyFileError),
    #[error("The database cannot be opened: {0}.")]
    Database(DbError),
    #[error("The database was not brought up to date, because it could not be backed up before: {0}")]
    Snapshot(#[from] BackupError),
    #[error("The database could not be brought up to date: {0}.")]
    Migration(DbError),
    #[error("What earlier runs left behind could not be dealt with: {0}.")]
    Jobs(DbError),
    #[error("The first administrator could not be created: {0}.")]
    FirstStart(crate::features::accounts::AccountsError),
    #[error("The signals that end the program cannot be listened for: {0}.")]
    Signals(std::io::Error),
    #[error("The HTTP client cannot be set up: {0}.")]
    Client(#[from] ClientError),
    #[error("{address} cannot be listened on: {error}.")]
    Listen {
        address: std::net::SocketAddr,
        error: std::io::Error,
    },
}

impl App {
    /// Opens data folder, key and database, brings its schema up to date, and puts the parts together. Nothing runs yet.
    ///
    /// # Errors
    /// The first part that cannot be had.
    pub async fn build(config: Config) -> Result<Self, StartError> {
        use_folder(&config.data.dir)?;
        check_folder(&config.output.dir)?;
        let db = open_database(&config).await?;
        let snapshot = backup::before_migration(&config, &db, Clock::System.now_ms()).await?;
        if let Some(file) = snapshot {
            tracing::info!(file = %file.display(), "keeps the database as it was before its migration");
        }
        db.migrate().await.map_err(StartError::Migration)?;
        Self::on(db, config, Clock::System)
    }

    /// Puts the parts together on an open and migrated database.
    ///
    /// # Errors
    /// The first part that cannot be had.
    pub fn on(db: Db, config: Config, clock: Clock) -> Result<Self, StartError> {
        let keys = Arc::new(key_file::read_or_create(&config.security.secret_key_file)?);
        let nodes = config.data.dir.join("nodes");
        let node = Node::enter(&nodes).map_err(|error| folder_error(&nodes, error))?;
        let events = Events::new();
        Ok(Self::of(Ctx {
            jobs: Jobs::new(db.clone(), clock.clone(), events.clone(), node),
            events,
            fetch: fetcher(&config, &db, &clock)?,
            config: Arc::new(config),
            db,
            clock,
            keys,
        }))
    }

    /// The parts that this process has once, around a context.
    pub fn of(ctx: Ctx) -> Self {
        let leases = Leases::new(ctx.jobs.node_id(), ctx.db.clone(), ctx.clock.clone());
        let ffprobe = Ffprobe::new(&ctx.config.tools.ffprobe);
        let ffmpeg = Ffmpeg::beside(&ffprobe, &ctx.config.tools.ffmpeg);
        Self {
            checker: Checker::new(leases.clone()),
            measurer: Measurer::new(leases.clone(), ffprobe),
            tester: Tester::new(leases.clone(), ffmpeg),
            ports: Ports::known(),
            leases,
            ctx,
        }
    }
}

/// Opens the database that the configuration names, as it is.
///
/// # Errors
/// [`StartError::Database`].
pub(super) async fn open_database(config: &Config) -> Result<Db, StartError> {
    let database = &config.database;
    let options = PoolOptions {
        min: database.pool,
        max: database.pool_max,
        acquire_timeout: database.acquire_timeout,
        recycle: database.recycle,
        ..PoolOptions::default()
    };
    match &database.url {
        DatabaseUrl::Sqlite(path) => {
            if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
                use_folder(folder)?;
            }
            Db::open_sqlite(path, &options).await
        }
        DatabaseUrl::Postgres(url) => Db::connect_postgres(url.expose_secret(), &options).await,
    }
    .map_err(StartError::Database)
}

fn fetcher(config: &Config, db: &Db, clock: &Clock) -> Result<Fetcher, ClientError> {
    let fetch = FetchConfig {
        allowed_networks: config.network.allow_private_networks.clone(),
        ..FetchConfig::default()
    };
    let seams = Seams {
        breakers: Arc::new(Breakers(db.clone())),
        ..Seams::default()
    };
    Fetcher::with_seams(fetch, clock.clone(), seams)
}

fn use_folder(folder: &Path) -> Result<(), StartError> {
    std::fs::create_dir_all(folder).map_err(|error| folder_error(folder, error))
}

/// What is not there yet is made by whoever writes first.
fn check_folder(folder: &Path) -> Result<(), StartError> {
    match std::fs::metadata(folder) {
        Ok(there) if !there.is_dir() => Err(folder_error(folder, std::io::ErrorKind::NotADirectory.into())),
        _ => Ok(()),
    }
}

fn folder_error(folder: &Path, error: std::io::Error) -> StartError {
    StartError::Folder {
        path: folder.display().to_string(),
        error,
    }
}
