//! Uptime: the share of known time in which something worked.
//!
//! A result *holds* until the next, though no longer than two pauses between checks and a time-out; what nobody knows is
//! unknown, and so is the time in which this server itself was off. Uptime is of the time up or down; maintenance and
//! unknown time count for neither. *Coverage* is the known share of the window.

pub mod availability;
pub mod buckets;
mod hold;
pub mod of_stream;

use std::ops::{AddAssign, Range};

use super::course::State;

pub use hold::hold_of;

/// What a check found, and when, in milliseconds since the epoch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sighting {
    pub at_ms: i64,
    pub state: State,
}

/// A time in one state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    pub from_ms: i64,
    pub to_ms: i64,
    pub state: State,
}

/// How long a result holds at most, where checks come every `interval_ms` and may take `timeout_ms`.
pub fn hold_ms(interval_ms: i64, timeout_ms: i64) -> i64 {
    interval_ms
        .max(0)
        .saturating_mul(2)
        .saturating_add(timeout_ms.max(0))
}

/// What `window_ms` was made of, from its beginning to its end without a hole.
///
/// `sightings` are in order of time; one from before the window may reach into it. `off_ms` are the times in which this
/// server checked nothing because it was off, in any order.
pub fn spans(
    sightings: &[Sighting],
    hold_ms: i64,
    off_ms: &[Range<i64>],
    window_ms: &Range<i64>,
) -> Vec<Span> {
    let mut line = Line {
        spans: Vec::new(),
        reached_ms: window_ms.start,
        end_ms: window_ms.end,
    };
    let off = disjoint(off_ms);
    for (place, sighting) in sightings.iter().enumerate() {
        let next_ms = sightings.get(place + 1).map_or(i64::MAX, |next| next.at_ms);
        let to_ms = next_ms.min(sighting.at_ms.saturating_add(hold_ms.max(0)));
        let mut from_ms = sighting.at_ms;
        let first = off.partition_point(|gap| gap.end <= from_ms);
        for gap in off.iter().skip(first).take_while(|gap| gap.start < to_ms) {
            line.reach(from_ms, gap.start, sighting.state);
            from_ms = from_ms.max(gap.end);
        }
        line.reach(from_ms, to_ms, sighting.state);
    }
    line.extend(window_ms.end, State::Unknown);
    line.spans
}

/// The same times in order, none touching another.
fn disjoint(ranges: &[Range<i64>]) -> Vec<Range<i64>> {
    let mut sorted: Vec<&Range<i64>> = ranges.iter().filter(|range| !range.is_empty()).collect();
    sorted.sort_by_key(|range| range.start);
    let mut joined: Vec<Range<i64>> = Vec::new();
    for range in sorted {
        match joined.last_mut() {
            Some(last) if range.start <= last.end => last.end = last.end.max(range.end),
            _ => joined.push(range.clone()),
        }
    }
    joined
}

/// Spans in the making; what is left out is unknown.
struct Line {
    spans: Vec<Span>,
    reached_ms: i64,
    end_ms: i64,
}

impl Line {
    fn reach(&mut self, from_ms: i64, to_ms: i64, state: State) {
        if to_ms > from_ms.max(self.reached_ms) {
            self.extend(from_ms, State::Unknown);
            self.extend(to_ms, state);
        }
    }

    fn extend(&mut self, to_ms: i64, state: State) {
        let to_ms = to_ms.min(self.end_ms);
        if to_ms <= self.reached_ms {
            return;
        }
        match self.spans.last_mut() {
            Some(last) if last.state == state => last.to_ms = to_ms,
            _ => self.spans.push(Span {
                from_ms: self.reached_ms,
                to_ms,
                state,
            }),
        }
        self.reached_ms = to_ms;
    }
}

/// Below this coverage an uptime says too little.
pub const SUFFICIENT_COVERAGE: f64 = 0.8;

/// How long a window was in which state, in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tally {
    pub up_ms: i64,
    pub degraded_ms: i64,
    pub down_ms: i64,
    pub maintenance_ms: i64,
    pub unknown_ms: i64,
}

impl Tally {
    pub fn of(spans: &[Span]) -> Self {
        let mut tally = Self::default();
        for span in spans {
            tally.add(span.state, span.to_ms - span.from_ms);
        }
        tally
    }

    /// Counts so much time in a state.
    pub fn add(&mut self, state: State, for_ms: i64) {
        *match state {
            State::Up => &mut self.up_ms,
            State::Degraded => &mut self.degraded_ms,
            State::Down => &mut self.down_ms,
            State::Maintenance => &mut self.maintenance_ms,
            State::Unknown => &mut self.unknown_ms,
        } += for_ms;
    }

    pub fn window_ms(&self) -> i64 {
        self.known_ms() + self.unknown_ms
    }

    /// Maintenance is known time too.
    pub fn known_ms(&self) -> i64 {
        self.up_ms + self.degraded_ms + self.down_ms + self.maintenance_ms
    }

    /// 0 to 1: up or degraded, of the time up, degraded or down; `None` without any.
    pub fn uptime(&self) -> Option<f64> {
        let working = self.up_ms + self.degraded_ms;
        share(working, working + self.down_ms)
    }

    /// 0 to 1: the known share of the window; `None` of an empty one.
    pub fn coverage(&self) -> Option<f64> {
        share(self.known_ms(), self.window_ms())
    }

