//! How soon a stream goes down and comes back, against a simulated schedule: it looks every ten seconds, and a check takes
//! up to ten.

use proptest::prelude::*;

use super::*;

const SECOND: i64 = 1_000;
const MINUTE: i64 = 60 * SECOND;
const DAY: i64 = 24 * 60 * MINUTE;
const TICK: i64 = 10 * SECOND;
const LONGEST_CHECK: i64 = 10 * SECOND;

/// What the course of a stream was in one outage.
#[derive(Debug, Default)]
struct Story {
    first_failure: Option<i64>,
    confirmed: Option<i64>,
    back: i64,
}

/// An outage from 0 to `ends`. The first check begins at `first_check`; how long each takes comes from `takes`, in turn.
/// A check fails if it begins in the outage: also one that is answered after it.
fn live_through(ends: i64, first_check: i64, phase: i64, takes: &[i64]) -> Story {
    let mut story = Story::default();
    let good = Observation {
        at_ms: -MINUTE,
        finding: Finding::Up,
        response_ms: Some(100),
        fault: None,
        by_hand: false,
    };
    let (mut course, _) = Course::default().after(&good, Rules::default(), false);
    let (mut begins, mut takes) = (first_check, takes.iter().cycle());
    loop {
        let at_ms = begins + takes.next().unwrap();
        let failed = begins < ends;
        let observation = Observation {
            at_ms,
            finding: if failed { Finding::Down } else { Finding::Up },
            ..good.clone()
        };
        let (after, turn) = course.after(&observation, Rules::default(), false);
        if let Some(Turn::Confirmed { .. }) = turn {
            story.confirmed = Some(at_ms);
        }
        if !failed {
            story.back = at_ms;
            return story;
        }
        story.first_failure.get_or_insert(at_ms);
        let due = after.next_check_ms.unwrap();
        // The first tick at or after it is due.
        begins = due + (phase - due).rem_euclid(TICK);
        course = after;
    }
}

fn lengths() -> impl Strategy<Value = i64> {
    let upto = |most: i64| SECOND..=most;
    prop_oneof![upto(20 * MINUTE), upto(6 * 60 * MINUTE), upto(10 * DAY)]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4_000))]

    #[test]
    fn a_stream_is_down_within_five_minutes_and_back_within_the_length_of_its_outage(
        length in lengths(),
        first in 0.0..1.0_f64,
        phase in 0..TICK,
        takes in proptest::collection::vec(0..=LONGEST_CHECK, 1..20),
    ) {
        let first_check = (length as f64 * first) as i64;
        let story = live_through(length, first_check, phase, &takes);
        let first_failure = story.first_failure.unwrap();
        let late = story.back - length;
        prop_assert!(late <= length.max(5 * MINUTE) && late <= DAY, "back after {} ms", late);
        match story.confirmed {
            Some(confirmed) => prop_assert!(confirmed - first_failure <= 5 * MINUTE),
            None => prop_assert!(story.back - first_failure <= 5 * MINUTE, "never confirmed"),
        }
    }
}

#[test]
fn the_worst_cases_keep_the_bar_too() {
    for length in (1..=10 * 24 * 60).map(|minutes| minutes * MINUTE) {
        for (takes, end) in [(0, 0), (0, 1), (LONGEST_CHECK, 0), (LONGEST_CHECK, 1)] {
            let story = live_through(length + end, 0, 1, &[takes]);
            let late = story.back - (length + end);
            assert!(
                late <= (length + end).max(5 * MINUTE) && late <= DAY,
                "{length} {takes}: {late}"
            );
        }
    }
}
