//! First pass: which streams are together now, and as which channel they go on. It keeps a few bytes a stream, so that
//! a catalogue of any size fits; the second pass reads the streams again, channel by channel.

use std::collections::{HashMap, HashSet};

use crate::db::Tx;
use crate::features::catalogue::entry::Entry;
use crate::features::catalogue::matching::{Country, Facts, Membership, Method, Options, Reason, cluster};
use crate::features::catalogue::names::name_key;
use crate::features::catalogue::store::streams::{self, StreamRow};
use crate::features::catalogue::succession::{self, Claim};

use super::graph::{Groups, to_u32};
use super::live::NONE;
use super::member::{Member, in_listed_order};
use super::nodes::Nodes;
use super::pins::Settled;
use super::rules::Ruled;
use super::{ApplyError, Staged};

/// Streams that are clustered at a time.
const BATCH: usize = 8_192;

/// A cluster before its channel is written.
pub(super) struct Cluster {
    /// The channel it goes on as, 0 for a new one.
    pub channel: i64,
    pub is_new: bool,
    /// Its first stream: new channels are numbered in this order.
    pub first: u32,
    pub country: Option<Country>,
    pub feed: Option<&'static str>,
    /// The number that its best numbered stream states, with the name that decides between equals.
    pub number: Option<(i64, Box<str>)>,
    /// The channel that holds exactly these streams for the same reasons already, 0 for none.
    pub was: i64,
}

/// Which streams are together.
pub(super) struct Partition {
    pub clusters: Vec<Cluster>,
    /// Of each node; [`NONE`] for what is missing or not concerned.
    pub cluster_of: Vec<u32>,
    /// Of each node that has a cluster.
    pub verdicts: Vec<Verdict>,
    pub reasons: Vec<String>,
    /// Channels left empty, with the cluster that took their streams.
    pub emptied: Vec<(i64, u32)>,
}

/// How a stream came to its cluster; `reason` is a place in [`Partition::reasons`].
#[derive(Clone, Copy)]
pub(super) struct Verdict {
    pub method: Method,
    pub confidence: u8,
    pub reason: u32,
}

struct Pass<'a> {
    nodes: &'a Nodes,
    /// Channels that streams outside this change still form.
    settled_channels: HashSet<i64>,
    claims: HashMap<(u32, i64), (u32, u32)>,
    known_reasons: HashMap<String, u32>,
    /// The channels of clusters that people decided.
    decided: HashMap<u32, i64>,
    partition: Partition,
}

/// Reads and clusters the streams of `groups`; those of `dressed`, all of some channels, stay as they are together.
pub(super) async fn partition(
    tx: &mut Tx,
    nodes: &Nodes,
    groups: &Groups,
    dressed: &[u32],
    staged: &mut dyn Staged,
    options: &Options,
) -> Result<Partition, ApplyError> {
    let nothing = Verdict {
        method: Method::ExactMatch,
        confidence: 0,
        reason: 0,
    };
    let mut pass = Pass {
        nodes,
        settled_channels: nodes.settled_channels(groups),
        claims: HashMap::new(),
        known_reasons: HashMap::new(),
        decided: HashMap::new(),
        partition: Partition {
            clusters: Vec::new(),
            cluster_of: vec![NONE; nodes.len()],
            verdicts: vec![nothing; nodes.len()],
            reasons: Vec::new(),
            emptied: Vec::new(),
        },
    };
    for batch in groups.batches(BATCH) {
        let members = members(tx, nodes, batch, staged).await?;
        pass.cluster(&members, options);
    }
    let mut partition = pass.succeed();
    let mut dressed = dressed.to_vec();
    dressed.sort_unstable_by_key(|node| (nodes.channel_of(*node), *node));
    let mut rest = dressed.as_slice();
    while !rest.is_empty() {
        let mut end = rest.len().min(BATCH);
        while end < rest.len() && nodes.channel_of(rest[end]) == nodes.channel_of(rest[end - 1]) {
            end += 1;
        }
        let members = members(tx, nodes, &rest[..end], staged).await?;
        let channel_of = |member: &Member| nodes.channel_of(member.node);
        for together in members.chunk_by(|one, other| channel_of(one) == channel_of(other)) {
            partition.keep(together);
        }
        rest = &rest[end..];
    }
    Ok(partition)
}

