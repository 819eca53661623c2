//! A shared tvg-id joins, across countries too, unless the names plainly differ.

use std::sync::Arc;

use super::{
    super::{
        difference,
        facts::Facts,
        membership::{Method, Reason},
    },
    nodes::Nodes,
};

/// An id on more identities than this is no id but a placeholder.
const MOST_NAMES: usize = 48;

/// A tvg-id, whether the node's country is known, and the node.
pub(super) type Bearer = (u64, bool, u32);

/// Joins nodes that share a tvg-id: those of known countries, and those without country among themselves.
pub(super) fn join(nodes: &mut Nodes, entries: &[Facts]) {
    let bearers = bearers(nodes, entries);
    for same in runs(&bearers) {
        join_pairs(nodes, entries, same);
    }
}

/// Every node with every tvg-id it bears, sorted by id.
pub(super) fn bearers(nodes: &Nodes, entries: &[Facts]) -> Vec<Bearer> {
    let with_id = entries
        .iter()
        .zip(&nodes.of_entry)
        .filter(|(facts, _)| facts.keys.tvg != 0);
    let mut bearers: Vec<Bearer> = with_id
        .map(|(facts, &node)| (facts.keys.tvg, facts.country.is_some(), node))
        .collect();
    bearers.sort_unstable();
    bearers.dedup();
    bearers
}

/// The bearers of each id that is worth something.
pub(super) fn runs(bearers: &[Bearer]) -> impl Iterator<Item = &[Bearer]> {
    bearers
        .chunk_by(|a, b| (a.0, a.1) == (b.0, b.1))
        .filter(|same| same.len() <= MOST_NAMES)
}

fn join_pairs(nodes: &mut Nodes, entries: &[Facts], same: &[Bearer]) {
    for (i, &(.., a)) in same.iter().enumerate() {
        for &(.., b) in &same[i + 1..] {
            let (facts_a, facts_b) = (nodes.facts(a, entries), nodes.facts(b, entries));
            if difference::plain(facts_a, facts_b).is_some() {
                continue;
            }
            if nodes.key(a).exact != nodes.key(b).exact || nodes.key(a).country != nodes.key(b).country {
                explain(nodes, a, nodes.name(b, entries));
                explain(nodes, b, nodes.name(a, entries));
            }
            nodes.join(a, b);
        }
    }
}

pub(super) fn explain(nodes: &mut Nodes, node: u32, with: Arc<str>) {
    nodes.explain(node, || (Method::TvgId, 95, Reason::SharedTvgId { with }));
}
