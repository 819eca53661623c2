//! The differences of a run as they are kept for people: pages of a few hundred lines each.

use std::collections::HashMap;

use crate::args;
use crate::db::{Db, Tx};
use crate::features::catalogue::Staged;
use crate::features::catalogue::entry::{Entry, EntryKind};
use crate::features::catalogue::store::listed;
use crate::support::ids::SyncId;

use super::diff::{Change, Diff, DiffError};
use super::index::Row;
use super::log::{ChangeLine, Difference};
use super::staging::{Staging, StagingError};
use super::store;

/// Differences of one stored page.
const PAGE: usize = 250;
/// Pages that are written at a time.
const PAGES: usize = 16;

/// What a line is made of.
#[derive(Debug, Clone, Copy)]
enum Source {
    Staged(u32),
    Stored(Row),
    Both(u32, Row),
}

/// Lists every difference. `db` must not see the run's own writes: names before are read from it.
pub(super) async fn list(
    tx: &mut Tx,
    db: &Db,
    sync: SyncId,
    diff: &Diff,
    staging: &mut Staging,
) -> Result<(), DiffError> {
    let matched = |change: Change| {
        diff.matched
            .iter()
            .filter(move |matched| matched.change == change)
    };
    let staged = |matched: &super::diff::Match| Source::Staged(matched.staged);
    let parts: [(Difference, Vec<Source>); 6] = [
        (
            Difference::Added,
            diff.added.iter().map(|number| Source::Staged(*number)).collect(),
        ),
        (
            Difference::Changed,
            matched(Change::Changed).map(staged).collect(),
        ),
        (
            Difference::Renamed,
            matched(Change::Renamed)
                .map(|one| Source::Both(one.staged, one.row))
                .collect(),
        ),
        (
            Difference::Removed,
            diff.removed.iter().map(|row| Source::Stored(*row)).collect(),
        ),
        (
            Difference::Returned,
            staging
                .returned
                .iter()
                .map(|row| Source::Stored(*row))
                .chain(matched(Change::Returned).map(staged))
                .collect(),
        ),
        (
            Difference::Excluded,
            diff.excluded.iter().map(|row| Source::Stored(*row)).collect(),
        ),
    ];
    let (mut position, mut rows) = (0_i64, Vec::new());
    for (difference, sources) in parts {
        for page in sources.chunks(PAGE) {
            let lines = lines(db, page, staging).await?;
            let body = serde_json::to_string(&lines).unwrap_or_else(|_| "[]".to_owned());
            rows.extend(args![
                sync,
                position,
                difference.as_str(),
                count(lines.len()),
                body
            ]);
            position += 1;
            if rows.len() >= PAGES * 5 {
                store::insert_changes(tx, std::mem::take(&mut rows)).await?;
            }
        }
    }
    if !rows.is_empty() {
        store::insert_changes(tx, rows).await?;
    }
    Ok(())
}

async fn lines(db: &Db, page: &[Source], staging: &mut Staging) -> Result<Vec<ChangeLine>, DiffError> {
    let before = texts_before(db, page, staging).await?;
    let mut buffer = Vec::new();
    page.iter()
        .map(|source| {
            let (staged, row) = match source {
                Source::Staged(staged) => (Some(*staged), None),
                Source::Stored(row) => (None, Some(*row)),
                Source::Both(staged, row) => (Some(*staged), Some(*row)),
            };
            let kind = match (staged, row) {
                (Some(staged), _) => staging.kind(staged),
                (None, Some(row)) => staging.index.kind(row),
                (None, None) => EntryKind::Live,
            };
            let (was, was_group) = row.and_then(|row| before.get(&row).cloned()).unwrap_or_default();
            let kind = kind.as_str().to_owned();
            let Some(staged) = staged else {
                return Ok(ChangeLine {
                    kind,
                    name: was,
                    group: was_group,
                    was: None,
                });
            };
            staging.read(staged, &mut buffer).map_err(StagingError::from)?;
            let entry = Entry::decode(&buffer).map_err(StagingError::from)?;
            Ok(ChangeLine {
                kind,
                name: entry.name.to_owned(),
                group: entry.group.to_owned(),
                was: row.map(|_| was),
            })
        })
        .collect()
}

async fn texts_before(
    db: &Db,
    page: &[Source],
    staging: &Staging,
) -> Result<HashMap<Row, (String, String)>, DiffError> {
    let rows: Vec<Row> = page
        .iter()
        .filter_map(|source| match source {
            Source::Staged(_) => None,
            Source::Stored(row) | Source::Both(_, row) => Some(*row),
        })
        .collect();
    let mut texts_of = HashMap::new();
    for kind in [EntryKind::Live, EntryKind::Movie] {
        let of_kind =
            |row: &&Row| (staging.index.kind(**row) == EntryKind::Live) == (kind == EntryKind::Live);
        let row_of: HashMap<i64, Row> = rows
            .iter()
            .filter(of_kind)
            .map(|row| (staging.index.id(*row), *row))
            .collect();
        listed::each_text(db, kind, row_of.keys().copied(), |texts| {
            if let Some(row) = row_of.get(&texts.id) {
                texts_of.insert(*row, (texts.name.to_owned(), texts.group.to_owned()));
            }
        })
        .await?;
    }
    Ok(texts_of)
}

pub(super) fn count(length: usize) -> i64 {
    i64::try_from(length).unwrap_or(i64::MAX)
}
