//! Applying what a run found, within one transaction: streams, the channels they form, films and series, stored counts.
//!
//! A *staged* entry is one that differs from every stored row; it is named by its number in the order of the list.

mod alike;
mod channels;
mod effect;
mod graph;
mod hand_over;
mod live;
mod member;
mod merge;
mod names;
mod nodes;
mod numbers;
mod partition;
mod pins;
mod regroup;
mod rewrite;
mod row;
mod rules;
mod ruling;
mod stored;
mod vod;

use crate::db::{Db, DbError, Tx};
use crate::support::ids::{ChannelId, ProviderId};

use super::content::Content;
use super::entry::{Entry, EntryKeys, EntryKind, Malformed};
use super::matching::{Facts, Raw};
use super::store::state;

pub use effect::{Effect, effect};
pub(super) use names::tell_apart;
pub use regroup::{Named, moved_into, regroup, retire, streams_of};
pub use rewrite::rewrite;
pub(super) use row::UNCATEGORIZED;
pub use rules::MOST_JOINED;
pub use ruling::{Ruling, rule_all};
pub use stored::StoredStreams;

/// Tables whose statistics a bulk change makes stale.
const CHANGED_TABLES: [&str; 6] = [
    "channels",
    "channel_streams",
    "vod_movies",
    "vod_series",
    "vod_episodes",
    "vod_versions",
];
/// Fewer changed entries than this, or than one in twenty, do not make the planner's statistics worth renewing.
const MANY_CHANGES: usize = 500;
const SHARE_OF_MANY: i64 = 20;

/// Why nothing was applied; the transaction is to be dropped.
#[derive(Debug, thiserror::Error)]
pub enum ApplyError {
    #[error(transparent)]
    Db(#[from] DbError),
    #[error("the staged entries cannot be read: {0}")]
    Staging(#[from] std::io::Error),
    #[error(transparent)]
    Malformed(#[from] Malformed),
}

/// Where staged entries are read from.
pub trait Staged: Send + Sync {
    fn kind(&self, staged: u32) -> EntryKind;
    fn keys(&self, staged: u32) -> EntryKeys;
    /// The blocks of a live entry, see [`facts`].
    fn blocks(&self, staged: u32) -> &[u64];
    /// Puts the encoded entry into `out`, which is cleared before.
    ///
    /// # Errors
    /// If the staging cannot be read.
    fn read(&mut self, staged: u32, out: &mut Vec<u8>) -> std::io::Result<()>;
}

/// What a run found: every difference between the list and what is stored of one provider.
#[derive(Debug, Default)]
pub struct Changes {
    pub now_ms: i64,
    /// Staged entries without a stored row, in the order of the list.
    pub added: Vec<u32>,
    /// Staged entries and the rows they are.
    pub updated: Vec<(u32, i64)>,
    /// Rows that were missing and are listed again as they were.
    pub returned: Vec<(EntryKind, i64)>,
    /// Rows that are not listed any more.
    pub removed: Vec<(EntryKind, i64)>,
    /// 0 to 100, from the settings.
    pub fuzzy_threshold: u8,
}

impl Changes {
    /// Whether the list is as it was.
    pub fn is_empty(&self) -> bool {
        self.count() == 0
    }

    fn count(&self) -> usize {
        self.added.len() + self.updated.len() + self.returned.len() + self.removed.len()
    }
}

/// One channel was left empty because its streams are in another now. What refers to it moves along.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChannelMoved {
    pub from: ChannelId,
    pub to: ChannelId,
}

/// One film, series or episode was left empty because its versions are of another now, as [`ChannelMoved`]; both are of
/// one kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TitleMoved {
    pub from: Content,
    pub to: Content,
}

/// What was applied.
#[derive(Debug, Default)]
pub struct Applied {
    /// The row of each added entry: staged number and id.
    pub ids: Vec<(u32, i64)>,
    /// For the owners of favourites and plays, to be called in the same transaction.
    pub moved: Vec<ChannelMoved>,
    /// The same of titles.
    pub titles: Vec<TitleMoved>,
}

/// Applies the differences of one provider; `ahead` saves reading what was read before the transaction began.
///
/// # Errors
/// [`ApplyError`]; then the transaction must be dropped.
pub async fn apply(
    tx: &mut Tx,
    provider: ProviderId,
    changes: &Changes,
    staged: &mut dyn Staged,
    ahead: Option<StoredStreams>,
) -> Result<Applied, ApplyError> {
    let mut next = state::lock(tx, changes.now_ms).await?;
    let mut applied = Applied::default();
    live::apply(tx, provider, changes, staged, ahead, &mut next, &mut applied).await?;
    vod::apply(tx, provider, changes, staged, &mut next, &mut applied).await?;
    state::keep(tx, next).await?;
    let rows = next.stream + next.version;
    let share = i64::try_from(changes.count())
        .unwrap_or(i64::MAX)
        .saturating_mul(SHARE_OF_MANY);
    if changes.count() >= MANY_CHANGES && share >= rows {
        tx.refresh_statistics(&CHANGED_TABLES).await?;
    }
    Ok(applied)
}

/// Readies the catalogue for reading once `changes` are committed.
pub async fn settle(db: &Db, changes: &Changes) {
    if changes.count() < MANY_CHANGES {
        return;
    }
    if let Err(error) = db.settle(&CHANGED_TABLES).await {
        // Lists are right without it, only slower for a while.
        tracing::warn!(%error, "the tables of the catalogue were not settled");
    }
}

/// What the matching reads of a live entry; its [`Facts::blocks`] are staged with it.
pub fn facts(entry: &Entry<'_>) -> Facts {
    let given = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    let group = given(entry.group);
    Facts::read(&Raw {
        name: entry.name,
        group: group.as_deref(),
        tvg_id: entry.tvg_id,
        tvg_country: entry.country,
        country: None,
    })
}
