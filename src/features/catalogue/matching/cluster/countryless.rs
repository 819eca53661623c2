//! Streams without a country go to a channel of a country that fits, and never bring two countries together.

use std::collections::{BTreeMap, HashMap};

use super::{
    super::{
        country::Country,
        difference,
        facts::Facts,
        membership::{Method, Reason},
    },
    nodes::Nodes,
    tvg,
};

/// A cluster of a country: streams, then country code, then name decide between several.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Channel {
    streams: u32,
    country: Country,
    node: u32,
}

impl Channel {
    fn beats(&self, other: &Channel) -> bool {
        let rank = |channel: &Channel| (std::cmp::Reverse(channel.streams), channel.country, channel.node);
        rank(self) < rank(other)
    }
}

/// Places every node without country: by tvg-id, where it was before, or with most streams.
pub(super) fn place(nodes: &mut Nodes, entries: &[Facts]) {
    let homeless: Vec<u32> = nodes
        .all()
        .filter(|&node| nodes.key(node).country.is_none())
        .collect();
    if homeless.is_empty() {
        return;
    }
    let channels = Channels::of(nodes, entries);
    let mut groups: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
    let mut placed: Vec<(u32, Channel)> = Vec::new();
    for &node in &homeless {
        let facts = nodes.facts(node, entries);
        if let Some(channel) = channels.by_tvg_id(facts, nodes, entries) {
            tvg::explain(nodes, node, nodes.name(channel.node, entries));
            placed.push((node, channel));
        } else if let Some(channel) = channels.at_home(facts, nodes.key(node).home()) {
            placed.push((node, channel));
        } else {
            groups.entry(nodes.root(node)).or_default().push(node);
        }
    }
    nodes.part(&homeless);
    for (node, channel) in placed {
        explain(nodes, node, channel.country);
        nodes.join(node, channel.node);
    }
    for group in groups.into_values() {
        for &node in &group {
            nodes.join(group[0], node);
        }
        if let Some(channel) = channels.of_most_streams(&group, nodes, entries) {
            for &node in &group {
                explain(nodes, node, channel.country);
            }
            nodes.join(group[0], channel.node);
        }
    }
}

fn explain(nodes: &mut Nodes, node: u32, country: Country) {
    nodes.explain(node, || (Method::ExactMatch, 90, Reason::MostStreams { country }));
}

/// The clusters of known countries by the keys of their nodes.
struct Channels {
    by_key: HashMap<u64, Vec<Channel>>,
}

impl Channels {
    fn of(nodes: &mut Nodes, entries: &[Facts]) -> Channels {
        let known: Vec<(u32, Country)> = nodes
            .all()
            .filter_map(|node| nodes.key(node).country.map(|country| (node, country)))
            .collect();
        let mut streams: HashMap<u32, u32> = HashMap::new();
        for &(node, _) in &known {
            *streams.entry(nodes.root(node)).or_default() += nodes.size(node);
        }
        let channel = |node: u32, country: Country| {
            let streams = streams.get(&nodes.peek_root(node)).copied().unwrap_or(0);
            Channel {
                streams,
                country,
                node,
            }
        };
        let mut by_key: HashMap<u64, Vec<Channel>> = HashMap::new();
        for &(node, country) in &known {
            let keys = nodes.facts(node, entries).keys;
            for key in [keys.exact, keys.loose[0]] {
                by_key.entry(key).or_default().push(channel(node, country));
            }
        }
        for &(id, _, node) in tvg::runs(&tvg::bearers(nodes, entries)).flatten() {
            if let Some(country) = nodes.key(node).country {
                by_key.entry(id).or_default().push(channel(node, country));
            }
        }
        Channels { by_key }
    }

    fn find(&self, key: u64) -> &[Channel] {
        self.by_key
            .get(&key)
            .filter(|_| key != 0)
            .map(Vec::as_slice)
            .unwrap_or_default()
    }

    fn by_tvg_id(&self, facts: &Facts, nodes: &Nodes, entries: &[Facts]) -> Option<Channel> {
        let alike =
            |channel: &&Channel| difference::plain(facts, nodes.facts(channel.node, entries)).is_none();
        best(self.find(facts.keys.tvg).iter().filter(alike))
    }

    fn at_home(&self, facts: &Facts, home: Option<Country>) -> Option<Channel> {
        let home = home?;
        let there = |key: u64| best(self.find(key).iter().filter(|channel| channel.country == home));
        there(facts.keys.exact).or_else(|| there(facts.keys.loose[0]))
    }

    fn of_most_streams(&self, group: &[u32], nodes: &Nodes, entries: &[Facts]) -> Option<Channel> {
        let by = |key: fn(&Facts) -> u64| {
            best(
                group
                    .iter()
                    .flat_map(|&node| self.find(key(nodes.facts(node, entries)))),
            )
        };
        by(|facts| facts.keys.exact).or_else(|| by(|facts| facts.keys.loose[0]))
    }
}

fn best<'a>(channels: impl Iterator<Item = &'a Channel>) -> Option<Channel> {
    channels
        .copied()
        .reduce(|best, channel| if channel.beats(&best) { channel } else { best })
}
