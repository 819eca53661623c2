//! What a run lost of what was there: of each kind, and of each category that may have lost too much.

use crate::db::{Db, DbError};
use crate::features::catalogue::entry::EntryKind;
use crate::features::catalogue::store::listed;

use super::categories::Categories;
use super::diff::Diff;
use super::guard::{self, Loss};
use super::index::Row;
use super::staging::Staging;

pub(super) async fn losses(
    db: &Db,
    found: &Diff,
    staging: &Staging,
    percent: u8,
) -> Result<Vec<Loss>, DbError> {
    let mut losses = of_kinds(found, staging);
    let lost = stored(db, &found.removed, staging).await?;
    let mut suspects: Vec<(EntryKind, &str, u64)> = lost
        .iter()
        .filter(|(_, _, lost)| guard::may_be_too_much(*lost, percent))
        .collect();
    suspects.sort_unstable();
    if suspects.is_empty() {
        return Ok(losses);
    }
    let matched: Vec<Row> = found
        .matched
        .iter()
        .map(|matched| matched.row)
        .filter(|row| !staging.index.is_missing(*row))
        .collect();
    let matched = stored(db, &matched, staging).await?;
    // Their groups were not read with them.
    let is_suspect = |row: &&Row| {
        suspects
            .iter()
            .any(|(kind, ..)| *kind == staging.index.kind(**row))
    };
    let unread: Vec<Row> = staging.unread.iter().filter(is_suspect).copied().collect();
    let unread = stored(db, &unread, staging).await?;
    losses.extend(suspects.into_iter().map(|(kind, group, lost)| Loss {
        kind,
        category: Some(group.to_owned()),
        before: lost + matched.of(kind, group) + staging.kept.of(kind, group) + unread.of(kind, group),
        lost,
    }));
    Ok(losses)
}

fn of_kinds(found: &Diff, staging: &Staging) -> Vec<Loss> {
    let mut losses = EntryKind::ALL.map(|kind| Loss {
        kind,
        category: None,
        before: 0,
        lost: 0,
    });
    let index = &staging.index;
    for row in index.rows().filter(|row| !index.is_missing(*row)) {
        losses[index.kind(row) as usize].before += 1;
    }
    for row in &found.excluded {
        losses[index.kind(*row) as usize].before -= 1;
    }
    for row in &found.removed {
        losses[index.kind(*row) as usize].lost += 1;
    }
    losses.into()
}

/// The categories of rows as they are stored.
async fn stored(db: &Db, rows: &[Row], staging: &Staging) -> Result<Categories, DbError> {
    let (index, mut categories) = (&staging.index, Categories::default());
    for kind in EntryKind::ALL {
        let ids = rows.iter().filter(|row| index.kind(**row) == kind);
        let ids = ids.map(|row| index.id(*row));
        listed::each_text(db, kind, ids, |texts| categories.count(kind, texts.group)).await?;
    }
    Ok(categories)
}
