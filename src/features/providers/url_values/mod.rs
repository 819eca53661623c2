//! The parts of a provider's URLs that entry rows do not hold: hosts, credentials, tokens, secret headers.
//!
//! A row holds a *template*; its *record* says which values fill it. A value that repeats stands once in the provider's
//! *dictionary* and records refer to it; one that differs from entry to entry stands in the record. Records equal to the
//! *usual* one of their length are not kept at all. Dictionary and records are encrypted, many records to a *block*, and
//! replaced after each good run: a new token in each URL writes a few hundred blocks and no entry.

mod block;
mod collector;
mod dictionary;
mod learned;
mod open;
mod slots;
mod store;

pub use collector::{Collector, Recorded};
pub use learned::{learned, remember};
pub use open::{Opened, ValuesError};
pub use slots::{Slots, slots};
pub use store::{remove, replace, replace_by_one};

/// Whose values: the row of a live stream, or of a version of a film or episode.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Owner {
    pub is_vod: bool,
    pub id: i64,
}

/// Rows whose ids differ in their last bits only share a block.
const IDS_OF_A_BLOCK: u32 = 11;

impl Owner {
    pub fn live(id: i64) -> Self {
        Self { is_vod: false, id }
    }

    pub fn vod(id: i64) -> Self {
        Self { is_vod: true, id }
    }

    /// Block 0 is the dictionary.
    fn block(self) -> i64 {
        1 + ((self.id >> IDS_OF_A_BLOCK) << 1 | i64::from(self.is_vod))
    }
}
