use jiff::tz::TimeZone;
use serde_json::{Value, json};
use url::Url;

use super::categories::CATEGORIES;
use super::list::KEYS;
use crate::support::cron::Cron;

/// A setting that the code reads, with its rules.
#[derive(Debug, Clone, Copy)]
pub struct Key {
    pub name: &'static str,
    pub category: &'static str,
    pub title: &'static str,
    /// What it does, with its unit.
    pub help: &'static str,
    /// What a number counts, behind its field.
    pub unit: &'static str,
    pub kind: Kind,
}

/// A group of settings that belong together.
#[derive(Debug, Clone, Copy)]
pub struct Category {
    pub name: &'static str,
    pub title: &'static str,
    /// One sentence about all of its settings, and when a change counts.
    pub lead: &'static str,
}

impl Category {
    pub fn find(name: &str) -> Option<&'static Self> {
        CATEGORIES.iter().find(|category| category.name == name)
    }

    /// Its settings, in the order they are shown.
    pub fn keys(&self) -> impl Iterator<Item = &'static Key> {
        let name = self.name;
        KEYS.iter().filter(move |key| key.category == name)
    }
}

/// What a setting's value can be.
#[derive(Debug, Clone, Copy)]
pub enum Kind {
    Flag {
        default: bool,
    },
    Number {
        default: i64,
        min: i64,
        max: i64,
    },
    Choice {
        default: &'static str,
        /// Value, and the words for it.
        options: &'static [(&'static str, &'static str)],
    },
    /// The address of this server; absent by default.
    Address,
    /// A cron expression.
    Schedule {
        default: &'static str,
    },
    /// The name of a time zone; by default the one that the machine says.
    Zone,
}

impl Key {
    pub fn find(name: &str) -> Option<&'static Self> {
        KEYS.iter().find(|key| key.name == name)
    }

    pub fn default_value(&self) -> Value {
        match self.kind {
            Kind::Flag { default } => json!(default),
            Kind::Number { default, .. } => json!(default),
            Kind::Choice { default, .. } | Kind::Schedule { default } => json!(default),
            Kind::Address | Kind::Zone => Value::Null,
        }
    }

    /// The name of the value's type in JSON.
    pub fn type_name(&self) -> &'static str {
        match self.kind {
            Kind::Flag { .. } => "boolean",
            Kind::Number { .. } => "integer",
            Kind::Choice { .. } | Kind::Schedule { .. } | Kind::Address | Kind::Zone => "string",
        }
    }

    /// The value as it is stored.
    ///
    /// # Errors
    /// A sentence that says what is allowed.
    pub fn check(&self, value: &Value) -> Result<Value, String> {
        match self.kind {
            Kind::Flag { .. } if value.is_boolean() => Ok(value.clone()),
            Kind::Flag { .. } => Err("This must be true or false.".to_owned()),
            Kind::Number { min, max, .. } => match value.as_i64() {
                Some(number) if (min..=max).contains(&number) => Ok(value.clone()),
                _ => Err(format!("This must be a whole number from {min} to {max}.")),
            },
            Kind::Choice { options, .. } => match value.as_str() {
                Some(text) if options.iter().any(|(option, _)| *option == text) => Ok(value.clone()),
                _ => {
                    let known: Vec<&str> = options.iter().map(|(option, _)| *option).collect();
                    Err(format!("This must be one of: {}.", known.join(", ")))
                }
            },
            Kind::Address => match value {
                Value::Null => Ok(Value::Null),
                Value::String(text) => public_url(text.trim()).map(Value::String),
                _ => Err(NOT_AN_ADDRESS.to_owned()),
            },
            Kind::Schedule { .. } => {
                let cron = Cron::parse(value.as_str().unwrap_or_default())?;
                Ok(json!(cron.as_str()))
            }
            Kind::Zone => match value {
                Value::Null => Ok(Value::Null),
                Value::String(text) if TimeZone::get(text.trim()).is_ok() => Ok(json!(text.trim())),
                _ => Err(NOT_A_ZONE.to_owned()),
            },
        }
    }

    /// What was typed into the field of this key, as JSON; a text that is no such value is refused by [`Self::check`].
    pub fn read(&self, typed: Option<&str>) -> Value {
        let text = typed.unwrap_or_default().trim();
        match self.kind {
            Kind::Flag { .. } => json!(typed.is_some()),
            Kind::Number { .. } => text
                .parse::<i64>()
                .map_or_else(|_| json!(text), |number| json!(number)),
            Kind::Choice { .. } | Kind::Schedule { .. } => json!(text),
            Kind::Address | Kind::Zone if text.is_empty() => Value::Null,
            Kind::Address | Kind::Zone => json!(text),
        }
    }
}

