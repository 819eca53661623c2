//! What an entry was not joined with, and why: for people who wonder.

use std::collections::{HashMap, HashSet};

use super::{cluster::Options, difference, facts::Facts, loose::telling_words, membership::Membership};

/// A cluster that came near but is another channel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rejected {
    /// The position of an entry of the other cluster.
    pub entry: usize,
    pub because: String,
}

/// How many rejected candidates an entry shows at most.
const SHOWN: usize = 3;
/// A first word that more clusters begin with is no hint.
const MOST_PER_WORD: usize = 400;

/// The nearest candidates of other clusters for each entry, the most alike first.
pub fn rejected(entries: &[Facts], memberships: &[Membership], options: &Options) -> Vec<Vec<Rejected>> {
    let index = Index::of(entries, memberships);
    let mut known: HashMap<(u64, Option<super::Country>), Vec<Rejected>> = HashMap::new();
    entries
        .iter()
        .zip(memberships)
        .map(|(facts, membership)| {
            let candidates = || index.candidates(facts, membership.cluster, entries, options);
            known
                .entry((facts.keys.exact, facts.country))
                .or_insert_with(candidates)
                .clone()
        })
        .collect()
}

/// One entry of each identity in each cluster, by block and by first telling word.
struct Index<'a> {
    by_block: HashMap<u64, Vec<(u32, usize)>>,
    by_word: HashMap<&'a str, Vec<(u32, usize)>>,
}

impl<'a> Index<'a> {
    fn of(entries: &'a [Facts], memberships: &[Membership]) -> Index<'a> {
        let mut index = Index {
            by_block: HashMap::new(),
            by_word: HashMap::new(),
        };
        let mut seen = HashSet::new();
        for (i, (facts, membership)) in entries.iter().zip(memberships).enumerate() {
            if !seen.insert((membership.cluster, facts.keys.exact)) {
                continue;
            }
            let found = (membership.cluster, i);
            for block in facts.blocks() {
                index.by_block.entry(block).or_default().push(found);
            }
            if let Some(word) = telling_words(&facts.words, facts.country).first() {
                index.by_word.entry(word).or_default().push(found);
            }
        }
        index
    }

    fn candidates(&self, facts: &Facts, cluster: u32, entries: &[Facts], options: &Options) -> Vec<Rejected> {
        let words = telling_words(&facts.words, facts.country);
        let by_word = words
            .first()
            .and_then(|word| self.by_word.get(word))
            .filter(|found| found.len() <= MOST_PER_WORD);
        let by_block = facts
            .blocks()
            .filter_map(|block| self.by_block.get(&block))
            .flatten();
        let mut best: HashMap<u32, (u8, usize)> = HashMap::new();
        for &(other, entry) in by_block
            .chain(by_word.into_iter().flatten())
            .filter(|(other, _)| *other != cluster)
        {
            let likeness = difference::spelling(facts, &entries[entry]);
            let kept = best.entry(other).or_insert((likeness, entry));
            *kept = (*kept).max((likeness, entry));
        }
        let mut sorted: Vec<(u8, usize)> = best.into_values().collect();
        sorted.sort_unstable_by_key(|&(likeness, entry)| (std::cmp::Reverse(likeness), entry));
        let because = |&(likeness, entry): &(u8, usize)| Rejected {
            entry,
            because: difference::in_words(facts, &entries[entry], likeness, options.fuzzy_threshold),
        };
        sorted.iter().take(SHOWN).map(because).collect()
    }
}
