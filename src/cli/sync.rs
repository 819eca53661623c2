//! `sync`: providers fetched from the terminal.

use std::process::ExitCode;

use clap::Args;
use serde_json::Value;

use super::follow::{Left, follow, trouble};
use super::{complain, fail, say, status};
use crate::app::{App, StartError, shutdown};
use crate::config::Config;
use crate::db::DbError;
use crate::features::audit::Actor;
use crate::features::providers::{self, Provider};
use crate::features::sync::log::Outcome;
use crate::features::sync::{self, Error, Shown, Started};
use crate::jobs::{Job, State, kinds, settle};
use crate::support::ids::SyncId;
use crate::support::paging::{MAX_LIMIT, Slice};

/// Fetch what providers list and bring the catalogue up to date
#[derive(Debug, Args)]
pub(super) struct Sync {
    /// Only this one; all that are switched on without it
    #[arg(long, value_name = "NAME")]
    provider: Option<String>,
}

pub(super) async fn run(arguments: Sync, config: Config) -> Result<ExitCode, StartError> {
    let mut end = shutdown::Wish::listen().map_err(StartError::Signals)?;
    let app = App::build(config).await?;
    let done = match chosen(&app, arguments.provider.as_deref()).await {
        Ok(providers) => each(&app, &mut end, &providers).await,
        Err(error) => Err(error),
    };
    app.ctx.db.close().await;
    Ok(match done {
        Ok(status) => ExitCode::from(status),
        Err(Failure::Unknown(name)) => fail(&Failure::Unknown(name), status::USAGE),
        Err(error) => fail(&error, status::FAILED),
    })
}

