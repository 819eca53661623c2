//! How far a provider can be relied on, in one number: half of it how available its streams were, three tenths how many of
//! its syncs succeeded, two tenths how fresh its list is.

const AVAILABILITY: f64 = 0.5;
const SYNCS: f64 = 0.3;
const FRESHNESS: f64 = 0.2;
/// A list that is no older is fresh.
const FRESH_HOURS: f64 = 24.0;

/// What a score is made of; a part that nobody knows is left out, and the rest counts as much more.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Parts {
    /// 0 to 1, of streams.
    pub availability: Option<f64>,
    /// 0 to 1: syncs that did not fail, of all.
    pub syncs: Option<f64>,
    /// Since the last good sync.
    pub freshness_hours: Option<f64>,
}

/// One part: how good it is, and how much of the score it makes; both 0 to 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Part {
    pub name: &'static str,
    pub value: Option<f64>,
    pub weight: f64,
}

impl Parts {
    /// 0 to 100; none where no part is known.
    pub fn score(&self) -> Option<f64> {
        let known = self
            .parts()
            .into_iter()
            .filter_map(|part| Some((part.value?, part.weight)));
        let (sum, weights) = known.fold((0.0, 0.0), |(sum, weights), (value, weight)| {
            (sum + value * weight, weights + weight)
        });
        (weights > 0.0).then(|| 100.0 * sum / weights)
    }

    /// Each with the weight it is meant to have.
    pub fn parts(&self) -> [Part; 3] {
        let fresh = self.freshness_hours.map(|hours| match hours > FRESH_HOURS {
            true => FRESH_HOURS / hours,
            false => 1.0,
        });
        let part = |name, value: Option<f64>, weight| Part {
            name,
            value: value.map(|value| value.clamp(0.0, 1.0)),
            weight,
        };
        [
            part("Availability of streams", self.availability, AVAILABILITY),
            part("Syncs that succeeded", self.syncs, SYNCS),
            part("Freshness of the list", fresh, FRESHNESS),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn score(availability: Option<f64>, syncs: Option<f64>, freshness_hours: Option<f64>) -> Option<f64> {
        let parts = Parts {
            availability,
            syncs,
            freshness_hours,
        };
        parts.score().map(|score| (score * 100.0).round() / 100.0)
    }

    #[test]
    fn each_part_counts_as_agreed() {
        assert_eq!(score(Some(1.0), Some(1.0), Some(0.0)), Some(100.0));
        assert_eq!(score(Some(0.9), Some(0.5), Some(48.0)), Some(70.0));
        assert_eq!(score(Some(0.0), Some(0.0), Some(24.0)), Some(20.0));
        assert_eq!(score(Some(1.0), Some(1.0), Some(240.0)), Some(82.0));
    }

    #[test]
    fn what_nobody_knows_is_left_out_and_the_rest_counts_for_it() {
        assert_eq!(score(None, Some(0.5), None), Some(50.0));
        assert_eq!(score(Some(0.9), None, Some(1.0)), Some(92.86));
        assert_eq!(score(None, None, None), None);
    }
}
