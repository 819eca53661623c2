//! The streams of the catalogue as a change finds them, packed.

use crate::db::{Db, DbError, Tx};
use crate::features::catalogue::store::{state, streams};
use crate::support::ids::ChannelId;

use super::graph::Graph;
use super::member::unpacked;

/// Every stored stream of every provider, by id, with what ties it to others.
#[derive(Default)]
pub struct StoredStreams {
    /// The version of the catalogue that they are of.
    pub(super) version: i64,
    pub(super) graph: Graph,
    pub(super) ids: Vec<i64>,
    pub(super) channels: Vec<i64>,
    pub(super) missing: Vec<bool>,
}

impl StoredStreams {
    /// Reads them ahead of a change. It may come to nothing: a change reads them anew if another one came first.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn ahead(db: &Db) -> Result<Self, DbError> {
        // The version comes first: whatever is applied while the streams are read raises it.
        let mut stored = Self::at(state::version(db).await?);
        streams::each_node(db, |node| stored.push(node)).await?;
        Ok(stored)
    }

    /// Those that the change of `tx` finds: `ahead`, unless another change came first.
    pub(super) async fn current(tx: &mut Tx, ahead: Option<Self>) -> Result<Self, DbError> {
        // The lock has raised the version already.
        let version = state::version_in(tx).await? - 1;
        if let Some(stored) = ahead.filter(|stored| stored.version == version) {
            return Ok(stored);
        }
        let mut stored = Self::at(version);
        streams::each_node_in(tx, |node| stored.push(node)).await?;
        Ok(stored)
    }

    /// Those of one channel alone.
    pub(super) async fn of_channel(tx: &mut Tx, channel: ChannelId) -> Result<Self, DbError> {
        let mut stored = Self::default();
        streams::each_node_of(tx, channel, |node| stored.push(node)).await?;
        Ok(stored)
    }

    /// None yet, of this version.
    pub(super) fn at(version: i64) -> Self {
        Self {
            version,
            ..Self::default()
        }
    }

    /// Adds the next one by id.
    pub(super) fn push(&mut self, node: streams::Node<'_>) {
        self.graph.push(unpacked(node.blocks));
        self.ids.push(node.id);
        self.channels.push(node.channel);
        self.missing.push(node.is_missing);
    }
}
