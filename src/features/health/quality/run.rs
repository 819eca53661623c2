//! Many streams measured, as a job.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use futures_util::future::try_join;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::time::Instant;

use super::save::{Found, save};
use super::{Measurer, store};
use crate::ctx::Ctx;
use crate::features::health::attempt::Ended;
use crate::features::health::ffprobe::Measured;
use crate::features::health::queue::{Queue, wanted};
use crate::features::health::{Error, Target};
use crate::features::settings;
use crate::jobs::{JobError, JobRun};
use crate::support::ids::{ProviderId, StreamId};

/// Streams that a run of what is due reads; it cannot measure more in its time.
const MOST_DUE: i64 = 2_000;
/// Streams that a person can mean.
const MOST: i64 = 1_000_000;
/// How long a run of what is due begins measurements.
const LONGEST: Duration = Duration::from_secs(10 * 60);
/// Results of one transaction, and how long the first of them waits for others.
const BATCH: usize = 50;
const STORED_WITHIN: Duration = Duration::from_secs(30);

/// Which streams are meant: all that are not known to be down, if nothing is named.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Payload {
    #[serde(flatten)]
    pub target: Target,
    /// Only those that are due, and no longer than some minutes.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub due: bool,
}

/// What came of a run, in streams.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Tally {
    pub measured: u64,
    /// Tried, and nothing could be measured.
    pub failed: u64,
    /// The account had no free connection, or turned ours away beside others.
    pub skipped: u64,
    /// Their provider is in maintenance.
    pub maintenance: u64,
    /// Whether there is no ffprobe, so that nothing was measured.
    pub is_ffprobe_missing: bool,
}

impl Tally {
    fn all(&self) -> u64 {
        self.measured + self.failed + self.skipped + self.maintenance
    }

    /// In words, for whoever watches.
    fn words(&self) -> String {
        let mut words = format!("{} measured", self.measured);
        if self.failed > 0 {
            words.push_str(&format!(", {} could not be", self.failed));
        }
        if self.skipped > 0 {
            words.push_str(&format!(", {} skipped: no free connection", self.skipped));
        }
        if self.maintenance > 0 {
            words.push_str(&format!(", {} left alone: maintenance", self.maintenance));
        }
        words
    }
}

/// What the measurements of a run share.
struct Run<'a> {
    measurer: &'a Measurer,
    ctx: &'a Ctx,
    job: &'a JobRun,
    limit: Duration,
    until: Option<Instant>,
    total: u64,
    state: Mutex<State>,
}

struct State {
    queue: Queue,
    tally: Tally,
    /// Not stored yet, and since when the first of them waits.
    found: Vec<Found>,
    since: Instant,
}

impl Measurer {
    /// The handler of a run. Its result counts what came of it.
    ///
    /// # Errors
    /// [`JobError::Cancelled`]: what was measured until then is stored.
    pub async fn run(self, ctx: Ctx, job: JobRun) -> Result<Value, JobError> {
        let payload: Payload = serde_json::from_value(job.payload.clone())
            .map_err(|_| JobError::failed("payload", "The job does not say which streams to measure."))?;
        let tally = self.all(&ctx, &job, payload).await.map_err(|error| match error {
            Error::Db(error) => error.into(),
            _ => JobError::Cancelled,
        })?;
        Ok(json!(tally))
    }

    async fn all(&self, ctx: &Ctx, job: &JobRun, payload: Payload) -> Result<Tally, Error> {
        job.progress.set(0, None, "Begins");
        let wanted = match payload.due {
            true => store::due(&ctx.db, ctx.clock.now_ms(), MOST_DUE).await?,
            false => store::of_scope(&ctx.db, payload.target.scope(), MOST).await?,
        };
        let now = Instant::now();
        let run = Run {
            measurer: self,
            ctx,
            job,
            limit: settings::load(ctx).await?.ffprobe_timeout,
            until: payload.due.then(|| now + LONGEST),
            total: wanted.len() as u64,
            state: Mutex::new(State {
                queue: Queue::new(wanted, now),
                tally: Tally::default(),
                found: Vec::new(),
                since: now,
            }),
        };
        // As many as there are places.
        let ended = try_join(run.work(), run.work()).await;
        let left = std::mem::take(&mut run.state().found);
        save(ctx, &left, Some(job)).await?;
        ended?;
        let tally = run.state().tally;
        Ok(tally)
    }
}

impl Run<'_> {
    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Measures one after the other until nothing waits.
    async fn work(&self) -> Result<(), Error> {
        while let Some(wanted) = wanted(self.job, self.until, |now| self.state().queue.next(now)).await? {
            let attempt = self
                .measurer
                .attempt(self.ctx, wanted, self.limit, &self.job.cancel);
            let ended = attempt.await?;
            if matches!(ended, Ended::Missing) {
                self.state().tally.is_ffprobe_missing = true;
                return Ok(());
            }
            self.took(wanted, ended);
            self.store().await?;
        }
        Ok(())
    }

    fn took(&self, wanted: (ProviderId, StreamId), ended: Ended<Measured>) {
        let now = Instant::now();
        let mut state = self.state();
        let took = state.queue.took(wanted, ended, now);
        state.tally.skipped += took.skipped;
        state.tally.maintenance += took.maintenance;
        if let Some(result) = took.result {
            match result {
                Ok(_) => state.tally.measured += 1,
                Err(_) => state.tally.failed += 1,
            }
            if state.found.is_empty() {
                state.since = now;
            }
            let at_ms = self.ctx.clock.now_ms();
            state.found.push(Found {
                stream: wanted.1,
                at_ms,
                result,
            });
        }
        let (done, words) = (state.tally.all(), state.tally.words());
        drop(state);
        self.job.progress.set(done, Some(self.total), &words);
    }

    /// Stores what was found once it is enough or has waited long enough.
    async fn store(&self) -> Result<(), Error> {
        let batch = {
            let mut state = self.state();
            let is_time = state.found.len() >= BATCH || state.since.elapsed() >= STORED_WITHIN;
            match is_time {
                true => std::mem::take(&mut state.found),
                false => Vec::new(),
            }
        };
        save(self.ctx, &batch, Some(self.job)).await
    }
}
