//! Rows that are not listed, though no provider took them away: a person leaves their group out, or it could not be read.

use std::collections::{HashMap, HashSet};

use super::diff::Diff;
use super::index::Row;
use super::staging::Staging;
use crate::db::{Db, DbError};
use crate::features::catalogue::entry::EntryKind;
use crate::features::catalogue::store::listed;
use crate::features::providers::groups::Choice;

/// What of a kind could not be read, where its list came category by category.
pub(super) struct Unread {
    pub kind: EntryKind,
    /// The groups that were read to their end.
    pub read: HashSet<String>,
    /// Whether there are others, that could not be read.
    pub has_failed: bool,
}

impl Unread {
    /// Whether a stored row of this group may be listed though it was not found. What is in no category cannot be asked for;
    /// and whatever is not where it was may be in a category that could not be read.
    pub(super) fn may_hold(&self, group: &str) -> bool {
        group.is_empty() || (self.has_failed && !self.read.contains(group))
    }
}

/// Leaves those rows as they are whose group could not be read: whether they are listed is not known. Says how many.
pub(super) async fn leave_unread(
    db: &Db,
    diff: &mut Diff,
    staging: &mut Staging,
    unread: &[Unread],
) -> Result<u64, DbError> {
    let mut left = Vec::new();
    for one in unread {
        left.extend(of_groups(db, diff, staging, one.kind, |group| one.may_hold(group)).await?);
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_group_that_was_read_to_its_end_says_what_is_gone() {
        let mut unread = Unread {
            kind: EntryKind::Live,
            read: ["News".to_owned()].into(),
            has_failed: false,
        };
        let held = |unread: &Unread| ["", "News", "Sports"].map(|group| unread.may_hold(group));
        assert_eq!(held(&unread), [true, false, false]);
        unread.has_failed = true;
        assert_eq!(held(&unread), [true, false, true]);
    }
}
