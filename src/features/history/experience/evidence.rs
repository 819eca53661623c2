//! From what was seen of a stream to what it says.

use std::ops::Range;

use crate::features::catalogue::experience::Experience;
use crate::record;
use crate::support::statistics::rank;

/// Failures that follow each other within this time are one: a viewer who goes on trying sees one fault, not many.
const ONE_FAULT_MS: i64 = 60_000;
/// A median of fewer starts says nothing.
const LEAST_STARTS: usize = 3;

record! {
    /// A stretch in which the stream was shown to one viewer. Instants are milliseconds since the epoch, UTC.
    #[derive(Debug, Clone, Copy)]
    pub struct Seen {
        pub started_at: i64,
        pub last_at: i64,
        pub watched_ms: i64,
        /// From asking for it to its first bytes, of who opened it.
        pub startup_ms: Option<i64>,
        pub stalls: i64,
        /// It ended before its viewer did.
        pub has_failed: bool,
    }
}

/// One time that the stream was open, to however many viewers, or was asked for in vain.
struct Show {
    last_at: i64,
    watched_ms: i64,
    stalls: i64,
    failed_at: Option<i64>,
}

impl Show {
    fn of(seen: &Seen) -> Self {
        Self {
            last_at: seen.last_at,
            watched_ms: seen.watched_ms,
            stalls: seen.stalls,
            failed_at: seen.has_failed.then_some(seen.last_at),
        }
    }

    /// With another viewer of the same upstream, who saw the same.
    fn with(&mut self, seen: &Seen) {
        self.last_at = self.last_at.max(seen.last_at);
        self.watched_ms = self.watched_ms.max(seen.watched_ms);
        self.stalls = self.stalls.max(seen.stalls);
        self.failed_at = self.failed_at.max(seen.has_failed.then_some(seen.last_at));
    }
}

/// What stretches and starts that failed say together; failures at times that are `excused` say nothing, since they are held
/// against the stream or its provider elsewhere. `None` where nothing is left.
pub fn weigh(mut seen: Vec<Seen>, mut failed_starts: Vec<i64>, excused: &[Range<i64>]) -> Option<Experience> {
    seen.sort_unstable_by_key(|seen| (seen.started_at, seen.last_at));
    failed_starts.sort_unstable();
    let mut shows: Vec<Show> = Vec::new();
    for seen in &seen {
        match shows.last_mut() {
            Some(show) if seen.started_at < show.last_at => show.with(seen),
            _ => shows.push(Show::of(seen)),
        }
    }
    shows.extend(failed_starts.iter().map(|at| Show {
        last_at: *at,
        watched_ms: 0,
        stalls: 0,
        failed_at: Some(*at),
    }));
    let is_excused = |at: i64| excused.iter().any(|times| times.contains(&at));
    shows.retain(|show| show.failed_at.is_none_or(|at| !is_excused(at)));
    shows.sort_by_key(|show| show.failed_at);
    let mut last_failure: Option<i64> = None;
    let (mut count, mut failures) = (0_u32, 0_u32);
    for show in &shows {
        let is_repeated = match (show.failed_at, last_failure) {
            (Some(at), Some(last)) => at - last <= ONE_FAULT_MS,
            _ => false,
        };
        last_failure = show.failed_at;
        if !is_repeated {
            count += 1;
            failures += u32::from(show.failed_at.is_some());
        }
    }
    let mut starts: Vec<i64> = seen.iter().filter_map(|seen| seen.startup_ms).collect();
    starts.sort_unstable();
    (count > 0).then(|| Experience {
        shows: count,
        failures,
        stalls: whole(shows.iter().map(|show| show.stalls).sum()),
        watched_ms: shows.iter().map(|show| show.watched_ms).sum(),
        startup_ms: rank::median(&starts)
            .filter(|_| starts.len() >= LEAST_STARTS)
            .map(whole),
    })
}

