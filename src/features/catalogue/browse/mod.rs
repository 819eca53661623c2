//! Lists of channels, films and series as people and programs page through them: searched, filtered and sorted over the
//! whole list, by the database, or by [`Lists`] where they are large.
//!
//! - *place*: where in the list a page begins: a number of entries to skip, or beside an entry that was seen (a keyset,
//!   which stays right while the list changes).
//! - *lead*: the number that a sort compares first; equal leads stand in the natural order of their names.

mod channel_list;
mod channels;
mod cursor;
mod index;
mod lists;
mod store;
mod titles;

pub use channel_list::ChannelList;
pub use channels::{
    ChannelFilter, ChannelLine, ChannelSort, Health, categories, channel_total, channels, ids, tags,
};
pub use cursor::Cursor;
pub use lists::{Lists, Totals};
pub use titles::{
    MovieLine, SeriesLine, TitleFilter, TitleSort, TitleTotals, genres, movies, series, title_totals,
};

use crate::support::paging::Listed;
use crate::support::text::{name_key, sort_key};

/// Beyond every number of the line-up: what fits better stands in front of all of them.
const FIT_STEP: i64 = 1_000_000_000_000;

/// Where a page of a list begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// Behind this many entries.
    Skip(i64),
    After(Cursor),
    Before(Cursor),
}

/// A part of a list.
#[derive(Debug, Clone)]
pub struct Page<T> {
    pub items: Vec<T>,
    /// Entries of the whole list, under its filters.
    pub total: i64,
    /// Where the page before this one ends, unless this is the first.
    pub before: Option<Cursor>,
    /// Where the page after this one begins, unless this is the last.
    pub after: Option<Cursor>,
}

impl<T> Page<T> {
    /// The page without its neighbours.
    pub fn listed(self) -> Listed<T> {
        Listed {
            items: self.items,
            total: self.total,
        }
    }
}

/// A line of a list that knows its place in it.
trait Placed {
    fn cursor(&self) -> Cursor;
    /// Takes the number that its list compares first.
    fn lead_with(&mut self, lead: i64);
}

/// Cuts a page out of what was read: one entry more than asked for tells whether the list goes on.
fn cut<T: Placed>(mut items: Vec<T>, place: &Place, limit: i64, total: i64) -> Page<T> {
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let goes_on = items.len() > limit;
    items.truncate(limit);
    page(items, place, goes_on, total)
}

/// The page of these entries, which the list goes on behind or not.
fn page<T: Placed>(mut items: Vec<T>, place: &Place, goes_on: bool, total: i64) -> Page<T> {
    if matches!(place, Place::Before(_)) {
        items.reverse();
    }
    let (has_before, has_after) = match place {
        Place::Skip(skip) => (*skip > 0, goes_on),
        Place::After(_) => (true, goes_on),
        Place::Before(_) => (goes_on, true),
    };
    let before = items.first().filter(|_| has_before).map(Placed::cursor);
    let after = items.last().filter(|_| has_after).map(Placed::cursor);
    Page {
        items,
        total,
        before,
        after,
    }
}

/// The words of a search, folded as the stored names are; at most eight, the rest would only narrow.
fn words(q: &str) -> Vec<String> {
    name_key(q)
        .split(' ')
        .filter(|word| !word.is_empty())
        .take(8)
        .map(str::to_owned)
        .collect()
}

/// A year at the end of a search for a title: `heat 1995` means the film of that year, whatever the title says of it.
struct YearWord {
    word: String,
    year: i64,
    /// The words before it, as one name.
    before: String,
}

impl YearWord {
    fn of(words: &[String]) -> Option<Self> {
        let (word, before) = words.split_last()?;
        let is_year = word.len() == 4 && word.bytes().all(|byte| byte.is_ascii_digit());
        let year = word.parse().ok().filter(|year| (1870..=2100).contains(year))?;
        (is_year && !before.is_empty()).then(|| Self {
            word: word.clone(),
            year,
            before: before.join(" "),
        })
    }
}

fn in_natural_order(mut names: Vec<String>) -> Vec<String> {
    names.sort_by_cached_key(|name| sort_key(&name_key(name)));
    names
}
