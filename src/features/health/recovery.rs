//! How long it takes until what failed works again.

use crate::support::statistics::rank;

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
    /// `times` are milliseconds, in any order; `open` is how many are open at the end.
    pub fn of(mut times: Vec<i64>, open: usize) -> Self {
        times.sort_unstable();
        Self {
            resolved: times.len(),
            mean_ms: rank::mean(times.iter().map(|time| *time as f64)).map(|mean| mean.round() as i64),
            median_ms: rank::median(&times),
            p90_ms: rank::percentile(&times, 90.0),
            open,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_of_what_was_resolved_and_the_open_ones_stand_apart() {
        let times = [70, 10, 100, 30, 20, 50, 40, 90, 60, 80];
        let expected = Recovery {
            resolved: 10,
            mean_ms: Some(55),
            median_ms: Some(55),
            p90_ms: Some(90),
            open: 1,
        };
        assert_eq!(Recovery::of(times.to_vec(), 1), expected);
    }

    #[test]
    fn nothing_resolved_has_no_time() {
        let expected = Recovery {
            open: 1,
            ..Recovery::default()
        };
        assert_eq!(Recovery::of(Vec::new(), 1), expected);
    }
}
