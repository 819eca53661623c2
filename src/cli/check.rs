//! `check`: streams checked from the terminal.

use std::process::ExitCode;

use clap::Args;
use serde_json::Value;

use super::follow::{Left, follow, trouble};
use super::{complain, fail, say, status};
use crate::app::{App, StartError, shutdown};
use crate::config::Config;
use crate::db::DbError;
use crate::features::audit::Actor;
use crate::features::health::Target;
use crate::features::health::{self, start};
use crate::features::providers;
use crate::jobs::{Job, settle};

/// Check whether streams work
#[derive(Debug, Args)]
pub(super) struct Check {
    /// Only those of this one; of all that are switched on without it
    #[arg(long, value_name = "NAME")]
    provider: Option<String>,
}

/// Why nothing was checked.
#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error("There is no provider called {0:?}; `provider list` names them.")]
    Unknown(String),
    #[error("There is no stream to check; sync a provider that is switched on first.")]
    Nothing,
    #[error(transparent)]
    Health(health::Error),
    #[error(transparent)]
    Db(#[from] DbError),
}

impl From<health::Error> for Failure {
    fn from(error: health::Error) -> Self {
        match error {
            health::Error::NothingToCheck => Self::Nothing,
            error => Self::Health(error),
        }
    }
}

pub(super) async fn run(arguments: Check, config: Config) -> Result<ExitCode, StartError> {
    let mut end = shutdown::Wish::listen().map_err(StartError::Signals)?;
    let app = App::build(config).await?;
    let done = check(&app, &mut end, arguments.provider.as_deref()).await;
    app.ctx.db.close().await;
    Ok(match done {
        Ok(status) => ExitCode::from(status),
        Err(Failure::Unknown(name)) => fail(&Failure::Unknown(name), status::USAGE),
        Err(error) => fail(&error, status::FAILED),
    })
}

async fn check(app: &App, end: &mut shutdown::Wish, name: Option<&str>) -> Result<u8, Failure> {
    let target = match name {
        Some(name) => {
            let found = providers::store::find_by_name(&app.ctx.db, name.trim()).await?;
            Target::of_provider(found.ok_or_else(|| Failure::Unknown(name.to_owned()))?.id)
        }
        None => Target::default(),
    };
    settle(&app.ctx.jobs).await?;
    let job = start::start_here(&app.ctx, &Actor::Terminal, target).await?;
    let own = job.is_new();
    if !own {
        complain("These streams are being checked already; follows that.");
    }
    match follow(app, end, name.unwrap_or("streams"), job.id(), own).await? {
        Left::Ended(job) => Ok(report(&job)),
        Left::Behind => {
            complain("The check goes on.");
            Ok(status::CANCELLED)
        }
    }
}

/// Says how a run ended; the answer is its exit status.
fn report(job: &Job) -> u8 {
    if let Some(status) = trouble(job, "", "Cut short; what was found is stored.") {
        return status;
    }
    let field = |name: &str| job.result.as_ref().and_then(|result| result.get(name));
    let count = |name: &str| field(name).and_then(Value::as_u64).unwrap_or_default();
    say(&format!(
        "{} streams checked: {} work, {} work badly, {} do not; {} skipped, no connection was free; {} cannot be checked.",
        count("checked"),
        count("up"),
        count("degraded"),
        count("down"),
        count("skipped"),
        count("untestable"),
    ));
    status::DONE
}
