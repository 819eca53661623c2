//! How available the streams of a provider were, taken together.

use super::{SUFFICIENT_COVERAGE, Tally};
use crate::support::statistics::rank;

/// One stream of a provider: how it fared, and how much it was watched (seconds, plays: any weight).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Member {
    pub tally: Tally,
    pub watched: f64,
}

/// Shares from 0 to 1.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Availability {
    /// The mean uptime of the streams of which one is known: each counts the same.
    pub by_stream: Option<f64>,
    /// Each counts as much as it was watched; `None` where nothing was.
    pub by_viewing: Option<f64>,
    /// The mean coverage of all streams.
    pub coverage: Option<f64>,
    /// Of how many streams an uptime is known.
    pub known: usize,
    pub streams: usize,
}

impl Availability {
    pub fn of(members: &[Member]) -> Self {
        let known: Vec<(f64, f64)> = members
            .iter()
            .filter_map(|member| Some((member.tally.uptime()?, member.watched)))
            .collect();
        Self {
            by_stream: rank::mean(known.iter().map(|(uptime, _)| *uptime)),
            by_viewing: rank::weighted_mean(known.iter().copied()),
            coverage: rank::mean(members.iter().filter_map(|member| member.tally.coverage())),
            known: known.len(),
            streams: members.len(),
        }
    }

    /// Whether enough is known to speak of an availability.
    pub fn is_sufficient(&self) -> bool {
        self.coverage
            .is_some_and(|coverage| coverage >= SUFFICIENT_COVERAGE)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn member(up_ms: i64, down_ms: i64, unknown_ms: i64, watched: f64) -> Member {
        Member {
            tally: Tally {
                up_ms,
                down_ms,
                unknown_ms,
                ..Tally::default()
            },
            watched,
        }
    }

    #[test]
    fn every_stream_counts_the_same_and_for_viewers_as_much_as_it_is_watched() {
        let members = [
            member(100, 0, 0, 1.0),
            member(50, 50, 0, 3.0),
            member(0, 0, 100, 90.0),
        ];
        let found = Availability::of(&members);
        let expected = Availability {
            by_stream: Some(0.75),
            by_viewing: Some(0.625),
            coverage: Some(2.0 / 3.0),
            known: 2,
            streams: 3,
        };
        assert_eq!(found, expected);
        assert!(!found.is_sufficient());
    }

    #[test]
    fn what_nobody_watched_has_no_availability_for_viewers() {
        let found = Availability::of(&[member(100, 0, 0, 0.0)]);
        assert_eq!((found.by_stream, found.by_viewing), (Some(1.0), None));
        assert_eq!(Availability::of(&[]), Availability::default());
    }
}
