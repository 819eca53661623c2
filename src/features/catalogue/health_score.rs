//! One number for how well a stream works, from what its checks found.

/// What a score is made of: 100 less two deductions, times the uptime. Shown part by part where a score is explained.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Parts {
    /// Points lost to failures in a row, 0 to 50.
    pub failures: u32,
    /// Points lost to a slow answer: 0, 10, 20 or 30.
    pub slowness: u32,
    /// What is left is multiplied by this, 0 to 1; 1 where nobody knows the uptime.
    pub uptime: f64,
}

impl Parts {
    /// `response_ms` and `uptime_percent` (0 to 100) are absent while nobody measured them, and then cost nothing.
    pub fn of(consecutive_failures: u32, response_ms: Option<u32>, uptime_percent: Option<f64>) -> Self {
        Self {
            failures: consecutive_failures.saturating_mul(10).min(50),
            slowness: match response_ms {
                Some(5001..) => 30,
                Some(3001..) => 20,
                Some(1001..) => 10,
                _ => 0,
            },
            uptime: uptime_percent.map_or(1.0, |percent| (percent / 100.0).clamp(0.0, 1.0)),
        }
    }

    /// 0 to 100.
    pub fn score(&self) -> u32 {
        let left = 100_u32.saturating_sub(self.failures + self.slowness);
        // Rounded down, but for what a product of floats lacks of a whole.
        (f64::from(left) * self.uptime + 1e-9).floor() as u32
    }
}

/// The health score of a stream, 0 to 100; see [`Parts::of`].
pub fn health_score(consecutive_failures: u32, response_ms: Option<u32>, uptime_percent: Option<f64>) -> u32 {
    Parts::of(consecutive_failures, response_ms, uptime_percent).score()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failures_slowness_and_uptime_each_cost_what_is_agreed() {
        assert_eq!(health_score(0, Some(500), None), 100);
        assert_eq!(health_score(3, Some(3500), None), 50);
        assert_eq!(health_score(7, Some(6000), None), 20);
        assert_eq!(health_score(7, Some(6000), Some(50.0)), 10);
        assert_eq!(health_score(0, Some(1000), None), 100);
    }

    #[test]
    fn a_step_begins_above_its_limit() {
        let scores = [1000, 1001, 3000, 3001, 5000, 5001].map(|ms| health_score(0, Some(ms), None));
        assert_eq!(scores, [100, 90, 90, 80, 80, 70]);
    }

    #[test]
    fn what_nobody_measured_costs_nothing_and_nothing_leaves_the_range() {
        assert_eq!(health_score(0, None, None), 100);
        assert_eq!(health_score(u32::MAX, Some(u32::MAX), Some(250.0)), 20);
        assert_eq!(health_score(0, None, Some(-3.0)), 0);
    }
}
