//! Every stream of the catalogue, packed: what a change looks at before it reads rows.

use std::collections::{HashMap, HashSet};

use crate::features::catalogue::matching::tie;
use crate::features::catalogue::store::provider as provider_store;
use crate::support::ids::ProviderId;

use super::Staged;
use super::graph::{BlockSet, Graph, Groups};
use super::live::{NONE, tied};
use super::pins::{Pin, Pins};
use super::rules::{MOST_JOINED, Rules};
use super::stored::StoredStreams;

/// Every stream of the catalogue as it will be, packed: stored ones by id, then added ones in the order of the list.
pub(super) struct Nodes {
    pub graph: Graph,
    ids: Vec<i64>,
    pub channels: Vec<i64>,
    pub missing: Vec<bool>,
    touched: Vec<bool>,
    staged: Vec<u32>,
    /// The provider that is synced.
    pub owner: (ProviderId, provider_store::Owner),
    /// Whether there are streams that no count holds.
    pub any_hidden: bool,
    pub rules: Rules,
    /// The channel that a rule took a stream out of, for streams that may go back.
    pub was_in: HashMap<i64, i64>,
    /// What people decided.
    pub pins: Pins,
}

pub(super) enum Fate {
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
            owner: (ProviderId(0), provider_store::Owner::default()),
            any_hidden: false,
            rules: Rules::default(),
            was_in: HashMap::new(),
            pins: Pins::default(),
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

    /// Has these rules say what is together. Ties that are too broad tie nothing from here on.
    pub(super) fn rule(&mut self, mut rules: Rules) {
        let broad = self.broad(&rules);
        if !broad.is_empty() {
            self.graph.forget(&broad);
        }
        rules.broad = broad;
        self.rules = rules;
    }

    /// Ties of rules that so many streams have that they cannot be meant.
    pub(super) fn broad(&self, rules: &Rules) -> BlockSet {
        let mut counts: HashMap<u64, usize> = HashMap::new();
        if !rules.is_empty() {
            let present = (0..self.len()).filter(|node| !self.missing.get(*node).is_some_and(|gone| *gone));
            let ties = present.flat_map(|node| self.graph.of(node).iter().copied());
            for tie in ties.filter(|tie| tie::is_ruled(*tie)) {
                *counts.entry(tie).or_default() += 1;
            }
        }
        let broad = counts.into_iter().filter(|(_, count)| *count > MOST_JOINED);
        broad.map(|(tie, _)| tie).collect()
    }

    /// All that ties those to others which have one of these ties.
    pub(super) fn around(&self, ties: &BlockSet) -> BlockSet {
        let mut around = BlockSet::default();
        for node in 0..self.graph.len() {
            if self.graph.of(node).iter().any(|tie| ties.contains(tie)) {
                around.extend(self.graph.of(node));
            }
        }
        around
    }

    /// Gives a stored stream other blocks.
    pub(super) fn tie_anew(&mut self, id: i64, blocks: &[u64]) {
        if let Some(node) = self.node_of(id) {
            self.graph.replace(node, blocks);
        }
    }

    /// The stored streams of channels, missing ones too: stream and channel of each.
    pub(super) fn stored_in(&self, channels: &HashSet<i64>) -> impl Iterator<Item = (i64, i64)> {
        let streams = self.ids.iter().copied().zip(self.channels.iter().copied());
        streams.filter(|(_, channel)| channels.contains(channel))
    }

    fn tie(&mut self, node: usize, tie: u64) {
        let mut blocks = self.graph.of(node).to_vec();
        blocks.push(tie);
        self.graph.replace(node, &blocks);
    }

    pub(super) fn node_of(&self, id: i64) -> Option<usize> {
        self.ids.binary_search(&id).ok()
    }

    pub(super) fn meet(
        &mut self,
        node: usize,
        fate: &Fate,
        staged: &dyn Staged,
        ruled: &HashMap<u32, Vec<u64>>,
    ) {
        self.touched[node] = true;
        self.missing[node] = matches!(fate, Fate::Removed);
        if let Fate::Updated(number) = fate {
            self.graph.replace(node, &tied(*number, staged, ruled));
            self.staged[node] = *number;
            if let Some(tie) = self.pins.of(self.ids[node]).map(Pin::tie) {
                self.tie(node, tie);
            }
        }
    }

    pub(super) fn add(&mut self, number: u32, blocks: &[u64]) {
        self.graph.push(blocks.iter().copied());
        self.missing.push(false);
        self.touched.push(true);
        self.staged.push(number);
    }
}
