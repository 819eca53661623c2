//! What is stored of a provider, packed: 41 bytes a row, found by digest.

use crate::features::catalogue::entry::{EntryKeys, EntryKind};
use crate::features::catalogue::store::streams::Stored;

/// A row's place in the index.
pub(super) type Row = u32;

#[derive(Default)]
pub(super) struct Index {
    ids: Vec<i64>,
    keys: Vec<Packed>,
    flags: Vec<u8>,
    /// Open addressing by digest; [`EMPTY`] or a row.
    table: Vec<u32>,
}

struct Packed {
    identity: i64,
    url: i64,
    /// 0 for none.
    tvg: i64,
    digest: i64,
}

const EMPTY: u32 = u32::MAX;
const KIND: u8 = 0b0011;
const MISSING: u8 = 0b0100;
const CLAIMED: u8 = 0b1000;
const REPEATED: u8 = 0b1_0000;

/// What the index says of an entry's digest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Claim {
    /// An equal row, which nobody else may claim now.
    Settled { row: Row },
    /// No equal row is free, or several are: the whole list has to be known.
    Open,
}

impl Index {
    pub(super) fn push(&mut self, stored: Stored) {
        self.ids.push(stored.id);
        self.keys.push(Packed {
            identity: stored.keys.identity,
            url: stored.keys.url,
            tvg: stored.keys.tvg.unwrap_or(0),
            digest: stored.keys.digest,
        });
        self.flags
            .push(stored.kind as u8 | if stored.is_missing { MISSING } else { 0 });
    }

    /// Makes digests findable, once all rows are in.
    pub(super) fn seal(&mut self) {
        let slots = (self.ids.len() * 2).next_power_of_two().max(2);
        self.table = vec![EMPTY; slots];
        for row in 0..self.ids.len() {
            let slot = self.slot_of(self.keys[row].digest, self.flags[row] & KIND);
            match self.table[slot] {
                EMPTY => self.table[slot] = row as u32,
                first => {
                    self.flags[first as usize] |= REPEATED;
                    self.flags[row] |= REPEATED;
                }
            }
        }
    }

    /// Claims the row that is equal to an entry.
    pub(super) fn claim(&mut self, kind: EntryKind, digest: i64) -> Claim {
        let slot = if self.table.is_empty() {
            None
        } else {
            Some(self.slot_of(digest, kind as u8))
        };
        let Some(row) = slot.map(|slot| self.table[slot]).filter(|row| *row != EMPTY) else {
            return Claim::Open;
        };
        let flags = &mut self.flags[row as usize];
        if *flags & (CLAIMED | REPEATED) != 0 {
            return Claim::Open;
        }
        *flags |= CLAIMED;
        Claim::Settled { row }
    }

    /// Marks a row as found by another way than its digest.
    pub(super) fn take(&mut self, row: Row) {
        self.flags[row as usize] |= CLAIMED;
    }

    /// Takes back that a row was found.
    pub(super) fn release(&mut self, row: Row) {
        self.flags[row as usize] &= !CLAIMED;
    }

    pub(super) fn len(&self) -> usize {
        self.ids.len()
    }

    pub(super) fn rows(&self) -> impl Iterator<Item = Row> + use<> {
        0..self.ids.len() as u32
    }

    pub(super) fn id(&self, row: Row) -> i64 {
        self.ids[row as usize]
    }

    pub(super) fn kind(&self, row: Row) -> EntryKind {
        EntryKind::ALL[usize::from(self.flags[row as usize] & KIND).min(2)]
    }

    pub(super) fn keys(&self, row: Row) -> EntryKeys {
        let keys = &self.keys[row as usize];
        EntryKeys {
            identity: keys.identity,
            url: keys.url,
            tvg: (keys.tvg != 0).then_some(keys.tvg),
            digest: keys.digest,
        }
    }

    pub(super) fn is_missing(&self, row: Row) -> bool {
        self.flags[row as usize] & MISSING != 0
    }

    pub(super) fn is_claimed(&self, row: Row) -> bool {
        self.flags[row as usize] & CLAIMED != 0
    }

    /// The slot of a row with this digest and kind, or the free one where it would go.
    fn slot_of(&self, digest: i64, kind: u8) -> usize {
        let mask = self.table.len() - 1;
        let mut slot = digest as usize & mask;
        loop {
            let row = self.table[slot];
            if row == EMPTY
                || (self.keys[row as usize].digest == digest && self.flags[row as usize] & KIND == kind)
            {
                return slot;
            }
            slot = (slot + 1) & mask;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn index(digests: &[(EntryKind, i64, bool)]) -> Index {
        let mut index = Index::default();
        for (id, (kind, digest, is_missing)) in (10..).zip(digests) {
            let keys = EntryKeys {
                digest: *digest,
                ..EntryKeys::default()
            };
            index.push(Stored {
                kind: *kind,
                id,
                keys,
                is_missing: *is_missing,
            });
        }
        index.seal();
        index
    }

    #[test]
    fn a_row_is_claimed_once() {
        let mut index = index(&[(EntryKind::Live, 1, false), (EntryKind::Live, 5, true)]);
        let (first, second) = (index.claim(EntryKind::Live, 1), index.claim(EntryKind::Live, 5));
        assert_eq!(first, Claim::Settled { row: 0 });
        assert_eq!(second, Claim::Settled { row: 1 });
        assert!(!index.is_missing(0) && index.is_missing(1));
        assert_eq!(index.claim(EntryKind::Live, 1), Claim::Open);
        assert_eq!(index.claim(EntryKind::Live, 9), Claim::Open);
        assert_eq!(index.id(0), 10);
    }

    #[test]
    fn equal_rows_are_left_to_who_knows_the_whole_list_and_kinds_are_apart() {
        let mut index = index(&[
            (EntryKind::Live, 1, false),
            (EntryKind::Live, 1, false),
            (EntryKind::Movie, 1, false),
        ]);
        assert_eq!(index.claim(EntryKind::Live, 1), Claim::Open);
        assert_eq!(index.claim(EntryKind::Movie, 1), Claim::Settled { row: 2 });
        assert_eq!(index.claim(EntryKind::Episode, 1), Claim::Open);
    }

    #[test]
    fn an_empty_index_settles_nothing() {
        let mut index = Index::default();
        assert_eq!(index.claim(EntryKind::Live, 1), Claim::Open);
        index.seal();
        assert_eq!(index.claim(EntryKind::Live, 1), Claim::Open);
    }
}
