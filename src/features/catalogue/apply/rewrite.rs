//! One channel written anew from the streams that it has, after a person changed one of them.

use std::collections::HashSet;

use crate::db::Tx;
use crate::features::catalogue::entry::{EntryKeys, EntryKind};
use crate::features::catalogue::matching::Options;
use crate::features::catalogue::store::state;
use crate::support::ids::{ChannelId, ProviderId};

use super::graph::Groups;
use super::nodes::Nodes;
use super::partition::partition;
use super::stored::StoredStreams;
use super::{Applied, ApplyError, Staged, channels, names, numbers};

/// Puts the streams of a channel in play order and makes the channel say what they say: its name, picture and counts.
/// Which streams are together, and why, stays. To be called within the lock that gave `next`.
///
/// # Errors
/// [`ApplyError`]; then the transaction must be dropped.
pub async fn rewrite(
    tx: &mut Tx,
    channel: ChannelId,
    now_ms: i64,
    next: &mut state::Next,
) -> Result<(), ApplyError> {
    let nodes = Nodes::of(StoredStreams::of_channel(tx, channel).await?);
    let present = nodes.present_in(&HashSet::from([channel.0]));
    let nothing = Groups::default();
    let mut staged = NothingStaged;
    let mut partition = partition(tx, &nodes, &nothing, &present, &mut staged, &Options::default()).await?;
    let granted = numbers::grant(tx, &partition, next).await?;
    let writer = channels::Writer::new(tx, ProviderId(0), now_ms, &nodes, &mut partition, &granted, next);
    let stale_names = writer
        .write(present, &mut staged, &mut Applied::default())
        .await?;
    names::tell_apart(tx, stale_names).await?;
    Ok(())
}

/// A change that no list brought.
pub(super) struct NothingStaged;

impl Staged for NothingStaged {
    fn kind(&self, _: u32) -> EntryKind {
        EntryKind::Live
    }

    fn keys(&self, _: u32) -> EntryKeys {
        EntryKeys::default()
    }

    fn blocks(&self, _: u32) -> &[u64] {
        &[]
    }

    fn read(&mut self, _: u32, _: &mut Vec<u8>) -> std::io::Result<()> {
        Err(std::io::ErrorKind::NotFound.into())
    }
}
