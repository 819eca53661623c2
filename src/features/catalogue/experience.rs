//! What real plays told of a stream, and what follows from it for its place in the play order.

use crate::db::{DbError, Tx};
use crate::support::ids::StreamId;
use crate::support::statistics::share;

use super::line_up;
use super::store::{experience as store, state, streams};

/// Fewer failures than this may be chance.
const LEAST_FAILURES: u32 = 2;
/// As few stalls too.
const LEAST_STALLS: u32 = 2;
const HOUR_MS: f64 = 3_600_000.0;

/// How a stream did in the plays of the last days. What several viewers of one upstream saw at a time counts once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Experience {
    /// How often it was shown, or asked for and did not begin; at least 1.
    pub shows: u32,
    /// How often it did not begin, or ended before its viewers did.
    pub failures: u32,
    /// Pauses in which viewers waited for bytes.
    pub stalls: u32,
    pub watched_ms: i64,
    /// The median time from asking for it to its first bytes; absent if that was measured too seldom.
    pub startup_ms: Option<u32>,
}

/// What a score is made of: 100 less three deductions. Shown part by part where a score is explained.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Parts {
    /// Points lost to failures, 0 to 50.
    pub failures: u32,
    /// Points lost to stalls: 0, 10, 20 or 30.
    pub stalls: u32,
    /// Points lost to slow starts: 0, 10, 20 or 30, by the limits of a check's answer.
    pub slowness: u32,
}

impl Parts {
    /// 0 to 100.
    pub fn score(&self) -> u32 {
        100_u32.saturating_sub(self.failures + self.stalls + self.slowness)
    }
}

impl Experience {
    /// Failures cost the share of shows that fails with a certainty of 97.5 % (the lower end of Wilson's interval), in whole
    /// tens of points: a few failures among many shows cost nothing, and one alone says nothing.
    pub fn parts(&self) -> Parts {
        Parts {
            failures: self.failure_points(),
            stalls: match self.stalls {
                stalls if stalls < LEAST_STALLS => 0,
                _ => match self.stalls_an_hour() {
                    10.0.. => 30,
                    3.0.. => 20,
                    1.0.. => 10,
                    _ => 0,
                },
            },
            slowness: match self.startup_ms {
                Some(5001..) => 30,
                Some(3001..) => 20,
                Some(1001..) => 10,
                _ => 0,
            },
        }
    }

    /// 0 to 100; see [`Experience::parts`].
    pub fn score(&self) -> u32 {
        self.parts().score()
    }

    fn failure_points(&self) -> u32 {
        if self.failures < LEAST_FAILURES {
            return 0;
        }
        let failing = f64::from(self.failures) / f64::from(self.shows.max(self.failures));
        let (at_least, _) =
            share::interval(failing, u64::from(self.shows.max(self.failures))).unwrap_or_default();
        (((at_least * 10.0).floor() * 10.0) as u32).min(50)
    }

    /// One hour without stalls is taken to have been there before: a stall in the first minute is not sixty an hour.
    fn stalls_an_hour(&self) -> f64 {
        f64::from(self.stalls) / (self.watched_ms.max(0) as f64 / HOUR_MS + 1.0)
    }

    /// What costs it most, for people; none where nothing does.
    pub fn complaint(&self) -> Option<String> {
        let parts = self.parts();
        let most = parts.failures.max(parts.stalls).max(parts.slowness);
        if most == 0 {
            return None;
        }
        Some(if parts.failures == most {
            format!("failed in {} of {} plays", self.failures, self.shows)
        } else if parts.stalls == most {
            let minutes = (self.watched_ms / 60_000).max(1);
            let watched = match minutes {
                0..120 => format!("{minutes} min"),
                _ => format!("{} h", minutes / 60),
            };
            format!("stood still {} times in {watched} of plays", self.stalls)
        } else {
            let seconds = f64::from(self.startup_ms.unwrap_or_default()) / 1_000.0;
            format!("took {seconds:.1} s to begin in plays")
        })
    }
}

