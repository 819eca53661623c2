//! The streams of some channels grouped anew, after people decided otherwise of them.

use std::collections::HashSet;

use crate::args;
use crate::db::{DbError, Tx};
use crate::features::catalogue::matching::Options;
use crate::features::catalogue::store::{
    channels as channel_store, provider as provider_store, state, streams, tags,
};
use crate::support::ids::{ChannelId, ProviderId, StreamId};

use super::live::{self, Concerned};
use super::member::Member;
use super::nodes::Nodes;
use super::pins::{self, Pins};
use super::rewrite::NothingStaged;
use super::rules::Rules;
use super::stored::StoredStreams;
use super::{Applied, ApplyError, ChannelMoved, names};

/// Groups the streams of `channels`, and those that they are tied to, as names and decisions say now. To be called within
/// the lock that gave `next`.
///
/// # Errors
/// [`ApplyError`]; then the transaction must be dropped.
pub async fn regroup(
    tx: &mut Tx,
    channels: &[ChannelId],
    fuzzy_threshold: u8,
    now_ms: i64,
    next: &mut state::Next,
) -> Result<Vec<ChannelMoved>, ApplyError> {
    let mut nodes = Nodes::of(StoredStreams::current(tx, None).await?);
    nodes.any_hidden = provider_store::any_hidden(tx).await?;
    nodes.rule(Rules::load(tx).await?);
    nodes.hold(Pins::load(tx).await?);
    let concerned = Concerned {
        provider: ProviderId(0),
        seeds: nodes.blocks_of(&channels.iter().map(|channel| channel.0).collect()),
        dressed: HashSet::new(),
        options: Options { fuzzy_threshold },
        now_ms,
    };
    let mut applied = Applied::default();
    live::settle(tx, &nodes, concerned, &mut NothingStaged, next, &mut applied).await?;
    Ok(applied.moved)
}

/// A stream of a channel with the name that decisions know it by.
pub struct Named {
    pub id: StreamId,
    pub name: String,
}

/// All streams of a channel, missing ones too.
///
/// # Errors
/// Whatever the database says.
pub async fn streams_of(tx: &mut Tx, channel: ChannelId) -> Result<Vec<Named>, DbError> {
    let mut ids = Vec::new();
    streams::each_node_of(tx, channel, |node| ids.push(node.id)).await?;
    let mut found = Vec::with_capacity(ids.len());
    streams::each_of(tx, ids.into_iter(), |row| {
        let id = StreamId(row.id);
        let name = pins::named(&Member::stored(0, row).facts());
        found.push(Named { id, name });
    })
    .await?;
    found.sort_unstable_by_key(|stream| stream.id);
    Ok(found)
}

/// The streams that a decision moved into their present channel.
///
/// # Errors
/// Whatever the database says.
pub async fn moved_into(tx: &mut Tx, channel: ChannelId) -> Result<HashSet<StreamId>, DbError> {
    let pins = Pins::load(tx).await?;
    let streams = pins.ties().map(|(stream, _)| stream);
    let here = |stream: &i64| {
        pins.of(*stream)
            .is_some_and(|pin| pin.moved && pin.channel == channel.0)
    };
    Ok(streams.filter(here).map(StreamId).collect())
}

/// Lets a channel that has no streams left point to the one that took them; `None` if it has some.
///
/// # Errors
/// Whatever the database says.
pub async fn retire(tx: &mut Tx, from: ChannelId, to: ChannelId) -> Result<Option<ChannelMoved>, DbError> {
    let mut is_empty = true;
    streams::each_node_of(tx, from, |node| is_empty &= node.is_missing).await?;
    if !is_empty {
        return Ok(None);
    }
    let mut stale = HashSet::new();
    channel_store::each_of(tx, std::iter::once(from.0), |row| {
        stale.insert(row.normalized_name);
    })
    .await?;
    channel_store::empty(tx, args![from, to]).await?;
    streams::follow(tx, args![from, to]).await?;
    tags::follow(tx, &[(from.0, to.0)]).await?;
    names::tell_apart(tx, stale).await?;
    Ok(Some(ChannelMoved { from, to }))
}
