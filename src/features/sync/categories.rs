//! How many entries there are of each category: of one kind and one group.

use std::collections::HashMap;

use crate::features::catalogue::entry::EntryKind;

/// Entries by kind and group. A group of films and one of episodes are apart.
#[derive(Debug, Default)]
pub(super) struct Categories([HashMap<Box<str>, u64>; 3]);

impl Categories {
    /// Counts one entry.
    pub(super) fn count(&mut self, kind: EntryKind, group: &str) {
        let groups = &mut self.0[kind as usize];
        match groups.get_mut(group) {
            Some(entries) => *entries += 1,
            None => drop(groups.insert(group.into(), 1)),
        }
    }

    /// Forgets what was counted of a kind.
    pub(super) fn forget(&mut self, kind: EntryKind) {
        self.0[kind as usize].clear();
    }

    /// The entries of one category.
    pub(super) fn of(&self, kind: EntryKind, group: &str) -> u64 {
        self.0[kind as usize].get(group).copied().unwrap_or(0)
    }

    /// Kind, group and entries of each.
    pub(super) fn iter(&self) -> impl Iterator<Item = (EntryKind, &str, u64)> {
        EntryKind::ALL
            .into_iter()
            .zip(&self.0)
            .flat_map(|(kind, groups)| {
                groups
                    .iter()
                    .map(move |(group, entries)| (kind, &**group, *entries))
            })
    }
}
