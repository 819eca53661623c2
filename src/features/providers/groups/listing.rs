use super::{Choice, Offered, Verdict, pattern, shown_name, store};
use crate::db::{Db, DbError};
use crate::features::providers::Provider;
use crate::support::paging::{Listed, Slice};
use crate::support::text::{name_key, sort_key};

/// Which groups are wanted.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Words that all occur in the name, case- and accent-blind.
    pub q: String,
    /// Only those that are taken, or only those that are left out.
    pub taken: Option<bool>,
}

/// A group with what the provider's choice says of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupLine {
    pub offered: Offered,
    pub is_taken: bool,
    /// The pattern that leaves it out.
    pub excluded_by: Option<String>,
    /// Whether that pattern means other groups too, or may.
    pub is_by_pattern: bool,
}

/// The groups of a provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listing {
    pub lines: Listed<GroupLine>,
    pub groups: i64,
    pub groups_left_out: i64,
    pub entries: i64,
    pub entries_left_out: i64,
}

impl GroupLine {
    pub fn name(&self) -> &str {
        shown_name(&self.offered.name)
    }

    fn new(offered: Offered, choice: &Choice) -> Self {
        let verdict = choice.verdict(&offered.name);
        let by = match verdict {
            Verdict::Excluded(by) => Some(by),
            Verdict::Taken | Verdict::NotIncluded => None,
        };
        Self {
            is_taken: verdict == Verdict::Taken,
            is_by_pattern: by.is_some_and(|by| !pattern::Pattern::new(by).is_literal()),
            excluded_by: by.map(str::to_owned),
            offered,
        }
    }

    fn is_wanted(&self, filter: &Filter) -> bool {
        let key = name_key(self.name());
        filter.taken.is_none_or(|taken| taken == self.is_taken)
            && name_key(&filter.q).split(' ').all(|word| key.contains(word))
    }
}

/// The groups that a provider offered when its list was last read, in natural order.
pub async fn list(db: &Db, provider: &Provider, filter: &Filter, slice: Slice) -> Result<Listing, DbError> {
    let choice = provider.reading.choice();
    let mut all: Vec<GroupLine> = store::list(db, provider.id)
        .await?
        .into_iter()
        .map(|offered| GroupLine::new(offered, &choice))
        .collect();
    all.sort_by_cached_key(|line| (sort_key(&name_key(line.name())), line.offered.name.clone()));
    let left_out = |line: &&GroupLine| !line.is_taken;
    let entries = |line: &GroupLine| line.offered.entries();
    Ok(Listing {
        groups: all.len().try_into().unwrap_or(i64::MAX),
        groups_left_out: all.iter().filter(left_out).count().try_into().unwrap_or(i64::MAX),
        entries: all.iter().map(entries).sum(),
        entries_left_out: all.iter().filter(left_out).map(entries).sum(),
        lines: Listed::cut(
            all.into_iter().filter(|line| line.is_wanted(filter)).collect(),
            slice,
        ),
    })
}
