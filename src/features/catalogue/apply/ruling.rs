//! All that rules say something of grouped anew, after a rule changed.

use std::collections::{HashMap, HashSet};

use crate::args;
use crate::db::{Db, DbError, Tx};
use crate::features::catalogue::matching::{Facts, Options, Raw, tie};
use crate::features::catalogue::rules::{Finder, MergeRule, Place};
use crate::features::catalogue::store::rules::{self as rule_store, Looked};
use crate::features::catalogue::store::streams::Node;
use crate::features::catalogue::store::{provider as provider_store, state};
use crate::support::ids::ProviderId;

use super::graph::BlockSet;
use super::live::{self, Concerned};
use super::member::{packed, unpacked};
use super::nodes::Nodes;
use super::pins::Pins;
use super::rewrite::NothingStaged;
use super::rules::{MOST_JOINED, Rules};
use super::stored::StoredStreams;
use super::{Applied, ApplyError, ChannelMoved};

/// What rules say of every stream.
pub struct Ruling {
    list: Vec<MergeRule>,
    rules: Rules,
    stored: StoredStreams,
    /// Streams that other blocks would tie: id and all their blocks.
    tied: Vec<(i64, Vec<u64>)>,
    /// What ties the streams that rules find, or found.
    seeds: BlockSet,
    /// The rule of which the present streams are counted that it finds.
    counted: Option<Finder>,
    pub(super) found: Found,
}

/// How many streams a rule finds.
#[derive(Default)]
pub(super) struct Found {
    /// By its first and its second expression; what joins counts as found by the first.
    pub by: [usize; 2],
    /// By the key under which it joins them.
    keys: HashMap<u64, usize>,
}

impl Found {
    fn count(&mut self, place: Option<Place>) {
        match place {
            Some(Place::Joins(key)) => {
                self.by[0] += 1;
                *self.keys.entry(key).or_default() += 1;
            }
            Some(Place::First) => self.by[0] += 1,
            Some(Place::Second) => self.by[1] += 1,
            None => {}
        }
    }

    pub(super) fn is_too_broad(&self) -> bool {
        self.keys.values().any(|streams| *streams > MOST_JOINED)
    }
}

impl Ruling {
    /// Reads names ahead of the lock. It may come to nothing: they are read anew if another change came first.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn ahead(db: &Db) -> Result<Self, DbError> {
        // The version comes first: whatever is applied while the streams are read raises it.
        let version = state::version(db).await?;
        let mut ruling = Self::of(version, rule_store::list(db).await?);
        rule_store::each_stream(db, |stream| ruling.look(&stream)).await?;
        Ok(ruling)
    }

    /// What the change of `tx` finds: `ahead`, unless another change came first.
    async fn current(tx: &mut Tx, ahead: Option<Self>) -> Result<Self, DbError> {
        // The lock has raised the version already.
        let version = state::version_in(tx).await? - 1;
        let list = rule_store::list_in(tx).await?;
        let is_current = |ruling: &Self| ruling.stored.version == version && ruling.list == list;
        match ahead.filter(is_current) {
            Some(ruling) => Ok(ruling),
            None => Self::under(tx, version, list, None).await,
        }
    }

    /// What these rules say of every stream, and what one of them finds.
    pub(super) async fn under(
        tx: &mut Tx,
        version: i64,
        list: Vec<MergeRule>,
        counted: Option<Finder>,
    ) -> Result<Self, DbError> {
        let mut ruling = Self::of(version, list);
        ruling.counted = counted;
        rule_store::each_stream_in(tx, |stream| ruling.look(&stream)).await?;
        Ok(ruling)
    }

    fn of(version: i64, list: Vec<MergeRule>) -> Self {
        Self {
            rules: Rules::of(&list),
            list,
            stored: StoredStreams::at(version),
            tied: Vec::new(),
            seeds: BlockSet::default(),
            counted: None,
            found: Found::default(),
        }
    }

    fn look(&mut self, stream: &Looked) {
        if let Some(finder) = self.counted.as_ref().filter(|_| !stream.is_missing) {
            let country = || facts(stream).country();
            self.found
                .count(finder.place(&stream.name, stream.provider, country));
        }
        self.stored.push(Node {
            id: stream.id,
            channel: stream.channel,
            is_missing: stream.is_missing,
            blocks: &stream.blocks,
        });
        let said = self.rules.said(&stream.name, stream.provider, || facts(stream));
        let stored = || unpacked(&stream.blocks);
        let own = stored().filter(|block| !tie::is_ruled(*block));
        let blocks: Vec<u64> = own.chain(said.ties).collect();
        let is_otherwise = !stored().eq(blocks.iter().copied());
        if is_otherwise || said.is_found || stream.is_ruled {
            self.seeds.extend(stored());
            self.seeds.extend(blocks.iter().copied());
        }
        if is_otherwise {
            self.tied.push((stream.id, blocks));
        }
    }

    /// All streams tied as the rules say.
    pub(super) async fn nodes(self, tx: &mut Tx) -> Result<Prepared, DbError> {
        let mut nodes = Nodes::of(self.stored);
        for (id, blocks) in &self.tied {
            nodes.tie_anew(*id, blocks);
        }
        nodes.any_hidden = provider_store::any_hidden(tx).await?;
        nodes.rule(self.rules);
        nodes.hold(Pins::load(tx).await?);
        let mut seeds = self.seeds;
        seeds.retain(|tie| !nodes.rules.broad.contains(tie));
        Ok(Prepared {
            nodes,
            seeds,
            tied: self.tied,
        })
    }
}