    /// Whether enough of the window is known to speak of an uptime.
    pub fn is_sufficient(&self) -> bool {
        self.coverage()
            .is_some_and(|coverage| coverage >= SUFFICIENT_COVERAGE)
    }
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.up_ms += other.up_ms;
        self.degraded_ms += other.degraded_ms;
        self.down_ms += other.down_ms;
        self.maintenance_ms += other.maintenance_ms;
        self.unknown_ms += other.unknown_ms;
    }
}

fn share(part_ms: i64, whole_ms: i64) -> Option<f64> {
    (whole_ms > 0).then(|| part_ms as f64 / whole_ms as f64)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    pub(super) fn seen(at_ms: i64, state: State) -> Sighting {
        Sighting { at_ms, state }
    }

    fn span(from_ms: i64, to_ms: i64, state: State) -> Span {
        Span {
            from_ms,
            to_ms,
            state,
        }
    }

    #[test]
    fn a_result_holds_until_the_next_and_at_most_two_pauses_and_a_time_out() {
        let hold = hold_ms(100, 10);
        let sightings = [
            seen(1_000, State::Up),
            seen(1_100, State::Down),
            seen(1_500, State::Up),
        ];
        let found = spans(&sightings, hold, &[], &(900..1_600));
        let expected = [
            span(900, 1_000, State::Unknown),
            span(1_000, 1_100, State::Up),
            span(1_100, 1_310, State::Down),
            span(1_310, 1_500, State::Unknown),
            span(1_500, 1_600, State::Up),
        ];
        assert_eq!(found, expected);
        let tally = Tally::of(&found);
        assert_eq!(tally.uptime(), Some(200.0 / 410.0));
        assert_eq!(tally.coverage(), Some(410.0 / 700.0));
        assert!(!tally.is_sufficient());
    }

    #[test]
    fn a_result_from_before_the_window_reaches_into_it() {
        let found = spans(&[seen(0, State::Up)], 150, &[], &(100..200));
        assert_eq!(found, [span(100, 150, State::Up), span(150, 200, State::Unknown)]);
        let found = spans(
            &[seen(0, State::Up), seen(50, State::Down)],
            1_000,
            &[],
            &(100..200),
        );
        assert_eq!(found, [span(100, 200, State::Down)]);
    }

    #[test]
    fn degraded_is_up_and_neither_maintenance_nor_unknown_time_counts() {
        let tally = Tally {
            up_ms: 50,
            degraded_ms: 25,
            down_ms: 25,
            maintenance_ms: 800,
            unknown_ms: 100,
        };
        assert_eq!((tally.uptime(), tally.coverage()), (Some(0.75), Some(0.9)));
        assert!(tally.is_sufficient());
        let nothing = Tally {
            maintenance_ms: 5,
            ..Tally::default()
        };
        assert_eq!((nothing.uptime(), Tally::default().coverage()), (None, None));
    }

    #[test]
    fn coverage_of_eighty_percent_is_enough_and_less_is_not() {
        let of = |known, unknown| Tally {
            up_ms: known,
            unknown_ms: unknown,
            ..Tally::default()
        };
        assert!(of(80, 20).is_sufficient());
        assert!(!of(799, 201).is_sufficient());
    }

    #[test]
    fn time_in_which_this_server_was_off_is_unknown() {
        let sightings = [seen(0, State::Up), seen(500, State::Down)];
        let found = spans(&sightings, 1_000, &[450..550, 100..200, 150..220], &(0..600));
        let expected = [
            span(0, 100, State::Up),
            span(100, 220, State::Unknown),
            span(220, 450, State::Up),
            span(450, 550, State::Unknown),
            span(550, 600, State::Down),
        ];
        assert_eq!(found, expected);
    }

    const STATES: [State; 5] = [
        State::Up,
        State::Degraded,
        State::Down,
        State::Unknown,
        State::Maintenance,
    ];

    /// The definition, one instant at a time.
    fn state_at(at_ms: i64, sightings: &[Sighting], hold: i64, off: &[Range<i64>]) -> State {
        let last = sightings.iter().rev().find(|sighting| sighting.at_ms <= at_ms);
        let is_off = off.iter().any(|gap| gap.contains(&at_ms));
        last.filter(|last| !is_off && at_ms < last.at_ms + hold)
            .map_or(State::Unknown, |last| last.state)
    }

    proptest! {
        #[test]
        fn every_instant_is_in_the_state_the_definition_gives_it(
            mut raw in proptest::collection::vec((-50..250_i64, 0..5_usize), 0..25),
            raw_off in proptest::collection::vec((-20..220_i64, 0..40_i64), 0..6),
            hold in 0..60_i64,
        ) {
            raw.sort_by_key(|(at, _)| *at);
            let sightings: Vec<Sighting> = raw.iter().map(|(at, state)| seen(*at, STATES[*state])).collect();
            let off: Vec<Range<i64>> = raw_off.iter().map(|(from, length)| *from..from + length).collect();
            let window = 0..200;
            let found = spans(&sightings, hold, &off, &window);
            let mut reached = window.start;
            for span in &found {
                prop_assert_eq!(span.from_ms, reached);
                prop_assert!(span.to_ms > span.from_ms);
                for at in span.from_ms..span.to_ms {
                    prop_assert_eq!(state_at(at, &sightings, hold, &off), span.state, "at {}", at);
                }
                reached = span.to_ms;
            }
            prop_assert_eq!(reached, window.end);
            prop_assert!(found.windows(2).all(|two| two[0].state != two[1].state));
        }
    }
}
