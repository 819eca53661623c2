//! How long it takes until what failed works again.

use std::ops::Range;

use crate::support::statistics::rank;

/// When something failed for the first time, and when it worked again; in milliseconds since the epoch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lapse {
    pub opened_ms: i64,
    /// Absent while it still fails.
    pub resolved_ms: Option<i64>,
}

/// Times to recovery of what was resolved within a window, in milliseconds; those still open are counted apart, since
/// nobody knows yet how long they take.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Recovery {
    pub resolved: usize,
    pub mean_ms: Option<i64>,
    pub median_ms: Option<i64>,
    /// By nearest rank.
    pub p90_ms: Option<i64>,
    /// Open at the end of the window.
    pub open: usize,
}

impl Recovery {
    pub fn of(lapses: &[Lapse], window_ms: &Range<i64>) -> Self {
        let mut times: Vec<i64> = lapses
            .iter()
            .filter_map(|lapse| Some((lapse, lapse.resolved_ms?)))
            .filter(|(_, resolved)| window_ms.contains(resolved))
            .map(|(lapse, resolved)| (resolved - lapse.opened_ms).max(0))
            .collect();
        times.sort_unstable();
        let open_at_end = |lapse: &&Lapse| {
            lapse.opened_ms < window_ms.end
                && lapse.resolved_ms.is_none_or(|resolved| resolved >= window_ms.end)
        };
        Self {
            resolved: times.len(),
            mean_ms: rank::mean(times.iter().map(|time| *time as f64)).map(|mean| mean.round() as i64),
            median_ms: rank::median(&times),
            p90_ms: rank::percentile(&times, 90.0),
            open: lapses.iter().filter(open_at_end).count(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lapse(opened_ms: i64, took_ms: i64) -> Lapse {
        Lapse {
            opened_ms,
            resolved_ms: Some(opened_ms + took_ms),
        }
    }

    fn open(opened_ms: i64) -> Lapse {
        Lapse {
            opened_ms,
            resolved_ms: None,
        }
    }

    #[test]
    fn times_are_of_what_was_resolved_and_the_open_ones_stand_apart() {
        let mut lapses: Vec<Lapse> = (1..=10).map(|tens| lapse(1_000, tens * 10)).collect();
        lapses.push(open(1_500));
        let found = Recovery::of(&lapses, &(1_000..2_000));
        let expected = Recovery {
            resolved: 10,
            mean_ms: Some(55),
            median_ms: Some(55),
            p90_ms: Some(90),
            open: 1,
        };
        assert_eq!(found, expected);
    }

    #[test]
    fn the_end_counts_and_not_the_beginning() {
        let lapses = [
            lapse(0, 1_000),
            lapse(0, 999),
            lapse(1_990, 10),
            lapse(1_990, 9),
            open(2_000),
        ];
        let found = Recovery::of(&lapses, &(1_000..2_000));
        assert_eq!((found.resolved, found.mean_ms, found.open), (2, Some(505), 1));
    }

    #[test]
    fn nothing_resolved_has_no_time() {
        let found = Recovery::of(&[open(5)], &(0..10));
        let expected = Recovery {
            open: 1,
            ..Recovery::default()
        };
        assert_eq!(found, expected);
    }
}
