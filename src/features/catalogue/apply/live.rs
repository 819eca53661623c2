//! Live streams: which are concerned, and the order of the steps.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use crate::args;
use crate::db::{DbError, Tx};
use crate::features::catalogue::entry::{Entry, EntryKind};
use crate::features::catalogue::matching::Options;
use crate::features::catalogue::store::{
    channels as channel_store, provider as provider_store, state, streams,
};
use crate::support::ids::{ChannelId, ProviderId};

use super::graph::{BlockSet, Groups};
use super::nodes::{Fate, Nodes};
use super::partition::{Partition, partition};
use super::pins::Pins;
use super::rules::Rules;
use super::stored::StoredStreams;
use super::{Applied, ApplyError, Changes, ChannelMoved, Staged, alike, channels, hand_over, names, numbers};

/// Stands for "no cluster", "not staged".
pub(super) const NONE: u32 = u32::MAX;

/// What a change of live streams touches.
pub(super) struct Concerned {
    /// Whose staged entries are written.
    pub provider: ProviderId,
    /// The blocks that it touches, old and new.
    pub seeds: BlockSet,
    /// Channels with streams whose change is none for the matching.
    pub dressed: HashSet<i64>,
    pub options: Options,
    pub now_ms: i64,
}

pub(super) async fn apply(
    tx: &mut Tx,
    provider: ProviderId,
    changes: &Changes,
    staged: &mut dyn Staged,
    ahead: Option<StoredStreams>,
    next: &mut state::Next,
    applied: &mut Applied,
) -> Result<(), ApplyError> {
    let fates = fates(changes, staged);
    let added: Vec<u32> = live_only(&changes.added, staged);
    if fates.is_empty() && added.is_empty() {
        return Ok(());
    }
    let stored = StoredStreams::current(tx, ahead).await?;
    set_missing(tx, changes).await?;
    let alike = alike::alike(tx, changes, staged).await?;
    let mut nodes = Nodes::of(stored);
    nodes.owner = (provider, provider_store::owner(tx, provider).await?);
    nodes.rules = Rules::load(tx).await?;
    nodes.any_hidden = provider_store::any_hidden(tx).await?;
    nodes.hold(Pins::load(tx).await?);
    let ruled = ruled(&nodes, changes, staged)?;
    let before = nodes.broad(&nodes.rules);
    let (mut seeds, dressed) = touch(&mut nodes, &fates, &alike, &added, staged, &ruled);
    drop((fates, alike, ruled));
    // What was too broad to tie and is not any more, or the other way round, concerns all that have it.
    let turned: BlockSet = &before ^ &nodes.broad(&nodes.rules);
    if !turned.is_empty() {
        seeds.extend(nodes.around(&turned));
    }
    let rules = std::mem::take(&mut nodes.rules);
    nodes.rule(rules);
    seeds.retain(|tie| !nodes.rules.broad.contains(tie));
    let concerned = Concerned {
        provider,
        seeds,
        dressed,
        options: Options {
            fuzzy_threshold: changes.fuzzy_threshold,
        },
        now_ms: changes.now_ms,
    };
    settle(tx, &nodes, concerned, staged, next, applied).await
}

/// Groups the streams that a change concerns, and writes what became of them.
pub(super) async fn settle(
    tx: &mut Tx,
    nodes: &Nodes,
    concerned: Concerned,
    staged: &mut dyn Staged,
    next: &mut state::Next,
    applied: &mut Applied,
) -> Result<(), ApplyError> {
    let groups = nodes.graph.reached(concerned.seeds);
    let dressed = not_in(&groups, nodes.present_in(&concerned.dressed));
    let mut partition = partition(tx, nodes, &groups, &dressed, staged, &concerned.options).await?;
    let numbers = numbers::grant(tx, &partition, next).await?;
    let writer = channels::Writer::new(
        tx,
        concerned.provider,
        concerned.now_ms,
        nodes,
        &mut partition,
        &numbers,
        next,
    );
    let order = groups.nodes().iter().chain(&dressed).copied().collect();
    let stale_names = writer.write(order, staged, applied).await?;
    empty_channels(tx, nodes, &groups, &partition, applied).await?;
    names::tell_apart(tx, stale_names).await?;
    Ok(())
}

/// What rules tie staged entries with, by their numbers; nothing where there are no rules.
fn ruled(
    nodes: &Nodes,
    changes: &Changes,
    staged: &mut dyn Staged,
) -> Result<HashMap<u32, Vec<u64>>, ApplyError> {
    let (mut ruled, mut buffer) = (HashMap::new(), Vec::new());
    if nodes.rules.is_empty() {
        return Ok(ruled);
    }
    let updated = changes.updated.iter().map(|(number, _)| number);
    for number in changes.added.iter().chain(updated) {
        if staged.kind(*number) == EntryKind::Live {
            staged.read(*number, &mut buffer)?;
            let ties = nodes.rules.ties_of(&Entry::decode(&buffer)?, nodes.owner.0.0);
            if !ties.is_empty() {
                ruled.insert(*number, ties);
            }
        }
    }
    Ok(ruled)
}

