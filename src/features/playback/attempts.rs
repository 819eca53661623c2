use std::time::{Duration, Instant};

use crate::db::DbError;
use crate::features::catalogue::sources::{Source, Sources};
use crate::features::history::showing::Showings;
use crate::features::providers::Offer;
use crate::features::providers::leases::Leases;

use super::error::{Failures, RelayError};
use super::opening::cause;

/// However many streams a channel has, a viewer is told within this time that none starts.
const START_WITHIN: Duration = Duration::from_secs(30);
/// A provider's lists are fetched within this time, mostly.
const SYNCED_WITHIN: Duration = Duration::from_secs(20);
/// Players close one stream as they open the next: its connection comes back within a moment.
const FREED_WITHIN: Duration = Duration::from_secs(3);

/// Who gives up after waiting so long for a stream has seen that it does not begin.
const IN_VAIN: Duration = Duration::from_secs(5);

/// One viewer's tries to start something.
pub struct Attempts<'a> {
    leases: &'a Leases,
    /// Where it is noted that a stream did not begin.
    showings: &'a Showings,
    failures: Failures,
    /// Those whose provider had no connection left for this viewer, and why.
    busy: Vec<(Source, RelayError)>,
    failed: Vec<Offer>,
}

impl<'a> Attempts<'a> {
    pub fn new(leases: &'a Leases, showings: &'a Showings) -> Self {
        Self {
            leases,
            showings,
            failures: Failures::default(),
            busy: Vec::new(),
            failed: Vec::new(),
        }
    }

    /// Those that failed, in the order in which they did.
    pub fn failed(self) -> Vec<Offer> {
        self.failed
    }

    /// Tries each source until one starts.
    ///
    /// # Errors
    /// What became of them, within half a minute.
    pub async fn run<T>(
        &mut self,
        sources: Sources,
        start: impl AsyncFn(&Source) -> Result<T, RelayError>,
    ) -> Result<T, RelayError> {
        match tokio::time::timeout(START_WITHIN, self.all(sources, &start)).await {
            Ok(Ok(Some(started))) => return Ok(started),
            Ok(Ok(None)) => {}
            Ok(Err(error)) => return Err(error.into()),
            Err(_) => {
                let late = format!("nothing within {} s", START_WITHIN.as_secs());
                self.failures.note(cause(late))?;
            }
        }
        Err(std::mem::take(&mut self.failures).into_error())
    }

    async fn all<T>(
        &mut self,
        mut sources: Sources,
        start: &impl AsyncFn(&Source) -> Result<T, RelayError>,
    ) -> Result<Option<T>, DbError> {
        while let Some(source) = sources.next().await {
            match source {
                Ok(source) => {
                    if let Some(started) = self.one(source, start).await? {
                        return Ok(Some(started));
                    }
                }
                Err(error) => self.failures.note(error.into())?,
            }
        }
        let began = Instant::now();
        while !self.busy.is_empty() && began.elapsed() < self.patience().await? {
            self.leases.freed().await;
            for (source, _) in std::mem::take(&mut self.busy) {
                if let Some(started) = self.one(source, start).await? {
                    return Ok(Some(started));
                }
            }
        }
        for (_, full) in std::mem::take(&mut self.busy) {
            self.failures.note(full)?;
        }
        Ok(None)
    }

    /// How long a connection is worth waiting for: those of players stay, that of a sync or check goes soon.
    async fn patience(&self) -> Result<Duration, DbError> {
        for (source, _) in &self.busy {
            let in_use = self.leases.in_use(source.provider).await?;
            if in_use.checks + in_use.syncs > 0 {
                return Ok(SYNCED_WITHIN);
            }
        }
        Ok(FREED_WITHIN)
    }

    async fn one<T>(
        &mut self,
        source: Source,
        start: &impl AsyncFn(&Source) -> Result<T, RelayError>,
    ) -> Result<Option<T>, DbError> {
        let mut waiting = Waiting {
            showings: self.showings,
            offer: source.offer,
            since: Instant::now(),
            is_over: false,
        };
        let started = start(&source).await;
        waiting.is_over = true;
        match started {
            Ok(started) => return Ok(Some(started)),
            Err(error) if error.is_full() => self.busy.push((source, error)),
            Err(error) => {
                if error.is_of_the_stream() {
                    self.showings.did_not_start(source.offer);
                }
                self.failed.push(source.offer);
                self.failures.note(error)?;
            }
        }
        Ok(None)
    }
}

/// One viewer who waits for a stream to begin.
struct Waiting<'a> {
    showings: &'a Showings,
    offer: Offer,
    since: Instant,
    is_over: bool,
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        if !self.is_over && self.since.elapsed() >= IN_VAIN {
            self.showings.did_not_start(self.offer);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::support::clock::Clock;
    use crate::support::ids::StreamId;

    #[test]
    fn who_gives_up_after_a_while_has_seen_that_a_stream_does_not_begin() {
        let showings = Showings::new(Clock::manual(0));
        let waits = |stream: i64, seconds, is_over| Waiting {
            showings: &showings,
            offer: Offer::Stream(StreamId(stream)),
            since: Instant::now().checked_sub(Duration::from_secs(seconds)).unwrap(),
            is_over,
        };
        drop(waits(1, 1, false));
        drop(waits(2, 6, true));
        assert_eq!(showings.unbegun(), []);
        drop(waits(3, 6, false));
        assert_eq!(showings.unbegun(), [StreamId(3)]);
    }
}