/// Stores what plays told of these streams, in place of what they told before, and puts their channels into play order. None
/// removes what was known; a stream that is gone is left out.
///
/// # Errors
/// Whatever the database says.
pub async fn keep(tx: &mut Tx, told: &[(StreamId, Option<Experience>)], now_ms: i64) -> Result<(), DbError> {
    // No list shows the order, and no link depends on it: the version stays.
    state::hold(tx).await?;
    let ids: Vec<i64> = told.iter().map(|(stream, _)| stream.0).collect();
    store::write(tx, told, now_ms).await?;
    let mut placed = streams::placed_with(tx, ids).await?;
    placed.sort_unstable_by_key(|stream| (stream.channel_id, stream.id));
    placed.dedup_by_key(|stream| stream.id);
    line_up::reorder(tx, &placed).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn good(shows: u32) -> Experience {
        Experience {
            shows,
            failures: 0,
            stalls: 0,
            watched_ms: 0,
            startup_ms: None,
        }
    }

    #[test]
    fn failures_cost_what_is_certain_of_them() {
        let lost = |failures, shows| {
            let seen = Experience {
                failures,
                ..good(shows)
            };
            seen.parts().failures
        };
        assert_eq!([lost(0, 5), lost(1, 1), lost(1, 50)], [0, 0, 0]);
        assert_eq!([lost(2, 2), lost(2, 4), lost(2, 10)], [30, 10, 0]);
        assert_eq!(
            [lost(3, 3), lost(5, 10), lost(10, 20), lost(9, 10)],
            [40, 20, 20, 50]
        );
        assert_eq!(lost(1_000, 1_000), 50);
    }

    #[test]
    fn stalls_count_by_the_hour_and_a_single_one_does_not() {
        let lost = |stalls, minutes: i64| {
            let seen = Experience {
                stalls,
                watched_ms: minutes * 60_000,
                ..good(5)
            };
            seen.parts().stalls
        };
        assert_eq!(
            [lost(1, 0), lost(2, 10), lost(2, 61), lost(6, 60)],
            [0, 10, 0, 20]
        );
        assert_eq!([lost(10, 0), lost(9, 0), lost(30, 24 * 60)], [30, 20, 10]);
    }

    #[test]
    fn what_costs_most_is_what_is_said() {
        let seen = Experience {
            failures: 3,
            stalls: 2,
            watched_ms: 600_000,
            startup_ms: Some(4_200),
            ..good(4)
        };
        assert_eq!(seen.score(), 100 - 30 - 10 - 20);
        assert_eq!(seen.complaint().as_deref(), Some("failed in 3 of 4 plays"));
        let slow = Experience { failures: 0, ..seen };
        assert_eq!(slow.complaint().as_deref(), Some("took 4.2 s to begin in plays"));
        let stalling = Experience {
            startup_ms: None,
            ..slow
        };
        assert_eq!(
            stalling.complaint().as_deref(),
            Some("stood still 2 times in 10 min of plays")
        );
        assert_eq!(good(9).complaint(), None);
    }

    proptest! {
        #[test]
        fn more_trouble_never_costs_less(shows in 1_u32..500, failures in 0_u32..500, stalls in 0_u32..500,
            watched_ms in 0_i64..100_000_000, startup_ms in proptest::option::of(0_u32..20_000)) {
            let seen = Experience { shows: shows.max(failures), failures, stalls, watched_ms, startup_ms };
            let score = seen.score();
            prop_assert!(score <= 100);
            let worse = Experience { shows: seen.shows + 1, failures: failures + 1, ..seen };
            prop_assert!(worse.score() <= score);
            let stalling = Experience { stalls: stalls + 1, ..seen };
            let once_more = Experience { shows: seen.shows + 1, ..seen };
            prop_assert!(stalling.score() <= score && once_more.score() >= score);
            prop_assert_eq!(seen.complaint().is_some(), score < 100);
        }
    }
}
