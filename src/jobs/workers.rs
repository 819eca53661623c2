//! Claims jobs and runs their handlers.

use std::collections::BTreeMap;
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use serde_json::Value;
use tokio::task::{AbortHandle, JoinHandle, JoinSet};
use tokio_util::sync::{CancellationToken, DropGuard};

use super::beat::beat;
use super::end::{Attempts, end};
use super::job::{Job, JobError};
use super::run::{JobRun, Progress, Running, Stop};
use super::sweep::{keep_sweeping, sweep};
use super::{Jobs, kinds, store};
use crate::db::DbError;
use crate::events::Event;
use crate::support::ids::JobId;

type Answer = Pin<Box<dyn Future<Output = Result<Value, JobError>> + Send>>;
type Handler = Arc<dyn Fn(JobRun) -> Answer + Send + Sync>;

/// What to do for each kind of job.
#[derive(Clone, Default)]
pub struct Handlers {
    by_kind: BTreeMap<&'static str, Handler>,
}

impl Handlers {
    /// `handle` returns the job's result.
    pub fn on<F, R>(mut self, kind: &'static str, handle: F) -> Self
    where
        F: Fn(JobRun) -> R + Send + Sync + 'static,
        R: Future<Output = Result<Value, JobError>> + Send + 'static,
    {
        self.by_kind
            .insert(kind, Arc::new(move |run| Box::pin(handle(run))));
        self
    }

    /// Those of which one more may begin beside what runs.
    fn kinds(&self, running: &[String]) -> Vec<&'static str> {
        let is_long = |kind: &str| kinds::LONG.contains(&kind);
        let long = running.iter().filter(|kind| is_long(kind)).count();
        let is_open = |kind: &&'static str| !is_long(kind) || long < kinds::MOST_LONG;
        self.by_kind.keys().copied().filter(is_open).collect()
    }
}

/// The workers of a server; jobs begin at once, and end with [`Workers::stop`] or when this is dropped.
pub struct Workers {
    stop: CancellationToken,
    claiming: JoinHandle<()>,
    others: [JoinHandle<()>; 2],
    _stop_on_drop: DropGuard,
}

/// Tells whether workers still claim jobs.
#[derive(Debug, Clone)]
pub struct Pulse {
    stop: CancellationToken,
    claiming: AbortHandle,
}

impl Pulse {
    pub fn beats(&self) -> bool {
        !self.claiming.is_finished() && !self.stop.is_cancelled()
    }
}

/// How many jobs one node runs at a time.
const AT_ONCE: usize = 5;
const SHORTEST_PAUSE: Duration = Duration::from_millis(20);
const LONGEST_PAUSE: Duration = Duration::from_secs(1);
/// How long a handler may take to end once the server stops.
const PATIENCE: Duration = Duration::from_secs(8);

impl Workers {
    /// Deals with what earlier processes left behind, then begins to claim.
    ///
    /// # Errors
    /// Whatever the database says about the former.
    pub async fn start(jobs: Jobs, handlers: Handlers) -> Result<Self, DbError> {
        sweep(&jobs).await?;
        let stop = CancellationToken::new();
        let beating = CancellationToken::new();
        Ok(Self {
            others: [
                tokio::spawn(beat(jobs.clone(), beating.clone())),
                tokio::spawn(keep_sweeping(jobs.clone(), stop.clone())),
            ],
            claiming: tokio::spawn(claim_until_stopped(
                jobs,
                handlers,
                stop.clone(),
                beating.drop_guard(),
            )),
            _stop_on_drop: stop.clone().drop_guard(),
            stop,
        })
    }

    /// For who checks whether they still work.
    pub fn pulse(&self) -> Pulse {
        Pulse {
            stop: self.stop.clone(),
            claiming: self.claiming.abort_handle(),
        }
    }

    /// Tells every run to stop, waits for them up to eight seconds, and marks those that did not end as interrupted.
    pub async fn stop(mut self) {
        self.stop.cancel();
        // A panic in these tasks has been reported by the panic hook.
        let _ = (&mut self.claiming).await;
        for task in &mut self.others {
            let _ = task.await;
        }
    }
}

async fn claim_until_stopped(jobs: Jobs, handlers: Handlers, stop: CancellationToken, beating: DropGuard) {
    let mut runs = JoinSet::new();
    let mut pause = SHORTEST_PAUSE;
    while !stop.is_cancelled() {
        while runs.len() < AT_ONCE {
            let running: Vec<String> = jobs
                .running()
                .values()
                .map(|running| running.kind.clone())
                .collect();
            match claim(&jobs, &handlers.kinds(&running)).await {
                Ok(Some(job)) => {
                    pause = SHORTEST_PAUSE;
                    // Known before it begins: a stop right now has to reach it.
                    let running = enter(&jobs, &job).await;
                    runs.spawn(perform(jobs.clone(), handlers.clone(), job, running));
                }
                Ok(None) => break,
                Err(error) => {
                    tracing::warn!(%error, "no job could be claimed");
                    break;
                }
            }
        }
        // A commit follows its wake-up by a moment, and other nodes wake nobody here: pauses grow from short to long.
        tokio::select! {
            () = stop.cancelled() => {}
            () = jobs.woken() => pause = SHORTEST_PAUSE,
            Some(_) = runs.join_next(), if !runs.is_empty() => {}
            () = tokio::time::sleep(pause) => pause = (pause * 2).min(LONGEST_PAUSE),
        }
    }
    end_runs(&jobs, runs).await;
    drop(beating);
}

