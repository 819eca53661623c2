//! `strm`: the library written from the terminal.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use serde_json::Value;

use super::follow::{Left, follow, trouble};
use super::{complain, fail, say, status};
use crate::app::{App, StartError, shutdown};
use crate::config::Config;
use crate::db::DbError;
use crate::features::audit::Actor;
use crate::features::outputs::library::{self, LibraryError};
use crate::jobs::{Enqueued, Job, settle};

/// Write the library of STRM and NFO files
#[derive(Debug, Args)]
pub(super) struct Strm {
    /// Write below this folder instead of the output folder
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

/// Why there is no library.
#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error("{0} Set STRM_PUBLIC_URL, or confirm it on the library page.")]
    NoPublicUrl(LibraryError),
    #[error("{0}.")]
    Library(LibraryError),
    #[error(transparent)]
    Db(#[from] DbError),
    #[error("{0} is no folder that can be named: {1}.")]
    Folder(String, std::io::Error),
}

impl From<LibraryError> for Failure {
    fn from(error: LibraryError) -> Self {
        match error {
            error @ LibraryError::NoPublicUrl => Self::NoPublicUrl(error),
            error => Self::Library(error),
        }
    }
}

pub(super) async fn run(arguments: Strm, config: Config) -> Result<ExitCode, StartError> {
    let mut end = shutdown::Wish::listen().map_err(StartError::Signals)?;
    let app = App::build(config).await?;
    let done = write(&app, &mut end, arguments.out.as_deref()).await;
    app.ctx.db.close().await;
    Ok(match done {
        Ok(status) => ExitCode::from(status),
        Err(error) => fail(&error, status::FAILED),
    })
}

async fn write(app: &App, end: &mut shutdown::Wish, out: Option<&Path>) -> Result<u8, Failure> {
    let root = out.map(std::path::absolute).transpose();
    let root =
        root.map_err(|error| Failure::Folder(out.unwrap_or(Path::new("")).display().to_string(), error))?;
    settle(&app.ctx.jobs).await?;
    loop {
        match library::start_here(&app.ctx, &Actor::Terminal, root.as_deref()).await? {
            Enqueued::New(job) => {
                return match follow(app, end, "library", job, true).await? {
                    Left::Ended(job) => Ok(report(&job)),
                    Left::Behind => Ok(status::CANCELLED),
                };
            }
            // It may write elsewhere, and what was synced since then it has not seen.
            Enqueued::AlreadyQueued(job) => {
                complain("The library is being written already; waits for that.");
                if let Left::Behind = follow(app, end, "library", job, false).await? {
                    return Ok(status::CANCELLED);
                }
            }
        }
    }
}

/// Says how a run ended; the answer is its exit status.
fn report(job: &Job) -> u8 {
    if let Some(status) = trouble(job, "", "Cut short; what was written stays.") {
        return status;
    }
    let field = |name: &str| job.result.as_ref().and_then(|result| result.get(name));
    let count = |name: &str| field(name).and_then(Value::as_u64).unwrap_or_default();
    say(&format!(
        "{} files written, {} unchanged, {} moved, {} to the trash, {} kept.",
        count("written"),
        count("unchanged"),
        count("moved"),
        count("trashed"),
        count("kept")
    ));
    if let Some(why) = field("kept_because").and_then(Value::as_str) {
        say(why);
    }
    status::DONE
}
