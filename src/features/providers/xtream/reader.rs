//! The push reader of a list: bytes in, items out, one element held at a time.

use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasher, Hasher, RandomState};

use serde::Deserialize;

use super::elements::{Element, Elements, NotAList};
use super::listed::{self, Item, text};
use super::loose::Loose;
use super::panel::ListKind;
use crate::features::providers::m3u::{Refusal, is_separator};

/// How much a reader takes.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// A longer element is `too_long`. Default 1 MiB.
    pub max_element_bytes: usize,
    /// A longer list is an error. Default 1 GiB.
    pub max_bytes: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            max_element_bytes: 1024 * 1024,
            max_bytes: 1024 * 1024 * 1024,
        }
    }
}

/// What a list came to: `entries` is always `accepted` plus all that was refused.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Summary {
    pub entries: u64,
    pub accepted: u64,
    pub refused: [u64; Refusal::ALL.len()],
    pub bytes: u64,
}

/// Reads a list chunk by chunk. Memory: one element, eight bytes for each accepted one.
pub struct Reader {
    limits: Limits,
    elements: Elements,
    desk: Desk,
}

struct Desk {
    kind: ListKind,
    seen: HashSet<u64>,
    hashing: RandomState,
    summary: Summary,
}

impl Reader {
    pub fn new(kind: ListKind, limits: Limits) -> Self {
        Self {
            limits,
            elements: Elements::new(limits.max_element_bytes),
            desk: Desk {
                kind,
                seen: HashSet::new(),
                hashing: RandomState::new(),
                summary: Summary::default(),
            },
        }
    }

    /// Reads a chunk of any size.
    ///
    /// # Errors
    /// [`NotAList`]; nothing more is to be read then.
    pub fn feed(&mut self, chunk: &[u8], sink: &mut impl FnMut(Item<'_>)) -> Result<(), NotAList> {
        let Self {
            limits,
            elements,
            desk,
        } = self;
        desk.summary.bytes += chunk.len() as u64;
        if desk.summary.bytes > limits.max_bytes {
            return Err(NotAList::TooLarge {
                limit: limits.max_bytes,
            });
        }
        elements.feed(chunk, &mut |element| desk.take(element, sink))
    }

    /// Ends the list.
    ///
    /// # Errors
    /// [`NotAList`] if it is not whole.
    pub fn finish(self) -> Result<Summary, NotAList> {
        self.elements.finish()?;
        Ok(self.desk.summary)
    }
}

impl Desk {
    fn take(&mut self, element: Element<'_>, sink: &mut impl FnMut(Item<'_>)) {
        self.summary.entries += 1;
        let bytes = match element {
            Element::One(bytes) => bytes,
            Element::TooLong => return self.refuse(Refusal::TooLong, "", sink),
        };
        let lossy = String::from_utf8_lossy(bytes);
        let read = match self.kind {
            ListKind::Live => listed::live(&lossy).map(Item::Live),
            ListKind::Films => listed::film(&lossy).map(Item::Film),
            ListKind::Series => listed::series(&lossy).map(Item::Series),
        };
        let item = match read {
            Ok(item) => item,
            Err((reason, name)) => return self.refuse(reason, &name, sink),
        };
        let (id, name) = match &item {
            Item::Live(live) => (live.id, &*live.name),
            Item::Film(film) => (film.id, &*film.name),
            Item::Series(series) => (series.id, &*series.name),
            Item::Refused { .. } => return,
        };
        if self.kind == ListKind::Live && is_separator(name) {
            return self.refuse(Refusal::Separator, name, sink);
        }
        let mut hasher = self.hashing.build_hasher();
        hasher.write_i64(id);
        if self.kind != ListKind::Series {
            hasher.write(name.as_bytes());
        }
        if !self.seen.insert(hasher.finish()) {
            return self.refuse(Refusal::Duplicate, name, sink);
        }
        self.summary.accepted += 1;
        sink(item);
    }

    fn refuse(&mut self, reason: Refusal, name: &str, sink: &mut impl FnMut(Item<'_>)) {
        self.summary.refused[reason as usize] += 1;
        sink(Item::Refused {
            place: self.summary.entries,
            reason,
            name,
        });
    }
}

/// The names of categories by their ids.
pub type Categories = HashMap<String, String>;

const NAME_CHARS: usize = 255;

#[derive(Default, Deserialize)]
#[serde(default)]
struct Category<'a> {
    #[serde(borrow)]
    category_id: Loose<'a>,
    #[serde(borrow)]
    category_name: Loose<'a>,
}

