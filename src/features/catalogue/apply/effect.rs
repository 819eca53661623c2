//! What rules would change.

use std::collections::{BTreeMap, BTreeSet};

use crate::db::Tx;
use crate::features::catalogue::matching::Options;
use crate::features::catalogue::rules::{Finder, MergeRule};

use super::ApplyError;
use super::live::NONE;
use super::nodes::Nodes;
use super::partition::{Partition, partition};
use super::rewrite::NothingStaged;
use super::ruling::{Prepared, Ruling};

/// What rules would change of the present streams, by ids.
#[derive(Debug, Default)]
pub struct Effect {
    /// Streams that the first and the second expression of the rule in question find; what joins counts as found by the
    /// first.
    pub found: [usize; 2],
    /// Whether it finds so many streams under one key that it does not join them.
    pub is_too_broad: bool,
    /// Channels that would be one, with the number of their streams.
    pub merged: Vec<(Vec<i64>, usize)>,
    /// Channels that would be several, with the streams of each part.
    pub parted: Vec<(i64, Vec<Vec<i64>>)>,
}

/// What would change if the rules were `rules`, in the order of their lists, of which `rule` is the one in question. Changes
/// nothing.
///
/// # Errors
/// [`ApplyError`].
pub async fn effect(
    tx: &mut Tx,
    rules: Vec<MergeRule>,
    rule: &MergeRule,
    fuzzy_threshold: u8,
) -> Result<Effect, ApplyError> {
    let ruling = Ruling::under(tx, 0, rules, Finder::of(rule)).await?;
    let mut effect = Effect {
        found: ruling.found.by,
        is_too_broad: ruling.found.is_too_broad(),
        ..Effect::default()
    };
    let Prepared { nodes, seeds, .. } = ruling.nodes(tx).await?;
    let groups = nodes.graph.reached(seeds);
    let options = Options { fuzzy_threshold };
    let partition = partition(tx, &nodes, &groups, &[], &mut NothingStaged, &options).await?;
    effect.compare(&nodes, groups.nodes(), &partition);
    Ok(effect)
}

impl Effect {
    /// Compares the channels of these streams with the clusters that they would be in.
    fn compare(&mut self, nodes: &Nodes, concerned: &[u32], partition: &Partition) {
        let mut clusters: BTreeMap<u32, (BTreeSet<i64>, usize)> = BTreeMap::new();
        let mut channels: BTreeMap<i64, BTreeMap<u32, Vec<i64>>> = BTreeMap::new();
        for node in concerned {
            let cluster = partition.cluster_of.get(*node as usize).copied();
            let Some(cluster) = cluster.filter(|cluster| *cluster != NONE) else {
                continue;
            };
            let (Some(id), Some(channel)) = (nodes.row_of(*node), nodes.channel_of(*node)) else {
                continue;
            };
            let (from, streams) = clusters.entry(cluster).or_default();
            from.insert(channel);
            *streams += 1;
            let parts = channels.entry(channel).or_default();
            parts.entry(cluster).or_default().push(id);
        }
        let merged = clusters.into_values().filter(|(from, _)| from.len() > 1);
        self.merged = merged
            .map(|(from, streams)| (from.into_iter().collect(), streams))
            .collect();
        self.merged
            .sort_by_key(|(_, streams)| std::cmp::Reverse(*streams));
        let parted = channels.into_iter().filter(|(_, parts)| parts.len() > 1);
        self.parted = parted
            .map(|(channel, parts)| (channel, parts.into_values().collect()))
            .collect();
    }
}
