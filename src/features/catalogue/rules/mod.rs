//! Merge rules: what is always, or never, one channel, by expressions that are looked for in the names of streams.
//!
//! A rule that *joins* (always, custom) makes one channel of all streams that have the same *key*; one that *parts* (never)
//! keeps what its first expression finds apart from what its second finds. Rules outweigh names and guide ids, and what
//! people decided of single streams outweighs rules. Of two rules the one of higher priority has the last word.

mod change;
mod draft;
mod error;
mod finder;
mod job;
mod preview;

pub use change::{create, remove, update};
pub use draft::{Draft, LONGEST_PATTERN, LONGEST_REASON};
pub use error::Error;
pub use finder::{Finder, Place};
pub use job::job;
pub use preview::{Merged, Parted, Preview, preview};

pub use super::apply::MOST_JOINED;
pub use super::store::rules::{MergeRule, find, list};

/// What a rule does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RuleType {
    /// What the first expression finds is not in one channel with what the second finds; without a second, with anything.
    NeverMerge,
    /// What either expression finds is one channel.
    AlwaysMerge,
    /// Of what either expression finds, those are one channel whose texts in brackets are equal.
    Custom,
}

impl RuleType {
    pub const ALL: [Self; 3] = [Self::AlwaysMerge, Self::NeverMerge, Self::Custom];

    /// As programs and the table name it.
    pub fn name(self) -> &'static str {
        match self {
            Self::NeverMerge => "never_merge",
            Self::AlwaysMerge => "always_merge",
            Self::Custom => "custom",
        }
    }
}

impl std::str::FromStr for RuleType {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|kind| kind.name() == text).ok_or(())
    }
}
