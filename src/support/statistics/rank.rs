//! Means and ranks of a handful of values.

/// The value at `percent` (0 to 100) by nearest rank: the smallest that at least this many percent do not exceed, always
/// one of `sorted`. `None` without values.
pub fn percentile(sorted: &[i64], percent: f64) -> Option<i64> {
    let rank = nearest_rank(sorted.len() as u64, percent)?;
    sorted.get(usize::try_from(rank - 1).ok()?).copied()
}

/// Which of `count` sorted values, from 1, stands at `percent`; `None` without values.
pub fn nearest_rank(count: u64, percent: f64) -> Option<u64> {
    if count == 0 {
        return None;
    }
    // A product such as 0.95 × 20 is 19.000000000000004 or so and would otherwise be rounded up to the next rank.
    let exact = percent * count as f64 / 100.0;
    let rank = if (exact - exact.round()).abs() < 1e-9 {
        exact.round()
    } else {
        exact.ceil()
    };
    Some((rank as u64).clamp(1, count))
}

/// The value in the middle, or the mean of the two in the middle (rounded down); `None` without values.
pub fn median(sorted: &[i64]) -> Option<i64> {
    let upper = *sorted.get(sorted.len() / 2)?;
    if sorted.len() % 2 == 1 {
        return Some(upper);
    }
    let lower = sorted[sorted.len() / 2 - 1];
    Some(lower + (upper - lower) / 2)
}

/// `None` without values.
pub fn mean(values: impl IntoIterator<Item = f64>) -> Option<f64> {
    weighted_mean(values.into_iter().map(|value| (value, 1.0)))
}

/// The mean of (value, weight); a weight that is not above nought counts for nothing. `None` without any weight.
pub fn weighted_mean(values: impl IntoIterator<Item = (f64, f64)>) -> Option<f64> {
    let (sum, weights) = values
        .into_iter()
        .filter(|(_, weight)| *weight > 0.0)
        .fold((0.0, 0.0), |(sum, weights), (value, weight)| {
            (sum + value * weight, weights + weight)
        });
    (weights > 0.0).then(|| sum / weights)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_percentile_is_one_of_the_values() {
        let values = [15, 20, 35, 40, 50];
        let at = |percent| percentile(&values, percent);
        assert_eq!(
            [at(5.0), at(30.0), at(40.0), at(50.0), at(100.0)],
            [15, 20, 20, 35, 50].map(Some)
        );
        assert_eq!(at(0.0), Some(15));
        assert_eq!(percentile(&[], 50.0), None);
        let twenty: Vec<i64> = (1..=20).collect();
        assert_eq!(percentile(&twenty, 95.0), Some(19));
    }

    #[test]
    fn the_median_of_an_even_number_lies_between_the_two_in_the_middle() {
        assert_eq!(median(&[1, 5, 9]), Some(5));
        assert_eq!(median(&[1, 5, 9, 100]), Some(7));
        assert_eq!(median(&[i64::MAX - 2, i64::MAX]), Some(i64::MAX - 1));
        assert_eq!(median(&[]), None);
    }

    #[test]
    fn a_mean_follows_the_weights() {
        assert_eq!(mean([1.0, 2.0, 6.0]), Some(3.0));
        assert_eq!(weighted_mean([(1.0, 3.0), (0.0, 1.0)]), Some(0.75));
        assert_eq!(weighted_mean([(1.0, 0.0), (0.5, -1.0)]), None);
        assert_eq!(mean([]), None);
    }

    proptest! {
        #[test]
        fn at_least_so_many_percent_do_not_exceed_a_percentile_and_less_do_not_reach_it(
            mut values in proptest::collection::vec(-1000..1000_i64, 1..200),
            percent in 1..=100_u32,
        ) {
            values.sort_unstable();
            let found = percentile(&values, f64::from(percent)).unwrap();
            let share = |count: usize| count as f64 * 100.0 / values.len() as f64;
            let within = values.iter().filter(|value| **value <= found).count();
            let below = values.iter().filter(|value| **value < found).count();
            prop_assert!(share(within) >= f64::from(percent) - 1e-6);
            prop_assert!(share(below) < f64::from(percent));
        }
    }
}
