//! Live streams: which are concerned, and the order of the steps.

use std::collections::{HashMap, HashSet};

use crate::args;
use crate::db::{DbError, Tx};
use crate::features::catalogue::entry::EntryKind;
use crate::features::catalogue::matching::Options;
use crate::features::catalogue::store::{
    channels as channel_store, provider as provider_store, state, streams,
};
use crate::support::ids::{ChannelId, ProviderId};

use super::graph::{BlockSet, Graph, Groups};
use super::partition::{Partition, partition};
use super::pins::{Pin, Pins};
use super::stored::StoredStreams;
use super::{Applied, ApplyError, Changes, ChannelMoved, Staged, alike, channels, hand_over, names, numbers};

/// Stands for "no cluster", "not staged".
pub(super) const NONE: u32 = u32::MAX;

/// Every stream of the catalogue as it will be, packed: stored ones by id, then added ones in the order of the list.
#[derive(Default)]
pub(super) struct Nodes {
    graph: Graph,
    ids: Vec<i64>,
    channels: Vec<i64>,
    missing: Vec<bool>,
    touched: Vec<bool>,
    staged: Vec<u32>,
    /// The provider that is synced.
    pub owner: provider_store::Owner,
    /// Whether there are streams that no count holds.
    pub any_hidden: bool,
    /// What people decided.
    pub pins: Pins,
}

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

enum Fate {
    Updated(u32),
    Returned,
    Removed,
}

impl Nodes {
    pub(super) fn len(&self) -> usize {
        self.staged.len()
    }

    /// The row's id; none for an added entry.
    pub(super) fn row_of(&self, node: u32) -> Option<i64> {
        self.ids.get(node as usize).copied()
    }

    pub(super) fn staged_of(&self, node: u32) -> Option<u32> {
        self.staged
            .get(node as usize)
            .copied()
            .filter(|staged| *staged != NONE)
    }

    pub(super) fn is_missing(&self, node: u32) -> bool {
        self.missing.get(node as usize).copied().unwrap_or(false)
    }

    /// Whether this change says anything of the stream itself.
    pub(super) fn is_touched(&self, node: u32) -> bool {
        self.touched.get(node as usize).copied().unwrap_or(true)
    }

    /// The streams of these channels that are there.
    pub(super) fn present_in(&self, channels: &HashSet<i64>) -> Vec<u32> {
        let nodes = (0..).zip(self.channels.iter().zip(&self.missing));
        nodes
            .filter(|(_, (channel, missing))| !**missing && channels.contains(*channel))
            .map(|(node, _)| node)
            .collect()
    }

    pub(super) fn channel_of(&self, node: u32) -> Option<i64> {
        self.channels.get(node as usize).copied()
    }

    /// Channels of concerned streams that other streams form too and keep.
    pub(super) fn settled_channels(&self, groups: &Groups) -> HashSet<i64> {
        let concerned: HashSet<i64> = groups
            .nodes()
            .iter()
            .filter_map(|node| self.channel_of(*node))
            .collect();
        let mut is_concerned = vec![false; self.channels.len()];
        for node in groups.nodes() {
            if let Some(flag) = is_concerned.get_mut(*node as usize) {
                *flag = true;
            }
        }
        let others = self.channels.iter().enumerate().filter(|(node, channel)| {
            !is_concerned[*node] && !self.missing[*node] && concerned.contains(channel)
        });
        others.map(|(_, channel)| *channel).collect()
    }

    pub(super) fn of(stored: StoredStreams) -> Self {
        let StoredStreams {
            graph,
            ids,
            channels,
            missing,
            ..
        } = stored;
        Self {
            touched: vec![false; ids.len()],
            staged: vec![NONE; ids.len()],
            graph,
            ids,
            channels,
            missing,
            ..Self::default()
        }
    }

    /// Ties together what people decided to be together.
    pub(super) fn hold(&mut self, pins: Pins) {
        for (stream, tie) in pins.ties() {
            if let Some(node) = self.node_of(stream) {
                self.tie(node, tie);
            }
        }
        self.pins = pins;
    }

    /// All that ties the streams of these channels to others.
    pub(super) fn blocks_of(&self, channels: &HashSet<i64>) -> BlockSet {
        let nodes = self.channels.iter().enumerate();
        nodes
            .filter(|(_, channel)| channels.contains(*channel))
            .flat_map(|(node, _)| self.graph.of(node).iter().copied())
            .collect()
    }

    fn tie(&mut self, node: usize, tie: u64) {
        let mut blocks = self.graph.of(node).to_vec();
        blocks.push(tie);
        self.graph.replace(node, &blocks);
    }

    fn node_of(&self, id: i64) -> Option<usize> {
        self.ids.binary_search(&id).ok()
    }

    fn meet(&mut self, node: usize, fate: &Fate, staged: &dyn Staged) {
        self.touched[node] = true;
        self.missing[node] = matches!(fate, Fate::Removed);
        if let Fate::Updated(number) = fate {
            self.graph.replace(node, staged.blocks(*number));
            self.staged[node] = *number;
            if let Some(tie) = self.pins.of(self.ids[node]).map(Pin::tie) {
                self.tie(node, tie);
            }
        }
    }

    fn add(&mut self, number: u32, blocks: &[u64]) {
        self.graph.push(blocks.iter().copied());
        self.missing.push(false);
        self.touched.push(true);
        self.staged.push(number);
    }
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
    nodes.owner = provider_store::owner(tx, provider).await?;
    nodes.any_hidden = provider_store::any_hidden(tx).await?;
    nodes.hold(Pins::load(tx).await?);
    let (seeds, dressed) = touch(&mut nodes, &fates, &alike, &added, staged);
    drop((fates, alike));
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
        nodes.meet(node, fate, staged);
        if !is_dressed {
            seeds.extend(nodes.graph.of(node));
        }
    }
    for number in added {
        let blocks = staged.blocks(*number);
        seeds.extend(blocks);
        nodes.add(*number, blocks);
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