const NOT_A_ZONE: &str = "This must be the name of a time zone, such as Europe/Berlin or UTC.";

const NOT_AN_ADDRESS: &str = "This must be an http or https address without user, query and fragment.";

/// The address without a slash at its end, as the variable `public_url` is read too.
fn public_url(text: &str) -> Result<String, String> {
    let url = Url::parse(text).map_err(|_| NOT_AN_ADDRESS)?;
    let is_plain = url.username().is_empty()
        && url.password().is_none()
        && url.query().is_none()
        && url.fragment().is_none();
    if matches!(url.scheme(), "http" | "https") && url.has_host() && is_plain {
        Ok(url.as_str().trim_end_matches('/').to_owned())
    } else {
        Err(NOT_AN_ADDRESS.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::features::settings::list::*;

    #[test]
    fn every_default_keeps_its_own_rule() {
        for key in KEYS {
            assert_eq!(
                key.check(&key.default_value()),
                Ok(key.default_value()),
                "{}",
                key.name
            );
        }
    }

    #[test]
    fn every_setting_stands_in_a_category_that_is_shown() {
        for key in KEYS {
            assert!(Category::find(key.category).is_some(), "{}", key.name);
        }
        for category in CATEGORIES {
            assert!(category.keys().next().is_some(), "{} is empty", category.name);
        }
    }

    #[test]
    fn what_is_typed_is_read_by_the_kind_of_its_key() {
        for (name, typed, value) in [
            (STRM_INCLUDE_YEAR, Some("true"), json!(true)),
            (STRM_INCLUDE_YEAR, None, json!(false)),
            (SYNC_TIMEOUT, Some(" 60 "), json!(60)),
            (SYNC_TIMEOUT, Some("an hour"), json!("an hour")),
            (PUBLIC_URL, Some(" "), Value::Null),
            (TIME_ZONE, Some("Asia/Tokyo"), json!("Asia/Tokyo")),
        ] {
            assert_eq!(Key::find(name).unwrap().read(typed), value, "{name}");
        }
    }

    #[test]
    fn values_of_another_type_or_range_are_refused() {
        for (name, wrong) in [
            (FUZZY_MATCH_THRESHOLD, json!(101)),
            (FUZZY_MATCH_THRESHOLD, json!(-1)),
            (FUZZY_MATCH_THRESHOLD, json!(85.5)),
            (FUZZY_MATCH_THRESHOLD, json!("85")),
            (SYNC_TIMEOUT, json!(0)),
            (AUTO_SYNC_SCHEDULE, json!("0 25 * * *")),
            (AUTO_SYNC_SCHEDULE, json!(6)),
            (SYNC_TIMEOUT, Value::Null),
            (STRM_INCLUDE_YEAR, json!(1)),
            (STRM_LINK_MODE, json!("direct")),
            (PUBLIC_URL, json!("ftp://tv.example")),
            (PUBLIC_URL, json!("http://ann:secret@tv.example")),
            (PUBLIC_URL, json!("tv.example")),
            (PUBLIC_URL, json!(1)),
            (TIME_ZONE, json!("Europe/Nowhere")),
            (TIME_ZONE, json!(1)),
            (REQUESTS_BURST, json!(99)),
        ] {
            let key = Key::find(name).unwrap();
            assert!(key.check(&wrong).is_err(), "{name} took {wrong}");
        }
    }

    #[test]
    fn an_address_loses_the_slash_at_its_end() {
        let key = Key::find(PUBLIC_URL).unwrap();
        assert_eq!(
            key.check(&json!(" http://tv.example:8080/ ")),
            Ok(json!("http://tv.example:8080"))
        );
    }
}
