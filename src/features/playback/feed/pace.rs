use std::time::Duration;

use tokio::time::Instant;

/// However steadily a stream comes, a shorter silence is no stall.
const LEAST: Duration = Duration::from_secs(3);
/// So many times its longest gap so far.
const TIMES: u32 = 3;

/// How evenly an upstream sends, which tells a stall from its usual gaps.
#[derive(Debug, Clone, Copy)]
pub struct Pace {
    last: Instant,
    longest: Duration,
}

impl Pace {
    /// Of an upstream whose bytes begin now.
    pub fn begin(now: Instant) -> Self {
        Self {
            last: now,
            longest: Duration::ZERO,
        }
    }

    /// Bytes came.
    pub fn came(&mut self, now: Instant) {
        self.longest = self.longest.max(now - self.last);
        self.last = now;
    }

    /// Nobody asked for bytes until now, so that none could come.
    pub fn resume(&mut self, now: Instant) {
        self.last = now;
    }

    /// When silence is a stall: after 3 s, or three times the longest gap so far if that is longer.
    pub fn deadline(&self) -> Instant {
        self.last + LEAST.max(self.longest * TIMES)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// How far into a stream with these gaps, in milliseconds and with silence behind them, a stall is found.
    fn stalled_ms(gaps: impl IntoIterator<Item = u64>) -> u64 {
        let start = Instant::now();
        let (mut pace, mut now) = (Pace::begin(start), start);
        for gap in gaps {
            now += Duration::from_millis(gap);
            if now >= pace.deadline() {
                break;
            }
            pace.came(now);
        }
        (pace.deadline() - start).as_millis() as u64
    }

    #[test]
    fn a_silence_is_a_stall_after_three_seconds_or_three_times_the_longest_gap() {
        assert_eq!(stalled_ms([]), 3_000);
        assert_eq!(stalled_ms([100; 50]), 5_000 + 3_000);
        assert_eq!(stalled_ms([500, 2_000, 100]), 2_600 + 6_000);
        assert_eq!(stalled_ms([100, 3_200, 100]), 100 + 3_000);
    }

    #[test]
    fn an_hour_of_a_jittery_stream_is_no_stall() {
        let (mut gaps, mut passed, mut state) = (Vec::new(), 0_u64, 12_345_u64);
        while passed < 3_600_000 {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            let gap = match (state >> 33) % 100 {
                0..90 => (state >> 40) % 60,
                90..99 => (state >> 40) % 900,
                _ => (state >> 40) % 2_950,
            };
            passed += gap;
            gaps.push(gap);
        }
        assert!(stalled_ms(gaps) >= passed + 3_000);
    }

    #[test]
    fn a_pause_of_the_viewers_is_no_gap_of_the_provider() {
        let start = Instant::now();
        let mut pace = Pace::begin(start);
        let resumed = start + Duration::from_secs(60);
        pace.resume(resumed);
        pace.came(resumed + Duration::from_millis(40));
        assert_eq!(pace.deadline(), resumed + Duration::from_millis(3_040));
    }

    proptest! {
        /// No gap below the limit that the gaps before it set is a stall, and the first that reaches it is.
        #[test]
        fn a_stall_is_told_by_the_gaps_before_it(gaps in prop::collection::vec(0_u64..9_000, 1..40)) {
            let (mut longest, mut passed) = (0, 0);
            for gap in &gaps {
                if *gap >= 3_000.max(3 * longest) {
                    break;
                }
                longest = longest.max(*gap);
                passed += gap;
            }
            prop_assert_eq!(stalled_ms(gaps), passed + 3_000.max(3 * longest));
        }
    }
}
