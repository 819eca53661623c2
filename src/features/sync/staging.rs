//! The second half of reading: entries that equal a stored row are settled at once, all others are staged.

use std::io;
use std::path::PathBuf;
use std::sync::mpsc::Receiver;

use crate::features::catalogue::entry::{Entry, EntryKeys, EntryKind, Malformed};
use crate::features::catalogue::{self, Staged};

use super::assign::Item;
use super::categories::Categories;
use super::index::{Claim, Index, Row};
use super::intake::Batch;
use super::spool::Spool;

/// What a list is compared with, and what came of it so far.
pub(super) struct Staging {
    pub index: Index,
    /// Rows that were found as they are, with the place of their record.
    pub settled: Vec<(Row, u32)>,
    /// Settled rows that had been missing.
    pub returned: Vec<Row>,
    /// Of the settled rows that had not been missing.
    pub kept: Categories,
    /// Settled rows that no list was read of.
    pub unread: Vec<Row>,
    pub entries: Vec<StagedEntry>,
    blocks: Vec<u64>,
    pub records: Vec<u8>,
    spool: Spool,
    counts: [u64; 3],
}

/// An entry that differs from every stored row.
#[derive(Debug, Clone, Copy)]
pub(super) struct StagedEntry {
    pub kind: EntryKind,
    pub keys: EntryKeys,
    pub host: u64,
    at: u64,
    length: u32,
    /// The place of its record, which ends by itself: see [`Staging::record`].
    pub record: u32,
    blocks_end: u32,
}

