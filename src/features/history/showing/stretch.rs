/// Between two signs of life a viewer is taken to watch for so long at most, in milliseconds.
pub const INTERVAL_MS: i64 = 15_000;
/// What gave no sign of life for longer is over, in milliseconds.
pub const SILENCE_MS: i64 = 30_000;

/// Time that was watched, from signs of life. Instants are milliseconds since the epoch, UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stretch {
    pub started_at: i64,
    /// The last sign of life.
    pub last_at: i64,
    /// Never longer than from the start to the last sign of life.
    pub watched_ms: i64,
}

impl Stretch {
    /// One that begins with a sign of life.
    pub fn begin(at_ms: i64) -> Self {
        Self {
            started_at: at_ms,
            last_at: at_ms,
            watched_ms: 0,
        }
    }

    /// A sign of life: what lies before it was watched, but for what is longer than one interval.
    pub fn sign(&mut self, at_ms: i64) {
        let gap = (at_ms - self.last_at).max(0);
        self.watched_ms += gap.min(INTERVAL_MS);
        self.last_at = self.last_at.max(at_ms);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_pause_counts_for_one_interval_only() {
        let mut watched = Stretch::begin(1_000);
        watched.sign(6_000);
        watched.sign(606_000);
        assert_eq!(
            (watched.last_at, watched.watched_ms),
            (606_000, 5_000 + INTERVAL_MS)
        );
    }

    #[test]
    fn a_clock_that_is_set_back_takes_nothing_away() {
        let mut watched = Stretch::begin(10_000);
        watched.sign(12_000);
        watched.sign(3_000);
        watched.sign(13_000);
        assert_eq!((watched.last_at, watched.watched_ms), (13_000, 3_000));
    }

    proptest! {
        #[test]
        fn nobody_watches_longer_than_there_was_time(signs in prop::collection::vec(0_i64..100_000, 0..50)) {
            let mut watched = Stretch::begin(50_000);
            for at in signs {
                watched.sign(at);
            }
            prop_assert!((0..=watched.last_at - watched.started_at).contains(&watched.watched_ms));
        }
    }
}
