//! Merge rules as the partition consults them: after what names and guide ids say, before what people decided of single
//! streams.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use crate::db::{DbError, Tx};
use crate::features::catalogue::entry::Entry;
use crate::features::catalogue::matching::{Facts, Membership, Method, Reason, tie};
use crate::features::catalogue::rules::{Finder, MergeRule, Place, RuleType};
use crate::features::catalogue::store::rules as rule_store;

use super::graph::{BlockSet, to_u32};
use super::member::Member;

/// What more present streams than this have in common cannot mean one channel, and joins nothing.
pub const MOST_JOINED: usize = 1_000;

#[derive(Default)]
pub(super) struct Rules {
    /// The one with the last word last.
    rules: Vec<Rule>,
    /// Ties of which more than [`MOST_JOINED`] streams have each.
    pub broad: BlockSet,
}

struct Rule {
    finder: Finder,
    joined: Arc<str>,
    parted: Arc<str>,
}

/// What rules say of one stream.
pub(super) struct Said {
    /// What ties it to those that rules join it with.
    pub ties: Vec<u64>,
    /// Whether any rule finds it.
    pub is_found: bool,
}

/// Clusters after the rules had their say.
pub(super) struct Ruled {
    pub memberships: Vec<Membership>,
    /// The ties by which rules joined each stream to others; empty where no rule did.
    joined_by: Vec<Vec<u64>>,
}

impl Ruled {
    /// Clusters of which rules say nothing.
    pub(super) fn nothing(natural: Vec<Membership>) -> Self {
        Self {
            memberships: natural,
            joined_by: Vec::new(),
        }
    }

    /// The ties by which rules joined a stream to others.
    pub(super) fn joined_by(&self, at: usize) -> &[u64] {
        self.joined_by.get(at).map_or(&[], Vec::as_slice)
    }
}

impl Rules {
    /// Those that are switched on.
    pub(super) async fn load(tx: &mut Tx) -> Result<Self, DbError> {
        Ok(Self::of(&rule_store::list_in(tx).await?))
    }

    /// Of rules in the order of their lists.
    pub(super) fn of(rules: &[MergeRule]) -> Self {
        let on = rules.iter().rev().filter(|rule| rule.enabled);
        let rules = on.filter_map(|rule| {
            let why = rule
                .reason
                .as_ref()
                .map_or_else(String::new, |reason| format!(": {reason}"));
            Some(Rule {
                finder: Finder::of(rule)?,
                joined: Arc::from(format!("rule {} makes them one channel{why}", rule.id)),
                parted: Arc::from(format!("rule {} keeps them apart{why}", rule.id)),
            })
        });
        Self {
            rules: rules.collect(),
            broad: BlockSet::default(),
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.rules.is_empty()
    }

    /// What they say of a stream by itself. `facts` are asked for only where a rule names a region.
    pub(super) fn said(&self, name: &str, provider: i64, facts: impl Fn() -> Facts) -> Said {
        let mut said = Said {
            ties: Vec::new(),
            is_found: false,
        };
        for rule in &self.rules {
            let place = rule.finder.place(name, provider, || facts().country());
            said.is_found |= place.is_some();
            if let Some(Place::Joins(key)) = place {
                said.ties.push(tie::ruled(key));
            }
        }
        said
    }

    /// What ties an entry of a list to those that rules join it with.
    pub(super) fn ties_of(&self, entry: &Entry<'_>, provider: i64) -> Vec<u64> {
        self.said(entry.name, provider, || super::facts(entry)).ties
    }

    /// Changes clusters that came of names and guide ids into what the rules say.
    pub(super) fn settle(&self, natural: Vec<Membership>, members: &[(&Member, &Facts)]) -> Ruled {
        let mut work = Work::of(&natural, members);
        for rule in &self.rules {
            let place = |(member, facts): &(&Member, &Facts)| {
                rule.finder
                    .place(&member.name, member.provider, || facts.country())
            };
            let places: Vec<Option<Place>> = members.iter().map(place).collect();
            if places.iter().all(Option::is_none) {
                continue;
            }
            match rule.finder.kind {
                RuleType::NeverMerge => work.part(&places, rule),
                RuleType::AlwaysMerge | RuleType::Custom => work.join(&places, rule, &self.broad),
            }
        }
        work.memberships(natural)
    }
}

struct Work<'a> {
    members: &'a [(&'a Member, &'a Facts)],
    /// The cluster of each stream by names and guide ids alone.
    natural: Vec<u32>,
    /// The cluster of each stream.
    homes: Vec<u32>,
    /// The next free number.
    next: u32,
    why: Vec<Option<Arc<str>>>,
    joined_by: Vec<Vec<u64>>,
}

