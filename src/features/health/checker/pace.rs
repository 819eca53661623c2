//! How fast one account, or one host of a list without accounts, is asked: slower with each refusal.
//!
//! Panels refuse one connection too many with 403, 429 or 509, count a connection for a while after it was closed, and may
//! allow fewer than anybody told us. A refusal beside other checks, or soon after one, says nothing of the stream.

use std::time::Duration;

use tokio::time::Instant;

/// Checks at once at a host that names no limit.
const AT_ONE_HOST: usize = 4;
/// Accounts with fewer connections are given a moment after each check: panels notice late that a connection was closed.
const SMALL: usize = 5;
const BREATH: Duration = Duration::from_millis(100);
/// What others are given: as long as the end of a connection takes to arrive.
const SHORT_BREATH: Duration = Duration::from_millis(2);
const LONGEST_BREATH: Duration = Duration::from_secs(10);
/// Refusals in a row from which on they are taken for what the provider says of its streams.
const BELIEVED: u32 = 8;

/// Whether a status may mean that the account has too many connections.
pub fn is_refusal(status: Option<u16>) -> bool {
    matches!(status, Some(403 | 429 | 509))
}

/// The pace of one account or host within a run.
#[derive(Debug)]
pub struct Pace {
    /// Checks at once: fewer after each refusal beside others.
    width: usize,
    running: usize,
    usual: Duration,
    /// Between a check and the next on its connection.
    breath: Duration,
    not_before: Option<Instant>,
    refusals: u32,
}

/// What a check that ended is worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Worth {
    /// It says something of its stream.
    Counts,
    /// The stream is to be asked again, later and with fewer beside it.
    Later,
}

impl Pace {
    /// Of an account with so many connections; without a limit, of a host.
    pub fn new(limit: Option<i64>) -> Self {
        let limit = limit.map(|limit| usize::try_from(limit).unwrap_or(1).max(1));
        let usual = match limit {
            Some(SMALL..) => SHORT_BREATH,
            _ => BREATH,
        };
        Self {
            width: limit.unwrap_or(AT_ONE_HOST),
            running: 0,
            usual,
            breath: usual,
            not_before: None,
            refusals: 0,
        }
    }

    /// How long a connection rests after a check.
    pub fn breath(&self) -> Duration {
        self.breath
    }

    pub fn is_ready(&self, now: Instant) -> bool {
        self.running < self.width && self.not_before.is_none_or(|not_before| now >= not_before)
    }

    pub fn begin(&mut self) {
        self.running += 1;
    }

    /// A check was interrupted.
    pub fn give_up(&mut self) {
        self.running = self.running.saturating_sub(1);
    }

    pub fn end(&mut self, is_refused: bool, now: Instant) -> Worth {
        let beside = self.running.saturating_sub(1);
        self.running = beside;
        if !is_refused {
            self.refusals = 0;
            self.breath = (self.breath - self.breath / 8).max(self.usual);
            return Worth::Counts;
        }
        self.refusals += 1;
        if self.refusals > BELIEVED {
            self.breath = self.usual;
            return Worth::Counts;
        }
        if beside > 0 {
            self.width = self.width.min(beside);
        } else if self.breath < LONGEST_BREATH {
            self.breath = (self.breath * 2).clamp(BREATH, LONGEST_BREATH);
        } else {
            return Worth::Counts;
        }
        self.not_before = Some(now + self.breath.max(BREATH));
        Worth::Later
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_refusal_beside_others_narrows_the_account_to_what_it_allows() {
        let now = Instant::now();
        let mut pace = Pace::new(None);
        (0..4).for_each(|_| pace.begin());
        assert!(!pace.is_ready(now));
        assert_eq!(pace.end(true, now), Worth::Later);
        assert!(!pace.is_ready(now + LONGEST_BREATH), "three are enough for it");
        assert_eq!(pace.end(false, now), Worth::Counts);
        assert!(!pace.is_ready(now) && pace.is_ready(now + LONGEST_BREATH));
    }

    #[tokio::test]
    async fn a_refusal_soon_after_another_check_lengthens_the_rest_between_them() {
        let now = Instant::now();
        let mut pace = Pace::new(Some(1));
        for expected in [200, 400, 800] {
            pace.begin();
            assert_eq!(pace.end(true, now), Worth::Later);
            assert_eq!(pace.breath(), Duration::from_millis(expected));
        }
        pace.begin();
        assert_eq!(pace.end(false, now), Worth::Counts);
        assert_eq!(pace.breath(), Duration::from_millis(700));
    }

    #[tokio::test]
    async fn what_is_refused_alone_and_again_and_again_is_believed_and_soon_told() {
        let now = Instant::now();
        let mut pace = Pace::new(Some(1));
        let worths: Vec<Worth> = (0..10)
            .map(|_| {
                pace.begin();
                pace.end(true, now)
            })
            .collect();
        assert!(
            worths[..7].iter().all(|worth| *worth == Worth::Later),
            "{worths:?}"
        );
        assert!(
            worths[7..].iter().all(|worth| *worth == Worth::Counts),
            "{worths:?}"
        );
        assert_eq!(pace.breath(), BREATH);
    }
}
