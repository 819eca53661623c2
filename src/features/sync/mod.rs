//! From a provider's answer to the catalogue: fetch, read, stage, compare, guard, apply.
//!
//! A *run* is one sync of one provider, a job with one attempt. Entries that equal their stored rows are *settled* while
//! the list is read; all others are *staged*. What the comparison finds is the run's *plan*. A plan that loses too much
//! is *held* until somebody approves or rejects it, or the next run knows better; any other is applied at once, in one
//! transaction.

mod apply;
mod approval;
mod arrival;
mod assign;
mod categories;
mod changes;
mod connection;
mod diff;
mod error;
mod excluded;
mod found;
mod guard;
mod held;
mod hosts;
mod index;
mod intake;
mod learn;
pub mod log;
mod losses;
mod panel;
mod plan;
mod read;
mod removal;
pub mod renaming;
mod run;
pub mod schedule;
mod shown;
mod spool;
mod staging;
pub mod store;
mod summing;

use std::pin::Pin;
use std::sync::Arc;

use serde_json::{Value, json};

use crate::ctx::Ctx;
use crate::db::{DbError, Tx};
use crate::features::audit::{self, Actor};
use crate::features::catalogue::Applied;
use crate::features::providers;
use crate::features::providers::leases::Leases;
use crate::jobs::{Enqueued, JobError, JobRun, NewJob, kinds};
use crate::support::ids::{JobId, MovieId, ProviderId};

pub use approval::{approve, reject};
pub use error::Error;
pub use shown::{ChangeShown, Refused, Sample, Shown, differences, list, show};

/// What owners of references to channels and titles do when these were left empty, in the transaction of the run.
pub type MovedHook = Arc<
    dyn for<'a> Fn(&'a mut Tx, &'a Applied) -> Pin<Box<dyn Future<Output = Result<(), DbError>> + Send + 'a>>
        + Send
        + Sync,
>;

/// What became of the wish to sync.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Started {
    New(JobId),
    /// A run or an approval of this provider is queued or running.
    Running(JobId),
}

/// Runs of a provider that people may ask for within an hour.
const BY_HAND_AN_HOUR: u64 = 10;
const HOUR_MS: i64 = 3_600_000;

/// Queues a run of a provider, unless one is queued or running; with an audit line if a person asked for it.
///
/// # Errors
/// [`Error::Provider`] if there is no such provider, [`Error::Disabled`] if it is switched off, [`Error::TooOften`] after ten runs by hand within an hour.
pub async fn start(ctx: &Ctx, provider: ProviderId, actor: &Actor, by_hand: bool) -> Result<Started, Error> {
    queue(ctx, provider, actor, by_hand, false).await
}

/// As [`start`] by hand, for a command that runs the job itself.
///
/// # Errors
/// As [`start`].
pub async fn start_here(ctx: &Ctx, provider: ProviderId, actor: &Actor) -> Result<Started, Error> {
    queue(ctx, provider, actor, true, true).await
}

async fn queue(
    ctx: &Ctx,
    provider: ProviderId,
    actor: &Actor,
    by_hand: bool,
    only_here: bool,
) -> Result<Started, Error> {
    let key = providers::sync_key(provider);
    if let Some(approval) = ctx.jobs.active(kinds::SYNC_APPROVAL, &key).await? {
        return Ok(Started::Running(approval));
    }
    if by_hand && !only_here {
        if let Some(run) = ctx.jobs.active(kinds::SYNC, &key).await? {
            return Ok(Started::Running(run));
        }
        check_pace(ctx, &key).await?;
    }
    let mut tx = ctx.db.begin().await?;
    let found = providers::store::get_in(&mut tx, provider).await?;
    if !found.enabled {
        return Err(Error::Disabled);
    }
    let payload = json!(run::Payload {
        provider_id: provider,
        by_hand
    });
    let mut job = NewJob::new(kinds::SYNC, payload).key(key);
    job.by_hand = by_hand;
    job.only_here = only_here;
    let id = match ctx.jobs.enqueue(&mut tx, job).await? {
        Enqueued::AlreadyQueued(id) => return Ok(Started::Running(id)),
        Enqueued::New(id) => id,
    };
    if by_hand {
        let details = json!({ "job_id": id, "name": found.name });
        audit::record(
            &mut tx,
            ctx.clock.now_ms(),
            actor,
            "sync.started",
            format!("provider:{provider}"),
            details,
        )
        .await?;
    }
    tx.commit().await?;
    ctx.jobs.wake();
    Ok(Started::New(id))
}

