use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::features::catalogue::browse::ChannelList;
use crate::features::catalogue::editing::draft;
use crate::features::catalogue::number::ChannelNumber;
use crate::features::catalogue::store::channels::hand;
use crate::support::validation::Invalid;

/// Channels that can be chosen one by one.
const MOST_CHOSEN: usize = 1_000;

/// What is to become of which channels.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Bulk {
    pub selection: Selection,
    pub action: Action,
}

/// Which channels.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Selection {
    /// These, in this order.
    Ids(Vec<i64>),
    /// Whatever the list holds when the work begins, in its order.
    Filter(ChannelList),
}

/// What becomes of them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    Enable,
    Disable,
    SetCategory(String),
    AddTag(String),
    RemoveTag(String),
    /// From this one on, in their order; numbers of other channels are passed over.
    Renumber(ChannelNumber),
    /// All that a person set, except tags.
    GiveBack,
}

impl Action {
    pub const NAMES: [&'static str; 7] = [
        "enable",
        "disable",
        "set_category",
        "add_tag",
        "remove_tag",
        "renumber",
        "give_back",
    ];

    /// The fields that [`Self::GiveBack`] gives back, as the JSON names them.
    pub fn given_back() -> impl Iterator<Item = &'static str> {
        hand::fields(i64::MAX)
    }

    pub fn name(&self) -> &'static str {
        match self {
            Self::Enable => "enable",
            Self::Disable => "disable",
            Self::SetCategory(_) => "set_category",
            Self::AddTag(_) => "add_tag",
            Self::RemoveTag(_) => "remove_tag",
            Self::Renumber(_) => "renumber",
            Self::GiveBack => "give_back",
        }
    }
}

impl Bulk {
    /// What was sent.
    ///
    /// # Errors
    /// The messages of each field that cannot stand.
    pub fn read(sent: &Map<String, Value>) -> Result<Self, Invalid> {
        let mut invalid = Invalid::default();
        let selection = selection(sent, &mut invalid);
        let action = action(sent, &mut invalid);
        match (selection, action) {
            (Some(selection), Some(action)) if invalid.is_empty() => Ok(Self { selection, action }),
            _ => Err(invalid),
        }
    }
}

fn selection(sent: &Map<String, Value>, invalid: &mut Invalid) -> Option<Selection> {
    let given = |field: &str| sent.get(field).filter(|value| !value.is_null());
    match (given("ids"), given("filter")) {
        (Some(_), Some(_)) => {
            invalid.add("filter", "Give ids or a filter, not both.");
            None
        }
        (Some(ids), None) => match serde_json::from_value::<Vec<i64>>(ids.clone()) {
            Ok(ids) if ids.is_empty() => {
                invalid.add("ids", CHOOSE);
                None
            }
            Ok(ids) if ids.len() > MOST_CHOSEN => {
                invalid.add(
                    "ids",
                    format!("Choose at most {MOST_CHOSEN} channels, or use a filter."),
                );
                None
            }
            Ok(ids) => Some(Selection::Ids(distinct(ids))),
            Err(_) => {
                invalid.add("ids", "This must be a list of ids.");
                None
            }
        },
        (None, Some(filter)) => match filter.as_object().and_then(ChannelList::from_json) {
            Some(list) => Some(Selection::Filter(list)),
            None => {
                let names = ChannelList::NAMES.join(", ");
                let message =
                    format!("Use {names}, as lists of channels do, and search for at most 200 characters.");
                invalid.add("filter", message);
                None
            }
        },
        (None, None) => {
            invalid.add("ids", CHOOSE);
            None
        }
    }
}

const CHOOSE: &str = "Choose at least one channel.";

fn distinct(ids: Vec<i64>) -> Vec<i64> {
    let mut seen = std::collections::HashSet::new();
    ids.into_iter().filter(|id| seen.insert(*id)).collect()
}

