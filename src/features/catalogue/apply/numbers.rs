//! Who gets which channel number: a number belongs to one channel, and stays with it.

use std::collections::{HashMap, HashSet};

use crate::db::{DbError, Tx};
use crate::features::catalogue::store::{channels, state};

use super::graph::to_u32;
use super::partition::Partition;

/// Numbers that clusters may take, by cluster. Of several that state the same one the first by name gets it; a channel
/// that has the number already keeps it.
pub(super) async fn grant(
    tx: &mut Tx,
    partition: &Partition,
    next: &mut state::Next,
) -> Result<HashMap<u32, i64>, DbError> {
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
            next.number = next.number.max(number / 10_000 + 1);
        }
    }
    Ok(granted)
}
