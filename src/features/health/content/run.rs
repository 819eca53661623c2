//! The streams whose turn it is, as a job.

use std::time::Duration;

use serde::Serialize;
use serde_json::{Value, json};
use tokio::time::Instant;

use super::save::{Found, save};
use super::{Tester, store};
use crate::ctx::Ctx;
use crate::features::health::Error;
use crate::features::health::attempt::{Ended, Manner};
use crate::features::health::queue::{self, Queue};
use crate::features::settings;
use crate::jobs::{JobError, JobRun};

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
        let total = wanted.len() as u64;
        let (now, mut tally) = (Instant::now(), Tally::default());
        let mut queue = Queue::new(wanted, now);
        // One after the other: the other place for such programs is for people and measurements.
        while let Some(wanted) = queue::wanted(job, Some(now + LONGEST), |now| queue.next(now)).await? {
            let ended = self.attempt(ctx, wanted, Manner::Idle, &job.cancel).await?;
            if matches!(ended, Ended::Missing) {
                tally.is_ffmpeg_missing = true;
                break;
            }
            let took = queue.took(wanted, ended, Instant::now());
            tally.skipped += took.skipped;
            tally.maintenance += took.maintenance;
            if let Some(result) = took.result {
                match result {
                    Ok(_) => tally.tested += 1,
                    Err(_) => tally.failed += 1,
                }
                let found = Found {
                    stream: wanted.1,
                    at_ms: ctx.clock.now_ms(),
                    result,
                    by_hand: false,
                };
                let finding = save(ctx, found, Some(job)).await?;
                tally.bad += u64::from(finding.is_some_and(|finding| finding.defect.is_some()));
            }
            job.progress.set(tally.all(), Some(total), &tally.words());
        }
        Ok(tally)
    }
}
