//! Backups of an installation on SQLite: one file that holds the database and the key file.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use serde_json::{Value, json};

use crate::config::{Config, DatabaseUrl};
use crate::ctx::Ctx;
use crate::db::backup::{self, Enclosed};
use crate::db::{Db, DbError, Engine, migrations};
use crate::features::audit::{self, Actor};
use crate::features::settings;
use crate::jobs::{Enqueued, JobError, JobRun, NewJob, Node, Planned, kinds};
use crate::support::cron::Cron;

/// Why there is no backup, or why it was not put back. Each is a sentence for a person.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    #[error("This installation is on PostgreSQL: back it up and put it back with pg_dump and pg_restore, and keep the key file {} with it.", key.display())]
    Postgres { key: PathBuf },
    #[error("There is no database at {}: there is nothing to back up.", .0.display())]
    Nothing(PathBuf),
    #[error("{} is there already; a backup overwrites nothing.", .0.display())]
    Taken(PathBuf),
    #[error("{} cannot be written: {cause}.", path.display())]
    Write { path: PathBuf, cause: io::Error },
    #[error("{} cannot be read: {cause}.", path.display())]
    Read { path: PathBuf, cause: io::Error },
    #[error("{} is no backup of this product, or it is damaged.", .0.display())]
    NoBackup(PathBuf),
    #[error(
        "The backup was made by version {0}, which is newer than this one: put it back with that version or a later one."
    )]
    Newer(String),
    #[error("A server or a command works on {}: stop it first.", .0.display())]
    InUse(PathBuf),
    #[error("There is a database at {} already: move it away first, so that nothing is lost.", .0.display())]
    DatabaseThere(PathBuf),
    #[error("There is another key file at {}: move it away first, so that nothing is lost.", .0.display())]
    KeyThere(PathBuf),
    #[error("The database could not be copied: {0}.")]
    Db(#[from] DbError),
}

/// What was put back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Restored {
    pub version: String,
    pub made_at_ms: i64,
    pub database: PathBuf,
    pub has_key: bool,
}

/// Where backups lie that come by themselves.
pub fn folder(config: &Config) -> PathBuf {
    config.data.dir.join("backups")
}

fn database(config: &Config) -> Result<&Path, BackupError> {
    match &config.database.url {
        DatabaseUrl::Sqlite(path) => Ok(path),
        DatabaseUrl::Postgres(_) => Err(BackupError::Postgres {
            key: config.security.secret_key_file.clone(),
        }),
    }
}

/// Writes a backup, readable by its owner only; a server may be at work meanwhile. Returns its size in bytes.
///
/// # Errors
/// A sentence; then nothing is left behind.
pub async fn write(config: &Config, target: &Path, now_ms: i64) -> Result<u64, BackupError> {
    let database = database(config)?;
    if !database.is_file() {
        return Err(BackupError::Nothing(database.to_owned()));
    }
    if target.exists() {
        return Err(BackupError::Taken(target.to_owned()));
    }
    let failed = |cause| BackupError::Write {
        path: target.to_owned(),
        cause,
    };
    // Named only once it is whole; temporary files are private from the beginning.
    let file = tempfile::NamedTempFile::new_in(parent(target)).map_err(failed)?;
    let key_file = &config.security.secret_key_file;
    let key = match fs::read(key_file) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            return Err(BackupError::Read {
                path: key_file.clone(),
                cause: error,
            });
        }
        key => key.unwrap_or_default(),
    };
    let enclosed = Enclosed {
        key,
        version: env!("CARGO_PKG_VERSION").to_owned(),
        made_at_ms: now_ms,
    };
    backup::write(database, file.path(), &enclosed).await?;
    file.as_file().sync_all().map_err(failed)?;
    let bytes = fs::metadata(file.path()).map_err(failed)?.len();
    match file.persist_noclobber(target) {
        Ok(_) => Ok(bytes),
        Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists => {
            Err(BackupError::Taken(target.to_owned()))
        }
        Err(error) => Err(failed(error.error)),
    }
}

fn parent(path: &Path) -> &Path {
    path.parent()
        .filter(|folder| !folder.as_os_str().is_empty())
        .unwrap_or(Path::new("."))
}