/// Why entries cannot be staged.
#[derive(Debug, thiserror::Error)]
pub(super) enum StagingError {
    #[error("the data folder cannot hold the entries: {0}")]
    Folder(#[from] io::Error),
    #[error(transparent)]
    Malformed(#[from] Malformed),
}

impl Staging {
    pub(super) fn new(index: Index, folder: PathBuf) -> Self {
        let rows = index.len();
        Self {
            index,
            settled: Vec::with_capacity(rows),
            returned: Vec::new(),
            kept: Categories::default(),
            unread: Vec::new(),
            entries: Vec::new(),
            blocks: Vec::new(),
            records: Vec::new(),
            spool: Spool::new(folder),
            counts: [0; 3],
        }
    }

    /// Takes batches until there are no more, telling how it stands and how many bytes are read.
    pub(super) fn fill(
        mut self,
        batches: &Receiver<Batch>,
        mut tell: impl FnMut(&Self, u64),
    ) -> Result<Self, StagingError> {
        for batch in batches {
            self.take(&batch)?;
            tell(&self, batch.bytes_read);
        }
        Ok(self)
    }

    /// Takes one batch.
    pub(super) fn take(&mut self, batch: &Batch) -> Result<(), StagingError> {
        if let Some(kind) = batch.voids {
            self.forget(kind);
        }
        let (mut payload, mut records) = (batch.payload.as_slice(), batch.records.as_slice());
        for listed in &batch.entries {
            let (encoded, rest) = payload.split_at(listed.length as usize);
            payload = rest;
            let (values, rest) = records.split_at(listed.record_length as usize);
            records = rest;
            self.counts[listed.kind as usize] += 1;
            let record = self.keep_record(values);
            match self.index.claim(listed.kind, listed.keys.digest) {
                Claim::Settled { row } => self.settle(row, record, Entry::group_of(encoded)?),
                Claim::Open => {
                    if listed.kind == EntryKind::Live {
                        self.blocks
                            .extend(catalogue::facts(&Entry::decode(encoded)?).ties());
                    }
                    let at = self.spool.push(encoded)?;
                    self.entries.push(StagedEntry {
                        kind: listed.kind,
                        keys: listed.keys,
                        host: listed.host,
                        at,
                        length: listed.length,
                        record,
                        blocks_end: u32::try_from(self.blocks.len()).unwrap_or(u32::MAX),
                    });
                }
            }
        }
        Ok(())
    }

    fn settle(&mut self, row: Row, record: u32, group: &str) {
        self.settled.push((row, record));
        if self.index.is_missing(row) {
            self.returned.push(row);
        } else {
            self.kept.count(self.index.kind(row), group);
        }
    }

    /// Settles a staged entry that turned out to equal a row.
    pub(super) fn settle_staged(&mut self, row: Row, staged: u32) -> Result<(), StagingError> {
        let mut encoded = Vec::new();
        self.read(staged, &mut encoded)?;
        let record = self.entries.get(staged as usize).map_or(0, |entry| entry.record);
        self.settle(row, record, Entry::group_of(&encoded)?);
        Ok(())
    }

    /// Drops what was taken of a kind: its list turned out to be no whole one.
    pub(super) fn forget(&mut self, kind: EntryKind) {
        let Self {
            index,
            settled,
            returned,
            entries,
            ..
        } = self;
        settled.retain(|(row, _)| {
            let is_other = index.kind(*row) != kind;
            if !is_other {
                index.release(*row);
            }
            is_other
        });
        returned.retain(|row| index.kind(*row) != kind);
        entries.retain(|entry| entry.kind != kind);
        if kind == EntryKind::Live {
            // Only live entries have any.
            self.blocks.clear();
            entries.iter_mut().for_each(|entry| entry.blocks_end = 0);
        }
        self.kept.forget(kind);
        self.counts[kind as usize] = 0;
    }

    /// Settles rows that no list was read of, after all others found their entries.
    pub(super) fn leave(&mut self, rows: &[Row]) {
        for row in rows {
            self.index.take(*row);
            self.settled.push((*row, 0));
            self.unread.push(*row);
            self.counts[self.index.kind(*row) as usize] += 1;
        }
    }

    /// Settles the stored rows of a kind that are there as if they were listed, where `is_kept` says so of the key that
    /// they are listed under; says how many.
    pub(super) fn keep(&mut self, kind: EntryKind, is_kept: impl Fn(Option<i64>) -> bool) -> u64 {
        let index = &mut self.index;
        let mut kept = 0;
        for row in index.rows() {
            if index.kind(row) != kind || !is_kept(index.keys(row).tvg) {
                continue;
            }
            index.take(row);
            if !index.is_missing(row) {
                self.settled.push((row, 0));
                self.unread.push(row);
                kept += 1;
            }
        }
        self.counts[kind as usize] += kept;
        kept
    }

    /// A record is kept behind its length, of which most fit one byte.
    pub(super) fn keep_record(&mut self, values: &[u8]) -> u32 {
        let at = u32::try_from(self.records.len()).unwrap_or(u32::MAX);
        match u8::try_from(values.len()) {
            Ok(length) if length < u8::MAX => self.records.push(length),
            _ => {
                self.records.push(u8::MAX);
                let length = u32::try_from(values.len()).unwrap_or(u32::MAX);
                self.records.extend(length.to_le_bytes());
            }
        }
        self.records.extend_from_slice(values);
        at
    }

    /// The record that was kept at a place.
    pub(super) fn record(&self, at: u32) -> &[u8] {
        let rest = self.records.get(at as usize..).unwrap_or_default();
        match rest.split_first() {
            Some((&u8::MAX, rest)) => match rest.split_first_chunk::<4>() {
                Some((length, rest)) => rest
                    .get(..u32::from_le_bytes(*length) as usize)
                    .unwrap_or_default(),
                None => &[],
            },
            Some((length, rest)) => rest.get(..usize::from(*length)).unwrap_or_default(),
            None => &[],
        }
    }

    /// How many entries are listed.
    pub(super) fn listed(&self) -> u64 {
        self.counts.iter().sum()
    }

    /// How many entries of a kind are listed.
    pub(super) fn count(&self, kind: EntryKind) -> u64 {
        self.counts[kind as usize]
    }

    /// The staged entries as the assignment sees them.
    pub(super) fn items(&self) -> Vec<Item> {
        self.entries
            .iter()
            .map(|entry| Item {
                kind: entry.kind,
                keys: entry.keys,
                host: entry.host,
            })
            .collect()
    }

    /// Adds an entry outside the order of the list: of a run that was held.
    pub(super) fn restore(
        &mut self,
        kind: EntryKind,
        keys: EntryKeys,
        encoded: &[u8],
        values: &[u8],
    ) -> Result<(), StagingError> {
        let record = self.keep_record(values);
        if kind == EntryKind::Live {
            self.blocks
                .extend(catalogue::facts(&Entry::decode(encoded)?).ties());
        }
        let at = self.spool.push(encoded)?;
        self.counts[kind as usize] += 1;
        self.entries.push(StagedEntry {
            kind,
            keys,
            host: 0,
            at,
            length: u32::try_from(encoded.len()).unwrap_or(u32::MAX),
            record,
            blocks_end: u32::try_from(self.blocks.len()).unwrap_or(u32::MAX),
        });
        Ok(())
    }

    /// Replaces what is staged of an entry.
    pub(super) fn replace(
        &mut self,
        staged: u32,
        keys: EntryKeys,
        encoded: &[u8],
        values: &[u8],
    ) -> io::Result<()> {
        let record = self.keep_record(values);
        let at = self.spool.push(encoded)?;
        if let Some(entry) = self.entries.get_mut(staged as usize) {
            entry.keys = keys;
            entry.at = at;
            entry.length = u32::try_from(encoded.len()).unwrap_or(u32::MAX);
            entry.record = record;
        }
        Ok(())
    }
}

impl Staged for Staging {
    fn kind(&self, staged: u32) -> EntryKind {
        self.entries
            .get(staged as usize)
            .map_or(EntryKind::Live, |entry| entry.kind)
    }

    fn keys(&self, staged: u32) -> EntryKeys {
        self.entries
            .get(staged as usize)
            .map_or_else(EntryKeys::default, |entry| entry.keys)
    }

    fn blocks(&self, staged: u32) -> &[u64] {
        let before = (staged as usize)
            .checked_sub(1)
            .and_then(|at| self.entries.get(at));
        let start = before.map_or(0, |entry| entry.blocks_end as usize);
        let end = self
            .entries
            .get(staged as usize)
            .map_or(start, |entry| entry.blocks_end as usize);
        self.blocks.get(start..end).unwrap_or_default()
    }

    fn read(&mut self, staged: u32, out: &mut Vec<u8>) -> io::Result<()> {
        match self.entries.get(staged as usize) {
            Some(entry) => self.spool.read(entry.at, entry.length as usize, out),
            None => Err(io::ErrorKind::NotFound.into()),
        }
    }
}
