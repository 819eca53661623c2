use std::time::{Duration, Instant};

/// More questions in a second nobody asks who looks for a tuner.
const MOST_A_SECOND: u32 = 50;

/// How many questions of this second were answered.
#[derive(Debug)]
pub(super) struct Pace {
    began: Instant,
    count: u32,
}

impl Pace {
    pub(super) fn new(now: Instant) -> Self {
        Self { began: now, count: 0 }
    }

    /// Whether one more may be answered.
    pub(super) fn admits(&mut self, now: Instant) -> bool {
        if now.duration_since(self.began) >= Duration::from_secs(1) {
            *self = Self::new(now);
        }
        self.count = self.count.saturating_add(1);
        self.count <= MOST_A_SECOND
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flood_of_questions_is_answered_only_in_part() {
        let began = Instant::now();
        let mut pace = Pace::new(began);
        let admitted = (0..500)
            .filter(|_| pace.admits(began + Duration::from_millis(900)))
            .count();
        assert_eq!(admitted, 50);
        assert!(pace.admits(began + Duration::from_millis(1_000)));
    }
}
