//! What items are called in their folders.

use std::collections::{HashMap, HashSet};

use crate::features::outputs::distinct::{Named, distinct};
use crate::features::outputs::naming::folded;
use crate::features::outputs::paths::SUFFIX_BYTES;

/// The kinds of items.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    Channel,
    Movie,
    Series,
    Episode,
}

impl Kind {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Channel => "channel",
            Self::Movie => "movie",
            Self::Series => "series",
            Self::Episode => "episode",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        [Self::Channel, Self::Movie, Self::Series, Self::Episode]
            .into_iter()
            .find(|kind| kind.as_str() == text)
    }
}

/// An item that needs a name.
#[derive(Debug, Clone)]
pub struct Wanted {
    pub kind: Kind,
    pub id: i64,
    /// A safe name; two items of a folder may share it.
    pub source: String,
    /// Within it names differ.
    pub folder: String,
    pub country: Option<String>,
    pub feed: Option<String>,
    /// Of what its link ends in; empty for a channel.
    pub extension: String,
}

/// The name an item was given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Name {
    pub source: String,
    pub folder: String,
    pub name: String,
    pub extension: String,
}

/// The names given so far.
pub type Known = HashMap<(Kind, i64), Name>;

/// A name for each of `wanted`: the known one while source and folder are the same, else a new one that no other item of
/// the folder has. Does not depend on the order.
pub fn assign(wanted: &[Wanted], known: &Known) -> Vec<Name> {
    let mut names: Vec<Option<Name>> = wanted.iter().map(|item| keep(item, known)).collect();
    let mut fresh: HashMap<&str, Vec<usize>> = HashMap::new();
    for (at, item) in wanted.iter().enumerate().filter(|(at, _)| names[*at].is_none()) {
        fresh.entry(item.folder.as_str()).or_default().push(at);
    }
    // What is kept elsewhere stands in nobody's way.
    let kept = wanted
        .iter()
        .zip(&names)
        .filter(|(item, _)| fresh.contains_key(item.folder.as_str()));
    let mut taken: HashSet<(&str, String)> = kept
        .filter_map(|(item, name)| Some((item.folder.as_str(), folded(&name.as_ref()?.name))))
        .collect();
    for (folder, places) in fresh {
        let named: Vec<Named<'_, (Kind, i64)>> = places.iter().map(|at| named(&wanted[*at])).collect();
        for (at, name) in places.into_iter().zip(distinct(&named, SUFFIX_BYTES)) {
            let name = free(&wanted[at], name, |name| !taken.contains(&(folder, folded(name))));
            taken.insert((folder, folded(&name)));
            names[at] = Some(given(&wanted[at], name));
        }
    }
    wanted
        .iter()
        .zip(names)
        .map(|(item, name)| name.unwrap_or_else(|| given(item, item.source.clone())))
        .collect()
}

fn keep(item: &Wanted, known: &Known) -> Option<Name> {
    let name = known.get(&(item.kind, item.id))?;
    (name.source == item.source && name.folder == item.folder).then(|| name.clone())
}

fn named(item: &Wanted) -> Named<'_, (Kind, i64)> {
    Named {
        name: &item.source,
        country: item.country.as_deref(),
        feed: item.feed.as_deref(),
        shift_hours: 0,
        key: (item.kind, item.id),
    }
}

/// The name, or what tells it from one that an older item keeps.
fn free(item: &Wanted, name: String, is_free: impl Fn(&str) -> bool) -> String {
    if is_free(&name) {
        return name;
    }
    let country = item
        .country
        .iter()
        .map(|country| format!("{name} ({})", country.to_uppercase()));
    let feed = item.feed.iter().map(|feed| format!("{name} ({feed})"));
    let numbers = (2u32..).map(|number| format!("{name} ({number})"));
    country
        .chain(feed)
        .chain(numbers)
        .find(|name| is_free(name))
        .unwrap_or(name.clone())
}

fn given(item: &Wanted, name: String) -> Name {
    Name {
        source: item.source.clone(),
        folder: item.folder.clone(),
        name,
        extension: item.extension.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn channel(id: i64, source: &str, country: Option<&str>) -> Wanted {
        Wanted {
            kind: Kind::Channel,
            id,
            source: source.to_owned(),
            folder: "News".to_owned(),
            country: country.map(str::to_owned),
            feed: None,
            extension: String::new(),
        }
    }

    fn names(wanted: &[Wanted], known: &Known) -> Vec<String> {
        assign(wanted, known).into_iter().map(|name| name.name).collect()
    }

    fn remember(wanted: &[Wanted]) -> Known {
        let names = assign(wanted, &Known::new());
        wanted
            .iter()
            .zip(names)
            .map(|(item, name)| ((item.kind, item.id), name))
            .collect()
    }

    #[test]
    fn a_name_once_given_is_kept_when_an_equal_one_comes_later() {
        let known = remember(&[channel(5, "One", Some("uk"))]);
        let later = [
            channel(2, "One", Some("us")),
            channel(5, "One", Some("uk")),
            channel(7, "ONE", None),
        ];
        assert_eq!(names(&later, &known), ["One (US)", "One", "ONE (2)"]);
    }

    #[test]
    fn a_renamed_item_gives_its_name_up() {
        let known = remember(&[channel(5, "One", None)]);
        assert_eq!(
            names(&[channel(5, "Uno", None), channel(6, "One", None)], &known),
            ["Uno", "One"]
        );
    }

    #[test]
    fn names_do_not_depend_on_the_order() {
        let mut wanted = vec![
            channel(1, "A", None),
            channel(2, "a", Some("de")),
            channel(3, "Á", None),
        ];
        let first: Known = remember(&wanted);
        wanted.reverse();
        assert_eq!(remember(&wanted), first);
    }
}
