//! The groups that a provider sorts its entries into, and which of them are taken.
//!
//! A group is *offered* if the list held it when it was last read. A *choice* of groups is two lists of patterns: the
//! *included* ones (none: all) without the *excluded* ones. Entries of other groups are left out while a list is read.

mod change;
mod choice;
mod listing;
mod pattern;
pub mod store;
mod tally;

pub use change::{Changed, leave_out, take};
pub use choice::{Choice, Verdict};
pub use listing::{Filter, GroupLine, Listing, list};
pub use tally::{Part, Tally};

use crate::record;

record! {
    /// A group with the entries that the list had of it.
    #[derive(Debug, Clone, Default, PartialEq, Eq)]
    pub struct Offered {
        /// As the list has it; empty for entries without a group.
        pub name: String,
        pub streams: i64,
        pub films: i64,
        pub episodes: i64,
    }
}

impl Offered {
    /// Adds what another list of the provider has of the same group.
    pub fn add(&mut self, other: Self) {
        self.streams += other.streams;
        self.films += other.films;
        self.episodes += other.episodes;
        self.name = other.name;
    }

    pub fn entries(&self) -> i64 {
        self.streams + self.films + self.episodes
    }
}

/// What entries without a group are called.
pub const NO_GROUP: &str = "Uncategorized";

/// The name of a group as it is shown and compared.
pub fn shown_name(group: &str) -> &str {
    if group.is_empty() { NO_GROUP } else { group }
}

/// The pattern that means this group alone.
pub fn pattern_of(group: &str) -> String {
    pattern::literal(shown_name(group))
}

/// Whether a pattern means every group there is.
pub(super) fn takes_all(written: &str) -> bool {
    pattern::Pattern::new(written).takes_all()
}