/// All that ties a staged entry to others.
pub(super) fn tied<'s>(
    number: u32,
    staged: &'s dyn Staged,
    ruled: &HashMap<u32, Vec<u64>>,
) -> Cow<'s, [u64]> {
    match ruled.get(&number) {
        Some(ties) => [staged.blocks(number), ties.as_slice()].concat().into(),
        None => staged.blocks(number).into(),
    }
}

/// Those of `nodes` that no group holds.
fn not_in(groups: &Groups, mut nodes: Vec<u32>) -> Vec<u32> {
    let grouped: HashSet<u32> = groups.nodes().iter().copied().collect();
    nodes.retain(|node| !grouped.contains(node));
    nodes
}

fn fates(changes: &Changes, staged: &dyn Staged) -> Vec<(i64, Fate)> {
    let is_live = |kind: EntryKind| kind == EntryKind::Live;
    let updated = changes
        .updated
        .iter()
        .filter(|(number, _)| is_live(staged.kind(*number)));
    let returned = changes.returned.iter().filter(|(kind, _)| is_live(*kind));
    let removed = changes.removed.iter().filter(|(kind, _)| is_live(*kind));
    updated
        .map(|(number, id)| (*id, Fate::Updated(*number)))
        .chain(returned.map(|(_, id)| (*id, Fate::Returned)))
        .chain(removed.map(|(_, id)| (*id, Fate::Removed)))
        .collect()
}

fn live_only(numbers: &[u32], staged: &dyn Staged) -> Vec<u32> {
    numbers
        .iter()
        .copied()
        .filter(|number| staged.kind(*number) == EntryKind::Live)
        .collect()
}

async fn set_missing(tx: &mut Tx, changes: &Changes) -> Result<(), DbError> {
    let of = |list: &[(EntryKind, i64)], since: Option<i64>| {
        let live = list.iter().filter(|(kind, _)| *kind == EntryKind::Live);
        live.flat_map(|(_, id)| args![*id, since]).collect::<Vec<_>>()
    };
    streams::set_missing(tx, of(&changes.removed, Some(changes.now_ms))).await?;
    streams::set_missing(tx, of(&changes.returned, None)).await?;
    Ok(())
}

/// Makes the streams what they will be. The answer: the blocks that the change touches, old and new, and the channels of
/// streams whose change is none for the matching.
fn touch(
    nodes: &mut Nodes,
    fates: &[(i64, Fate)],
    alike: &HashSet<i64>,
    added: &[u32],
    staged: &dyn Staged,
    ruled: &HashMap<u32, Vec<u64>>,
) -> (BlockSet, HashSet<i64>) {
    let (mut seeds, mut dressed) = (BlockSet::default(), HashSet::new());
    for (id, fate) in fates {
        let Some(node) = nodes.node_of(*id) else { continue };
        let is_dressed = !nodes.missing[node] && alike.contains(id);
        if is_dressed {
            dressed.insert(nodes.channels[node]);
        } else {
            seeds.extend(nodes.graph.of(node));
        }
        nodes.meet(node, fate, staged, ruled);
        if !is_dressed {
            seeds.extend(nodes.graph.of(node));
        }
    }
    for number in added {
        let blocks = tied(*number, staged, ruled);
        seeds.extend(blocks.iter());
        nodes.add(*number, &blocks);
    }
    (seeds, dressed)
}

/// Channels whose streams are all missing or in other channels now.
async fn empty_channels(
    tx: &mut Tx,
    nodes: &Nodes,
    groups: &Groups,
    partition: &Partition,
    applied: &mut Applied,
) -> Result<(), ApplyError> {
    let going_on: HashSet<i64> = partition.clusters.iter().map(|cluster| cluster.channel).collect();
    let taker_of: HashMap<i64, i64> = partition
        .emptied
        .iter()
        .filter_map(|(channel, cluster)| Some((*channel, partition.clusters.get(*cluster as usize)?.channel)))
        .collect();
    let settled = nodes.settled_channels(groups);
    let mut left: Vec<i64> = groups
        .nodes()
        .iter()
        .filter_map(|node| nodes.channel_of(*node))
        .filter(|channel| !going_on.contains(channel) && !settled.contains(channel))
        .collect();
    left.sort_unstable();
    left.dedup();
    let emptied = left
        .iter()
        .flat_map(|channel| args![*channel, taker_of.get(channel).copied()])
        .collect();
    channel_store::empty(tx, emptied).await?;
    let mut moves: Vec<(i64, i64)> = taker_of.into_iter().collect();
    moves.sort_unstable();
    streams::follow(
        tx,
        moves.iter().flat_map(|(from, to)| args![*from, *to]).collect(),
    )
    .await?;
    hand_over::hand_over(tx, &moves).await?;
    applied.moved = moves
        .into_iter()
        .map(|(from, to)| ChannelMoved {
            from: ChannelId(from),
            to: ChannelId(to),
        })
        .collect();
    Ok(())
}
