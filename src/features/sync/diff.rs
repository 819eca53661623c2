//! What differs between a list and what is stored: every staged entry and every row that is not settled is added,
//! changed, renamed, back, or gone.

use std::collections::{HashMap, HashSet};

use crate::db::{Db, DbError};
use crate::features::catalogue::entry::{Entry, EntryKind};
use crate::features::catalogue::store::listed;
use crate::features::catalogue::{Changes, Staged};
use crate::features::providers::url_values::ValuesError;
use crate::support::crypto::Keys;
use crate::support::ids::ProviderId;

use super::assign::{self, Item, Occurrence, Pair};
use super::hosts::hosts;
use super::index::Row;
use super::staging::{Staging, StagingError};
use crate::support::keyed_hash::KeyedHash;

/// What became of a matched entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Change {
    Changed,
    Renamed,
    /// It had been missing, and differs besides.
    Returned,
}

/// A staged entry and the row it is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Match {
    pub staged: u32,
    pub row: Row,
    pub change: Change,
}

/// All differences.
#[derive(Debug, Default)]
pub(super) struct Diff {
    pub added: Vec<u32>,
    pub matched: Vec<Match>,
    /// Rows that were there and are not listed.
    pub removed: Vec<Row>,
    /// Rows that were there and whose group is left out now: a person's decision, no loss.
    pub excluded: Vec<Row>,
}