/// The streams of `batch`, read from their rows and from the staging.
pub(super) async fn members(
    tx: &mut Tx,
    nodes: &Nodes,
    batch: &[u32],
    staged: &mut dyn Staged,
) -> Result<Vec<Member>, ApplyError> {
    let ids: Vec<i64> = batch.iter().filter_map(|node| nodes.row_of(*node)).collect();
    let mut rows: HashMap<i64, StreamRow> = HashMap::new();
    streams::each_of(tx, ids.into_iter(), |row| {
        rows.insert(row.id, row);
    })
    .await?;
    let mut buffer = Vec::new();
    let mut members = Vec::with_capacity(batch.len());
    for node in batch {
        let row = nodes.row_of(*node).and_then(|id| rows.remove(&id));
        match (nodes.staged_of(*node), row) {
            (Some(number), row) => {
                staged.read(number, &mut buffer)?;
                members.push(Member::staged(*node, &Entry::decode(&buffer)?, row, nodes.owner));
            }
            (None, Some(row)) => members.push(Member::stored(*node, row)),
            (None, None) => {}
        }
    }
    Ok(members)
}

impl Partition {
    /// A channel whose streams stay together for the reasons that are stored.
    fn keep(&mut self, members: &[Member]) {
        let number = to_u32(self.clusters.len());
        let Some(channel) = members
            .iter()
            .find_map(|member| Some(member.row.as_ref()?.channel_id))
        else {
            return;
        };
        for member in members {
            let Some(row) = &member.row else { continue };
            let (node, reason) = (member.node as usize, to_u32(self.reasons.len()));
            self.reasons.push(row.merge_reason.clone().unwrap_or_default());
            self.cluster_of[node] = number;
            self.verdicts[node] = Verdict {
                method: stored_method(row).unwrap_or(Method::ExactMatch),
                confidence: row
                    .merge_confidence
                    .and_then(|percent| u8::try_from(percent).ok())
                    .unwrap_or(0),
                reason,
            };
        }
        let facts: Vec<Facts> = members.iter().map(Member::facts).collect();
        let all: Vec<usize> = (0..members.len()).collect();
        self.clusters.push(Cluster {
            channel,
            ..describe(members, &facts, &all)
        });
    }
}

fn stored_method(row: &StreamRow) -> Option<Method> {
    Method::from_name(row.merge_method.as_deref()?)
}

