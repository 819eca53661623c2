//! What is known of a run afterwards.

use serde::Serialize;

use crate::db::{Column, DbError, Row};
use crate::record;

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $word:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
        #[serde(rename_all = "snake_case")]
        pub enum $name { $($(#[$variant_doc])* $variant),+ }

        impl $name {
            /// Every one, in the order in which they are told.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }
        }

        impl std::str::FromStr for $name {
            type Err = ();
            fn from_str(text: &str) -> Result<Self, ()> {
                match text { $($word => Ok(Self::$variant),)+ _ => Err(()) }
            }
        }

        impl Column for $name {
            fn read(row: &Row<'_>, column: usize) -> Result<Self, DbError> {
                let text: String = row.get(column)?;
                text.parse().map_err(|()| DbError::Column { column, cause: "unknown word".to_owned() })
            }
        }

        impl Column for Option<$name> {
            fn read(row: &Row<'_>, column: usize) -> Result<Self, DbError> {
                let text: Option<String> = row.get(column)?;
                let word = text.map(|text| text.parse());
                word.transpose().map_err(|()| DbError::Column { column, cause: "unknown word".to_owned() })
            }
        }
    };
}

words! {
    /// How a run ended.
    Outcome {
        Running = "running",
        /// The catalogue shows what the provider lists now.
        Applied = "applied",
        /// The list was as before: no entry was written.
        Unchanged = "unchanged",
        /// It lost too much to be applied without a person; see [`Decision`].
        Held = "held",
        /// There was no list, or no whole one; the catalogue is as before.
        Failed = "failed",
        Cancelled = "cancelled",
        /// The process ended; the catalogue is as before.
        Interrupted = "interrupted",
    }
}

words! {
    /// What became of a run that was held.
    Decision {
        Pending = "pending",
        Approved = "approved",
        Rejected = "rejected",
        /// The next run came first.
        Superseded = "superseded",
    }
}

words! {
    /// One kind of difference between two runs.
    Difference {
        Added = "added",
        Changed = "changed",
        /// Known by its address or guide id; its name is another one now.
        Renamed = "renamed",
        Removed = "removed",
        /// It had been removed and is listed again.
        Returned = "returned",
        /// Its group is left out now.
        Excluded = "excluded",
    }
}

impl Outcome {
    /// Whether the provider's portal served its list in a run that ended so, with this code if it failed; none where the run
    /// says nothing of it, for instance since the list was wanted from a file or nobody waited for it.
    pub fn was_served(self, error_code: Option<&str>) -> Option<bool> {
        /// The portal gave no list, or none that was whole.
        const NOT_SERVED: [&str; 9] = [
            "unreachable",
            "timed_out",
            "http_status",
            "truncated",
            "corrupt",
            "empty",
            "too_large",
            "not_a_playlist",
            "not_a_panel",
        ];
        /// It answered, though not as somebody wished.
        const SERVED: [&str; 5] = [
            "account_expired",
            "account_refused",
            "credentials_refused",
            "nothing_usable",
            "nothing_chosen",
        ];
        match self {
            Self::Applied | Self::Unchanged | Self::Held => Some(true),
            Self::Failed => {
                let code = error_code?;
                let served = SERVED.contains(&code);
                (served || NOT_SERVED.contains(&code)).then_some(served)
            }
            Self::Running | Self::Cancelled | Self::Interrupted => None,
        }
    }
}

/// The reason of entries that are not taken because their group is left out.
pub const EXCLUDED: &str = "excluded";

/// What a run counted: entries = streams + films + episodes + refused, and without the refused also unchanged + added +
/// changed + renamed + returned.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, serde::Deserialize)]
pub struct Counts {
    pub entries: i64,
    pub streams: i64,
    pub films: i64,
    pub episodes: i64,
    pub refused: i64,
    pub stray_lines: i64,
    pub unchanged: i64,
    pub added: i64,
    pub changed: i64,
    pub renamed: i64,
    pub removed: i64,
    pub returned: i64,
    pub bytes_read: i64,
    /// Entries of groups that are left out; the refused include them.
    #[serde(default)]
    pub excluded: i64,
    /// Those that the catalogue had shown, and does not any more for that reason.
    #[serde(default)]
    pub newly_excluded: i64,
}

impl Counts {
    /// Whether every entry is accounted for.
    pub fn reconcile(&self) -> bool {
        let listed = self.streams + self.films + self.episodes;
        self.entries == listed + self.refused
            && listed == self.unchanged + self.added + self.changed + self.renamed + self.returned
    }
}

record! {
    /// Some differences of one kind, as stored.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct ChangePage {
        pub change: Difference,
        /// Place of the first among those asked for.
        pub first: i64,
        pub entries: i64,
        /// JSON list of [`ChangeLine`]s.
        pub body: String,
    }
}

/// One difference.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, serde::Deserialize)]
pub struct ChangeLine {
    /// `live`, `movie` or `episode`.
    pub kind: String,
    pub name: String,
    pub group: String,
    /// The name before, of what was renamed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub was: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_says_of_the_portal_only_what_it_saw() {
        for (outcome, code, served) in [
            (Outcome::Applied, None, Some(true)),
            (Outcome::Held, None, Some(true)),
            (Outcome::Failed, Some("timed_out"), Some(false)),
            (Outcome::Failed, Some("account_expired"), Some(true)),
            (Outcome::Failed, Some("key_file"), None),
            (Outcome::Failed, None, None),
            (Outcome::Cancelled, None, None),
            (Outcome::Running, None, None),
        ] {
            assert_eq!(outcome.was_served(code), served, "{outcome:?} {code:?}");
        }
    }
}
