//! Which streams a change can concern at all: two streams can be in one channel only through shared blocks, so what no
//! changed block reaches stays as it is.

use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasherDefault, Hasher};

use crate::features::catalogue::matching::tie;

/// Streams with their blocks, packed; a stream is its place in the order of [`Graph::push`].
#[derive(Default)]
pub(super) struct Graph {
    blocks: Vec<u64>,
    starts: Vec<u32>,
    lengths: Vec<u16>,
}

/// Blocks are hashes already.
#[derive(Default)]
pub(super) struct Taken(u64);

impl Hasher for Taken {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }

    fn write_u64(&mut self, value: u64) {
        self.0 = value;
    }
}

pub(super) type BlockSet = HashSet<u64, BuildHasherDefault<Taken>>;
type BlockMap = HashMap<u64, u32, BuildHasherDefault<Taken>>;

impl Graph {
    pub(super) fn push(&mut self, blocks: impl Iterator<Item = u64>) {
        let start = self.blocks.len();
        self.blocks.extend(blocks);
        self.starts.push(to_u32(start));
        self.lengths.push(length(self.blocks.len() - start));
    }

    /// Gives a stream other blocks.
    pub(super) fn replace(&mut self, node: usize, blocks: &[u64]) {
        if let (Some(start), Some(known)) = (self.starts.get_mut(node), self.lengths.get_mut(node)) {
            *start = to_u32(self.blocks.len());
            *known = length(blocks.len());
            self.blocks.extend(blocks);
        }
    }

    /// Takes these blocks from every stream that has them.
    pub(super) fn forget(&mut self, gone: &BlockSet) {
        for (start, length) in self.starts.iter().zip(&mut self.lengths) {
            let start = *start as usize;
            let Some(own) = self.blocks.get_mut(start..start + usize::from(*length)) else {
                continue;
            };
            let mut kept = 0;
            for at in 0..own.len() {
                if !gone.contains(&own[at]) {
                    own[usize::from(kept)] = own[at];
                    kept += 1;
                }
            }
            *length = kept;
        }
    }

    pub(super) fn len(&self) -> usize {
        self.starts.len()
    }

    pub(super) fn of(&self, node: usize) -> &[u64] {
        let start = self.starts.get(node).map_or(0, |start| *start as usize);
        let length = self.lengths.get(node).map_or(0, |length| usize::from(*length));
        self.blocks.get(start..start + length).unwrap_or(&[])
    }

    /// The streams that `seeds` reach over shared blocks, each with all its neighbours: groups of streams, no stream in
    /// two of them, the groups in the order of their first stream and the streams of each in order.
    pub(super) fn reached(&self, seeds: BlockSet) -> Groups {
        let mut is_reached = vec![false; self.len()];
        let mut felt: BlockSet = seeds.into_iter().flat_map(tie::answers).collect();
        loop {
            let before = felt.len();
            for (node, reached) in is_reached.iter_mut().enumerate() {
                let blocks = self.of(node);
                if !*reached && blocks.iter().any(|block| felt.contains(block)) {
                    *reached = true;
                    felt.extend(blocks.iter().copied().flat_map(tie::answers));
                }
            }
            if felt.len() == before {
                break;
            }
        }
        drop(felt);
        let nodes: Vec<u32> = is_reached
            .iter()
            .enumerate()
            .filter(|(_, reached)| **reached)
            .map(|(node, _)| to_u32(node))
            .collect();
        self.grouped(nodes)
    }

    fn grouped(&self, mut nodes: Vec<u32>) -> Groups {
        let mut parents: Vec<u32> = (0..to_u32(self.len())).collect();
        let blocks = |node: &u32| self.of(*node as usize).iter().copied();
        let open: BlockSet = nodes
            .iter()
            .flat_map(blocks)
            .filter(|block| !tie::is_even(*block) && *block == tie::open_side(*block))
            .collect();
        let mut first_of = BlockMap::default();
        for node in &nodes {
            for block in blocks(node) {
                let shared = if tie::is_even(block) {
                    block
                } else {
                    tie::open_side(block)
                };
                if tie::is_even(block) || open.contains(&shared) {
                    let first = *first_of.entry(shared).or_insert(*node);
                    join(&mut parents, first, *node);
                }
            }
        }
        drop((first_of, open));
        nodes.sort_unstable_by_key(|node| (root(&mut parents, *node), *node));
        let mut ends = Vec::new();
        for at in 1..=nodes.len() {
            let same = nodes
                .get(at)
                .is_some_and(|node| root(&mut parents, *node) == root(&mut parents, nodes[at - 1]));
            if !same {
                ends.push(at);
            }
        }
        Groups { nodes, ends }
    }
}

