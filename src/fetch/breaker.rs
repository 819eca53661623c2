//! The circuit breaker of one host of one provider: pure arithmetic over instants, kept wherever its owner likes.

use std::collections::HashMap;
use std::error::Error;
use std::sync::{Mutex, MutexGuard, PoisonError};

use futures_util::future::{BoxFuture, ready};

/// Consecutive failures that open it.
pub const OPEN_AFTER: u32 = 5;
/// How long it stays open before a request may probe, in milliseconds.
pub const OPEN_FOR_MS: i64 = 60_000;

/// What is remembered of a host; the default is a closed breaker.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Breaker {
    pub consecutive_failures: u32,
    /// When it opened, or opened again after a failed probe.
    pub opened_at_ms: Option<i64>,
    /// When the present probe began.
    pub probed_at_ms: Option<i64>,
}

/// How a breaker stands at an instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BreakerState {
    Closed,
    /// Nothing is asked before this instant.
    Open {
        until_ms: i64,
    },
    /// One request may try.
    HalfOpen,
}

impl Breaker {
    /// How it stands at `now_ms`.
    pub fn state(&self, now_ms: i64) -> BreakerState {
        match self.opened_at_ms {
            None => BreakerState::Closed,
            Some(opened) if now_ms < opened.saturating_add(OPEN_FOR_MS) => BreakerState::Open {
                until_ms: opened.saturating_add(OPEN_FOR_MS),
            },
            Some(_) => BreakerState::HalfOpen,
        }
    }

    /// Lets a request pass, or says from when one may. A half-open breaker lets one probe pass; a probe that never
    /// reports is given up after as long as a breaker stays open.
    pub fn admit(&mut self, now_ms: i64) -> Result<(), i64> {
        match self.state(now_ms) {
            BreakerState::Closed => Ok(()),
            BreakerState::Open { until_ms } => Err(until_ms),
            BreakerState::HalfOpen => {
                let until = self.probed_at_ms.map(|began| began.saturating_add(OPEN_FOR_MS));
                if let Some(until_ms) = until.filter(|until| now_ms < *until) {
                    return Err(until_ms);
                }
                self.probed_at_ms = Some(now_ms);
                Ok(())
            }
        }
    }

    /// The host answered.
    pub fn succeeded(&mut self) {
        *self = Self::default();
    }

    /// The host failed.
    pub fn failed(&mut self, now_ms: i64) {
        self.consecutive_failures = self.consecutive_failures.saturating_add(1);
        let opens = match self.state(now_ms) {
            BreakerState::Closed => self.consecutive_failures >= OPEN_AFTER,
            // A request that began before it opened says nothing new.
            BreakerState::Open { .. } => false,
            BreakerState::HalfOpen => true,
        };
        if opens {
            self.opened_at_ms = Some(now_ms);
            self.probed_at_ms = None;
        }
    }
}

/// Why a stored breaker could not be read or written; it is logged, and the request goes on.
pub type BreakerError = Box<dyn Error + Send + Sync>;

/// Where breakers are kept, by owner (the provider's id) and host (`host:port`).
pub trait BreakerStore: Send + Sync + 'static {
    /// The stored breaker, or the default.
    fn load<'a>(&'a self, owner: i64, host: &'a str) -> BoxFuture<'a, Result<Breaker, BreakerError>>;
    /// Replaces the stored breaker; called only when it changed.
    fn save<'a>(
        &'a self,
        owner: i64,
        host: &'a str,
        breaker: Breaker,
    ) -> BoxFuture<'a, Result<(), BreakerError>>;
    /// Notes why a host gave nothing, in words without an address; it outlives the breaker. Kept nowhere unless the store
    /// says so.
    fn note<'a>(
        &'a self,
        _owner: i64,
        _host: &'a str,
        _error: String,
        _at_ms: i64,
    ) -> BoxFuture<'a, Result<(), BreakerError>> {
        Box::pin(ready(Ok(())))
    }
}

/// Breakers of this process, for one-shot tools and tests.
#[derive(Debug, Default)]
pub struct MemoryBreakers {
    breakers: Mutex<HashMap<(i64, String), Breaker>>,
}

impl MemoryBreakers {
    /// The breaker of a host.
    pub fn get(&self, owner: i64, host: &str) -> Breaker {
        self.lock()
            .get(&(owner, host.to_owned()))
            .copied()
            .unwrap_or_default()
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<(i64, String), Breaker>> {
        self.breakers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl BreakerStore for MemoryBreakers {
    fn load<'a>(&'a self, owner: i64, host: &'a str) -> BoxFuture<'a, Result<Breaker, BreakerError>> {
        Box::pin(ready(Ok(self.get(owner, host))))
    }

    fn save<'a>(
        &'a self,
        owner: i64,
        host: &'a str,
        breaker: Breaker,
    ) -> BoxFuture<'a, Result<(), BreakerError>> {
        self.lock().insert((owner, host.to_owned()), breaker);
        Box::pin(ready(Ok(())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failed(times: u32, now_ms: i64) -> Breaker {
        let mut breaker = Breaker::default();
        (0..times).for_each(|_| breaker.failed(now_ms));
        breaker
    }

    #[test]
    fn five_consecutive_failures_open_it_for_a_minute() {
        assert_eq!(failed(4, 1_000).state(1_000), BreakerState::Closed);
        let mut open = failed(5, 1_000);
        assert_eq!(open.admit(1_000), Err(61_000));
        assert_eq!(open.admit(60_999), Err(61_000));
        assert_eq!(open.state(61_000), BreakerState::HalfOpen);
    }

    #[test]
    fn a_success_in_between_starts_the_count_again() {
        let mut breaker = failed(4, 0);
        breaker.succeeded();
        (0..4).for_each(|_| breaker.failed(0));
        assert_eq!(breaker.state(0), BreakerState::Closed);
    }

    #[test]
    fn a_half_open_breaker_lets_one_probe_pass() {
        let mut breaker = failed(5, 0);
        assert_eq!(breaker.admit(60_000), Ok(()));
        assert_eq!(breaker.admit(60_001), Err(120_000));
        assert_eq!(breaker.admit(120_000), Ok(()), "the first probe never reported");
    }

    #[test]
    fn a_failed_probe_opens_it_again_and_a_good_one_closes_it() {
        let mut breaker = failed(5, 0);
        assert_eq!(breaker.admit(60_000), Ok(()));
        let mut again = breaker;
        again.failed(65_000);
        assert_eq!(again.state(66_000), BreakerState::Open { until_ms: 125_000 });
        assert_eq!(again.admit(125_000), Ok(()), "a new probe after the new minute");
        breaker.succeeded();
        assert_eq!(breaker, Breaker::default());
    }

    #[test]
    fn late_failures_do_not_keep_it_open_longer() {
        let mut breaker = failed(5, 0);
        breaker.failed(30_000);
        assert_eq!(breaker.state(60_000), BreakerState::HalfOpen);
    }
}