impl Pass<'_> {
    fn cluster(&mut self, members: &[Member], options: &Options) {
        let facts: Vec<Facts> = members.iter().map(Member::facts).collect();
        let is_there = |at: &usize| !self.nodes.is_missing(members[*at].node);
        let present: Vec<usize> = (0..members.len()).filter(is_there).collect();
        let natural = if present.len() == facts.len() {
            cluster(&facts, options)
        } else {
            let there: Vec<Facts> = present.iter().map(|at| facts[*at].clone()).collect();
            cluster(&there, options)
        };
        let there: Vec<(&Member, &Facts)> = present.iter().map(|at| (&members[*at], &facts[*at])).collect();
        let ruled = match self.nodes.rules.is_empty() {
            true => Ruled::nothing(natural),
            false => self.nodes.rules.settle(natural, &there),
        };
        let Settled {
            memberships,
            channels,
        } = self.nodes.pins.settle(ruled, &there);
        let base = to_u32(self.partition.clusters.len());
        let mut by_cluster: Vec<Vec<usize>> = Vec::new();
        let at_home = self.at_home(members, &present, &memberships);
        for (at, membership) in present.iter().zip(&memberships) {
            let local = membership.cluster as usize;
            if by_cluster.len() <= local {
                by_cluster.resize(local + 1, Vec::new());
            }
            by_cluster[local].push(*at);
            self.place(&members[*at], base + membership.cluster, membership, &at_home);
        }
        for (local, together) in (0..).zip(&by_cluster) {
            if let Some(channel) = channels.get(&local) {
                self.decided.insert(base + local, *channel);
            }
            let was = self.channel_before(members, together);
            let described = describe(members, &facts, together);
            self.partition.clusters.push(Cluster { was, ..described });
        }
        if present.len() < members.len() {
            self.claims_of_missing(members, &cluster(&facts, options), &at_home);
        }
    }

    /// Clusters and channels in which they have streams that no rule brought there; asked only where rules brought some.
    fn at_home(
        &self,
        members: &[Member],
        present: &[usize],
        memberships: &[Membership],
    ) -> HashSet<(u32, i64)> {
        let base = to_u32(self.partition.clusters.len());
        let mut at_home = HashSet::new();
        if !self.nodes.was_in.is_empty() {
            for (at, membership) in present.iter().zip(memberships) {
                if let Some(row) = &members[*at].row
                    && !self.nodes.was_in.contains_key(&row.id)
                {
                    at_home.insert((base + membership.cluster, row.channel_id));
                }
            }
        }
        at_home
    }

    fn place(
        &mut self,
        member: &Member,
        cluster: u32,
        membership: &Membership,
        at_home: &HashSet<(u32, i64)>,
    ) {
        let node = member.node as usize;
        self.partition.cluster_of[node] = cluster;
        self.partition.verdicts[node] = Verdict {
            method: membership.method,
            confidence: membership.confidence,
            reason: self.reason(&membership.reason),
        };
        if let Some(channel) = self.claimant(member, cluster, at_home) {
            let claim = self.claims.entry((cluster, channel)).or_default();
            claim.0 += 1;
            claim.1 += 1;
        }
    }

    /// The channel that already holds exactly these streams, none of them changed, for the same reasons; 0 for none.
    fn channel_before(&self, members: &[Member], together: &[usize]) -> i64 {
        let rows: Option<Vec<&StreamRow>> = together
            .iter()
            .map(|at| members[*at].row.as_deref().filter(|_| self.stays(&members[*at])))
            .collect();
        let Some(rows) = rows else { return 0 };
        let Some(first) = rows.first() else { return 0 };
        if self.nodes.any_hidden {
            return 0;
        }
        let is_whole = i64::try_from(rows.len()) == Ok(first.channel_stream_count);
        let is_one = rows.iter().all(|row| row.channel_id == first.channel_id);
        if is_whole && is_one { first.channel_id } else { 0 }
    }

    /// Whether a stream is as it was, with the verdict that is stored.
    fn stays(&self, member: &Member) -> bool {
        let Some(row) = &member.row else { return false };
        let verdict = self.partition.verdicts[member.node as usize];
        !self.nodes.is_touched(member.node)
            && stored_method(row) == Some(verdict.method)
            && row.merge_confidence == Some(i64::from(verdict.confidence))
            && row.merge_reason.as_deref()
                == self
                    .partition
                    .reasons
                    .get(verdict.reason as usize)
                    .map(String::as_str)
    }

    /// A missing stream speaks for its channel in each cluster that it would be with if it were there.
    fn claims_of_missing(
        &mut self,
        members: &[Member],
        memberships: &[Membership],
        at_home: &HashSet<(u32, i64)>,
    ) {
        let mut clusters_of: HashMap<u32, Vec<u32>> = HashMap::new();
        for (member, membership) in members.iter().zip(memberships) {
            let cluster = self.partition.cluster_of[member.node as usize];
            let clusters = clusters_of.entry(membership.cluster).or_default();
            if cluster != NONE && !clusters.contains(&cluster) {
                clusters.push(cluster);
            }
        }
        for (member, membership) in members.iter().zip(memberships) {
            let is_missing = self.nodes.is_missing(member.node);
            for cluster in clusters_of.get(&membership.cluster).into_iter().flatten() {
                if is_missing && let Some(channel) = self.claimant(member, *cluster, at_home) {
                    self.claims.entry((*cluster, channel)).or_default().0 += 1;
                }
            }
        }
    }

    /// The channel that a stream speaks for: its own, or the one that a rule took it out of if none of those that have
    /// always been in its own are in this cluster.
    fn claimant(&self, member: &Member, cluster: u32, at_home: &HashSet<(u32, i64)>) -> Option<i64> {
        let row = member.row.as_ref()?;
        let was_in = self.nodes.was_in.get(&row.id).copied();
        let goes_back = was_in.filter(|_| !at_home.contains(&(cluster, row.channel_id)));
        let channel = goes_back.unwrap_or(row.channel_id);
        if self
            .nodes
            .pins
            .of(row.id)
            .is_some_and(|pin| pin.moved && pin.channel == channel)
        {
            return None;
        }
        (!self.settled_channels.contains(&channel)).then_some(channel)
    }

    fn reason(&mut self, reason: &Reason) -> u32 {
        let text = reason.to_string();
        if let Some(known) = self.known_reasons.get(&text) {
            return *known;
        }
        let place = to_u32(self.partition.reasons.len());
        self.partition.reasons.push(text.clone());
        self.known_reasons.insert(text, place);
        place
    }

    fn succeed(self) -> Partition {
        let Self {
            claims,
            decided,
            mut partition,
            ..
        } = self;
        let claims = claims
            .into_iter()
            .map(|((cluster, channel), (streams, present))| Claim {
                cluster,
                channel,
                streams,
                present,
            })
            .collect();
        let succession = succession::decide(claims, decided);
        for (cluster, channel) in succession.channel_of {
            if let Some(cluster) = partition.clusters.get_mut(cluster as usize) {
                cluster.channel = channel;
            }
        }
        partition.emptied = succession.emptied;
        partition
    }
}

fn describe(members: &[Member], facts: &[Facts], together: &[usize]) -> Cluster {
    let mut ranked: Vec<&Member> = together.iter().map(|at| &members[*at]).collect();
    in_listed_order(&mut ranked, None);
    let numbered = ranked.iter().find_map(|member| Some((member.number?, *member)));
    Cluster {
        channel: 0,
        is_new: false,
        first: together.iter().map(|at| members[*at].node).min().unwrap_or(NONE),
        country: together.iter().find_map(|at| facts[*at].country()),
        feed: together.iter().find_map(|at| facts[*at].feed()),
        number: numbered.map(|(number, member)| (number, name_key(member.facts().display_name()).into())),
        was: 0,
    }
}