async fn check_pace(ctx: &Ctx, key: &str) -> Result<(), Error> {
    let now = ctx.clock.now_ms();
    let (runs, first) = ctx.jobs.count_by_hand(kinds::SYNC, key, now - HOUR_MS).await?;
    if runs < BY_HAND_AN_HOUR {
        return Ok(());
    }
    let wait_ms = first.map_or(HOUR_MS, |first| first + HOUR_MS - now).max(0);
    Err(Error::TooOften {
        wait_seconds: wait_ms.unsigned_abs().div_ceil(1_000).max(1),
    })
}

/// The handler of [`kinds::SYNC`]; its provider's lists take one of the connections in `leases`. It works on a thread of its
/// own, so that nothing else waits for its arithmetic.
///
/// # Errors
/// Why the run ended without a new catalogue; a held run is no error.
pub async fn run(ctx: Ctx, job: JobRun, hooks: Vec<MovedHook>, leases: Leases) -> Result<Value, JobError> {
    apart(move || async move { run::run(&ctx, &job, &hooks, &leases).await }).await
}

/// The handler of [`kinds::SYNC_APPROVAL`].
///
/// # Errors
/// Why the held run was not applied.
pub async fn run_approval(ctx: Ctx, job: JobRun, hooks: Vec<MovedHook>) -> Result<Value, JobError> {
    apart(move || async move { approval::run(&ctx, &job, &hooks).await }).await
}

/// The handler of [`kinds::PROVIDER_REMOVAL`].
///
/// # Errors
/// Why the entries of a removed provider are still there.
pub async fn run_removal(ctx: Ctx, job: JobRun, hooks: Vec<MovedHook>) -> Result<Value, JobError> {
    apart(move || async move { removal::run(&ctx, &job, &hooks).await }).await
}

/// The handler of [`kinds::SERIES_DETAILS`].
///
/// # Errors
/// Why not all series that were wanted could be read; the next sync asks for the others.
pub async fn run_details(ctx: Ctx, job: JobRun, hooks: Vec<MovedHook>) -> Result<Value, JobError> {
    apart(move || async move { panel::details::run(&ctx, &job, &hooks).await }).await
}

/// The handler of [`kinds::FILM_DETAILS`].
///
/// # Errors
/// Why not all films that were wanted could be asked about; a later run asks for the others.
pub async fn run_films(ctx: Ctx, job: JobRun) -> Result<Value, JobError> {
    apart(move || async move { panel::films::run(&ctx, &job).await }).await
}

/// Has the panels asked about a film that somebody looks at, unless they were; returns before any is.
///
/// # Errors
/// Whatever the database says.
pub async fn want_film(ctx: &Ctx, movie: MovieId) -> Result<(), DbError> {
    panel::films::want(ctx, movie).await
}

async fn apart<F>(work: impl FnOnce() -> F + Send + 'static) -> Result<Value, JobError>
where
    F: Future<Output = Result<Value, JobError>>,
{
    let runtime = tokio::runtime::Handle::current();
    match tokio::task::spawn_blocking(move || runtime.block_on(work())).await {
        Ok(result) => result,
        Err(_) => Err(JobError::failed(
            "crashed",
            "The sync ended in a fault of the program; the log says where.",
        )),
    }
}

/// The year of an instant, UTC.
fn year_of(now_ms: i64) -> u16 {
    let year = jiff::Timestamp::from_millisecond(now_ms)
        .map_or(2000, |now| now.to_zoned(jiff::tz::TimeZone::UTC).year());
    u16::try_from(year).unwrap_or(2000)
}
