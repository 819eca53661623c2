//! The same uptime hour by hour or day by day: whatever is counted in buckets adds up to the whole.

use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

use super::{Span, Tally};

const HOUR_MS: i64 = 60 * 60_000;

/// One tally for each pair of neighbouring edges, which are in order of time; `spans` too.
pub fn tallies(spans: &[Span], edges_ms: &[i64]) -> Vec<Tally> {
    let mut spans = spans.iter().peekable();
    edges_ms
        .windows(2)
        .map(|edges| {
            let (from_ms, to_ms) = (edges[0], edges[1]);
            let mut tally = Tally::default();
            while let Some(span) = spans.peek() {
                let within_ms = span.to_ms.min(to_ms) - span.from_ms.max(from_ms);
                if within_ms > 0 {
                    tally.add(span.state, within_ms);
                }
                if span.to_ms > to_ms {
                    break;
                }
                spans.next();
            }
            tally
        })
        .collect()
}

/// Where hours begin and end: `count` of them up to and with the one of `now_ms`.
pub fn hours(now_ms: i64, count: u32) -> Vec<i64> {
    let end_ms = (now_ms.div_euclid(HOUR_MS) + 1) * HOUR_MS;
    (0..=i64::from(count))
        .map(|place| end_ms - (i64::from(count) - place) * HOUR_MS)
        .collect()
}

/// Where days of the installation begin and end: `count` of them up to and with the one of `now_ms`. A day has 23 or 25
/// hours where the clock is changed.
pub fn days(now_ms: i64, count: u32, zone: &TimeZone) -> Vec<i64> {
    let today = Timestamp::from_millisecond(now_ms)
        .unwrap_or_default()
        .to_zoned(zone.clone())
        .date();
    let begins_ms = |back: i64| {
        today
            .checked_sub(back.days())
            .and_then(|day| day.to_zoned(zone.clone()))
            .map(|begin| begin.timestamp().as_millisecond())
    };
    (-1..i64::from(count))
        .rev()
        .filter_map(|back| begins_ms(back).ok())
        .collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::features::health::course::State;

    fn instant(text: &str) -> i64 {
        text.parse::<Timestamp>().unwrap().as_millisecond()
    }

    #[test]
    fn a_span_over_an_edge_is_shared_out() {
        let spans = [
            Span {
                from_ms: 0,
                to_ms: 150,
                state: State::Up,
            },
            Span {
                from_ms: 150,
                to_ms: 300,
                state: State::Down,
            },
        ];
        let found = tallies(&spans, &[0, 100, 200, 300]);
        let shares: Vec<(i64, i64)> = found.iter().map(|tally| (tally.up_ms, tally.down_ms)).collect();
        assert_eq!(shares, [(100, 0), (50, 50), (0, 100)]);
    }

    #[test]
    fn days_are_those_of_the_installation() {
        let zone = TimeZone::get("Europe/Berlin").unwrap();
        let edges = days(instant("2026-10-25T20:00:00Z"), 2, &zone);
        let expected = [
            "2026-10-23T22:00:00Z",
            "2026-10-24T22:00:00Z",
            "2026-10-25T23:00:00Z",
        ]
        .map(instant);
        assert_eq!(edges, expected);
        assert_eq!(days(instant("2026-11-01T00:00:00Z"), 90, &zone).len(), 91);
    }

    #[test]
    fn hours_end_with_the_present_one() {
        let edges = hours(instant("2026-11-01T10:30:00Z"), 2);
        let expected = [
            "2026-11-01T09:00:00Z",
            "2026-11-01T10:00:00Z",
            "2026-11-01T11:00:00Z",
        ]
        .map(instant);
        assert_eq!(edges, expected);
    }

    proptest! {
        #[test]
        fn buckets_add_up_to_the_whole(
            lengths in proptest::collection::vec((1..50_i64, 0..3_usize), 1..30),
            mut inner in proptest::collection::vec(0..1_500_i64, 0..20),
        ) {
            let mut end = 0;
            let spans: Vec<Span> = lengths
                .iter()
                .map(|(length, state)| {
                    let from_ms = end;
                    end += length;
                    Span { from_ms, to_ms: end, state: [State::Up, State::Down, State::Unknown][*state] }
                })
                .collect();
            inner.retain(|edge| *edge <= end);
            inner.extend([0, end]);
            inner.sort_unstable();
            let mut sum = Tally::default();
            let found = tallies(&spans, &inner);
            for (tally, edges) in found.iter().zip(inner.windows(2)) {
                prop_assert_eq!(tally.window_ms(), edges[1] - edges[0]);
                sum += *tally;
            }
            prop_assert_eq!(sum, Tally::of(&spans));
        }
    }
}
