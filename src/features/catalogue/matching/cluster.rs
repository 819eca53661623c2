//! The partition of entries into channels: a function of the entries alone, not of their order, and decomposable:
//! entries that share no block, not even through others, have no influence on each other.

mod alike;
mod countryless;
mod nodes;
mod tvg;

use std::collections::HashMap;

use super::{
    facts::Facts,
    membership::{Membership, Method, Reason},
};
use nodes::Nodes;

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

/// Says for each entry, in their order, in which cluster it belongs and why.
pub fn cluster(entries: &[Facts], options: &Options) -> Vec<Membership> {
    let mut nodes = Nodes::of(entries);
    tvg::join(&mut nodes, entries);
    alike::join_loose(&mut nodes, entries, options);
    alike::join_near(&mut nodes, entries, options);
    countryless::place(&mut nodes, entries);
    memberships(&mut nodes)
}

fn memberships(nodes: &mut Nodes) -> Vec<Membership> {
    let count = nodes.of_entry.len();
    let mut sizes: HashMap<u32, u32> = HashMap::with_capacity(nodes.len());
    for entry in 0..count {
        *sizes.entry(nodes.root(nodes.of_entry[entry])).or_default() += 1;
    }
    let mut numbers: HashMap<u32, u32> = HashMap::with_capacity(sizes.len());
    (0..count)
        .map(|entry| {
            let node = nodes.of_entry[entry];
            let root = nodes.root(node);
            let next = numbers.len() as u32;
            let cluster = *numbers.entry(root).or_insert(next);
            let (method, confidence, reason) = match nodes.evidence(node) {
                Some(evidence) => evidence.clone(),
                None if sizes.get(&root) == Some(&1) => (Method::ExactMatch, 100, Reason::Alone),
                None => (Method::ExactMatch, 100, Reason::SameIdentity),
            };
            Membership {
                cluster,
                method,
                confidence,
                reason,
            }
        })
        .collect()
}
