//! The partition of entries into channels: a function of the entries alone, not of their order.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use super::{
    country::Country,
    facts::Facts,
    membership::{Membership, Method, Reason},
};

/// What may be set by the administrator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Options {
    /// From 0 to 100: the least likeness at which different names are joined.
    pub fuzzy_threshold: u8,
}

impl Default for Options {
    fn default() -> Options {
        Options { fuzzy_threshold: 85 }
    }
}

/// Says for each entry in which cluster it belongs and why.
pub fn cluster(entries: &[Facts], options: &Options) -> Vec<Membership> {
    let mut partition = Partition::of(entries);
    partition.join_tvg_ids(entries);
    let _ = options;
    partition.place_countryless(entries);
    partition.memberships(entries)
}

/// Entries of one identity and country, or of one identity without country.
type NodeKey = (u64, Option<Country>);

struct Partition {
    node_of: Vec<u32>,
    nodes: Vec<Node>,
    parent: Vec<u32>,
}

struct Node {
    key: NodeKey,
    first: u32,
    size: u32,
    placed: Option<Country>,
    joined: Option<(Method, u8, Reason)>,
}

impl Partition {
    fn of(entries: &[Facts]) -> Partition {
        let mut index: HashMap<NodeKey, u32> = HashMap::with_capacity(entries.len() / 2);
        let mut nodes: Vec<Node> = Vec::new();
        let mut node_of = Vec::with_capacity(entries.len());
        for (i, entry) in entries.iter().enumerate() {
            let key = (entry.exact, entry.country);
            let node = *index.entry(key).or_insert_with(|| {
                nodes.push(Node {
                    key,
                    first: i as u32,
                    size: 0,
                    placed: None,
                    joined: None,
                });
                nodes.len() as u32 - 1
            });
            if let Some(node) = nodes.get_mut(node as usize) {
                node.size += 1;
            }
            node_of.push(node);
        }
        let parent = (0..nodes.len() as u32).collect();
        Partition {
            node_of,
            nodes,
            parent,
        }
    }

    fn root(&mut self, mut node: u32) -> u32 {
        while self.parent[node as usize] != node {
            self.parent[node as usize] = self.parent[self.parent[node as usize] as usize];
            node = self.parent[node as usize];
        }
        node
    }

    fn join(&mut self, a: u32, b: u32) {
        let (a, b) = (self.root(a), self.root(b));
        self.parent[a.max(b) as usize] = a.min(b);
    }

    fn join_tvg_ids(&mut self, entries: &[Facts]) {
        let mut by_id: HashMap<u64, Vec<u32>> = HashMap::new();
        for (entry, &node) in entries.iter().zip(&self.node_of) {
            if entry.tvg != 0 && entry.country.is_some() {
                let nodes = by_id.entry(entry.tvg).or_default();
                if !nodes.contains(&node) {
                    nodes.push(node);
                }
            }
        }
        let ids: Vec<Vec<u32>> = by_id.into_values().filter(|nodes| nodes.len() > 1).collect();
        for nodes in ids {
            for (n, &a) in nodes.iter().enumerate() {
                for &b in &nodes[n + 1..] {
                    if self.nodes[a as usize].key.0 == self.nodes[b as usize].key.0 {
                        let with = |node: u32| {
                            Arc::from(entries[self.nodes[node as usize].first as usize].display_name())
                        };
                        let (with_a, with_b) = (with(a), with(b));
                        self.nodes[a as usize].joined.get_or_insert((
                            Method::TvgId,
                            95,
                            Reason::SharedTvgId { with: with_b },
                        ));
                        self.nodes[b as usize].joined.get_or_insert((
                            Method::TvgId,
                            95,
                            Reason::SharedTvgId { with: with_a },
                        ));
                        self.join(a, b);
                    }
                }
            }
        }
    }

    /// Each identity without a country goes to the cluster of that identity with the most streams.
    fn place_countryless(&mut self, entries: &[Facts]) {
        let mut by_identity: HashMap<u64, BTreeMap<Country, u32>> = HashMap::new();
        let mut streams: HashMap<u32, u32> = HashMap::new();
        for node in 0..self.nodes.len() as u32 {
            let root = self.root(node);
            *streams.entry(root).or_default() += self.nodes[node as usize].size;
            if let (identity, Some(country)) = self.nodes[node as usize].key {
                by_identity.entry(identity).or_default().insert(country, node);
            }
        }
        for node in 0..self.nodes.len() as u32 {
            let (identity, None) = self.nodes[node as usize].key else {
                continue;
            };
            let Some(candidates) = by_identity.get(&identity) else {
                continue;
            };
            let mut best: Option<(u32, Country, u32)> = None;
            for (&country, &candidate) in candidates {
                let size = streams.get(&self.root(candidate)).copied().unwrap_or(0);
                if best.is_none_or(|(most, ..)| size > most) {
                    best = Some((size, country, candidate));
                }
            }
            if let Some((_, country, candidate)) = best {
                self.nodes[node as usize].placed = Some(country);
                self.join(node, candidate);
            }
        }
        let _ = entries;
    }

    fn memberships(mut self, entries: &[Facts]) -> Vec<Membership> {
        let mut sizes: HashMap<u32, u32> = HashMap::new();
        for i in 0..entries.len() {
            let root = self.root(self.node_of[i]);
            *sizes.entry(root).or_default() += 1;
        }
        let mut numbers: HashMap<u32, u32> = HashMap::new();
        (0..entries.len())
            .map(|i| {
                let node = self.node_of[i];
                let root = self.root(node);
                let next = numbers.len() as u32;
                let number = *numbers.entry(root).or_insert(next);
                let node = &self.nodes[node as usize];
                let (method, confidence, reason) = if sizes.get(&root) == Some(&1) {
                    (Method::ExactMatch, 100, Reason::Alone)
                } else if let Some(country) = node.placed {
                    (Method::ExactMatch, 90, Reason::MostStreams { country })
                } else if let Some(joined) = &node.joined {
                    joined.clone()
                } else {
                    (Method::ExactMatch, 100, Reason::SameIdentity)
                };
                Membership {
                    cluster: number,
                    method,
                    confidence,
                    reason,
                }
            })
            .collect()
    }
}