/// Puts a backup back where the configuration says database and key file lie. It overwrites nothing.
///
/// # Errors
/// A sentence; then everything is as it was.
pub async fn restore(config: &Config, file: &Path) -> Result<Restored, BackupError> {
    let database = database(config)?;
    let key_file = &config.security.secret_key_file;
    let data = &config.data.dir;
    if Node::is_any_alive(&data.join("nodes")) {
        return Err(BackupError::InUse(data.clone()));
    }
    let read = |cause| BackupError::Read {
        path: file.to_owned(),
        cause,
    };
    fs::File::open(file).map_err(read)?;
    let copy = backup::read(file)
        .await
        .ok()
        .flatten()
        .ok_or_else(|| BackupError::NoBackup(file.to_owned()))?;
    let known = migrations(Engine::Sqlite)?
        .iter()
        .map(|known| known.version)
        .max();
    if Some(copy.schema) > known {
        return Err(BackupError::Newer(copy.enclosed.version));
    }
    if database.exists() {
        return Err(BackupError::DatabaseThere(database.to_owned()));
    }
    let is_other_key = fs::read(key_file).is_ok_and(|there| there != copy.enclosed.key);
    if is_other_key {
        return Err(BackupError::KeyThere(key_file.clone()));
    }
    put_back(file, database, key_file, &copy.enclosed).await?;
    Ok(Restored {
        version: copy.enclosed.version,
        made_at_ms: copy.enclosed.made_at_ms,
        database: database.to_owned(),
        has_key: !copy.enclosed.key.is_empty(),
    })
}

async fn put_back(
    file: &Path,
    database: &Path,
    key_file: &Path,
    enclosed: &Enclosed,
) -> Result<(), BackupError> {
    let failed = |path: &Path, cause: io::Error| BackupError::Write {
        path: path.to_owned(),
        cause,
    };
    for folder in [parent(database), parent(key_file)] {
        fs::create_dir_all(folder).map_err(|cause| failed(folder, cause))?;
    }
    let whole = tempfile::NamedTempFile::new_in(parent(database)).map_err(|cause| failed(database, cause))?;
    fs::copy(file, whole.path()).map_err(|cause| failed(database, cause))?;
    backup::unwrap(whole.path()).await?;
    // The key first: a database without its key would have a new one made beside it.
    if !enclosed.key.is_empty() && !key_file.exists() {
        let mut key =
            tempfile::NamedTempFile::new_in(parent(key_file)).map_err(|cause| failed(key_file, cause))?;
        key.write_all(&enclosed.key)
            .map_err(|cause| failed(key_file, cause))?;
        key.persist_noclobber(key_file)
            .map_err(|error| failed(key_file, error.error))?;
    }
    whole
        .persist_noclobber(database)
        .map_err(|error| failed(database, error.error))?;
    Ok(())
}

const BY_SCHEDULE: &str = "backup-";
const BEFORE_MIGRATION: &str = "before-migration-";
/// Of those before a migration.
const SNAPSHOTS_KEPT: usize = 3;

/// The schedule of backups, where there are any.
///
/// # Errors
/// Whatever the database says.
pub async fn planned(ctx: &Ctx) -> Result<Option<Planned>, DbError> {
    let settings = settings::load(ctx).await?;
    if !settings.backup_enabled || ctx.db.engine() != Engine::Sqlite {
        return Ok(None);
    }
    let cron = Cron::parse(&settings.backup_schedule);
    Ok(cron.ok().map(|cron| Planned {
        name: "backup".to_owned(),
        cron,
        zone: settings.zone,
        job: NewJob::new(kinds::BACKUP, Value::Null).key("backup"),
        unless: None,
    }))
}

/// Queues a backup into the data folder, with an audit line.
///
/// # Errors
/// [`BackupError::Postgres`].
pub async fn start(ctx: &Ctx, actor: &Actor) -> Result<Enqueued, BackupError> {
    database(&ctx.config)?;
    let mut tx = ctx.db.begin().await?;
    let mut job = NewJob::new(kinds::BACKUP, Value::Null).key("backup");
    job.by_hand = true;
    let queued = ctx.jobs.enqueue(&mut tx, job).await?;
    if let Enqueued::New(id) = queued {
        let details = json!({ "job_id": id });
        audit::record(
            &mut tx,
            ctx.clock.now_ms(),
            actor,
            "backup.started",
            "backups",
            details,
        )
        .await?;
    }
    tx.commit().await?;
    ctx.jobs.wake();
    Ok(queued)
}

