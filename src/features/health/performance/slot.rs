//! Hours of a provider put together, as many as a chart has room for: times and histograms add up, percentages and
//! percentiles do not.

use std::ops::Range;

use super::HOUR_MS;
use super::store::{Hour, Sum};
use crate::features::health::uptime::Tally;
use crate::support::statistics::histogram::Histogram;

/// Slots of a window at most.
const MOST: i64 = 200;
/// An hour is summed up within so long after its end.
const SETTLES_MS: i64 = 10 * 60_000;
/// How many hours one slot holds.
const HOURS: [i64; 11] = [1, 2, 3, 4, 6, 12, 24, 48, 96, 168, 336];

/// A provider over some hours.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Slot {
    pub from_ms: i64,
    pub to_ms: i64,
    /// Of all its streams together; hours of which nothing was kept are unknown.
    pub time: Tally,
    pub checks: i64,
    pub checks_failed: i64,
    /// Of the checks that passed.
    pub latencies: Histogram,
    /// Streams, those in use and those that were down, as the mean of the hours; none without any hour.
    pub streams: Option<Streams>,
}

/// Means of counts.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Streams {
    pub total: f64,
    pub active: f64,
    pub failed: f64,
}

impl Slot {
    /// `hours` may reach beyond the window; `now_ms` says up to when hours are to be expected.
    pub fn of(hours: &[Hour], window_ms: &Range<i64>, now_ms: i64) -> Self {
        let mut slot = Self {
            from_ms: window_ms.start,
            to_ms: window_ms.end,
            ..Self::default()
        };
        let within: Vec<&Hour> = hours
            .iter()
            .filter(|hour| window_ms.contains(&hour.hour))
            .collect();
        let mut kept = 0;
        for hour in &within {
            slot.checks += hour.checks_total;
            slot.checks_failed += hour.checks_failed;
            slot.latencies.merge(&hour.latencies);
            if let Some(time) = time_of(hour) {
                slot.time += time;
                kept += 1;
            }
        }
        slot.streams = Streams::mean(&within);
        let mean_ms = slot.time.window_ms().checked_div(kept).unwrap_or_default();
        slot.time.unknown_ms += mean_ms * (expected(window_ms, now_ms) - kept).max(0);
        slot
    }

    /// 0 to 1: the time in which streams worked, of the time in which they worked or failed; none where too little is known.
    pub fn availability(&self) -> Option<f64> {
        self.time.uptime().filter(|_| self.time.is_sufficient())
    }

    /// 0 to 1; none without checks.
    pub fn failed_share(&self) -> Option<f64> {
        (self.checks > 0).then(|| self.checks_failed as f64 / self.checks as f64)
    }

    pub fn checks_passed(&self) -> u64 {
        self.latencies.count()
    }
}

impl Streams {
    fn mean(hours: &[&Hour]) -> Option<Self> {
        let count = hours.len() as f64;
        let mean = |of: fn(&Hour) -> i64| hours.iter().map(|hour| of(hour) as f64).sum::<f64>() / count;
        (!hours.is_empty()).then(|| Self {
            total: mean(|hour| hour.streams_total),
            active: mean(|hour| hour.streams_active),
            failed: mean(|hour| hour.streams_failed),
        })
    }
}

/// The time of an hour's streams; none of an hour for which it was not kept.
fn time_of(hour: &Hour) -> Option<Tally> {
    Some(Tally {
        up_ms: hour.working_ms?,
        down_ms: hour.failing_ms?,
        maintenance_ms: hour.maintenance_ms?,
        unknown_ms: hour.unknown_ms?,
        degraded_ms: 0,
    })
}

impl Sum {
    /// The time of all streams of the window, hours of which nothing was kept included.
    pub fn time(&self, window_ms: &Range<i64>, now_ms: i64) -> Tally {
        let mut time = Tally {
            up_ms: self.working_ms,
            down_ms: self.failing_ms,
            maintenance_ms: self.maintenance_ms,
            unknown_ms: self.unknown_ms,
            degraded_ms: 0,
        };
        let mean_ms = time.window_ms().checked_div(self.hours).unwrap_or_default();
        time.unknown_ms += mean_ms * (expected(window_ms, now_ms) - self.hours).max(0);
        time
    }
}

/// How many whole hours of a window are over for long enough to have been summed up.
fn expected(window_ms: &Range<i64>, now_ms: i64) -> i64 {
    let first = window_ms.start.div_euclid(HOUR_MS) + i64::from(window_ms.start.rem_euclid(HOUR_MS) > 0);
    let settled_ms = (now_ms - SETTLES_MS).min(window_ms.end);
    (settled_ms.div_euclid(HOUR_MS) - first).max(0)
}

