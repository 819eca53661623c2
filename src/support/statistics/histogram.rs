//! Latencies counted in buckets, each 5 % wider than the one before: an hour, a day and a stream each have one, and any of
//! them add up to the histogram of the whole, which percentiles themselves do not.

use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use super::rank::nearest_rank;

/// How much wider each bucket is than the one before.
const BASE: f64 = 1.05;

/// Where each bucket ends, in milliseconds: bucket `n` holds what is above `BOUNDS[n - 1]` and up to `BOUNDS[n]`, the first
/// all up to one millisecond. Made by multiplication, which is the same to the last bit on every machine; logarithms are
/// not.
static BOUNDS: LazyLock<Vec<f64>> = LazyLock::new(|| {
    let most = f64::from(u32::MAX) * BASE;
    std::iter::successors(Some(1.0), |bound| (bound * BASE <= most).then_some(bound * BASE)).collect()
});

/// How often which latency came, and their sum. As JSON `[sum, [[bucket, count], …]]`, only buckets that hold something.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Stored", into = "Stored")]
pub struct Histogram {
    sum_ms: u64,
    /// By bucket, up to the last one that holds something.
    counts: Vec<u64>,
}

#[derive(Serialize, Deserialize)]
struct Stored(u64, Vec<(u16, u64)>);

impl Histogram {
    /// Counts one success that took so long; failures have no latency.
    pub fn record(&mut self, latency_ms: u32) {
        self.sum_ms = self.sum_ms.saturating_add(u64::from(latency_ms));
        let count = self.of_bucket(bucket(latency_ms));
        *count = count.saturating_add(1);
    }

    /// Adds what `other` counted.
    pub fn merge(&mut self, other: &Self) {
        self.sum_ms = self.sum_ms.saturating_add(other.sum_ms);
        if self.counts.len() < other.counts.len() {
            self.counts.resize(other.counts.len(), 0);
        }
        for (own, count) in self.counts.iter_mut().zip(&other.counts) {
            *own = own.saturating_add(*count);
        }
    }

    /// The count of a bucket that is about to hold something.
    fn of_bucket(&mut self, bucket: u16) -> &mut u64 {
        let at = usize::from(bucket);
        if self.counts.len() <= at {
            self.counts.resize(at + 1, 0);
        }
        &mut self.counts[at]
    }

    /// The buckets that hold something, the fastest first.
    fn filled(&self) -> impl Iterator<Item = (u16, u64)> {
        let counted = (0..).zip(self.counts.iter().copied());
        counted.filter(|(_, count)| *count > 0)
    }

    /// How many latencies were counted.
    pub fn count(&self) -> u64 {
        self.counts
            .iter()
            .fold(0, |sum: u64, count| sum.saturating_add(*count))
    }

    pub fn is_empty(&self) -> bool {
        self.counts.is_empty()
    }

    /// In milliseconds, exact; `None` of none.
    pub fn mean_ms(&self) -> Option<f64> {
        let count = self.count();
        (count > 0).then(|| self.sum_ms as f64 / count as f64)
    }

    /// The latency at `percent` (0 to 100) by nearest rank, in milliseconds and within 5 % of the true one; `None` of none.
    pub fn percentile_ms(&self, percent: f64) -> Option<u32> {
        let rank = nearest_rank(self.count(), percent)?;
        let mut passed = 0_u64;
        self.filled()
            .find(|(_, count)| {
                passed = passed.saturating_add(*count);
                passed >= rank
            })
            .map(|(bucket, _)| middle_ms(bucket))
    }

    /// (above ms, up to ms) of every bucket there is, the fastest first.
    pub fn grid() -> impl Iterator<Item = (f64, f64)> {
        (0..BOUNDS.len()).map(|bucket| bounds(u16::try_from(bucket).unwrap_or(u16::MAX)))
    }

    /// (above ms, up to ms, count) of each bucket that holds something, the fastest first: what a chart draws.
    pub fn buckets(&self) -> impl Iterator<Item = (f64, f64, u64)> {
        self.filled().map(|(bucket, count)| {
            let (from, to) = bounds(bucket);
            (from, to, count)
        })
    }
}

impl Extend<u32> for Histogram {
    fn extend<T: IntoIterator<Item = u32>>(&mut self, latencies_ms: T) {
        latencies_ms.into_iter().for_each(|latency| self.record(latency));
    }
}

impl FromIterator<u32> for Histogram {
    fn from_iter<T: IntoIterator<Item = u32>>(latencies_ms: T) -> Self {
        let mut histogram = Self::default();
        histogram.extend(latencies_ms);
        histogram
    }
}

impl From<Histogram> for Stored {
    fn from(histogram: Histogram) -> Self {
        Self(histogram.sum_ms, histogram.filled().collect())
    }
}

impl TryFrom<Stored> for Histogram {
    type Error = String;