/// Streams by group.
#[derive(Default)]
pub(super) struct Groups {
    nodes: Vec<u32>,
    ends: Vec<usize>,
}

impl Groups {
    /// Every stream in question.
    pub(super) fn nodes(&self) -> &[u32] {
        &self.nodes
    }

    /// Runs of whole groups with at least `size` streams each, the last aside.
    pub(super) fn batches(&self, size: usize) -> impl Iterator<Item = &[u32]> {
        let mut ends = self.ends.iter();
        let mut start = 0;
        std::iter::from_fn(move || {
            let mut end = start;
            while end - start < size {
                match ends.next() {
                    Some(next) => end = *next,
                    None => break,
                }
            }
            let batch = &self.nodes[start..end];
            start = end;
            (!batch.is_empty()).then_some(batch)
        })
    }
}

fn root(parents: &mut [u32], mut node: u32) -> u32 {
    while parents[node as usize] != node {
        let grandparent = parents[parents[node as usize] as usize];
        parents[node as usize] = grandparent;
        node = grandparent;
    }
    node
}

fn join(parents: &mut [u32], one: u32, other: u32) {
    let (one, other) = (root(parents, one), root(parents, other));
    parents[one.max(other) as usize] = one.min(other);
}

pub(super) fn to_u32(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

fn length(blocks: usize) -> u16 {
    u16::try_from(blocks).unwrap_or(u16::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn graph(nodes: &[&[u64]]) -> Graph {
        let mut graph = Graph::default();
        for blocks in nodes {
            graph.push(blocks.iter().copied());
        }
        graph
    }

    fn groups(graph: &Graph, seeds: &[u64]) -> Vec<Vec<u32>> {
        let groups = graph.reached(seeds.iter().copied().collect());
        groups.batches(1).map(<[u32]>::to_vec).collect()
    }

    // Even ties are multiples of four; 1 and 2 stand for the known and the open side.
    #[test]
    fn a_change_reaches_over_shared_blocks_and_no_further() {
        let graph = graph(&[&[4, 8], &[12], &[8, 16], &[20], &[16], &[]]);
        assert_eq!(groups(&graph, &[4]), [vec![0, 2, 4]]);
        assert_eq!(groups(&graph, &[16, 12]), [vec![0, 2, 4], vec![1]]);
        assert_eq!(groups(&graph, &[36]), Vec::<Vec<u32>>::new());
    }

    #[test]
    fn those_of_known_countries_feel_each_other_only_through_one_without() {
        let known = graph(&[&[4, 41], &[8, 41], &[12]]);
        assert_eq!(groups(&known, &[4, 41]), [vec![0]]);
        let with_open = graph(&[&[4, 41], &[8, 41], &[12], &[42]]);
        assert_eq!(groups(&with_open, &[4, 41]), [vec![0, 1, 3]]);
        assert_eq!(groups(&with_open, &[42]), [vec![0, 1, 3]]);
        assert_eq!(
            groups(&known, &[42]),
            [vec![0], vec![1]],
            "the one without is gone"
        );
    }

    #[test]
    fn other_blocks_of_a_stream_take_the_place_of_its_own() {
        let mut graph = graph(&[&[4], &[8], &[12]]);
        graph.replace(1, &[12, 16]);
        assert_eq!(groups(&graph, &[8]), Vec::<Vec<u32>>::new());
        assert_eq!(groups(&graph, &[16]), [vec![1, 2]]);
    }

    #[test]
    fn forgotten_blocks_tie_nothing() {
        let mut graph = graph(&[&[4, 8, 12], &[8, 16], &[12]]);
        graph.forget(&[8].into_iter().collect());
        assert_eq!(graph.of(0), [4, 12]);
        assert_eq!(groups(&graph, &[4]), [vec![0, 2]]);
        assert_eq!(groups(&graph, &[16]), [vec![1]]);
    }

    #[test]
    fn batches_hold_whole_groups() {
        let graph = graph(&[&[4], &[8], &[4], &[12], &[8]]);
        let groups = graph.reached([4, 8, 12].into_iter().collect());
        let batches: Vec<&[u32]> = groups.batches(3).collect();
        assert_eq!(batches, [&[0, 2, 1, 4][..], &[3]]);
        assert_eq!(groups.nodes().len(), 5);
    }
}
