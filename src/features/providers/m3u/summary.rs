//! What a whole list came to.

use super::header::ListHeader;
use super::refusal::Refusal;

/// What was read. `entries` is always `accepted` plus all that was refused.
#[derive(Debug, Clone, Default)]
pub struct Summary {
    pub entries: u64,
    pub accepted: u64,
    pub refused: [u64; Refusal::ALL.len()],
    /// Lines that are neither blank nor comment nor part of an entry.
    pub stray_lines: u64,
    pub bytes: u64,
    /// The last `#EXTINF` had no URL: a list without a declared length was cut.
    pub last_entry_lacks_url: bool,
    /// The last line has no end. Alone this is no fault: many lists end so.
    pub ends_mid_line: bool,
    pub header: ListHeader,
    /// The encoding of what is not UTF-8.
    pub encoding: Option<&'static str>,
}

impl Summary {
    /// How many entries were refused for one reason.
    pub fn refused_for(&self, reason: Refusal) -> u64 {
        self.refused[reason as usize]
    }

    /// Each reason that occurred with its count.
    pub fn refusals(&self) -> impl Iterator<Item = (Refusal, u64)> + '_ {
        Refusal::ALL
            .into_iter()
            .map(|reason| (reason, self.refused_for(reason)))
            .filter(|(_, count)| *count > 0)
    }
}
