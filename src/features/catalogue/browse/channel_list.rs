use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{ChannelFilter, ChannelSort};
use crate::support::validation::Invalid;

const LONGEST_SEARCH: usize = 200;

/// A list of channels as its address or a program describes it. Whatever asks for one or acts on one reads it here, so
/// that nothing is done to channels which the list does not show.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ChannelList {
    #[serde(flatten)]
    pub filter: ChannelFilter,
    pub sort: Option<ChannelSort>,
}

impl ChannelList {
    /// What its parts are called.
    pub const NAMES: [&'static str; 8] = [
        "q",
        "category",
        "provider_id",
        "enabled",
        "health",
        "has_epg",
        "tag",
        "sort",
    ];

    /// The list that an address describes. `text` finds a part by its name; empty ones are none. What is wrong with
    /// them is added to `invalid`.
    pub fn read<'t>(text: impl Fn(&str) -> &'t str, invalid: &mut Invalid) -> Self {
        let given = |name: &str| Some(text(name)).filter(|text| !text.is_empty());
        let q = text("q").to_owned();
        if q.chars().count() > LONGEST_SEARCH {
            invalid.add("q", "Use at most 200 characters.");
        }
        let filter = ChannelFilter {
            q,
            category: given("category").map(str::to_owned),
            provider: parsed(
                "provider_id",
                given("provider_id"),
                "Use a provider's id.",
                invalid,
            ),
            enabled: parsed("enabled", given("enabled"), "Use true or false.", invalid),
            health: parsed(
                "health",
                given("health"),
                "Use up, degraded, down or unknown.",
                invalid,
            ),
            has_epg: parsed("has_epg", given("has_epg"), "Use true or false.", invalid),
            tag: given("tag").map(str::to_owned),
        };
        let sort = parsed(
            "sort",
            given("sort"),
            "Use name, number, streams or health.",
            invalid,
        );
        Self { filter, sort }
    }

    /// The list that a program describes; `None` for what is none. Parts that nobody knows are refused: to leave one out
    /// would make the list longer.
    pub fn from_json(parts: &Map<String, Value>) -> Option<Self> {
        let are_known = parts.keys().all(|name| Self::NAMES.contains(&name.as_str()));
        let list: Self = are_known
            .then(|| serde_json::from_value(Value::from(parts.clone())).ok())
            .flatten()?;
        (list.filter.q.chars().count() <= LONGEST_SEARCH).then_some(list)
    }

    pub fn order(&self) -> ChannelSort {
        self.sort.unwrap_or_default()
    }
}

/// The value of a part; one that means nothing is told.
fn parsed<T: std::str::FromStr>(
    name: &str,
    text: Option<&str>,
    wrong: &str,
    invalid: &mut Invalid,
) -> Option<T> {
    let value = text?.parse().ok();
    if value.is_none() {
        invalid.add(name, wrong);
    }
    value
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// A text of each part that narrows or sorts.
    const TEXTS: [(&str, &str); 8] = [
        ("q", "news"),
        ("category", "World"),
        ("provider_id", "7"),
        ("enabled", "false"),
        ("health", "down"),
        ("has_epg", "true"),
        ("tag", "late"),
        ("sort", "number"),
    ];

    fn read(texts: &[(&str, &str)]) -> (ChannelList, Invalid) {
        let mut invalid = Invalid::default();
        let text = |name: &str| {
            let found = texts.iter().find(|(known, _)| *known == name);
            found.map_or("", |(_, text)| *text)
        };
        (ChannelList::read(text, &mut invalid), invalid)
    }

    #[test]
    fn every_part_has_one_name_and_each_changes_the_list() {
        let whole = json!(ChannelList::default());
        let mut names: Vec<&str> = whole.as_object().unwrap().keys().map(String::as_str).collect();
        let mut known = ChannelList::NAMES.to_vec();
        names.sort_unstable();
        known.sort_unstable();
        assert_eq!(names, known);
        assert_eq!(TEXTS.map(|(name, _)| name), ChannelList::NAMES);
        for part in TEXTS {
            let (list, invalid) = read(&[part]);
            assert!(invalid.is_empty());
            assert_ne!(list, ChannelList::default(), "{}", part.0);
            let (same, _) = read(&[part, ("colour", "red")]);
            assert_eq!(same, list);
        }
    }

    #[test]
    fn a_list_goes_through_json_as_it_is() {
        let (list, _) = read(&TEXTS);
        let json = json!(list);
        assert_eq!(ChannelList::from_json(json.as_object().unwrap()), Some(list));
        for wrong in [
            json!({ "colour": 1 }),
            json!({ "enabled": "maybe" }),
            json!({ "provider_id": "x" }),
            json!({ "health": "fine" }),
            json!({ "q": "x".repeat(201) }),
        ] {
            assert_eq!(
                ChannelList::from_json(wrong.as_object().unwrap()),
                None,
                "{wrong}"
            );
        }
    }

    #[test]
    fn what_means_nothing_is_told_at_its_part() {
        for name in ["provider_id", "enabled", "health", "has_epg", "sort"] {
            let (_, invalid) = read(&[(name, "soon")]);
            assert_eq!(invalid.fields().keys().collect::<Vec<_>>(), [name]);
        }
        let long = "x".repeat(201);
        assert!(read(&[("q", &long)]).1.fields().contains_key("q"));
    }
}
