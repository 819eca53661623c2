//! Who gets which channel number: a number belongs to one channel, and stays with it.

use std::collections::{HashMap, HashSet};

use crate::db::{DbError, Tx};
use crate::features::catalogue::store::{channels, state};

use super::graph::to_u32;
use super::partition::Partition;

/// Stated numbers beyond this do not move the numbers that channels get at their first appearance.
const MOST_FOLLOWED: i64 = 1_000_000;

/// What a change gives out.
pub(super) struct Numbers {
    /// By cluster.
    pub granted: HashMap<u32, i64>,
    /// Numbers of the line-up that are taken, from the next one on.
    pub ahead: HashSet<i64>,
}

/// Numbers that clusters may take. Of several that state the same one the first by name gets it; a channel
/// that has the number already keeps it.
pub(super) async fn grant(
    tx: &mut Tx,
    partition: &Partition,
    next: &mut state::Next,
) -> Result<Numbers, DbError> {
    let mut wishes: Vec<(i64, &str, u32)> = partition
        .clusters
        .iter()
        .enumerate()
        .filter_map(|(at, cluster)| {
            cluster
                .number
                .as_ref()
                .map(|(number, name)| (*number, &**name, to_u32(at)))
        })
        .collect();
    wishes.sort_unstable();
    let mut numbers: Vec<i64> = wishes.iter().map(|(number, ..)| *number).collect();
    numbers.dedup();
    let mut taken: HashSet<i64> = HashSet::new();
    for (number, _) in channels::numbered(tx, numbers).await? {
        taken.insert(number);
    }
    let mut granted = HashMap::new();
    for (number, _, cluster) in wishes {
        if taken.insert(number) {
            granted.insert(cluster, number);
            let behind = number / 10_000 + 1;
            if behind <= MOST_FOLLOWED {
                next.number = next.number.max(behind);
            }
        }
    }
    let ahead = channels::numbers_from(tx, next.number.saturating_mul(10_000)).await?;
    let ahead = ahead.into_iter().chain(granted.values().copied()).collect();
    Ok(Numbers { granted, ahead })
}