/// Reads a whole list of categories; what is no category is passed over.
///
/// # Errors
/// [`NotAList`].
pub fn categories(body: &[u8]) -> Result<Categories, NotAList> {
    let mut elements = Elements::new(body.len().max(1));
    let mut found = Categories::new();
    elements.feed(body, &mut |element| {
        let Element::One(bytes) = element else { return };
        let lossy = String::from_utf8_lossy(bytes);
        let Ok(category) = serde_json::from_str::<Category<'_>>(&lossy) else {
            return;
        };
        if let (Some(id), Some(name)) = (
            category.category_id.text(),
            text(&category.category_name, NAME_CHARS),
        ) {
            found.insert(id.into_owned(), name.into_owned());
        }
    })?;
    elements.finish()?;
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(kind: ListKind, json: &[u8], piece: usize) -> (Vec<String>, Result<Summary, NotAList>) {
        let limits = Limits {
            max_element_bytes: 256,
            max_bytes: 4_096,
        };
        let mut reader = Reader::new(kind, limits);
        let mut found = Vec::new();
        for chunk in json.chunks(piece) {
            let fed = reader.feed(chunk, &mut |item| {
                found.push(match item {
                    Item::Live(live) => format!("{} {}", live.id, live.name),
                    Item::Film(film) => format!("{} {}.{}", film.id, film.name, film.extension),
                    Item::Series(series) => format!("{} {}", series.id, series.name),
                    Item::Refused { place, reason, name } => format!("{place}: {reason} {name}"),
                });
            });
            if let Err(error) = fed {
                return (found, Err(error));
            }
        }
        (found, reader.finish())
    }

    #[test]
    fn a_list_of_oddities_is_read_to_its_end_and_everything_is_accounted_for() {
        let json = format!(
            r#"[{{"stream_id":1,"name":"A"}},null,{{"stream_id":1,"name":"A"}},{{"stream_id":1,"name":"B"}},
            {{"stream_id":3,"name":"=======>   Pakistan   <======="}},{{"name":"No id"}},{{"stream_id":4,"name":""}},
            {{"stream_id":5,"name":"{}"}},{{"stream_id":"6","name":" C  D "}},{{"stream_id":7,"name":"A&amp;E"}}]"#,
            "x".repeat(300)
        );
        for piece in [1, 13, 4_000] {
            let (found, summary) = read(ListKind::Live, json.as_bytes(), piece);
            let summary = summary.unwrap();
            assert_eq!(
                found,
                [
                    "1 A",
                    "2: malformed ",
                    "3: duplicate A",
                    "1 B",
                    "5: separator =======> Pakistan <=======",
                    "6: no_id No id",
                    "4 Unnamed",
                    "8: too_long ",
                    "6 C D",
                    "7 A&E"
                ]
            );
            assert_eq!((summary.entries, summary.accepted), (10, 5));
            assert_eq!(summary.refused.iter().sum::<u64>(), 5);
            assert_eq!(summary.bytes, json.len() as u64);
        }
    }

    #[test]
    fn a_text_that_is_no_utf_8_costs_its_letters_only() {
        let (found, _) = read(
            ListKind::Films,
            b"[{\"stream_id\":1,\"name\":\"Am\xe9lie\"}]",
            100,
        );
        assert_eq!(found, ["1 Am\u{fffd}lie.mp4"]);
    }

    #[test]
    fn a_series_that_comes_twice_is_one() {
        let (found, _) = read(
            ListKind::Series,
            br#"[{"series_id":1,"name":"A"},{"series_id":"1","name":"A again"}]"#,
            100,
        );
        assert_eq!(found, ["1 A", "2: duplicate A again"]);
    }

    #[test]
    fn a_list_over_the_limit_ends() {
        let json = format!("[{}", "{\"stream_id\":1},".repeat(400));
        assert_eq!(
            read(ListKind::Live, json.as_bytes(), 100).1,
            Err(NotAList::TooLarge { limit: 4_096 })
        );
    }

    #[test]
    fn categories_are_found_by_their_id_in_either_spelling() {
        let found = categories(
            br#"[{"category_id":"1","category_name":" UK |  News ","parent_id":0},{"category_id":2,"category_name":"Films"},
            {"category_id":"3"},null,[]]"#,
        )
        .unwrap();
        assert_eq!(found.len(), 2);
        assert_eq!((found["1"].as_str(), found["2"].as_str()), ("UK | News", "Films"));
        assert_eq!(categories(b"[]").unwrap().len(), 0);
        assert_eq!(categories(b"<html>"), Err(NotAList::WebPage));
        assert_eq!(categories(br#"{"user_info":{"auth":0}}"#), Err(NotAList::Account));
        assert_eq!(categories(b"[{\"category_id\""), Err(NotAList::Cut));
    }
}
