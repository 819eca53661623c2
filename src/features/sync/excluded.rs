//! Rows that are gone because a person leaves their group out.

use std::collections::{HashMap, HashSet};

use super::diff::Diff;
use super::index::Row;
use super::staging::Staging;
use crate::db::{Db, DbError};
use crate::features::catalogue::entry::EntryKind;
use crate::features::catalogue::store::listed;
use crate::features::providers::groups::Choice;

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
        let rows: HashMap<i64, Row> = (diff.removed.iter())
            .filter(|row| staging.index.kind(**row) == kind)
            .map(|row| (staging.index.id(*row), *row))
            .collect();
        listed::each_text(db, kind, rows.keys().copied(), |texts| {
            if !choice.takes(texts.group)
                && let Some(row) = rows.get(&texts.id)
            {
                excluded.insert(*row);
            }
        })
        .await?;
    }
    let all = std::mem::take(&mut diff.removed);
    (diff.excluded, diff.removed) = all.into_iter().partition(|row| excluded.contains(row));
    Ok(())
}
