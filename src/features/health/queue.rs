//! Streams that wait to be read by a program, by provider: whose account has no free connection lets the others go first.

use std::collections::{HashMap, VecDeque};
use std::time::Duration;

use tokio::time::Instant;

use super::Error;
use super::attempt::{Ended, refused};
use crate::jobs::JobRun;
use crate::support::ids::{ProviderId, StreamId};

/// How soon it is worth asking again for a connection, where none was free.
const ASK_AGAIN: Duration = Duration::from_secs(1);
/// How long players are waited for before the rest of their provider is skipped.
const PATIENCE: Duration = Duration::from_secs(10);
/// How often a stream that was turned away is asked again, each time after twice the pause.
const MOST_RETURNS: u32 = 3;
/// How long an account rests between two readings: panels notice late that a connection was closed.
const BREATH: Duration = Duration::from_millis(100);
/// How soon it is worth looking whether another reading of the account has ended.
const LOOK_AGAIN: Duration = Duration::from_millis(50);

/// What is to be done next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    Stream(ProviderId, StreamId),
    /// Nothing may begin before.
    Wait(Instant),
    Nothing,
}

/// What an attempt at a stream means for its run.
pub struct Took<T> {
    /// What is to be stored, if anything is.
    pub result: Option<Result<T, String>>,
    /// Streams that were skipped: their account had no free connection, or turned ours away beside others.
    pub skipped: u64,
    /// Streams whose provider is in maintenance.
    pub maintenance: u64,
}

/// Waits for the next stream of a run, which `next` takes; none if nothing waits or it is `until`.
///
/// # Errors
/// [`Error::Cancelled`] once the job is.
pub async fn wanted(
    job: &JobRun,
    until: Option<Instant>,
    mut next: impl FnMut(Instant) -> Next + Send,
) -> Result<Option<(ProviderId, StreamId)>, Error> {
    loop {
        if job.cancel.is_cancelled() {
            return Err(Error::Cancelled);
        }
        let now = Instant::now();
        if until.is_some_and(|until| now >= until) {
            return Ok(None);
        }
        match next(now) {
            Next::Nothing => return Ok(None),
            Next::Stream(provider, stream) => return Ok(Some((provider, stream))),
            Next::Wait(at) => {
                tokio::select! {
                    () = job.cancel.cancelled() => return Err(Error::Cancelled),
                    () = tokio::time::sleep_until(at) => {}
                }
            }
        }
    }
}

/// What waits.
#[derive(Debug, Default)]
pub struct Queue {
    providers: Vec<Waiting>,
    returned: HashMap<StreamId, u32>,
}

#[derive(Debug)]
struct Waiting {
    provider: ProviderId,
    /// Each with its place in the whole.
    streams: VecDeque<(usize, StreamId)>,
    not_before: Instant,
    /// Since when it has had no free connection.
    full_since: Option<Instant>,
    has_begun: bool,
    running: usize,
    /// How many may run at once: as many as did when one more found no free connection.
    width: usize,
}

impl Queue {
    /// Of streams in the order in which they are wanted.
    pub fn new(wanted: Vec<(StreamId, ProviderId)>, now: Instant) -> Self {
        let mut queue = Self::default();
        for (place, (stream, provider)) in wanted.into_iter().enumerate() {
            let of = queue.providers.iter().position(|of| of.provider == provider);
            let of = of.unwrap_or_else(|| {
                queue.providers.push(Waiting {
                    provider,
                    streams: VecDeque::new(),
                    not_before: now,
                    full_since: None,
                    has_begun: false,
                    running: 0,
                    width: usize::MAX,
                });
                queue.providers.len() - 1
            });
            if let Some(of) = queue.providers.get_mut(of) {
                of.streams.push_back((place, stream));
            }
        }
        queue
    }

