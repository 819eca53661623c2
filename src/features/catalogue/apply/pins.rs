//! What people decided of single streams, as the partition consults it. A stream that a decision moved is in the channel of
//! that decision; one that it left where it was is held there while it keeps its name. Streams of which nobody decided go
//! along with those that they are naturally together with.

use std::collections::HashMap;
use std::sync::Arc;

use crate::db::{DbError, Tx};
use crate::features::catalogue::matching::{Facts, Membership, Method, Reason};
use crate::features::catalogue::names::name_key;
use crate::features::catalogue::store::decisions::{self, Held};

use super::graph::to_u32;
use super::member::Member;
use super::rules::Ruled;

/// Characters of a name in a reason.
const LONGEST_NAME: usize = 60;

/// The latest decision on a stream.
pub(super) struct Pin {
    decision: i64,
    pub channel: i64,
    pub moved: bool,
    named: String,
    /// How and why it is there; none where it is for its own reasons.
    why: Option<(Method, Arc<str>)>,
}

#[derive(Default)]
pub(super) struct Pins {
    of_stream: HashMap<i64, Pin>,
}

/// Clusters with what people decided of them.
pub(super) struct Settled {
    pub memberships: Vec<Membership>,
    /// The channels of those clusters that are decided.
    pub channels: HashMap<u32, i64>,
}

/// Where a stream belongs.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Home {
    Channel(i64),
    Natural(u32),
}

impl Pins {
    pub(super) async fn load(tx: &mut Tx) -> Result<Self, DbError> {
        let mut of_stream = HashMap::new();
        decisions::each_held(tx, |held| {
            of_stream.insert(held.stream, Pin::of(held));
        })
        .await?;
        Ok(Self { of_stream })
    }

    pub(super) fn of(&self, stream: i64) -> Option<&Pin> {
        self.of_stream.get(&stream)
    }

    /// What ties streams together that decisions have in one channel, by stream.
    pub(super) fn ties(&self) -> impl Iterator<Item = (i64, u64)> {
        self.of_stream.iter().map(|(stream, pin)| (*stream, pin.tie()))
    }

    /// Changes clusters that came of the names alone into what people decided.
    pub(super) fn settle(&self, ruled: Ruled, members: &[(&Member, &Facts)]) -> Settled {
        let pins: Vec<Option<&Pin>> = members
            .iter()
            .map(|(member, _)| self.of(member.row.as_ref()?.id))
            .collect();
        if pins.iter().all(Option::is_none) {
            return Settled {
                memberships: ruled.memberships,
                channels: HashMap::new(),
            };
        }
        let keeps_name = |at: usize| {
            pins[at].filter(|pin| {
                members
                    .get(at)
                    .is_some_and(|(_, facts)| pin.named == named(facts))
            })
        };
        let mut offers: HashMap<u32, Vec<Offer<'_>>> = HashMap::new();
        for (at, membership) in ruled.memberships.iter().enumerate() {
            if let (Some(pin), Some((_, facts))) = (keeps_name(at), members.get(at)) {
                offers.entry(membership.cluster).or_default().push(Offer {
                    channel: pin.channel,
                    decision: pin.decision,
                    exact: facts.exact(),
                    joined_by: ruled.joined_by(at),
                });
            }
        }
        let mut numbers: HashMap<Home, u32> = HashMap::new();
        let mut channels = HashMap::new();
        let natural = ruled.memberships.iter().cloned().enumerate();
        let memberships = natural.map(|(at, membership)| {
            let held = pins[at].filter(|pin| pin.moved || keeps_name(at).is_some());
            let home = match (held, members.get(at)) {
                (Some(pin), _) => Home::Channel(pin.channel),
                (None, Some((_, facts))) => offers
                    .get(&membership.cluster)
                    .and_then(|offers| best(offers, facts.exact(), ruled.joined_by(at), pins[at]))
                    .map_or(Home::Natural(membership.cluster), Home::Channel),
                (None, None) => Home::Natural(membership.cluster),
            };
            let next = to_u32(numbers.len());
            let cluster = *numbers.entry(home).or_insert(next);
            if let Home::Channel(channel) = home {
                channels.insert(cluster, channel);
            }
            match held.and_then(|pin| pin.why.as_ref()) {
                Some((method, reason)) => Membership {
                    cluster,
                    method: *method,
                    confidence: 100,
                    reason: Reason::Said(Arc::clone(reason)),
                },
                None => Membership {
                    cluster,
                    ..membership
                },
            }
        });
        Settled {
            memberships: memberships.collect(),
            channels,
        }
    }
}