/// The slots of a window up to now, in order: whole hours each, at most 200.
pub fn slots(hours: &[Hour], window_ms: &Range<i64>, now_ms: i64) -> Vec<Slot> {
    let end_ms = window_ms.end.min(now_ms);
    let count = (end_ms - window_ms.start).max(0).div_euclid(HOUR_MS) + 1;
    let fits = |hours: &&i64| count / **hours < MOST;
    let long_ms = HOURS.iter().find(fits).copied().unwrap_or(336) * HOUR_MS;
    let mut slots = Vec::new();
    let mut from_ms = window_ms.start;
    while from_ms < end_ms {
        let to_ms = from_ms + long_ms;
        let (begin, end) = (
            hours.partition_point(|hour| hour.hour < from_ms),
            hours.partition_point(|hour| hour.hour < to_ms),
        );
        slots.push(Slot::of(
            &hours[begin..end],
            &(from_ms..to_ms.min(end_ms)),
            now_ms,
        ));
        from_ms = to_ms;
    }
    slots
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::support::ids::ProviderId;

    fn hour(at: i64, latencies: &[u32], time: [i64; 4]) -> Hour {
        Hour {
            provider_id: ProviderId(1),
            hour: at * HOUR_MS,
            streams_total: 10,
            streams_active: 8,
            streams_failed: at % 2 * 2,
            checks_total: latencies.len() as i64 + 1,
            checks_passed: latencies.len() as i64,
            checks_failed: 1,
            mean_ms: None,
            p50_ms: None,
            p95_ms: None,
            latencies: latencies.iter().copied().collect(),
            uptime_percentage: None,
            working_ms: Some(time[0]),
            failing_ms: Some(time[1]),
            maintenance_ms: Some(time[2]),
            unknown_ms: Some(time[3]),
        }
    }

    #[test]
    fn percentiles_of_several_hours_are_those_of_all_their_checks_and_not_a_mean() {
        let hours = [hour(0, &[100; 99], [1, 0, 0, 0]), hour(1, &[9_000], [1, 0, 0, 0])];
        let slot = Slot::of(&hours, &(0..2 * HOUR_MS), 3 * HOUR_MS);
        assert_eq!(
            slot.latencies.percentile_ms(50.0),
            Slot::of(&hours[..1], &(0..HOUR_MS), HOUR_MS)
                .latencies
                .percentile_ms(50.0)
        );
        assert_eq!(
            (slot.checks, slot.checks_failed, slot.checks_passed()),
            (102, 2, 100)
        );
        assert_eq!(
            slot.streams,
            Some(Streams {
                total: 10.0,
                active: 8.0,
                failed: 1.0
            })
        );
    }

    #[test]
    fn times_add_up_and_hours_that_are_not_there_are_unknown() {
        let hours = [hour(0, &[], [90, 10, 0, 0]), hour(1, &[], [50, 30, 20, 0])];
        let whole = Slot::of(&hours, &(0..2 * HOUR_MS), 3 * HOUR_MS);
        assert_eq!(
            (whole.time.uptime(), whole.time.coverage()),
            (Some(140.0 / 180.0), Some(1.0))
        );
        assert_eq!(whole.availability(), Some(140.0 / 180.0));
        let longer = Slot::of(&hours, &(0..4 * HOUR_MS), 9 * HOUR_MS);
        assert_eq!(
            (
                longer.time.unknown_ms,
                longer.time.coverage(),
                longer.availability()
            ),
            (200, Some(0.5), None)
        );
        // What is yet to come, and what was a moment ago, is not missing.
        let now = Slot::of(&hours, &(0..4 * HOUR_MS), 3 * HOUR_MS + SETTLES_MS - 1);
        assert_eq!(now.time.coverage(), Some(1.0));
        let sum = Sum {
            provider_id: ProviderId(1),
            hours: 2,
            checks: 0,
            working_ms: 140,
            failing_ms: 40,
            maintenance_ms: 20,
            unknown_ms: 0,
        };
        assert_eq!(sum.time(&(0..4 * HOUR_MS), 9 * HOUR_MS), longer.time);
    }

    #[test]
    fn an_hour_for_which_no_times_were_kept_is_unknown() {
        let old = Hour {
            working_ms: None,
            ..hour(1, &[], [0; 4])
        };
        let slot = Slot::of(
            &[hour(0, &[], [100, 0, 0, 0]), old],
            &(0..2 * HOUR_MS),
            9 * HOUR_MS,
        );
        assert_eq!(slot.time.coverage(), Some(0.5));
        let none = Slot::of(&[], &(0..2 * HOUR_MS), 9 * HOUR_MS);
        assert_eq!(
            (none.availability(), none.failed_share(), none.streams),
            (None, None, None)
        );
    }

    #[test]
    fn a_window_of_any_length_has_slots_enough_for_a_chart_and_loses_nothing() {
        for days in [1, 7, 30, 90, 365] {
            let window = 0..days * 24 * HOUR_MS;
            let hours: Vec<Hour> = (0..days * 24)
                .map(|at| hour(at, &[at as u32], [1, 1, 0, 0]))
                .collect();
            let slots = slots(&hours, &window, window.end + HOUR_MS);
            assert!(
                slots.len() as i64 <= MOST && slots.len() >= 24,
                "{days}: {}",
                slots.len()
            );
            let checks: i64 = slots.iter().map(|slot| slot.checks).sum();
            assert_eq!(checks, 2 * days * 24);
            assert!(slots.windows(2).all(|two| two[0].to_ms == two[1].from_ms));
            assert_eq!(slots.last().map(|slot| slot.to_ms), Some(window.end));
        }
        let begun = slots(&[], &(0..24 * HOUR_MS), 90 * 60_000);
        assert_eq!(
            begun.iter().map(|slot| slot.to_ms).collect::<Vec<_>>(),
            [HOUR_MS, 90 * 60_000]
        );
        assert!(slots(&[], &(HOUR_MS..2 * HOUR_MS), 0).is_empty());
    }
}
