//! Gathers what checks found and stores it: a thousand in one transaction.

use std::time::Duration;

use serde::Serialize;
use tokio::sync::mpsc;
use tokio::time::Instant;

use super::{Checked, save};
use crate::ctx::Ctx;
use crate::features::health::Error;
use crate::features::health::verdict::Verdict;
use crate::jobs::JobRun;

/// Results of one transaction.
const BATCH: usize = 1_000;
/// How long a result waits for others at most.
const STORED_WITHIN: Duration = Duration::from_secs(15);

/// How many streams were found in which state.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Tally {
    pub checked: u64,
    pub up: u64,
    pub degraded: u64,
    pub down: u64,
    /// The account had no free connection.
    pub skipped: u64,
    /// Their provider is in maintenance.
    pub maintenance: u64,
    /// In a format that nobody can check here.
    pub untestable: u64,
}

impl Tally {
    fn add(&mut self, verdict: &Verdict) {
        let counted = match verdict {
            Verdict::Up => &mut self.up,
            Verdict::Degraded(_) => &mut self.degraded,
            Verdict::Down(_) => &mut self.down,
            Verdict::Skipped => &mut self.skipped,
            Verdict::Maintenance { .. } => &mut self.maintenance,
            Verdict::Untestable(_) => &mut self.untestable,
        };
        *counted += 1;
        if matches!(verdict, Verdict::Up | Verdict::Degraded(_) | Verdict::Down(_)) {
            self.checked += 1;
        }
    }

    fn all(&self) -> u64 {
        self.checked + self.skipped + self.maintenance + self.untestable
    }

    /// In words, for whoever watches.
    fn words(&self) -> String {
        let mut words = format!("{} work, {} do not", self.up + self.degraded, self.down);
        if self.skipped > 0 {
            words.push_str(&format!(", {} skipped: no free connection", self.skipped));
        }
        if self.maintenance > 0 {
            words.push_str(&format!(", {} left alone: maintenance", self.maintenance));
        }
        words
    }
}

/// Takes results until nobody sends any more; what was taken is stored, also if the run was told to stop.
///
/// # Errors
/// Whatever the database says; [`Error::Cancelled`] if the job is another node's by now.
pub(super) async fn collect(
    ctx: &Ctx,
    job: &JobRun,
    mut found: mpsc::Receiver<Checked>,
    total: u64,
) -> Result<Tally, Error> {
    let (mut tally, mut batch) = (Tally::default(), Vec::with_capacity(BATCH));
    let mut since = Instant::now();
    loop {
        let checked = tokio::select! {
            checked = found.recv() => checked,
            () = tokio::time::sleep_until(since + STORED_WITHIN), if !batch.is_empty() => {
                save::save(ctx, &batch, Some(job)).await?;
                batch.clear();
                continue;
            }
        };
        let Some(checked) = checked else { break };
        if batch.is_empty() {
            since = Instant::now();
        }
        tally.add(&checked.verdict);
        job.progress.set(tally.all(), Some(total), &tally.words());
        batch.push(checked);
        if batch.len() == BATCH {
            save::save(ctx, &batch, Some(job)).await?;
            batch.clear();
        }
    }
    save::save(ctx, &batch, Some(job)).await?;
    Ok(tally)
}