/// Why no provider was synced, or not all of them.
#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error("There is no provider called {0:?}; `provider list` names them.")]
    Unknown(String),
    #[error(transparent)]
    Sync(#[from] Error),
    #[error(transparent)]
    Db(#[from] DbError),
}

/// The provider with this name, or all that are switched on, those preferred first.
async fn chosen(app: &App, name: Option<&str>) -> Result<Vec<Provider>, Failure> {
    let db = &app.ctx.db;
    if let Some(name) = name {
        let found = providers::store::find_by_name(db, name.trim()).await?;
        return found
            .map(|provider| vec![provider])
            .ok_or_else(|| Failure::Unknown(name.to_owned()));
    }
    let (mut all, mut slice) = (
        Vec::new(),
        Slice {
            skip: 0,
            limit: MAX_LIMIT,
        },
    );
    loop {
        let page = providers::store::list(db, slice).await?;
        all.extend(page.items);
        slice.skip += i64::from(slice.limit);
        if slice.skip >= page.total {
            break;
        }
    }
    all.retain(|provider| provider.enabled);
    Ok(all)
}

/// Syncs one after the other; the gravest status counts. Being asked to end leaves out the rest.
async fn each(app: &App, end: &mut shutdown::Wish, providers: &[Provider]) -> Result<u8, Failure> {
    if providers.is_empty() {
        say("No provider is switched on; add one with: provider add NAME --m3u-url URL");
    }
    settle(&app.ctx.jobs).await?;
    let mut gravest = status::DONE;
    for provider in providers {
        let status = one(app, end, provider).await?;
        gravest = graver(gravest, status);
        if status == status::CANCELLED {
            break;
        }
    }
    Ok(gravest)
}

fn graver(one: u8, other: u8) -> u8 {
    const ORDER: [u8; 4] = [status::DONE, status::HELD, status::CANCELLED, status::FAILED];
    let rank = |status: u8| ORDER.iter().position(|known| *known == status);
    if rank(other) > rank(one) { other } else { one }
}

async fn one(app: &App, end: &mut shutdown::Wish, provider: &Provider) -> Result<u8, Failure> {
    let name = &provider.name;
    let (job, own) = match sync::start_here(&app.ctx, provider.id, &Actor::Terminal).await? {
        Started::New(job) => (job, true),
        Started::Running(job) => {
            complain(&format!("{name}: is being synced already; follows that."));
            (job, false)
        }
    };
    match follow(app, end, name, job, own).await? {
        Left::Ended(job) => Ok(graver(
            report(app, name, &job).await?,
            episodes(app, end, provider).await?,
        )),
        Left::Behind => {
            complain(&format!("{name}: the sync goes on."));
            Ok(status::CANCELLED)
        }
    }
}

/// Reads the episodes of series that the sync found new or changed; the answer is the exit status.
async fn episodes(app: &App, end: &mut shutdown::Wish, provider: &Provider) -> Result<u8, Failure> {
    let name = &provider.name;
    let key = providers::sync_key(provider.id);
    let Some(id) = app.ctx.jobs.active(kinds::SERIES_DETAILS, &key).await? else {
        return Ok(status::DONE);
    };
    let job = match follow(app, end, &format!("{name}: episodes"), id, true).await? {
        Left::Ended(job) => job,
        Left::Behind => return Ok(status::CANCELLED),
    };
    match (&job.state, &job.error) {
        (State::Succeeded, _) => {
            let count = |field: &str| {
                job.result
                    .as_ref()
                    .and_then(|result| result.get(field)?.as_i64())
                    .unwrap_or(0)
            };
            say(&format!(
                "{name}: {} series read, {} new episodes.",
                count("series"),
                count("episodes")
            ));
            Ok(status::DONE)
        }
        (State::Failed, Some(error)) => {
            complain(&format!("{name}: not all episodes were read. {}", error.message));
            Ok(status::FAILED)
        }
        _ => {
            complain(&format!(
                "{name}: not all episodes were read; the next sync goes on."
            ));
            Ok(status::CANCELLED)
        }
    }
}

/// Says how a run ended; the answer is its exit status.
async fn report(app: &App, name: &str, job: &Job) -> Result<u8, Failure> {
    let cut_short = format!("{name}: cut short; the catalogue is as it was.");
    if let Some(status) = trouble(job, &format!("{name}: failed. "), &cut_short) {
        return Ok(status);
    }
    let result = job.result.as_ref();
    let id = result
        .and_then(|result| result.get("sync_id"))
        .and_then(Value::as_i64);
    let shown = sync::show(&app.ctx, SyncId(id.unwrap_or_default())).await?;
    say(&format!("{name}: {}", summary(&shown)));
    if let Some(incomplete) = &shown.run.error_message {
        complain(&format!("  {incomplete}"));
    }
    if shown.run.outcome == Outcome::Held {
        for reason in shown.held_reasons() {
            say(&format!("  {reason}"));
        }
        say("  Nothing was changed. An administrator approves or rejects it on the provider's page.");
        return Ok(status::HELD);
    }
    Ok(status::DONE)
}

/// What a run did, in numbers that add up.
fn summary(shown: &Shown) -> String {
    let run = &shown.run;
    let seconds = shown.duration_ms().unwrap_or_default() as f64 / 1_000.0;
    let refused = match shown.refused.as_slice() {
        [] => String::new(),
        reasons => {
            let words: Vec<String> = reasons
                .iter()
                .map(|refused| format!("{} {}", refused.count, refused.reason))
                .collect();
            format!(" ({})", words.join(", "))
        }
    };
    format!(
        "{} in {seconds:.1} s. {} entries: {} streams, {} films, {} episodes, {} refused{refused}. {} added, \
         {} changed, {} renamed, {} returned, {} removed, {} unchanged.",
        run.outcome.as_str(),
        run.entries,
        run.streams,
        run.films,
        run.episodes,
        run.refused,
        run.added,
        run.changed,
        run.renamed,
        run.returned,
        run.removed,
        run.unchanged,
    )
}

#[cfg(test)]
mod tests {
    use super::{graver, status};

    #[test]
    fn the_gravest_status_of_several_providers_counts() {
        assert_eq!(graver(status::HELD, status::DONE), status::HELD);
        assert_eq!(graver(status::HELD, status::CANCELLED), status::CANCELLED);
        assert_eq!(graver(status::FAILED, status::HELD), status::FAILED);
    }
}