    /// Takes the stream that is wanted most of those whose provider may be asked.
    pub fn next(&mut self, now: Instant) -> Next {
        let waiting = || self.providers.iter().filter(|of| !of.streams.is_empty());
        let ready = waiting().filter(|of| of.not_before <= now && of.running < of.width);
        let first = ready.min_by_key(|of| of.streams.front().map(|(place, _)| *place));
        let Some(provider) = first.map(|of| of.provider) else {
            let soonest = waiting().map(|of| of.not_before.max(now + LOOK_AGAIN)).min();
            return soonest.map_or(Next::Nothing, Next::Wait);
        };
        let stream = self.of(provider).and_then(|of| {
            of.running += 1;
            of.streams.pop_front()
        });
        stream.map_or(Next::Nothing, |(_, stream)| Next::Stream(provider, stream))
    }

    /// Takes in how the attempt at a stream ended.
    pub fn took<T>(
        &mut self,
        (provider, stream): (ProviderId, StreamId),
        ended: Ended<T>,
        now: Instant,
    ) -> Took<T> {
        let mut took = Took {
            result: None,
            skipped: 0,
            maintenance: 0,
        };
        match ended {
            Ended::Told(told) => took.result = Some(Ok(told)),
            Ended::Failed(reason) => took.result = Some(Err(reason)),
            Ended::Full => took.skipped = self.full(provider, stream, now),
            Ended::Maintenance => took.maintenance = self.leave(provider),
            Ended::CalledOff => self.called_off(provider, stream, now),
            Ended::Refused { beside } => match self.refused(provider, stream, now) {
                true => {}
                false if beside => took.skipped = 1,
                false => took.result = Some(Err(refused())),
            },
            Ended::Gone | Ended::Missing => self.gone(provider),
        }
        if took.result.is_some() {
            self.ended(provider, now);
        }
        took
    }

    /// A reading has ended: its account rests a moment.
    pub fn ended(&mut self, provider: ProviderId, now: Instant) {
        if let Some(of) = self.stopped(provider) {
            of.has_begun = true;
            of.full_since = None;
            of.not_before = of.not_before.max(now + BREATH);
        }
    }

    /// The provider had no free connection for a stream, or had to give it up: it waits, first of its provider. The answer is
    /// how many are skipped because this has lasted too long, or was so from the beginning.
    pub fn full(&mut self, provider: ProviderId, stream: StreamId, now: Instant) -> u64 {
        let Some(of) = self.stopped(provider) else {
            return 1;
        };
        if of.running > 0 {
            // It is this run that holds the connection.
            of.width = of.running;
            of.streams.push_front((0, stream));
            return 0;
        }
        let since = *of.full_since.get_or_insert(now);
        if !of.has_begun || now.duration_since(since) >= PATIENCE {
            return of.skip();
        }
        of.streams.push_front((0, stream));
        of.not_before = now + ASK_AGAIN;
        0
    }

    /// Skips what waits of a provider; how many these are, with the one that was taken.
    pub fn leave(&mut self, provider: ProviderId) -> u64 {
        self.stopped(provider).map_or(1, Waiting::skip)
    }

    /// The stream that was taken is there no more.
    pub fn gone(&mut self, provider: ProviderId) {
        self.stopped(provider);
    }

    /// A reading was called off for somebody else: its stream waits, first of its provider.
    pub fn called_off(&mut self, provider: ProviderId, stream: StreamId, now: Instant) {
        if let Some(of) = self.stopped(provider) {
            of.has_begun = true;
            of.full_since = None;
            of.not_before = now + ASK_AGAIN;
            of.streams.push_front((0, stream));
        }
    }

    /// The provider turned the connection for a stream away: it is asked again, last of its provider. Not any more if this is
    /// false.
    pub fn refused(&mut self, provider: ProviderId, stream: StreamId, now: Instant) -> bool {
        let returns = self.returned.entry(stream).or_default();
        *returns += 1;
        let returns = *returns;
        let Some(of) = self.stopped(provider) else {
            return false;
        };
        of.has_begun = true;
        of.not_before = now + ASK_AGAIN * 2_u32.pow(returns.min(MOST_RETURNS) - 1);
        if returns > MOST_RETURNS {
            return false;
        }
        of.streams.push_back((usize::MAX, stream));
        true
    }

    fn of(&mut self, provider: ProviderId) -> Option<&mut Waiting> {
        self.providers.iter_mut().find(|of| of.provider == provider)
    }

