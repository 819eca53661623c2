//! Entries of one identity and country are one node; joining works on nodes.

use std::{collections::HashMap, sync::Arc};

use super::super::{
    country::Country,
    facts::Facts,
    membership::{Method, Reason},
};

/// Identity and country; without a country also where the stream was before and its tvg-id, since these may tell apart
/// where it goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Key {
    pub(super) exact: u64,
    pub(super) country: Option<Country>,
    home: Option<Country>,
    tvg: u64,
}

pub(super) type Evidence = (Method, u8, Reason);

struct Node {
    key: Key,
    /// The entry whose name stands for the node.
    entry: u32,
    size: u32,
    evidence: Option<Evidence>,
}

/// The nodes in an order of their own, which does not depend on the order of the entries.
pub(super) struct Nodes {
    pub(super) of_entry: Vec<u32>,
    nodes: Vec<Node>,
    parent: Vec<u32>,
}

impl Nodes {
    pub(super) fn of(entries: &[Facts]) -> Nodes {
        let mut index: HashMap<Key, u32> = HashMap::with_capacity(entries.len());
        let mut nodes: Vec<Node> = Vec::new();
        let mut of_entry = Vec::with_capacity(entries.len());
        for (i, facts) in entries.iter().enumerate() {
            let key = key(facts);
            let mut new = || {
                nodes.push(Node {
                    key,
                    entry: i as u32,
                    size: 0,
                    evidence: None,
                });
                nodes.len() as u32 - 1
            };
            let number = if facts.is_nameless() {
                new()
            } else {
                *index.entry(key).or_insert_with(new)
            };
            let node = &mut nodes[number as usize];
            node.size += 1;
            if facts.display_name() < entries[node.entry as usize].display_name() {
                node.entry = i as u32;
            }
            of_entry.push(number);
        }
        drop(index);
        let mut order: Vec<u32> = (0..nodes.len() as u32).collect();
        order.sort_unstable_by_key(|&n| nodes[n as usize].key);
        let mut place = vec![0; order.len()];
        for (new, &old) in order.iter().enumerate() {
            place[old as usize] = new as u32;
        }
        nodes.sort_unstable_by_key(|node| node.key);
        for node in &mut of_entry {
            *node = place[*node as usize];
        }
        Nodes {
            of_entry,
            parent: (0..nodes.len() as u32).collect(),
            nodes,
        }
    }

    pub(super) fn len(&self) -> usize {
        self.nodes.len()
    }

    pub(super) fn all(&self) -> std::ops::Range<u32> {
        0..self.nodes.len() as u32
    }

    pub(super) fn key(&self, node: u32) -> Key {
        self.nodes[node as usize].key
    }

    /// How many entries the node has.
    pub(super) fn size(&self, node: u32) -> u32 {
        self.nodes[node as usize].size
    }

    /// The facts of the entry that stands for the node.
    pub(super) fn facts<'a>(&self, node: u32, entries: &'a [Facts]) -> &'a Facts {
        &entries[self.nodes[node as usize].entry as usize]
    }

    pub(super) fn name(&self, node: u32, entries: &[Facts]) -> Arc<str> {
        Arc::from(self.facts(node, entries).display_name())
    }

    pub(super) fn evidence(&self, node: u32) -> Option<&Evidence> {
        self.nodes[node as usize].evidence.as_ref()
    }

    /// Keeps the first reason a node got: the stages go from the strongest evidence to the weakest.
    pub(super) fn explain(&mut self, node: u32, evidence: impl FnOnce() -> Evidence) {
        self.nodes[node as usize].evidence.get_or_insert_with(evidence);
    }

    pub(super) fn root(&mut self, mut node: u32) -> u32 {
        while self.parent[node as usize] != node {
            let above = self.parent[self.parent[node as usize] as usize];
            self.parent[node as usize] = above;
            node = above;
        }
        node
    }

    /// As [`Nodes::root`], without shortening the way for the next search.
    pub(super) fn peek_root(&self, mut node: u32) -> u32 {
        while self.parent[node as usize] != node {
            node = self.parent[node as usize];
        }
        node
    }

    /// Makes every one of these nodes a cluster of its own. No other node may have been joined with them.
    pub(super) fn part(&mut self, apart: &[u32]) {
        for &node in apart {
            self.parent[node as usize] = node;
        }
    }

    pub(super) fn join(&mut self, a: u32, b: u32) {
        let (a, b) = (self.root(a), self.root(b));
        self.parent[a.max(b) as usize] = a.min(b);
    }
}

fn key(facts: &Facts) -> Key {
    match facts.country {
        Some(_) => Key {
            exact: facts.keys.exact,
            country: facts.country,
            home: None,
            tvg: 0,
        },
        None => Key {
            exact: facts.keys.exact,
            country: None,
            home: facts.home,
            tvg: facts.keys.tvg,
        },
    }
}

impl Key {
    pub(super) fn home(self) -> Option<Country> {
        self.home
    }
}