fn whole(value: i64) -> u32 {
    u32::try_from(value.max(0)).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const MINUTE: i64 = 60_000;

    fn seen(from_min: i64, to_min: i64) -> Seen {
        Seen {
            started_at: from_min * MINUTE,
            last_at: to_min * MINUTE,
            watched_ms: (to_min - from_min) * MINUTE,
            startup_ms: None,
            stalls: 0,
            has_failed: false,
        }
    }

    fn failed(from_min: i64, to_min: i64) -> Seen {
        Seen {
            has_failed: true,
            ..seen(from_min, to_min)
        }
    }

    fn counts(seen: Vec<Seen>, failed_starts: Vec<i64>, excused: &[Range<i64>]) -> Option<(u32, u32)> {
        weigh(seen, failed_starts, excused).map(|told| (told.shows, told.failures))
    }

    #[test]
    fn what_many_saw_at_a_time_is_one_show_and_one_failure() {
        let together = vec![failed(0, 60), failed(10, 60), failed(59, 60), seen(60, 70)];
        assert_eq!(counts(together.clone(), vec![], &[]), Some((2, 1)));
        let told = weigh(together, vec![], &[]).unwrap();
        assert_eq!(told.watched_ms, 70 * MINUTE);
    }

    #[test]
    fn tries_that_follow_a_failure_are_the_same_fault() {
        let tries = vec![10 * MINUTE + 500, 10 * MINUTE + 20_000, 11 * MINUTE + 10_000];
        assert_eq!(counts(vec![failed(0, 10)], tries.clone(), &[]), Some((1, 1)));
        assert_eq!(
            counts(vec![failed(0, 10), failed(20, 30)], tries, &[]),
            Some((2, 2))
        );
        assert_eq!(counts(vec![], vec![0, 10 * MINUTE], &[]), Some((2, 2)));
    }

    #[test]
    fn a_failure_that_is_known_of_otherwise_says_nothing() {
        let outage = std::slice::from_ref(&(9 * MINUTE..40 * MINUTE));
        let all = vec![failed(0, 10), seen(12, 20), failed(50, 60)];
        assert_eq!(counts(all, vec![15 * MINUTE], outage), Some((2, 1)));
        assert_eq!(counts(vec![failed(0, 10)], vec![], outage), None);
        assert_eq!(counts(vec![], vec![], &[]), None);
    }

    #[test]
    fn the_start_is_the_median_of_those_who_opened_it() {
        let opened = |from, ms| Seen {
            startup_ms: Some(ms),
            ..seen(from, from + 1)
        };
        let few = vec![opened(0, 900), opened(10, 5_000), seen(20, 30)];
        assert_eq!(weigh(few.clone(), vec![], &[]).unwrap().startup_ms, None);
        let enough = [few, vec![opened(40, 1_200)]].concat();
        assert_eq!(weigh(enough, vec![], &[]).unwrap().startup_ms, Some(1_200));
    }

    prop_compose! {
        fn any_seen()(from in 0_i64..10_000_000, length in 0_i64..4_000_000, stalls in 0_i64..5, has_failed: bool) -> Seen {
            Seen { started_at: from, last_at: from + length, watched_ms: length / 2, startup_ms: None, stalls, has_failed }
        }
    }

    proptest! {
        #[test]
        fn failures_are_never_more_than_shows_nor_shows_than_what_was_seen(
            seen in prop::collection::vec(any_seen(), 0..40), starts in prop::collection::vec(0_i64..12_000_000, 0..20),
            mut order in any::<u64>()) {
            let told = weigh(seen.clone(), starts.clone(), &[]);
            let most = (seen.len() + starts.len()) as u32;
            let (shows, failures) = told.map_or((0, 0), |told| (told.shows, told.failures));
            prop_assert!(failures <= shows && shows <= most);
            prop_assert_eq!(shows == 0, most == 0);
            let has_failed = seen.iter().any(|seen| seen.has_failed) || !starts.is_empty();
            prop_assert_eq!(failures > 0, has_failed);
            // In whatever order it comes.
            let (mut seen, mut starts) = (seen, starts);
            for at in (1..seen.len()).rev() {
                order = order.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                seen.swap(at, (order >> 33) as usize % (at + 1));
            }
            starts.reverse();
            prop_assert_eq!(weigh(seen, starts, &[]), told);
        }
    }
}