impl<'a> Work<'a> {
    fn of(natural: &[Membership], members: &'a [(&'a Member, &'a Facts)]) -> Self {
        let natural: Vec<u32> = natural.iter().map(|membership| membership.cluster).collect();
        Self {
            members,
            homes: natural.clone(),
            next: natural.iter().max().map_or(0, |last| last + 1),
            why: vec![None; natural.len()],
            joined_by: vec![Vec::new(); natural.len()],
            natural,
        }
    }

    fn join(&mut self, places: &[Option<Place>], rule: &Rule, broad: &BlockSet) {
        let mut by_tie: HashMap<u64, Vec<usize>> = HashMap::new();
        for (at, place) in places.iter().enumerate() {
            if let Some(Place::Joins(key)) = place
                && !broad.contains(&tie::ruled(*key))
            {
                by_tie.entry(tie::ruled(*key)).or_default().push(at);
            }
        }
        let mut parents: Vec<u32> = (0..self.next).collect();
        for (tie, together) in by_tie {
            let first = self.homes[together[0]];
            if together.iter().all(|at| self.homes[*at] == first) {
                continue;
            }
            for at in together {
                let (one, other) = (root(&mut parents, first), root(&mut parents, self.homes[at]));
                parents[one.max(other) as usize] = one.min(other);
                self.why[at] = Some(Arc::clone(&rule.joined));
                self.joined_by[at].push(tie);
            }
        }
        for home in &mut self.homes {
            *home = root(&mut parents, *home);
        }
    }

    /// What the second expression finds leaves those of the first; without one, the first leave all others.
    fn part(&mut self, places: &[Option<Place>], rule: &Rule) {
        let leaving = match rule.finder.has_second() {
            true => Place::Second,
            false => Place::First,
        };
        let mut by_home: HashMap<u32, Vec<usize>> = HashMap::new();
        for (at, home) in self.homes.iter().enumerate() {
            by_home.entry(*home).or_default().push(at);
        }
        let mut homes: Vec<(u32, Vec<usize>)> = by_home.into_iter().collect();
        homes.sort_unstable_by_key(|(home, _)| *home);
        for (_, together) in homes {
            let leaves = |at: &usize| places[*at] == Some(leaving);
            let is_apart = |at: &usize| match leaving {
                Place::Second => places[*at] == Some(Place::First),
                _ => places[*at] != Some(Place::First),
            };
            if !together.iter().any(leaves) || !together.iter().any(is_apart) {
                continue;
            }
            let sides = [Place::First, Place::Second].map(|side| self.side(&together, places, side));
            for at in &together {
                let goes = match places[*at] {
                    Some(place) => place == leaving,
                    None => leaving == Place::Second && self.goes_along(*at, &sides),
                };
                if goes {
                    self.homes[*at] = self.next;
                }
                if places[*at].is_some() {
                    self.why[*at] = Some(Arc::clone(&rule.parted));
                }
            }
            self.next += 1;
        }
    }

    /// The names of what one expression found, and the clusters that these were in by themselves.
    fn side(&self, together: &[usize], places: &[Option<Place>], side: Place) -> [HashSet<u64>; 2] {
        let found = || together.iter().filter(|at| places[**at] == Some(side));
        [
            found().map(|at| self.members[*at].1.exact()).collect(),
            found().map(|at| u64::from(self.natural[*at])).collect(),
        ]
    }

    /// Whether a stream that neither expression finds goes along with the second: it is of the very name of one of those,
    /// or else by itself together with those alone.
    fn goes_along(&self, at: usize, [first, second]: &[[HashSet<u64>; 2]; 2]) -> bool {
        let (name, cluster) = (self.members[at].1.exact(), u64::from(self.natural[at]));
        match (first[0].contains(&name), second[0].contains(&name)) {
            (false, true) => true,
            (true, _) => false,
            (false, false) => second[1].contains(&cluster) && !first[1].contains(&cluster),
        }
    }

    fn memberships(self, natural: Vec<Membership>) -> Ruled {
        let mut numbers: HashMap<u32, u32> = HashMap::new();
        let ruled = natural.into_iter().zip(self.homes).zip(self.why);
        let memberships = ruled.map(|((membership, home), why)| {
            let next = to_u32(numbers.len());
            let cluster = *numbers.entry(home).or_insert(next);
            match why {
                Some(words) => Membership {
                    cluster,
                    method: Method::Rule,
                    confidence: 100,
                    reason: Reason::Said(words),
                },
                None => Membership {
                    cluster,
                    ..membership
                },
            }
        });
        Ruled {
            memberships: memberships.collect(),
            joined_by: self.joined_by,
        }
    }
}

fn root(parents: &mut [u32], mut node: u32) -> u32 {
    while parents[node as usize] != node {
        let above = parents[parents[node as usize] as usize];
        parents[node as usize] = above;
        node = above;
    }
    node
}
