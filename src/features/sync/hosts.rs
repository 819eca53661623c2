//! Where rows come from: of rows that others resemble, the one of the same host is meant.

use std::collections::HashMap;

use crate::features::catalogue::entry::EntryKind;
use crate::features::catalogue::store::listed;
use crate::features::providers::url_values::{Opened, Owner, Slots, slots};

use super::diff::{DiffError, Stored};
use super::index::Row;
use super::intake::host_hash;
use super::staging::Staging;

/// The hosts of rows, as hashes.
pub(super) async fn hosts(
    stored: &Stored<'_>,
    staging: &Staging,
    rows: &[Row],
) -> Result<HashMap<Row, u64>, DiffError> {
    let mut opened = Opened::of(stored.db, stored.keys, stored.provider).await?;
    let mut hosts = HashMap::new();
    for kind in [EntryKind::Live, EntryKind::Movie] {
        let is_vod = kind != EntryKind::Live;
        let mut wanted: Vec<(i64, Row)> = rows
            .iter()
            .filter(|row| (staging.index.kind(**row) != EntryKind::Live) == is_vod)
            .map(|row| (staging.index.id(*row), *row))
            .collect();
        wanted.sort_unstable();
        let mut slots_of: HashMap<i64, Slots> = HashMap::new();
        listed::each_text(stored.db, kind, wanted.iter().map(|(id, _)| *id), |texts| {
            slots_of.insert(texts.id, slots(texts.url_template, texts.headers));
        })
        .await?;
        for (id, row) in wanted {
            let Some(slots) = slots_of.get(&id) else { continue };
            // A row without values, one that is missing, has no host.
            let owner = Owner { is_vod, id };
            let Ok(values) = opened.values(stored.db, stored.keys, owner, slots.values).await else {
                continue;
            };
            if let Some(host) = slots.host.and_then(|place| values.get(place)) {
                hosts.insert(row, host_hash(&stored.hash, host));
            }
        }
    }
    Ok(hosts)
}
