//! A list in memory, by what it is searched, narrowed and sorted by: some 70 bytes an entry. It holds no row that is
//! shown; of those it tells the ids.

use std::collections::HashMap;

use memchr::memmem;

use super::{
    ChannelFilter, ChannelSort, Cursor, FIT_STEP, Health, Place, TitleFilter, TitleSort, YearWord,
    in_natural_order, words,
};
use crate::support::ids::ProviderId;
use crate::support::text::{folded, name_key, sort_key};

/// Marks of an entry.
pub(super) const ENABLED: u8 = 1;
pub(super) const HAS_GUIDE: u8 = 2;
pub(super) const HAS_YEAR: u8 = 4;

/// What an entry is compared by besides its name.
#[derive(Debug, Clone, Copy)]
pub(super) struct Facts {
    pub id: i64,
    /// Of a channel: line-up number, streams, streams in use; of a title: year, arrival, rating.
    pub numbers: [i64; 3],
    pub marks: u8,
}

struct Entry {
    facts: Facts,
    /// Which of the groups, counted from 1; 0 for none.
    group: u32,
}

/// Every entry of a list, in the order of names.
#[derive(Default)]
pub(super) struct Index {
    /// The folded names, a line each: one search goes through all of them.
    names: String,
    ends: Vec<u32>,
    entries: Vec<Entry>,
    groups: HashMap<String, u32>,
    /// Their names, in natural order.
    in_order: Vec<String>,
    /// Of which providers an entry has something: a bit for each entry.
    providers: HashMap<ProviderId, Vec<u64>>,
    /// Which entries have a tag, likewise.
    tags: HashMap<String, Vec<u64>>,
}

/// A list as somebody wants it.
#[derive(Default)]
pub(super) struct Wanted<'f> {
    words: Vec<String>,
    exact: String,
    is_empty: bool,
    group: Option<&'f str>,
    provider: Option<ProviderId>,
    tag: Option<String>,
    /// Marks that are looked at, and how they must be.
    looked_at: u8,
    marks: u8,
    year: Option<i64>,
    /// Of titles: the last word, which a title's year may stand for.
    year_word: Option<YearWord>,
    lead: Lead,
}

/// What is compared before the name.
#[derive(Debug, Clone, Copy, Default)]
enum Lead {
    #[default]
    Nothing,
    /// How well the name fits; then this number.
    Fit(Option<usize>),
    Smallest(usize),
    Greatest(usize),
}

/// A part of a list: ids with their leads, in the order in which the database would read them.
pub(super) struct Part {
    pub entries: Vec<(i64, i64)>,
    pub total: i64,
}

const LINEUP_NUMBER: usize = 0;
const STREAMS: usize = 1;
const ACTIVE_STREAMS: usize = 2;
const YEAR: usize = 0;
const ARRIVAL: usize = 1;
const RATING: usize = 2;

impl Index {
    /// Adds the entry that stands behind all others. False where an index cannot hold so much.
    pub(super) fn push(&mut self, name: &str, group: Option<&str>, facts: Facts) -> bool {
        self.names.push_str(name);
        let Ok(end) = u32::try_from(self.names.len()) else {
            return false;
        };
        self.names.push('\n');
        self.ends.push(end);
        let group = group.map_or(0, |group| self.group(group));
        self.entries.push(Entry { facts, group });
        true
    }

