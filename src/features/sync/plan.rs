//! What a run is going to do, once it knows all differences; a held run keeps it until somebody decides.

use serde::{Deserialize, Serialize};

use crate::features::catalogue::Changes;
use crate::features::catalogue::entry::EntryKind;
use crate::features::providers::url_parts::Learned;
use crate::features::providers::url_values::{Owner, Recorded};

use super::log::Counts;
use super::staging::Staging;

/// Everything that is applied, besides the staged entries themselves.
pub(super) struct Plan {
    pub changes: Changes,
    /// Rows that stay as they are, with the place of the record of their values.
    pub settled: Vec<(Owner, u32)>,
    pub recorded: Recorded,
    pub learned: Vec<Learned>,
    /// Of a panel, whose rows all have the same values.
    pub is_of_panel: bool,
    pub counts: Counts,
}

impl Plan {
    /// The values' records of all rows, once the added entries have their ids; sorted by owner.
    pub(super) fn records(&self, staging: &Staging, added: &[(u32, i64)]) -> Vec<(Owner, u32)> {
        let listed = self.changes.updated.iter().chain(added);
        let of = |(staged, id): &(u32, i64)| {
            let entry = staging.entries.get(*staged as usize)?;
            Some((owner(entry.kind, *id), entry.record))
        };
        let mut records: Vec<(Owner, u32)> = self
            .settled
            .iter()
            .copied()
            .chain(listed.filter_map(of))
            .collect();
        records.sort_unstable_by_key(|(owner, _)| *owner);
        records
    }
}

pub(super) fn owner(kind: EntryKind, id: i64) -> Owner {
    match kind {
        EntryKind::Live => Owner::live(id),
        EntryKind::Movie | EntryKind::Episode => Owner::vod(id),
    }
}

/// The part of a plan that is small enough to be one piece.
#[derive(Serialize, Deserialize)]
pub(super) struct Head {
    pub added: Vec<u32>,
    pub updated: Vec<(u32, i64)>,
    pub returned: Vec<(EntryKind, i64)>,
    pub removed: Vec<(EntryKind, i64)>,
    pub fuzzy_threshold: u8,
    pub texts: Vec<(String, bool)>,
    pub learned: Vec<Learned>,
    #[serde(default)]
    pub is_of_panel: bool,
    pub counts: Counts,
}

impl Head {
    pub(super) fn of(plan: &Plan) -> Self {
        Self {
            added: plan.changes.added.clone(),
            updated: plan.changes.updated.clone(),
            returned: plan.changes.returned.clone(),
            removed: plan.changes.removed.clone(),
            fuzzy_threshold: plan.changes.fuzzy_threshold,
            texts: plan
                .recorded
                .all_texts()
                .map(|(text, repeats)| (text.to_owned(), repeats))
                .collect(),
            learned: plan.learned.clone(),
            is_of_panel: plan.is_of_panel,
            counts: plan.counts,
        }
    }

    pub(super) fn plan(self, settled: Vec<(Owner, u32)>, now_ms: i64) -> Plan {
        Plan {
            changes: Changes {
                now_ms,
                added: self.added,
                updated: self.updated,
                returned: self.returned,
                removed: self.removed,
                fuzzy_threshold: self.fuzzy_threshold,
            },
            settled,
            recorded: Recorded::of_texts(self.texts.into_iter()),
            learned: self.learned,
            is_of_panel: self.is_of_panel,
            counts: self.counts,
        }
    }
}