/// A backup in the data folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    pub name: String,
    pub bytes: u64,
    pub made_at_ms: i64,
    /// Made before a migration, not by schedule or by hand.
    pub is_snapshot: bool,
}

/// The backups in the data folder, newest first.
pub fn list(config: &Config) -> Vec<Kept> {
    let folder = folder(config);
    let kinds = [BY_SCHEDULE, BEFORE_MIGRATION].into_iter();
    let mut kept: Vec<Kept> = kinds
        .flat_map(|kind| names(&folder, kind).into_iter().map(move |name| (kind, name)))
        .filter_map(|(kind, name)| {
            let metadata = fs::metadata(folder.join(&name)).ok()?;
            let made = metadata.modified().ok()?.duration_since(UNIX_EPOCH).ok()?;
            Some(Kept {
                name,
                bytes: metadata.len(),
                made_at_ms: i64::try_from(made.as_millis()).ok()?,
                is_snapshot: kind == BEFORE_MIGRATION,
            })
        })
        .collect();
    kept.sort_by_key(|kept| std::cmp::Reverse(kept.made_at_ms));
    kept
}

/// The handler of [`kinds::BACKUP`]: writes one and removes the oldest beyond those that are kept.
///
/// # Errors
/// Why there is no backup.
pub async fn job(ctx: Ctx, _: JobRun) -> Result<Value, JobError> {
    let kept = settings::load(&ctx).await?.backup_keep;
    let folder = folder(&ctx.config);
    let written = keep_one_more(&ctx.config, &folder, BY_SCHEDULE, kept, ctx.clock.now_ms()).await;
    let (file, bytes) = written.map_err(|error| JobError::failed("backup", error.to_string()))?;
    Ok(json!({ "file": file, "bytes": bytes }))
}

/// Keeps what a migration is about to change: on SQLite, if there is anything to migrate in a database that was used before.
///
/// # Errors
/// Why there is no snapshot; then nothing should be migrated.
pub async fn before_migration(config: &Config, db: &Db, now_ms: i64) -> Result<Option<PathBuf>, BackupError> {
    // A database that was never migrated has no table of migrations.
    let Ok(status) = db.migration_status().await else {
        return Ok(None);
    };
    let is_new = status.applied == 0 || status.applied >= status.known;
    if is_new || db.engine() != Engine::Sqlite {
        return Ok(None);
    }
    let folder = folder(config);
    let (file, _) = keep_one_more(config, &folder, BEFORE_MIGRATION, SNAPSHOTS_KEPT, now_ms).await?;
    Ok(Some(folder.join(file)))
}

async fn keep_one_more(
    config: &Config,
    folder: &Path,
    kind: &str,
    kept: usize,
    now_ms: i64,
) -> Result<(String, u64), BackupError> {
    fs::create_dir_all(folder).map_err(|cause| BackupError::Write {
        path: folder.to_owned(),
        cause,
    })?;
    let at = jiff::Timestamp::from_millisecond(now_ms).unwrap_or_default();
    let name = format!("{kind}{}.db", at.strftime("%Y%m%dT%H%M%S%3fZ"));
    let bytes = write(config, &folder.join(&name), now_ms).await?;
    for old in names(folder, kind).into_iter().rev().skip(kept.max(1)) {
        // One that cannot be removed is in the way of nothing; the next time tries again.
        if let Err(error) = fs::remove_file(folder.join(&old)) {
            tracing::warn!(%error, file = old, "an old backup could not be removed");
        }
    }
    Ok((name, bytes))
}

/// Backups of a kind, oldest first: their names hold the time.
fn names(folder: &Path, kind: &str) -> Vec<String> {
    let entries = fs::read_dir(folder).into_iter().flatten();
    let mut names: Vec<String> = entries
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .filter(|name| name.starts_with(kind) && name.ends_with(".db"))
        .collect();
    names.sort();
    names
}
