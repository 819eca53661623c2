//! When a stream is checked again before the schedule comes to it.
//!
//! After a failure at 30, 60 and 120 seconds, then with doubling pauses up to a day. A stream is to be back within five
//! minutes of the end of an outage, or within the length of the outage where that is longer, and within a day at most.
//! So a pause is also bounded by how long the run has lasted, less [`MARGIN_MS`] for all that comes between the end of a
//! pause and an answer; doubling alone would be late by the first pause.

const SECOND_MS: i64 = 1_000;
const MINUTE_MS: i64 = 60 * SECOND_MS;
const DAY_MS: i64 = 24 * 60 * MINUTE_MS;

const FIRST_MS: i64 = 30 * SECOND_MS;
/// A failing check that ran on after the outage was over, a tick of the schedule, the check itself, and waiting for the
/// job and for a connection.
const MARGIN_MS: i64 = MINUTE_MS;
const SHORTEST_BOUND_MS: i64 = 5 * MINUTE_MS;

/// A stream that works, or that nobody checked yet, and found no free connection.
pub(super) const AFTER_SKIP_MS: i64 = 15 * MINUTE_MS;

/// After the failure that made it `failures` in a row, `elapsed_ms` after the first of them.
pub(super) fn after_failure_ms(failures: u32, elapsed_ms: i64) -> i64 {
    let doublings = failures.saturating_sub(1).min(32);
    let doubled = FIRST_MS << doublings;
    let bound = (elapsed_ms.max(0)).clamp(SHORTEST_BOUND_MS, DAY_MS) - MARGIN_MS;
    doubled.min(bound)
}

/// After a failing stream found no free connection: an eighth of the time it has been failing, half a minute to an hour.
pub(super) fn after_skip_of_failing_ms(elapsed_ms: i64) -> i64 {
    (elapsed_ms / 8).clamp(FIRST_MS, 60 * MINUTE_MS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_from_half_a_minute_to_a_day() {
        let (mut elapsed, mut pauses) = (0, Vec::new());
        for failures in 1..=14 {
            let pause = after_failure_ms(failures, elapsed);
            elapsed += pause;
            pauses.push(pause / SECOND_MS);
        }
        assert_eq!(pauses[..4], [30, 60, 120, 240]);
        assert!(pauses.windows(2).all(|two| two[0] <= two[1]), "{pauses:?}");
        assert_eq!(after_failure_ms(40, 400 * DAY_MS), DAY_MS - MARGIN_MS);
    }

    #[test]
    fn no_pause_is_longer_than_the_run_has_lasted() {
        assert_eq!(after_failure_ms(20, 0), 4 * MINUTE_MS);
        assert_eq!(after_failure_ms(20, 60 * MINUTE_MS), 59 * MINUTE_MS);
        assert_eq!(after_failure_ms(2, 60 * MINUTE_MS), MINUTE_MS);
    }

    #[test]
    fn a_failing_stream_that_found_no_connection_is_tried_again_soon() {
        let pauses =
            [0, 40, 24 * 60].map(|minutes| after_skip_of_failing_ms(minutes * MINUTE_MS) / SECOND_MS);
        assert_eq!(pauses, [30, 300, 3600]);
    }
}
