//! Different identities of one country that mean the same channel.

use std::collections::{HashMap, HashSet};

use super::{
    super::{
        country::Country,
        facts::Facts,
        likeness::{self, Likeness},
        loose::telling_words,
        membership::{Method, Reason},
    },
    Options,
    nodes::Nodes,
};

/// Joins identities whose telling words are the same, in this order or another.
pub(super) fn join_loose(nodes: &mut Nodes, entries: &[Facts], options: &Options) {
    let mut first: HashMap<(u64, Option<Country>), u32> = HashMap::with_capacity(nodes.len());
    for (number, percent, because) in [
        (0, 95, "only words differ that tell nothing apart"),
        (1, 90, "the same words in another order"),
    ] {
        if percent < options.fuzzy_threshold {
            continue;
        }
        for node in nodes.all() {
            let facts = nodes.facts(node, entries);
            if facts.is_nameless() {
                continue;
            }
            let other = *first
                .entry((facts.keys.loose[number], facts.country))
                .or_insert(node);
            if nodes.root(other) == nodes.root(node) {
                continue;
            }
            let likeness = Likeness { percent, because };
            if nodes.key(other).exact != nodes.key(node).exact {
                explain(nodes, entries, [other, node], likeness);
            }
            nodes.join(other, node);
        }
    }
}

/// Joins identities that look or sound nearly alike, where it is plain which are meant.
pub(super) fn join_near(nodes: &mut Nodes, entries: &[Facts], options: &Options) {
    let edges = edges(nodes, entries, options);
    let doubtful = Doubts::of(nodes, &edges);
    for edge in edges {
        if !doubtful.holds(&edge) {
            explain(nodes, entries, edge.nodes, edge.likeness);
            nodes.join(edge.nodes[0], edge.nodes[1]);
        }
    }
}

fn explain(nodes: &mut Nodes, entries: &[Facts], [a, b]: [u32; 2], Likeness { percent, because }: Likeness) {
    for (node, other) in [(a, b), (b, a)] {
        if nodes.evidence(node).is_none() {
            let with = nodes.name(other, entries);
            nodes.explain(node, || {
                (Method::FuzzyMatch, percent, Reason::Similar { with, because })
            });
        }
    }
}

/// A near key of more names than this tells nothing, and comparing each with each would take too long.
const MOST_ALIKE: usize = 400;

/// Two nodes that are alike; `unique` marks a side that may mean only one.
struct Edge {
    nodes: [u32; 2],
    unique: [bool; 2],
    likeness: Likeness,
}

/// Every pair that shares a near key and is alike enough. One node stands for all with the same telling words.
fn edges(nodes: &mut Nodes, entries: &[Facts], options: &Options) -> Vec<Edge> {
    let mut seen: HashSet<(u64, Option<Country>)> = HashSet::with_capacity(nodes.len());
    let mut keyed: Vec<(u64, Option<Country>, u32, u8)> = Vec::new();
    for node in nodes.all() {
        let facts = nodes.facts(node, entries);
        if seen.insert((facts.keys.loose[0], facts.country)) {
            let keys = facts.keys.near.iter().zip(0_u8..).filter(|&(&key, kind)| {
                key != 0 && (facts.country.is_some() || kind != likeness::BY_ACRONYM)
            });
            keyed.extend(keys.map(|(&key, kind)| (key, facts.country, node, kind)));
        }
    }
    drop(seen);
    keyed.sort_unstable();
    let mut edges = Vec::new();
    for run in keyed.chunk_by(|a, b| (a.0, a.1) == (b.0, b.1)) {
        if !(2..=MOST_ALIKE).contains(&run.len()) {
            continue;
        }
        let words: Vec<Vec<&str>> = run
            .iter()
            .map(|&(_, country, node, _)| telling_words(&nodes.facts(node, entries).words, country))
            .collect();
        for (i, &(.., a, kind)) in run.iter().enumerate() {
            for (j, &(.., b, _)) in run.iter().enumerate().skip(i + 1) {
                if nodes.root(a) == nodes.root(b) {
                    continue;
                }
                let whole = [a, b].map(|node| &*nodes.facts(node, entries).words);
                let found = likeness::compare(kind, [&words[i], &words[j]], whole, options.fuzzy_threshold);
                edges.extend(found.map(|(likeness, unique)| Edge {
                    nodes: [a, b],
                    unique,
                    likeness,
                }));
            }
        }
    }
    edges
}

/// Sides that fit several clusters which are not alike themselves: joining them would be guessing.
struct Doubts(HashSet<u32>);

impl Doubts {
    fn of(nodes: &mut Nodes, edges: &[Edge]) -> Doubts {
        let mut partners: HashMap<u32, Vec<u32>> = HashMap::new();
        let mut linked: HashSet<(u32, u32)> = HashSet::new();
        for edge in edges {
            let [a, b] = edge.nodes.map(|node| nodes.root(node));
            linked.insert((a.min(b), a.max(b)));
            for (side, other) in [(0, b), (1, a)] {
                if edge.unique[side] {
                    partners.entry(edge.nodes[side]).or_default().push(other);
                }
            }
        }
        let apart = |a: u32, b: u32| a != b && !linked.contains(&(a.min(b), a.max(b)));
        let doubtful = |roots: &[u32]| {
            roots
                .iter()
                .enumerate()
                .any(|(i, &a)| roots[i + 1..].iter().any(|&b| apart(a, b)))
        };
        Doubts(
            partners
                .into_iter()
                .filter(|(_, roots)| doubtful(roots))
                .map(|(node, _)| node)
                .collect(),
        )
    }

    fn holds(&self, edge: &Edge) -> bool {
        (0..2).any(|side| edge.unique[side] && self.0.contains(&edge.nodes[side]))
    }
}
