//! Second pass: channels and their streams are written, channel by channel.

use std::collections::{HashMap, HashSet};

use crate::args;
use crate::db::{DbError, Tx, Value};
use crate::features::catalogue::entry::Entry;
use crate::features::catalogue::names::{name_key, sort_key};
use crate::features::catalogue::store::channels::{self, ChannelRow, hand};
use crate::features::catalogue::store::{state, streams};
use crate::support::ids::ProviderId;

use super::live::NONE;
use super::member::{Member, in_listed_order, in_play_order, packed};
use super::merge::Merge;
use super::nodes::Nodes;
use super::numbers::Numbers;
use super::partition::{Cluster, Partition, members};
use super::row::{count, new_channel, next_number, renamed_category};
use super::{Applied, ApplyError, Staged};

/// Streams that are held at a time.
const BATCH: usize = 2_048;

pub(super) struct Writer<'a> {
    tx: &'a mut Tx,
    provider: ProviderId,
    now_ms: i64,
    nodes: &'a Nodes,
    partition: &'a mut Partition,
    numbers: &'a Numbers,
    next: &'a mut state::Next,
    /// Normalised names whose bearers must be told apart anew.
    stale_names: HashSet<String>,
}

#[derive(Default)]
struct Rows {
    channels: Vec<ChannelRow>,
    streams: Vec<Value>,
    places: Vec<Value>,
}

impl<'a> Writer<'a> {
    pub(super) fn new(
        tx: &'a mut Tx,
        provider: ProviderId,
        now_ms: i64,
        nodes: &'a Nodes,
        partition: &'a mut Partition,
        numbers: &'a Numbers,
        next: &'a mut state::Next,
    ) -> Self {
        Self {
            tx,
            provider,
            now_ms,
            nodes,
            partition,
            numbers,
            next,
            stale_names: HashSet::new(),
        }
    }

    /// Writes the channels of `order` with their streams, except those that are as they were; returns the normalised
    /// names that need telling apart.
    pub(super) async fn write(
        mut self,
        mut order: Vec<u32>,
        staged: &mut dyn Staged,
        applied: &mut Applied,
    ) -> Result<HashSet<String>, ApplyError> {
        self.number_channels();
        order.retain(|node| !self.is_settled(self.cluster_at(*node)));
        order.sort_unstable_by_key(|node| (self.first_of(*node), self.cluster_at(*node), *node));
        let mut start = 0;
        while start < order.len() {
            let mut end = (start + BATCH).min(order.len());
            while end < order.len() && self.cluster_at(order[end]) == self.cluster_at(order[end - 1]) {
                end += 1;
            }
            self.write_batch(&order[start..end], staged, applied).await?;
            start = end;
        }
        Ok(self.stale_names)
    }

    /// New channels get their ids in the order in which the list names them first.
    fn number_channels(&mut self) {
        let clusters = &mut self.partition.clusters;
        let mut new: Vec<usize> = (0..clusters.len())
            .filter(|at| clusters[*at].channel == 0)
            .collect();
        new.sort_unstable_by_key(|at| clusters[*at].first);
        for at in new {
            clusters[at].channel = state::take(&mut self.next.channel);
            clusters[at].is_new = true;
        }
    }

    /// Whether nothing of a cluster is to be written.
    fn is_settled(&self, number: u32) -> bool {
        let stays = |cluster: &Cluster| cluster.was != 0 && cluster.was == cluster.channel;
        let cluster = self.partition.clusters.get(number as usize);
        cluster.is_none_or(stays) && !self.numbers.granted.contains_key(&number)
    }

    fn cluster_at(&self, node: u32) -> u32 {
        self.partition
            .cluster_of
            .get(node as usize)
            .copied()
            .unwrap_or(NONE)
    }

    fn first_of(&self, node: u32) -> u32 {
        self.partition
            .clusters
            .get(self.cluster_at(node) as usize)
            .map_or(NONE, |cluster| cluster.first)
    }

    async fn write_batch(
        &mut self,
        batch: &[u32],
        staged: &mut dyn Staged,
        applied: &mut Applied,
    ) -> Result<(), ApplyError> {
        let members = members(self.tx, self.nodes, batch, staged).await?;
        let mut known = self.known_channels(batch).await?;
        let mut rows = Rows::default();
        let mut buffer = Vec::new();
        let mut rest = members.as_slice();
        while let Some(first) = rest.first() {
            let number = self.cluster_at(first.node);
            let length = rest
                .iter()
                .take_while(|member| self.cluster_at(member.node) == number)
                .count();
            let (together, others) = rest.split_at(length);
            rest = others;
            let mut ranked: Vec<&Member> = together.iter().collect();
            let own = self
                .partition
                .clusters
                .get(number as usize)
                .map(|cluster| cluster.channel);
            in_listed_order(&mut ranked, own);
            let before = own.and_then(|channel| known.remove(&channel));
            let Some(channel) = self.channel(number, &ranked, before.as_ref()) else {
                continue;
            };
            in_play_order(&mut ranked, own);
            for (place, member) in (0..).zip(&ranked) {
                self.stream(member, channel.id, place, staged, &mut buffer, &mut rows, applied)?;
            }
            if before.as_ref() != Some(&channel) {
                self.note_name(before.as_ref(), &channel);
                rows.channels.push(channel);
            }
        }
        channels::write(self.tx, rows.channels).await?;
        streams::write(self.tx, rows.streams).await?;
        streams::place(self.tx, rows.places).await?;
        Ok(())
    }