    fn try_from(Stored(sum_ms, pairs): Stored) -> Result<Self, Self::Error> {
        let last = pairs.iter().map(|(bucket, _)| usize::from(*bucket) + 1).max();
        let length = last.unwrap_or_default().min(BOUNDS.len());
        let mut counts = vec![0; length];
        for (bucket, count) in pairs {
            match counts.get_mut(usize::from(bucket)) {
                Some(own) if *own == 0 && count > 0 => *own = count,
                _ => return Err(format!("bucket {bucket} with {count} is not one of a histogram")),
            }
        }
        Ok(Self { sum_ms, counts })
    }
}

fn bucket(latency_ms: u32) -> u16 {
    let bucket = BOUNDS.partition_point(|bound| *bound < f64::from(latency_ms));
    u16::try_from(bucket).unwrap_or(u16::MAX)
}

fn bounds(bucket: u16) -> (f64, f64) {
    let bucket = usize::from(bucket);
    let at = |place: usize| BOUNDS.get(place).copied().unwrap_or(f64::from(u32::MAX));
    (if bucket == 0 { 0.0 } else { at(bucket - 1) }, at(bucket))
}

/// What stands for everything in a bucket: a whole millisecond within it where it holds one.
fn middle_ms(bucket: u16) -> u32 {
    let (from, to) = bounds(bucket);
    let middle = (from.max(1.0) * to).sqrt().round();
    middle.clamp((from.floor() + 1.0).min(to), to).floor() as u32
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn of(latencies: &[u32]) -> Histogram {
        latencies.iter().copied().collect()
    }

    fn sum(histograms: &[&Histogram]) -> Histogram {
        let mut sum = Histogram::default();
        histograms.iter().for_each(|histogram| sum.merge(histogram));
        sum
    }

    #[test]
    fn a_merged_percentile_is_that_of_the_whole_and_not_the_mean_of_two() {
        let quick = of(&[100; 99]);
        let slow = of(&[9_000]);
        let both = sum(&[&quick, &slow]);
        assert_eq!(both.percentile_ms(50.0), quick.percentile_ms(50.0));
        assert_eq!(both.percentile_ms(99.0), quick.percentile_ms(99.0));
        assert_eq!(both.percentile_ms(100.0), slow.percentile_ms(50.0));
        assert_eq!(both.mean_ms(), Some(189.0));
    }

    #[test]
    fn nothing_counted_has_neither_mean_nor_percentile() {
        assert_eq!(Histogram::default().mean_ms(), None);
        assert_eq!(Histogram::default().percentile_ms(95.0), None);
        assert!(Histogram::default().is_empty());
    }

    #[test]
    fn it_is_stored_as_its_sum_and_the_buckets_that_hold_something() {
        let json = serde_json::to_string(&of(&[1, 1, 2])).unwrap();
        assert_eq!(json, "[4,[[0,2],[15,1]]]");
        for wrong in [
            "[1,[[0,0]]]",
            "[1,[[60000,1]]]",
            "[1,[[0,1],[0,2]]]",
            "[1,[[0,-1]]]",
            "{}",
        ] {
            assert!(serde_json::from_str::<Histogram>(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_chart_is_given_every_bucket_with_its_bounds() {
        let histogram = of(&[1, 2, 2]);
        let buckets: Vec<(f64, f64, u64)> = histogram.buckets().collect();
        assert_eq!(buckets[0], (0.0, 1.0, 1));
        assert!(buckets[1].0 < 2.0 && buckets[1].1 >= 2.0 && buckets[1].2 == 2);
    }

    fn latencies() -> impl Strategy<Value = Vec<u32>> {
        let one = prop_oneof![0..20_u32, 0..20_000_u32, any::<u32>()];
        proptest::collection::vec(one, 0..80)
    }

    proptest! {
        #[test]
        fn adding_up_is_blind_to_order_and_grouping(a in latencies(), b in latencies(), c in latencies()) {
            let whole = of(&[a.as_slice(), &b, &c].concat());
            let (a, b, c) = (of(&a), of(&b), of(&c));
            prop_assert_eq!(&sum(&[&a, &b, &c]), &whole);
            prop_assert_eq!(&sum(&[&c, &a, &b]), &whole);
            prop_assert_eq!(&sum(&[&sum(&[&a, &b]), &c]), &whole);
            prop_assert_eq!(&sum(&[&a, &sum(&[&b, &c])]), &whole);
            prop_assert_eq!(&sum(&[&a, &Histogram::default()]), &a);
        }

        #[test]
        fn a_percentile_is_within_five_percent_of_the_true_one(mut values in latencies(), percent in 1..=100_u32) {
            let found = of(&values).percentile_ms(f64::from(percent));
            values.sort_unstable();
            let Some(rank) = nearest_rank(values.len() as u64, f64::from(percent)) else {
                prop_assert_eq!(found, None);
                return Ok(());
            };
            let (truth, found) = (values[rank as usize - 1], found.unwrap());
            // Less than a millisecond reads as one.
            let truth = f64::from(truth.max(1));
            prop_assert!((f64::from(found) - truth).abs() <= truth * 0.05, "{} for {}", found, truth);
        }

        #[test]
        fn what_was_stored_is_read_again(values in latencies()) {
            let histogram = of(&values);
            let json = serde_json::to_string(&histogram).unwrap();
            prop_assert_eq!(serde_json::from_str::<Histogram>(&json).unwrap(), histogram);
        }
    }
}