    fn group(&mut self, name: &str) -> u32 {
        if let Some(known) = self.groups.get(name) {
            return *known;
        }
        let next = u32::try_from(self.groups.len() + 1).unwrap_or(u32::MAX);
        self.groups.insert(name.to_owned(), next);
        next
    }

    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }

    /// Tells where each entry stands, by its id.
    pub(super) fn positions(&self) -> HashMap<i64, usize> {
        let entries = self.entries.iter().enumerate();
        entries.map(|(at, entry)| (entry.facts.id, at)).collect()
    }

    /// The entry at a position has something of a provider.
    pub(super) fn offer(&mut self, provider: ProviderId, at: usize) {
        let words = self.entries.len().div_ceil(64);
        let bits = self.providers.entry(provider).or_insert_with(|| vec![0; words]);
        bits[at / 64] |= 1 << (at % 64);
    }

    /// The entry at a position has a tag.
    pub(super) fn tag(&mut self, key: &str, at: usize) {
        if !self.tags.contains_key(key) {
            let words = self.entries.len().div_ceil(64);
            self.tags.insert(key.to_owned(), vec![0; words]);
        }
        if let Some(bits) = self.tags.get_mut(key) {
            bits[at / 64] |= 1 << (at % 64);
        }
    }

    /// Ends the adding: puts the groups in order, and gives back what was set aside for more entries.
    pub(super) fn close(&mut self) {
        self.in_order = in_natural_order(self.groups.keys().cloned().collect());
        self.names.shrink_to_fit();
        self.ends.shrink_to_fit();
        self.entries.shrink_to_fit();
    }

    /// The names of the groups, in natural order.
    pub(super) fn groups(&self) -> &[String] {
        &self.in_order
    }

    /// `limit` entries from `place` on; backwards where the place is before an entry.
    pub(super) fn part(&self, wanted: &Wanted<'_>, place: &Place, limit: usize) -> Part {
        let mut keys: Vec<(i64, usize)> = Vec::new();
        self.each(wanted, |at| keys.push((self.key(wanted, at), at)));
        let total = i64::try_from(keys.len()).unwrap_or(i64::MAX);
        let keys = match place {
            Place::Skip(skip) => {
                let skip = usize::try_from(*skip).unwrap_or(usize::MAX);
                let mut keys = smallest(keys, skip.saturating_add(limit));
                keys.drain(..skip.min(keys.len()));
                keys
            }
            Place::After(cursor) => {
                let (lead, _, behind) = self.place(wanted, cursor);
                keys.retain(|key| *key >= (lead, behind));
                smallest(keys, limit)
            }
            Place::Before(cursor) => {
                let (lead, at, _) = self.place(wanted, cursor);
                keys.retain(|key| *key < (lead, at));
                let reversed = keys.iter().map(|(lead, at)| (!lead, !at)).collect();
                let keys = smallest(reversed, limit);
                keys.into_iter().map(|(lead, at)| (!lead, !at)).collect()
            }
        };
        let entries = keys
            .into_iter()
            .map(|(lead, at)| (self.entries[at].facts.id, wanted.mirrored(lead)))
            .collect();
        Part { entries, total }
    }

    /// Hands the number of each entry that is wanted to `take`, in the order of names.
    fn each(&self, wanted: &Wanted<'_>, mut take: impl FnMut(usize)) {
        let group = wanted.group.map(|name| self.groups.get(name).copied());
        let group = match group {
            _ if wanted.is_empty => return,
            Some(None) => return,
            Some(Some(group)) => Some(group),
            None => None,
        };
        let provider = wanted.provider.map(|provider| self.providers.get(&provider));
        let tag = wanted.tag.as_ref().map(|tag| self.tags.get(tag));
        let is_wanted = |at: usize| {
            let entry = &self.entries[at];
            let facts = &entry.facts;
            let is_set = |bits: &Vec<u64>| bits[at / 64] >> (at % 64) & 1 == 1;
            provider.is_none_or(|bits| bits.is_some_and(is_set))
                && tag.is_none_or(|bits| bits.is_some_and(is_set))
                && group.is_none_or(|group| entry.group == group)
                && facts.marks & wanted.looked_at == wanted.marks
                && wanted
                    .year
                    .is_none_or(|year| facts.marks & HAS_YEAR != 0 && facts.numbers[YEAR] == year)
        };
        let in_name = |word: &&String| !wanted.is_year(word);
        let holds = |at: usize, word: &String| {
            self.name(at).contains(word.as_str())
                || (wanted.is_year(word) && wanted.is_of_year(&self.entries[at].facts))
        };
        let is_wanted = |at: usize| is_wanted(at) && wanted.words.iter().all(|word| holds(at, word));
        let Some(longest) = wanted.words.iter().filter(in_name).max_by_key(|word| word.len()) else {
            (0..self.len()).filter(|at| is_wanted(*at)).for_each(take);
            return;
        };
        let finder = memmem::Finder::new(longest.as_bytes());
        let text = self.names.as_bytes();
        let mut from = 0;
        let mut at = 0;
        while let Some(found) = finder.find(&text[from..]) {
            let found = from + found;
            at += self.ends[at..].partition_point(|end| (*end as usize) < found);
            if is_wanted(at) {
                take(at);
            }
            from = self.ends[at] as usize + 1;
            at += 1;
        }
    }

    fn name(&self, at: usize) -> &str {
        let start = at
            .checked_sub(1)
            .map_or(0, |before| self.ends[before] as usize + 1);
        &self.names[start..self.ends[at] as usize]
    }

    /// What is compared first, the smallest in front.
    fn key(&self, wanted: &Wanted<'_>, at: usize) -> i64 {
        let numbers = &self.entries[at].facts.numbers;
        match wanted.lead {
            Lead::Nothing => 0,
            Lead::Fit(then) => {
                let fit = wanted.fit(self.name(at), &self.entries[at].facts);
                then.map_or(fit, |then| (fit * FIT_STEP).saturating_add(numbers[then]))
            }
            Lead::Smallest(number) => numbers[number],
            Lead::Greatest(number) => !numbers[number],
        }
    }

    /// The lead of a place and the numbers of the entries at it and behind it; they are equal where its entry is gone.
    fn place(&self, wanted: &Wanted<'_>, cursor: &Cursor) -> (i64, usize, usize) {
        let compare = |at: usize| {
            let key = sort_key(self.name(at));
            (key.as_str(), self.entries[at].facts.id).cmp(&(cursor.sort_key.as_str(), cursor.id))
        };
        let (mut low, mut high) = (0, self.len());
        while low < high {
            let middle = low + (high - low) / 2;
            if compare(middle).is_lt() {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        let is_here = low < self.len() && compare(low).is_eq();
        // A list in the order of names knows no lead, whatever the address says.
        let lead = match wanted.lead {
            Lead::Nothing => 0,
            _ => wanted.mirrored(cursor.lead),
        };
        (lead, low, low + usize::from(is_here))
    }
}

impl<'f> Wanted<'f> {
    pub(super) fn channels(filter: &'f ChannelFilter, sort: ChannelSort) -> Self {
        let mut wanted = Self::searching(&filter.q);
        wanted.group = filter.category.as_deref();
        wanted.provider = filter.provider;
        wanted.tag = filter.tag.as_deref().map(folded);
        wanted.is_empty |= !matches!(filter.health, None | Some(Health::Unknown));
        wanted.mark(ENABLED, filter.enabled);
        wanted.mark(HAS_GUIDE, filter.has_epg);
        wanted.lead = match sort {
            ChannelSort::Fit if wanted.words.is_empty() => Lead::Nothing,
            ChannelSort::Fit => Lead::Fit(Some(LINEUP_NUMBER)),
            ChannelSort::Name => Lead::Nothing,
            ChannelSort::Number => Lead::Smallest(LINEUP_NUMBER),
            ChannelSort::Streams => Lead::Greatest(STREAMS),
            ChannelSort::Health => Lead::Greatest(ACTIVE_STREAMS),
        };
        wanted
    }

    pub(super) fn titles(filter: &'f TitleFilter, sort: TitleSort) -> Self {
        let mut wanted = Self::searching(&filter.q);
        wanted.year_word = YearWord::of(&wanted.words);
        wanted.group = filter.genre.as_deref();
        wanted.year = filter.year;
        wanted.lead = match sort {
            TitleSort::Fit if wanted.words.is_empty() => Lead::Nothing,
            TitleSort::Fit => Lead::Fit(None),
            TitleSort::Title => Lead::Nothing,
            TitleSort::Year => Lead::Greatest(YEAR),
            TitleSort::Added => Lead::Greatest(ARRIVAL),
            TitleSort::Rating => Lead::Greatest(RATING),
        };
        wanted
    }

    fn searching(q: &str) -> Self {
        let words = words(q);
        Self {
            // Only punctuation: nothing that a folded name could hold.
            is_empty: words.is_empty() && !q.trim().is_empty(),
            words,
            exact: name_key(q),
            ..Self::default()
        }
    }

    fn mark(&mut self, mark: u8, how: Option<bool>) {
        if let Some(is_set) = how {
            self.looked_at |= mark;
            self.marks |= if is_set { mark } else { 0 };
        }
    }

    fn is_year(&self, word: &str) -> bool {
        self.year_word.as_ref().is_some_and(|year| year.word == word)
    }

    fn is_of_year(&self, facts: &Facts) -> bool {
        let year = self.year_word.as_ref().map(|year| year.year);
        facts.marks & HAS_YEAR != 0 && year == Some(facts.numbers[YEAR])
    }

    /// 0 for the exact name, 1 where every word of the search is a whole word of the name, 2 otherwise.
    fn fit(&self, name: &str, facts: &Facts) -> i64 {
        let is_of_year = self.is_of_year(facts);
        let is_whole =
            |word: &String| name.split(' ').any(|part| part == word) || (is_of_year && self.is_year(word));
        let is_exact = |year: &YearWord| is_of_year && name == year.before;
        if name == self.exact || self.year_word.as_ref().is_some_and(is_exact) {
            0
        } else if self.words.iter().all(is_whole) {
            1
        } else {
            2
        }
    }

    /// Between a lead as lists show it and as it is compared.
    fn mirrored(&self, lead: i64) -> i64 {
        match self.lead {
            Lead::Greatest(_) => !lead,
            Lead::Nothing | Lead::Fit(_) | Lead::Smallest(_) => lead,
        }
    }
}

/// The first so many, in order.
fn smallest<T: Ord>(mut keys: Vec<T>, most: usize) -> Vec<T> {
    if keys.len() > most {
        if most > 0 {
            keys.select_nth_unstable(most - 1);
        }
        keys.truncate(most);
    }
    keys.sort_unstable();
    keys
}