    async fn known_channels(&mut self, batch: &[u32]) -> Result<HashMap<i64, ChannelRow>, DbError> {
        let clusters = batch
            .iter()
            .filter_map(|node| self.partition.clusters.get(self.cluster_at(*node) as usize));
        let mut ids: Vec<i64> = clusters
            .filter(|cluster| !cluster.is_new)
            .map(|cluster| cluster.channel)
            .collect();
        ids.sort_unstable();
        ids.dedup();
        let mut known = HashMap::new();
        channels::each_of(self.tx, ids.into_iter(), |row| {
            known.insert(row.id, row);
        })
        .await?;
        Ok(known)
    }

    /// The channel as it is now; what a person set in it stays.
    fn channel(
        &mut self,
        number: u32,
        ranked: &[&Member],
        before: Option<&ChannelRow>,
    ) -> Option<ChannelRow> {
        let cluster = self.partition.clusters.get(number as usize)?;
        let best = ranked.first()?;
        let granted = self.numbers.granted.get(&number).copied();
        let mut channel = match before {
            Some(before) => before.clone(),
            None => new_channel(cluster, best, self.now_ms),
        };
        channel.merged_into = None;
        let by_hand = |bit| channel.hand_edited & bit != 0;
        let (own_name, own_number, own_category, own_logo, own_epg) = (
            by_hand(hand::NAME),
            by_hand(hand::NUMBER),
            by_hand(hand::CATEGORY),
            by_hand(hand::LOGO),
            by_hand(hand::EPG_ID),
        );
        let plain_name = best.facts().display_name().to_owned();
        if channel.plain_name != plain_name {
            channel.normalized_name = name_key(&plain_name);
            if !own_name {
                channel.name_key = channel.normalized_name.clone();
                channel.sort_key = sort_key(&channel.name_key);
                channel.name.clone_from(&plain_name);
            }
            channel.plain_name = plain_name;
        }
        if !own_category && let Some(category) = renamed_category(&channel.category, ranked) {
            channel.category = category;
        }
        if !own_logo {
            channel.logo_url = ranked.iter().find_map(|member| member.logo_url.clone());
        }
        if !own_epg {
            channel.epg_id = ranked.iter().find_map(|member| member.tvg_id.clone());
        }
        if !own_number && channel.number.is_none() {
            channel.number = granted;
        }
        if channel.lineup_number == 0 {
            channel.lineup_number = channel
                .number
                .unwrap_or_else(|| next_number(&mut self.next.number, &self.numbers.ahead));
        }
        channel.country = cluster.country.map(|country| country.code().to_owned());
        channel.feed = cluster.feed.map(str::to_owned);
        channel.language = ranked.iter().find_map(|member| member.language.clone());
        count(&mut channel, ranked);
        Some(channel)
    }

    fn note_name(&mut self, before: Option<&ChannelRow>, now: &ChannelRow) {
        let same = before.is_some_and(|before| {
            before.normalized_name == now.normalized_name
                && before.plain_name == now.plain_name
                && (before.country == now.country && before.feed == now.feed)
                && before.stream_count > 0
        });
        if !same {
            self.stale_names.insert(now.normalized_name.clone());
            self.stale_names
                .extend(before.map(|before| before.normalized_name.clone()));
        }
    }

    #[expect(
        clippy::too_many_arguments,
        reason = "where the row comes from and where it goes"
    )]
    fn stream(
        &mut self,
        member: &Member,
        channel: i64,
        place: i64,
        staged: &mut dyn Staged,
        buffer: &mut Vec<u8>,
        rows: &mut Rows,
        applied: &mut Applied,
    ) -> Result<(), ApplyError> {
        let Some(verdict) = self.partition.verdicts.get(member.node as usize).copied() else {
            return Ok(());
        };
        let merge = Merge {
            channel,
            place,
            verdict,
            reason: self
                .partition
                .reasons
                .get(verdict.reason as usize)
                .map_or("", String::as_str),
        };
        let Some(number) = self.nodes.staged_of(member.node) else {
            if let Some(row) = &member.row
                && merge.differs(row)
            {
                rows.places.extend(merge.values(row.id));
            }
            return Ok(());
        };
        let id = match &member.row {
            Some(row) => row.id,
            None => {
                let id = state::take(&mut self.next.stream);
                applied.ids.push((number, id));
                id
            }
        };
        staged.read(number, buffer)?;
        let entry = Entry::decode(buffer)?;
        let keys = staged.keys(number);
        rows.streams.extend(args![
            id,
            self.provider,
            channel,
            keys.identity,
            keys.url,
            keys.tvg,
            keys.digest,
            member.score,
            member.tier.map(|tier| tier.name()),
            place,
            verdict.method.name(),
            verdict.confidence,
            merge.reason,
            entry.name,
            entry.group,
            entry.tvg_id,
            entry.country,
            entry.language,
            member.number,
            entry.logo_url,
            entry.url_template,
            entry.format,
            entry.headers,
            entry.metadata,
        ]);
        let ties = self.nodes.rules.ties_of(&entry, self.provider.0);
        rows.streams.push(match ties.is_empty() {
            true => packed(staged.blocks(number)),
            false => packed(&[staged.blocks(number), &ties].concat()),
        });
        rows.streams
            .extend(args![self.now_ms, true, true, entry.listed_name]);
        Ok(())
    }
}
