//! Changes that the matching does not see: another address, picture or number of a stream leaves the clusters alone.

use std::collections::{HashMap, HashSet};

use crate::db::Tx;
use crate::features::catalogue::entry::{Entry, EntryKind};
use crate::features::catalogue::store::streams;

use super::{ApplyError, Changes, Staged};

/// Streams that are looked at a time.
const BATCH: usize = 2_048;

/// The updated streams of which the matching reads what it read before.
pub(super) async fn alike(
    tx: &mut Tx,
    changes: &Changes,
    staged: &mut dyn Staged,
) -> Result<HashSet<i64>, ApplyError> {
    let live: Vec<(u32, i64)> = changes
        .updated
        .iter()
        .copied()
        .filter(|(number, _)| staged.kind(*number) == EntryKind::Live)
        .collect();
    let (mut alike, mut buffer) = (HashSet::new(), Vec::new());
    for batch in live.chunks(BATCH) {
        let mut rows = HashMap::new();
        streams::each_of(tx, batch.iter().map(|(_, id)| *id), |row| {
            rows.insert(row.id, row);
        })
        .await?;
        for (number, id) in batch {
            staged.read(*number, &mut buffer)?;
            let entry = Entry::decode(&buffer)?;
            let is_alike = rows.get(id).is_some_and(|row| {
                row.original_name == entry.name
                    && row.group_name == entry.group
                    && row.tvg_id.as_deref() == entry.tvg_id
                    && row.country.as_deref() == entry.country
            });
            if is_alike {
                alike.insert(*id);
            }
        }
    }
    Ok(alike)
}