    /// One that ran does not any more.
    fn stopped(&mut self, provider: ProviderId) -> Option<&mut Waiting> {
        let of = self.of(provider)?;
        of.running = of.running.saturating_sub(1);
        Some(of)
    }
}

impl Waiting {
    /// Gives up what waits; how many these are, with the one that was taken.
    fn skip(&mut self) -> u64 {
        let skipped = 1 + self.streams.len() as u64;
        self.streams.clear();
        skipped
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn queue(wanted: &[(i64, i64)], now: Instant) -> Queue {
        let wanted = wanted
            .iter()
            .map(|(stream, of)| (StreamId(*stream), ProviderId(*of)));
        Queue::new(wanted.collect(), now)
    }

    fn stream(provider: i64, stream: i64) -> Next {
        Next::Stream(ProviderId(provider), StreamId(stream))
    }

    #[tokio::test]
    async fn a_provider_without_a_free_connection_lets_the_others_go_first() {
        let now = Instant::now();
        let mut queue = queue(&[(1, 7), (2, 7), (3, 8)], now);
        assert_eq!(queue.next(now), stream(7, 1));
        queue.called_off(ProviderId(7), StreamId(1), now);
        assert_eq!(queue.next(now), stream(8, 3));
        assert_eq!(queue.next(now), Next::Wait(now + ASK_AGAIN));
        assert_eq!(queue.next(now + ASK_AGAIN), stream(7, 1));
    }

    #[tokio::test]
    async fn an_account_that_is_full_by_our_own_reading_is_waited_for() {
        let now = Instant::now();
        let mut queue = queue(&[(1, 7), (2, 7), (3, 7)], now);
        assert_eq!((queue.next(now), queue.next(now)), (stream(7, 1), stream(7, 2)));
        assert_eq!(queue.full(ProviderId(7), StreamId(2), now), 0);
        assert_eq!(queue.next(now), Next::Wait(now + LOOK_AGAIN), "one at a time");
        queue.ended(ProviderId(7), now);
        assert_eq!(queue.next(now + BREATH), stream(7, 2));
        assert_eq!(queue.next(now + BREATH), Next::Wait(now + BREATH + LOOK_AGAIN));
        queue.gone(ProviderId(7));
        assert_eq!(queue.next(now + BREATH), stream(7, 3));
    }

    #[tokio::test]
    async fn players_who_stay_let_the_rest_of_their_provider_be_skipped() {
        let now = Instant::now();
        let mut queue = queue(&[(1, 7), (2, 7), (3, 7)], now);
        assert_eq!(queue.next(now), stream(7, 1));
        queue.ended(ProviderId(7), now);
        assert_eq!(queue.next(now), Next::Wait(now + BREATH));
        assert_eq!(queue.next(now + BREATH), stream(7, 2));
        assert_eq!(queue.full(ProviderId(7), StreamId(2), now), 0);
        assert_eq!(queue.next(now + PATIENCE), stream(7, 2));
        assert_eq!(queue.full(ProviderId(7), StreamId(2), now + PATIENCE), 2);
        assert_eq!(queue.next(now + PATIENCE * 2), Next::Nothing);
    }

    #[tokio::test]
    async fn an_account_that_is_full_from_the_beginning_is_not_waited_for() {
        let now = Instant::now();
        let mut queue = queue(&[(1, 7), (2, 7)], now);
        queue.next(now);
        assert_eq!(queue.full(ProviderId(7), StreamId(1), now), 2);
        assert_eq!(queue.next(now), Next::Nothing);
    }

    #[tokio::test]
    async fn what_is_turned_away_comes_again_after_growing_pauses_and_is_then_left() {
        let now = Instant::now();
        let mut queue = queue(&[(1, 7), (2, 7)], now);
        assert_eq!(queue.next(now), stream(7, 1));
        let pauses = [1, 2, 4].map(|seconds| {
            assert!(queue.refused(ProviderId(7), StreamId(1), now));
            queue.next(now) == Next::Wait(now + Duration::from_secs(seconds))
        });
        assert_eq!(pauses, [true; 3]);
        assert_eq!(queue.next(now + PATIENCE), stream(7, 2), "others go first");
        assert!(!queue.refused(ProviderId(7), StreamId(1), now));
    }
}