async fn end_runs(jobs: &Jobs, mut runs: JoinSet<()>) {
    for running in jobs.running().values() {
        running.stop(Stop::Shutdown);
    }
    let all_ended = async { while runs.join_next().await.is_some() {} };
    if tokio::time::timeout(PATIENCE, all_ended).await.is_ok() {
        return;
    }
    runs.shutdown().await;
    let left: Vec<(JobId, Arc<Running>)> = std::mem::take(&mut *jobs.running()).into_iter().collect();
    for (id, running) in left {
        tracing::warn!(job = %id, "did not end in time");
        let failed = || Err(JobError::Cancelled);
        end(
            jobs,
            id,
            &running,
            failed(),
            Attempts {
                attempt: 1,
                attempts: 1,
            },
        )
        .await;
    }
}

async fn claim(jobs: &Jobs, kinds: &[&'static str]) -> Result<Option<Job>, DbError> {
    let now = jobs.clock().now_ms();
    if kinds.is_empty() {
        return Ok(None);
    }
    if !store::has_claimable(jobs.db(), kinds, jobs.node_id(), now).await? {
        return Ok(None);
    }
    let mut tx = jobs.db().begin().await?;
    let Some(id) = store::next_claimable(&mut tx, kinds, jobs.node_id(), now).await? else {
        return Ok(None);
    };
    let job = store::claim(&mut tx, id, jobs.node_id(), now).await?;
    tx.commit().await?;
    Ok(job)
}

/// Runs one job in this process, for a command: claims it if it is still queued, else follows whoever runs it.
///
/// # Errors
/// [`DbError::NotFound`] if there is no such job, or whatever else the database says.
pub async fn run_here(
    jobs: &Jobs,
    handlers: &Handlers,
    id: JobId,
    on_change: impl FnMut(&Job),
) -> Result<Job, DbError> {
    sweep(jobs).await?;
    let mut tx = jobs.db().begin().await?;
    let claimed = store::claim(&mut tx, id, jobs.node_id(), jobs.clock().now_ms()).await?;
    tx.commit().await?;
    let stop = CancellationToken::new();
    let _beating = stop.clone().drop_guard();
    // The node that runs it may die while it is followed.
    tokio::spawn(keep_sweeping(jobs.clone(), stop.clone()));
    if let Some(job) = claimed {
        tokio::spawn(beat(jobs.clone(), stop));
        let running = enter(jobs, &job).await;
        tokio::spawn(perform(jobs.clone(), handlers.clone(), job, running));
    }
    jobs.follow(id, on_change).await
}

/// Takes a claimed job up among those that run here.
async fn enter(jobs: &Jobs, job: &Job) -> Arc<Running> {
    let lines = if job.attempt > 1 {
        store::count_logs(jobs.db(), job.id).await.unwrap_or_default()
    } else {
        0
    };
    let running = Arc::new(Running::new(job.kind.clone(), lines));
    jobs.running().insert(job.id, Arc::clone(&running));
    if job.cancel_requested {
        running.stop(Stop::Cancelled);
    }
    running
}

/// Runs a job that was taken up to its end and stores what came of it.
async fn perform(jobs: Jobs, handlers: Handlers, job: Job, running: Arc<Running>) {
    jobs.events().publish(Event::JobChanged(job.id));
    tracing::info!(job = %job.id, kind = %job.kind, attempt = job.attempt, "begins");
    let run = JobRun {
        id: job.id,
        kind: job.kind.clone(),
        payload: job.payload,
        attempt: job.attempt,
        progress: Progress::new(job.id, jobs.clone(), Arc::clone(&running)),
        cancel: running.cancel.clone(),
    };
    let answer = match handlers.by_kind.get(job.kind.as_str()) {
        Some(handle) => AssertUnwindSafe(handle(run))
            .catch_unwind()
            .await
            .unwrap_or_else(|_| {
                Err(JobError::failed(
                    "internal",
                    "The job stopped unexpectedly; the log says why.",
                ))
            }),
        None => Err(JobError::failed(
            "unknown_kind",
            "This version does not know this kind of job.",
        )),
    };
    end(
        &jobs,
        job.id,
        &running,
        answer,
        Attempts {
            attempt: job.attempt,
            attempts: job.attempts,
        },
    )
    .await;
    jobs.running().remove(&job.id);
    jobs.events().publish(Event::JobChanged(job.id));
}
