//! The streams whose turn it is, as a job.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use serde::Serialize;
use serde_json::{Value, json};
use tokio::time::Instant;

use super::attempt::{Ended, Manner, REFUSED};
use super::save::{Found, save};
use super::{Tester, store};
use crate::ctx::Ctx;
use crate::features::health::Error;
use crate::features::health::quality::queue::{Next, Queue};
use crate::features::settings;
use crate::jobs::{JobError, JobRun};
use crate::support::ids::{ProviderId, StreamId};

/// Streams that a run reads; it cannot look at more in its time.
const MOST: i64 = 500;
/// How long a run begins looks.
const LONGEST: Duration = Duration::from_secs(8 * 60);

/// What came of a run, in streams.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Tally {
    /// Looked at, good and bad.
    pub tested: u64,
    /// Of these, those with a defect.
    pub bad: u64,
    /// Tried, and nothing could be seen.
    pub failed: u64,
    /// The account had no free connection, was at work, or turned ours away beside others.
    pub skipped: u64,
    /// Their provider is in maintenance.
    pub maintenance: u64,
    /// Whether there is no ffmpeg, so that nothing was looked at.
    pub is_ffmpeg_missing: bool,
}

impl Tally {
    fn all(&self) -> u64 {
        self.tested + self.failed + self.skipped + self.maintenance
    }

    /// In words, for whoever watches.
    fn words(&self) -> String {
        let mut words = format!("{} looked at, {} of them bad", self.tested, self.bad);
        if self.failed > 0 {
            words.push_str(&format!(", {} could not be seen", self.failed));
        }
        if self.skipped > 0 {
            words.push_str(&format!(", {} skipped: their account is at work", self.skipped));
        }
        if self.maintenance > 0 {
            words.push_str(&format!(", {} left alone: maintenance", self.maintenance));
        }
        words
    }
}

/// What the looks of a run share.
struct Run<'a> {
    tester: &'a Tester,
    ctx: &'a Ctx,
    job: &'a JobRun,
    until: Instant,
    total: u64,
    state: Mutex<(Queue, Tally)>,
}

impl Tester {
    /// The handler of a run. Its result counts what came of it.
    ///
    /// # Errors
    /// [`JobError::Cancelled`]: what was seen until then is stored.
    pub async fn run(self, ctx: Ctx, job: JobRun) -> Result<Value, JobError> {
        let tally = self.all(&ctx, &job).await.map_err(|error| match error {
            Error::Db(error) => error.into(),
            _ => JobError::Cancelled,
        })?;
        Ok(json!(tally))
    }

    async fn all(&self, ctx: &Ctx, job: &JobRun) -> Result<Tally, Error> {
        job.progress.set(0, None, "Begins");
        let each_ms = settings::load(ctx).await?.content_test_hours * 60 * 60_000;
        let wanted = store::due(&ctx.db, ctx.clock.now_ms(), each_ms, MOST).await?;
        let now = Instant::now();
        let run = Run {
            tester: self,
            ctx,
            job,
            until: now + LONGEST,
            total: wanted.len() as u64,
            state: Mutex::new((Queue::new(wanted, now), Tally::default())),
        };
        // The other place for such programs is for people and measurements.
        run.work().await?;
        let (_, tally) = *run.state();
        Ok(tally)
    }
}

impl Run<'_> {
    fn state(&self) -> std::sync::MutexGuard<'_, (Queue, Tally)> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Looks at one after the other until nothing waits.
    async fn work(&self) -> Result<(), Error> {
        loop {
            if self.job.cancel.is_cancelled() {
                return Err(Error::Cancelled);
            }
            let now = Instant::now();
            if now >= self.until {
                return Ok(());
            }
            let next = self.state().0.next(now);
            let wanted = match next {
                Next::Nothing => return Ok(()),
                Next::Wait(at) => {
                    tokio::select! {
                        () = self.job.cancel.cancelled() => return Err(Error::Cancelled),
                        () = tokio::time::sleep_until(at) => continue,
                    }
                }
                Next::Stream(provider, stream) => (provider, stream),
            };
            let attempt = self
                .tester
                .attempt(self.ctx, wanted, Manner::Idle, &self.job.cancel);
            let ended = attempt.await?;
            if matches!(ended, Ended::Missing) {
                self.state().1.is_ffmpeg_missing = true;
                return Ok(());
            }
            if let Some(result) = self.took(wanted, ended) {
                let is_seen = result.is_ok();
                let found = Found {
                    stream: wanted.1,
                    at_ms: self.ctx.clock.now_ms(),
                    result,
                    by_hand: false,
                };
                let finding = save(self.ctx, found, Some(self.job)).await?;
                let tally = &mut self.state().1;
                match is_seen {
                    true => tally.tested += 1,
                    false => tally.failed += 1,
                }
                tally.bad += u64::from(finding.is_some_and(|finding| finding.defect.is_some()));
            }
            let tally = self.state().1;
            self.job
                .progress
                .set(tally.all(), Some(self.total), &tally.words());
        }
    }

    /// What is to be stored of it, if anything is.
    fn took(
        &self,
        (provider, stream): (ProviderId, StreamId),
        ended: Ended,
    ) -> Option<Result<super::sample::Sample, String>> {
        let now = Instant::now();
        let mut state = self.state();
        let (queue, tally) = &mut *state;
        let result = match ended {
            Ended::Seen(sample) => Some(Ok(sample)),
            Ended::Failed(reason) => Some(Err(reason)),
            Ended::Full => {
                tally.skipped += queue.full(provider, stream, now);
                None
            }
            Ended::Maintenance => {
                tally.maintenance += queue.leave(provider);
                None
            }
            Ended::CalledOff => {
                queue.called_off(provider, stream, now);
                None
            }
            Ended::Refused { beside } => match queue.refused(provider, stream, now) {
                true => None,
                false if beside => {
                    tally.skipped += 1;
                    None
                }
                false => Some(Err(REFUSED.to_owned())),
            },
            Ended::Gone | Ended::Missing => {
                queue.gone(provider);
                None
            }
        };
        if result.is_some() {
            queue.ended(provider, now);
        }
        result
    }
}