/// The streams of the catalogue, ready to be grouped as rules say.
pub(super) struct Prepared {
    pub nodes: Nodes,
    /// The blocks that the grouping begins at.
    pub seeds: BlockSet,
    /// Streams that are stored with other blocks.
    tied: Vec<(i64, Vec<u64>)>,
}

/// What became of channels.
#[derive(Debug, Default)]
pub struct Regrouped {
    pub moved: Vec<ChannelMoved>,
    /// How many channels there are more than before, those that were left empty aside.
    pub made: i64,
}

/// Groups the streams of which rules say something, or said something. A channel that a rule had emptied goes on when its
/// streams are by themselves again. To be called within the lock that gave `next`.
///
/// # Errors
/// [`ApplyError`]; then the transaction must be dropped.
pub async fn rule_all(
    tx: &mut Tx,
    ahead: Option<Ruling>,
    fuzzy_threshold: u8,
    now_ms: i64,
    next: &mut state::Next,
) -> Result<Regrouped, ApplyError> {
    let ruling = Ruling::current(tx, ahead).await?;
    let Prepared {
        mut nodes,
        mut seeds,
        tied,
    } = ruling.nodes(tx).await?;
    let values = tied.iter().flat_map(|(id, blocks)| args![*id, packed(blocks)]);
    rule_store::tie(tx, values.collect()).await?;
    nodes.was_in = was_in(tx, &nodes, &mut seeds).await?;
    let before = next.channel;
    let concerned = Concerned {
        provider: ProviderId(0),
        seeds,
        dressed: HashSet::new(),
        options: Options { fuzzy_threshold },
        now_ms,
    };
    let mut applied = Applied::default();
    live::settle(tx, &nodes, concerned, &mut NothingStaged, next, &mut applied).await?;
    rule_store::settle_places(tx).await?;
    keep_places(tx, &nodes, &applied.moved).await?;
    Ok(Regrouped {
        moved: applied.moved,
        made: next.channel - before,
    })
}

/// Where streams were before rules moved them, with them among those that are grouped.
async fn was_in(tx: &mut Tx, nodes: &Nodes, seeds: &mut BlockSet) -> Result<HashMap<i64, i64>, DbError> {
    let places = rule_store::places(tx).await?;
    for node in places.iter().filter_map(|(stream, _)| nodes.node_of(*stream)) {
        seeds.extend(nodes.graph.of(node));
    }
    Ok(places.into_iter().collect())
}

/// Remembers which streams the channels had that went into one in which a rule has streams.
async fn keep_places(tx: &mut Tx, nodes: &Nodes, moved: &[ChannelMoved]) -> Result<(), DbError> {
    let takers = moved.iter().map(|channel| channel.to.0).collect();
    let ruled: HashSet<i64> = rule_store::ruled(tx, takers).await?.into_iter().collect();
    let emptied: HashSet<i64> = moved
        .iter()
        .filter(|channel| ruled.contains(&channel.to.0))
        .map(|channel| channel.from.0)
        .collect();
    let values = nodes
        .stored_in(&emptied)
        .flat_map(|(stream, channel)| args![stream, channel]);
    rule_store::keep_places(tx, values.collect()).await?;
    Ok(())
}

fn facts(stream: &Looked) -> Facts {
    Facts::read(&Raw {
        name: &stream.name,
        group: Some(stream.group.as_str()).filter(|group| !group.is_empty()),
        tvg_id: stream.tvg_id.as_deref(),
        tvg_country: stream.country.as_deref(),
        country: None,
    })
}