impl Pin {
    fn of(held: Held) -> Self {
        let day = jiff::Timestamp::from_millisecond(held.at_ms)
            .map_or_else(|_| String::new(), |at| at.strftime("%Y-%m-%d").to_string());
        let (kept, other, who) = (short(&held.kept_name), short(&held.other_name), &held.actor);
        let why = match (held.kind.as_str(), held.moved) {
            ("split", true) => Some((
                Method::ManualSplit,
                format!("split off from \"{kept}\" by {who} on {day}"),
            )),
            ("split", false) => Some((
                Method::ManualSplit,
                format!("stayed here when {who} split off \"{other}\" on {day}"),
            )),
            (_, true) => Some((
                Method::ManualMerge,
                format!("came with \"{other}\", which {who} merged in on {day}"),
            )),
            // Its own name is why it is here.
            (_, false) => None,
        };
        Self {
            decision: held.decision,
            channel: held.channel,
            moved: held.moved,
            named: held.named,
            why: why.map(|(method, reason)| (method, Arc::from(reason))),
        }
    }

    /// An even tie, see [`crate::features::catalogue::matching::tie`].
    pub(super) fn tie(&self) -> u64 {
        let mixed =
            (self.channel.cast_unsigned() ^ 0x5bd1_e995_7b93_1f2d).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        (mixed ^ (mixed >> 31)) & !0b11
    }
}

/// A name as a sentence can hold it.
fn short(name: &str) -> String {
    match name.char_indices().nth(LONGEST_NAME) {
        Some((end, _)) => format!("{}…", &name[..end]),
        None => name.to_owned(),
    }
}

/// The name by which it is seen whether a stream is called as it was.
pub(super) fn named(facts: &Facts) -> String {
    name_key(facts.display_name())
}

/// A channel in which a stream is held whose name still is what it was, and which therefore draws others.
struct Offer<'a> {
    channel: i64,
    decision: i64,
    exact: u64,
    joined_by: &'a [u64],
}

/// The channel that a stream goes along with: of those with streams of its very name the one with most, else of those that
/// a rule joins it with, else the one with most; ties go to the older. One that a decision left out of a channel does not go there because its name changed.
fn best(offers: &[Offer<'_>], exact: u64, joined_by: &[u64], lapsed: Option<&Pin>) -> Option<i64> {
    let allowed = |offer: &&Offer<'_>| {
        lapsed.is_none_or(|pin| pin.decision != offer.decision || pin.channel == offer.channel)
    };
    if let Some(pin) = lapsed.filter(|pin| offers.iter().any(|offer| offer.channel == pin.channel)) {
        return Some(pin.channel);
    }
    let most = |wanted: &dyn Fn(&&Offer<'_>) -> bool| {
        let mut counts: HashMap<i64, u32> = HashMap::new();
        for offer in offers.iter().filter(allowed).filter(wanted) {
            *counts.entry(offer.channel).or_default() += 1;
        }
        counts
            .into_iter()
            .max_by_key(|(channel, count)| (*count, std::cmp::Reverse(*channel)))
            .map(|(channel, _)| channel)
    };
    most(&|offer| offer.exact == exact)
        .or_else(|| most(&|offer| offer.joined_by.iter().any(|tie| joined_by.contains(tie))))
        .or_else(|| most(&|_| true))
}