fn action(sent: &Map<String, Value>, invalid: &mut Invalid) -> Option<Action> {
    fn with<T>(
        sent: &Map<String, Value>,
        invalid: &mut Invalid,
        field: &str,
        read: impl FnOnce(&Value) -> Result<T, String>,
    ) -> Option<T> {
        match read(sent.get(field).unwrap_or(&Value::Null)) {
            Ok(value) => Some(value),
            Err(message) => {
                invalid.add(field, message);
                None
            }
        }
    }
    match sent.get("action").and_then(Value::as_str) {
        Some("enable") => Some(Action::Enable),
        Some("disable") => Some(Action::Disable),
        Some("set_category") => with(sent, invalid, "category", draft::category).map(Action::SetCategory),
        Some("add_tag") => with(sent, invalid, "tag", draft::tag).map(Action::AddTag),
        Some("remove_tag") => with(sent, invalid, "tag", draft::tag).map(Action::RemoveTag),
        Some("renumber") => with(sent, invalid, "from", first_number).map(Action::Renumber),
        Some("give_back") => Some(Action::GiveBack),
        _ => {
            invalid.add("action", "Choose what is to be done.");
            None
        }
    }
}

fn first_number(value: &Value) -> Result<ChannelNumber, String> {
    let number = draft::number(value)?;
    if number.stored() % 10_000 != 0 {
        return Err("The first number is a whole one.".to_owned());
    }
    Ok(number)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(sent: Value) -> Result<Bulk, Invalid> {
        Bulk::read(sent.as_object().unwrap())
    }

    #[test]
    fn a_change_goes_into_a_job_and_comes_back_as_it_was() {
        for sent in [
            json!({ "ids": [3, 1, 3], "action": "set_category", "category": " My  own " }),
            json!({ "filter": {}, "action": "renumber", "from": "100" }),
            json!({ "filter": { "q": "news", "provider_id": 7, "enabled": true, "health": "down", "has_epg": false,
                "tag": "late", "category": "x", "sort": "number" }, "action": "give_back" }),
        ] {
            let bulk = read(sent).unwrap();
            assert_eq!(serde_json::from_value::<Bulk>(json!(bulk)).unwrap(), bulk);
        }
        let bulk = read(json!({ "ids": [3, 1, 3], "action": "add_tag", "tag": "x" })).unwrap();
        assert_eq!(bulk.selection, Selection::Ids(vec![3, 1]));
    }

    #[test]
    fn what_cannot_be_is_told_at_its_field() {
        for (sent, field) in [
            (json!({ "action": "enable" }), "ids"),
            (json!({ "action": "enable", "ids": [] }), "ids"),
            (json!({ "action": "enable", "ids": ["x"] }), "ids"),
            (
                json!({ "action": "enable", "ids": (0..1_001).collect::<Vec<_>>() }),
                "ids",
            ),
            (json!({ "action": "enable", "ids": [1], "filter": {} }), "filter"),
            (json!({ "action": "enable", "filter": { "colour": 1 } }), "filter"),
            (
                json!({ "action": "enable", "filter": { "enabled": "maybe" } }),
                "filter",
            ),
            (
                json!({ "action": "enable", "filter": { "q": "x".repeat(201) } }),
                "filter",
            ),
            (json!({ "filter": {} }), "action"),
            (json!({ "filter": {}, "action": "burn" }), "action"),
            (json!({ "filter": {}, "action": "set_category" }), "category"),
            (json!({ "filter": {}, "action": "add_tag", "tag": "a,b" }), "tag"),
            (
                json!({ "filter": {}, "action": "renumber", "from": "2.1" }),
                "from",
            ),
            (json!({ "filter": {}, "action": "renumber", "from": 0 }), "from"),
        ] {
            let invalid = read(sent.clone()).unwrap_err();
            assert_eq!(invalid.fields().keys().collect::<Vec<_>>(), [field], "{sent}");
        }
    }
}