/// Why a list cannot be compared with what is stored.
#[derive(Debug, thiserror::Error)]
pub(super) enum DiffError {
    #[error(transparent)]
    Db(#[from] DbError),
    #[error(transparent)]
    Values(#[from] ValuesError),
    #[error(transparent)]
    Staging(#[from] StagingError),
}

/// Where stored texts come from.
pub(super) struct Stored<'a> {
    pub db: &'a Db,
    pub keys: &'a Keys,
    pub hash: KeyedHash,
    pub provider: ProviderId,
    /// Whether the provider's own ids, which stand in the place of addresses, say first what is what.
    pub has_own_ids: bool,
    /// Whether the provider has rules that name entries otherwise.
    pub has_rules: bool,
}

impl Diff {
    pub(super) fn is_empty(&self, staging: &Staging) -> bool {
        self.added.is_empty()
            && self.matched.is_empty()
            && self.removed.is_empty()
            && self.excluded.is_empty()
            && staging.returned.is_empty()
    }

    pub(super) fn count(&self, change: Change) -> usize {
        self.matched
            .iter()
            .filter(|matched| matched.change == change)
            .count()
    }

    /// The differences as the catalogue applies them.
    pub(super) fn changes(&self, staging: &Staging, now_ms: i64, fuzzy_threshold: u8) -> Changes {
        let row = |row: &Row| (staging.index.kind(*row), staging.index.id(*row));
        Changes {
            now_ms,
            added: self.added.clone(),
            updated: self
                .matched
                .iter()
                .map(|matched| (matched.staged, staging.index.id(matched.row)))
                .collect(),
            returned: staging.returned.iter().map(row).collect(),
            removed: self.removed.iter().chain(&self.excluded).map(row).collect(),
            fuzzy_threshold,
        }
    }
}

/// Compares; staged entries that turn out to equal a row are settled.
pub(super) async fn diff(stored: &Stored<'_>, staging: &mut Staging) -> Result<Diff, DiffError> {
    let mut open = Open::new(staging);
    if stored.has_own_ids && !open.rows.is_empty() && !open.staged.is_empty() {
        let occurrences = occurrences(staging, &open, |item| Some(item.keys.url));
        let of = |kind, key| occurrences.get(&(kind, key)).copied().unwrap_or_default();
        let mut pairs = assign::by_url(&open.stored, &open.listed, of);
        open.leave_renumbered(&mut pairs);
        open.judge(stored, staging, pairs, |one| !one.is_contradicted())
            .await?;
    }
    if !open.rows.is_empty() && !open.staged.is_empty() {
        open.find_hosts(stored, staging).await?;
        let pairs = assign::by_identity(&open.stored, &open.listed);
        if stored.has_rules || listed::is_any_renamed(stored.db, stored.provider).await? {
            open.judge(stored, staging, pairs, |_| true).await?;
        } else {
            open.accept(staging, &pairs, |_| Change::Changed)?;
        }
    }
    if !stored.has_own_ids && !open.rows.is_empty() && !open.staged.is_empty() {
        let occurrences = occurrences(staging, &open, |item| Some(item.keys.url));
        let of = |kind, key| occurrences.get(&(kind, key)).copied().unwrap_or_default();
        let pairs = assign::by_url(&open.stored, &open.listed, of);
        open.judge(stored, staging, pairs, |one| !one.is_contradicted())
            .await?;
    }
    if !open.rows.is_empty() && !open.staged.is_empty() {
        let occurrences = occurrences(staging, &open, |item| item.keys.tvg);
        let of = |kind, key| occurrences.get(&(kind, key)).copied().unwrap_or_default();
        let mut pairs = assign::by_tvg_id(&open.stored, &open.listed, of);
        // What a panel's episodes are listed under is no name of their own.
        pairs.retain(|(row, _)| !stored.has_own_ids || open.stored[*row as usize].kind == EntryKind::Live);
        open.judge(stored, staging, pairs, |one| one.same_group).await?;
    }
    let Open {
        rows,
        staged,
        mut matched,
        ..
    } = open;
    matched.sort_unstable_by_key(|matched| matched.staged);
    let removed = rows
        .into_iter()
        .filter(|row| !staging.index.is_missing(*row))
        .collect();
    Ok(Diff {
        added: staged,
        matched,
        removed,
        excluded: Vec::new(),
    })
}

/// Rows and staged entries that have no partner yet, in parallel slices.
struct Open {
    rows: Vec<Row>,
    stored: Vec<Item>,
    staged: Vec<u32>,
    listed: Vec<Item>,
    matched: Vec<Match>,
    /// Entries that were settled while the list was read.
    settled_at_once: usize,
}

/// A possible pair with what its texts say.
struct Candidate {
    /// The provider lists both under one name.
    same_name: bool,
    is_renamed: bool,
    same_group: bool,
    tvg: (Option<i64>, Option<i64>),
}

impl Candidate {
    /// Both the name and the guide id say that these are different things.
    fn is_contradicted(&self) -> bool {
        !self.same_name && matches!(self.tvg, (Some(one), Some(other)) if one != other)
    }
}

impl Open {
    fn new(staging: &Staging) -> Self {
        let rows: Vec<Row> = staging
            .index
            .rows()
            .filter(|row| !staging.index.is_claimed(*row))
            .collect();
        let stored = rows
            .iter()
            .map(|row| Item {
                kind: staging.index.kind(*row),
                keys: staging.index.keys(*row),
                host: 0,
            })
            .collect();
        let listed = staging.items();
        Self {
            rows,
            stored,
            staged: (0..).take(listed.len()).collect(),
            listed,
            matched: Vec::new(),
            settled_at_once: staging.settled.len(),
        }
    }

    /// A panel that numbers its list anew gives an id to another stream. Where an id says that one name became another, but
    /// either name is listed under another id, names are the better witnesses.
    fn leave_renumbered(&self, pairs: &mut Vec<Pair>) {
        let names = |items: &[Item]| -> HashSet<(EntryKind, i64)> {
            items.iter().map(|item| (item.kind, item.keys.identity)).collect()
        };
        let (stored, listed) = (names(&self.stored), names(&self.listed));
        pairs.retain(|(row, entry)| {
            let (was, is) = (self.stored[*row as usize], self.listed[*entry as usize]);
            was.keys.identity == is.keys.identity
                || (!listed.contains(&(was.kind, was.keys.identity))
                    && !stored.contains(&(is.kind, is.keys.identity)))
        });
    }

    /// The hosts of rows that others resemble.
    async fn find_hosts(&mut self, stored: &Stored<'_>, staging: &Staging) -> Result<(), DiffError> {
        let contested = assign::contested(&self.stored, &self.listed);
        if contested.is_empty() {
            return Ok(());
        }
        let rows: Vec<Row> = contested.iter().map(|place| self.rows[*place as usize]).collect();
        let hosts = hosts(stored, staging, &rows).await?;
        for (place, row) in contested.iter().zip(&rows) {
            self.stored[*place as usize].host = hosts.get(row).copied().unwrap_or(0);
        }
        Ok(())
    }

    /// Accepts those pairs whose texts `agree`.
    async fn judge(
        &mut self,
        stored: &Stored<'_>,
        staging: &mut Staging,
        pairs: Vec<Pair>,
        agree: impl Fn(&Candidate) -> bool,
    ) -> Result<(), DiffError> {
        let candidates = self.candidates(stored, staging, &pairs).await?;
        let mut renamed = HashMap::new();
        let mut good = Vec::new();
        for (pair, candidate) in pairs.into_iter().zip(candidates) {
            if agree(&candidate) {
                renamed.insert(pair, candidate.is_renamed);
                good.push(pair);
            }
        }
        self.accept(staging, &good, |pair| match renamed.get(&pair) {
            Some(true) => Change::Renamed,
            _ => Change::Changed,
        })?;
        Ok(())
    }

    async fn candidates(
        &self,
        stored: &Stored<'_>,
        staging: &mut Staging,
        pairs: &[Pair],
    ) -> Result<Vec<Candidate>, DiffError> {
        // A hash each of name and group: of a list that was renamed as a whole the texts would not fit.
        let of = |text: &str| stored.hash.start().text(text).finish();
        let mut known: HashMap<(bool, i64), [i64; 3]> = HashMap::new();
        for is_vod in [false, true] {
            let ids: Vec<i64> = pairs
                .iter()
                .map(|(row, _)| self.rows[*row as usize])
                .filter(|row| (staging.index.kind(*row) != EntryKind::Live) == is_vod)
                .map(|row| staging.index.id(row))
                .collect();
            let kind = if is_vod { EntryKind::Movie } else { EntryKind::Live };
            listed::each_text(stored.db, kind, ids, |texts| {
                let hashes = [texts.listed(), texts.name, texts.group].map(of);
                known.insert((is_vod, texts.id), hashes);
            })
            .await?;
        }
        let mut buffer = Vec::new();
        pairs
            .iter()
            .map(|(row, listed)| {
                staging
                    .read(self.staged[*listed as usize], &mut buffer)
                    .map_err(StagingError::from)?;
                let entry = Entry::decode(&buffer).map_err(StagingError::from)?;
                let row_number = self.rows[*row as usize];
                let is_vod = staging.index.kind(row_number) != EntryKind::Live;
                let texts = known.get(&(is_vod, staging.index.id(row_number)));
                Ok(Candidate {
                    same_name: texts.is_some_and(|[listed, ..]| *listed == of(entry.listed())),
                    is_renamed: texts.is_none_or(|[_, name, _]| *name != of(entry.name)),
                    same_group: texts.is_some_and(|[.., group]| *group == of(entry.group)),
                    tvg: (
                        self.stored[*row as usize].keys.tvg,
                        self.listed[*listed as usize].keys.tvg,
                    ),
                })
            })
            .collect()
    }

    fn accept(
        &mut self,
        staging: &mut Staging,
        pairs: &[Pair],
        change: impl Fn(Pair) -> Change,
    ) -> Result<(), StagingError> {
        let (mut row_is_taken, mut entry_is_taken) =
            (vec![false; self.rows.len()], vec![false; self.staged.len()]);
        for pair in pairs {
            let (row, staged) = (self.rows[pair.0 as usize], self.staged[pair.1 as usize]);
            row_is_taken[pair.0 as usize] = true;
            entry_is_taken[pair.1 as usize] = true;
            staging.index.take(row);
            if staging.index.keys(row).digest == self.listed[pair.1 as usize].keys.digest {
                staging.settle_staged(row, staged)?;
            } else {
                let change = if staging.index.is_missing(row) {
                    Change::Returned
                } else {
                    change(*pair)
                };
                self.matched.push(Match { staged, row, change });
            }
        }
        retain(&mut self.rows, &row_is_taken);
        retain(&mut self.stored, &row_is_taken);
        retain(&mut self.staged, &entry_is_taken);
        retain(&mut self.listed, &entry_is_taken);
        Ok(())
    }
}

fn retain<T>(items: &mut Vec<T>, is_taken: &[bool]) {
    let mut taken = is_taken.iter();
    items.retain(|_| taken.next() == Some(&false));
}

/// How often the keys of open entries occur in the whole list and the whole store.
fn occurrences(
    staging: &Staging,
    open: &Open,
    key: impl Fn(&Item) -> Option<i64>,
) -> HashMap<(EntryKind, i64), Occurrence> {
    let mut counts: HashMap<(EntryKind, i64), Occurrence> = open
        .listed
        .iter()
        .filter_map(|item| Some(((item.kind, key(item)?), Occurrence::default())))
        .collect();
    let index = &staging.index;
    let item = |row: Row| Item {
        kind: index.kind(row),
        keys: index.keys(row),
        host: 0,
    };
    for row in index.rows() {
        let stored = item(row);
        if let Some(count) = key(&stored).and_then(|key| counts.get_mut(&(stored.kind, key))) {
            count.stored += 1;
        }
    }
    for (row, _) in &staging.settled[..open.settled_at_once] {
        let settled = item(*row);
        if let Some(count) = key(&settled).and_then(|key| counts.get_mut(&(settled.kind, key))) {
            count.listed += 1;
        }
    }
    for entry in &staging.entries {
        let listed = Item {
            kind: entry.kind,
            keys: entry.keys,
            host: 0,
        };
        if let Some(count) = key(&listed).and_then(|key| counts.get_mut(&(listed.kind, key))) {
            count.listed += 1;
        }
    }
    counts
}
