//! Rows that are not listed, though no provider took them away: a person leaves their group out, or it could not be read.

use std::collections::{HashMap, HashSet};

use super::diff::Diff;
use super::index::Row;
use super::staging::Staging;
use crate::db::{Db, DbError};
use crate::features::catalogue::entry::EntryKind;
use crate::features::catalogue::store::listed;
use crate::features::providers::groups::Choice;

/// Groups of a kind that could not be read.
pub(super) type Unread = (EntryKind, HashSet<String>);

/// Leaves those rows as they are whose group could not be read: whether they are listed is not known. Says how many.
pub(super) async fn leave_unread(
    db: &Db,
    diff: &mut Diff,
    staging: &mut Staging,
    unread: &[Unread],
) -> Result<u64, DbError> {
    let mut left = Vec::new();
    for (kind, groups) in unread {
        left.extend(of_groups(db, diff, staging, *kind, |group| groups.contains(group)).await?);
    }
    left.sort_unstable();
    diff.removed.retain(|row| left.binary_search(row).is_err());
    staging.leave(&left);
    Ok(left.len() as u64)
}

/// Takes those rows off what was removed whose group is left out: whether they are listed is not known.
pub(super) async fn set_apart(
    db: &Db,
    diff: &mut Diff,
    staging: &Staging,
    choice: &Choice,
) -> Result<(), DbError> {
    if choice.takes_all() || diff.removed.is_empty() {
        return Ok(());
    }
    let mut excluded = HashSet::new();
    for kind in EntryKind::ALL {
        excluded.extend(of_groups(db, diff, staging, kind, |group| !choice.takes(group)).await?);
    }
    let all = std::mem::take(&mut diff.removed);
    (diff.excluded, diff.removed) = all.into_iter().partition(|row| excluded.contains(row));
    Ok(())
}

/// Those of the removed rows of a kind whose group is wanted.
async fn of_groups(
    db: &Db,
    diff: &Diff,
    staging: &Staging,
    kind: EntryKind,
    is_wanted: impl Fn(&str) -> bool + Send + Sync,
) -> Result<Vec<Row>, DbError> {
    let rows: HashMap<i64, Row> = (diff.removed.iter())
        .filter(|row| staging.index.kind(**row) == kind)
        .map(|row| (staging.index.id(*row), *row))
        .collect();
    let mut found = Vec::new();
    listed::each_text(db, kind, rows.keys().copied(), |texts| {
        if is_wanted(texts.group)
            && let Some(row) = rows.get(&texts.id)
        {
            found.push(*row);
        }
    })
    .await?;
    Ok(found)
}
