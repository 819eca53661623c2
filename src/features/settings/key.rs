use serde_json::{Value, json};
use url::Url;

/// A setting that the code reads, with its rules.
#[derive(Debug, Clone, Copy)]
pub struct Key {
    pub name: &'static str,
    pub category: &'static str,
    pub title: &'static str,
    /// What it does, with its unit.
    pub help: &'static str,
    pub kind: Kind,
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
        options: &'static [&'static str],
    },
    /// The address of this server; absent by default.
    Address,
}

pub const PLAYLIST_MAX_MIB: &str = "playlist_max_mib";
pub const SYNC_TIMEOUT: &str = "sync_timeout";
pub const SYNC_SHRINK_GUARD_PERCENT: &str = "sync_shrink_guard_percent";
pub const FUZZY_MATCH_THRESHOLD: &str = "fuzzy_match_threshold";
pub const STRM_ORGANIZE_BY_GENRE: &str = "strm_organize_by_genre";
pub const STRM_INCLUDE_YEAR: &str = "strm_include_year";
pub const STRM_LINK_MODE: &str = "strm_link_mode";
pub const PUBLIC_URL: &str = "public_url";

/// Every setting, by category.
pub const KEYS: &[Key] = &[
    Key {
        name: FUZZY_MATCH_THRESHOLD,
        category: "matching",
        title: "Similarity needed",
        help: "How alike two names must be, 0 to 100, before their streams become one channel.",
        kind: Kind::Number {
            default: 85,
            min: 0,
            max: 100,
        },
    },
    Key {
        name: SYNC_TIMEOUT,
        category: "sync",
        title: "Longest sync",
        help: "Seconds after which a sync is given up.",
        kind: Kind::Number {
            default: 3600,
            min: 10,
            max: 86_400,
        },
    },
    Key {
        name: SYNC_SHRINK_GUARD_PERCENT,
        category: "sync",
        title: "Shrink guard",
        help: "A sync that would remove more than this percentage of a provider's channels, films, series or of a large category waits for approval.",
        kind: Kind::Number {
            default: 20,
            min: 0,
            max: 100,
        },
    },
    Key {
        name: PLAYLIST_MAX_MIB,
        category: "sync",
        title: "Largest playlist",
        help: "MiB that a provider's playlist may have after decompression.",
        kind: Kind::Number {
            default: 1024,
            min: 1,
            max: 16_384,
        },
    },
    Key {
        name: STRM_ORGANIZE_BY_GENRE,
        category: "strm",
        title: "Folders by genre",
        help: "Whether films and series lie in a folder of their first genre.",
        kind: Kind::Flag { default: true },
    },
    Key {
        name: STRM_INCLUDE_YEAR,
        category: "strm",
        title: "Year in names",
        help: "Whether the names of films and series end in their year.",
        kind: Kind::Flag { default: true },
    },
    Key {
        name: STRM_LINK_MODE,
        category: "strm",
        title: "How links play",
        help: "relay: through this server, so that no player sees a provider's address. redirect: players are sent on to the provider and see its address and credentials.",
        kind: Kind::Choice {
            default: "relay",
            options: &["relay", "redirect"],
        },
    },
    Key {
        name: PUBLIC_URL,
        category: "system",
        title: "Public URL",
        help: "The address at which players reach this server, such as http://192.168.1.10:8080. Links in files begin with it.",
        kind: Kind::Address,
    },
];

impl Key {
    pub fn find(name: &str) -> Option<&'static Self> {
        KEYS.iter().find(|key| key.name == name)
    }

    pub fn default_value(&self) -> Value {
        match self.kind {
            Kind::Flag { default } => json!(default),
            Kind::Number { default, .. } => json!(default),
            Kind::Choice { default, .. } => json!(default),
            Kind::Address => Value::Null,
        }
    }

    /// The name of the value's type in JSON.
    pub fn type_name(&self) -> &'static str {
        match self.kind {
            Kind::Flag { .. } => "boolean",
            Kind::Number { .. } => "integer",
            Kind::Choice { .. } | Kind::Address => "string",
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
                Some(text) if options.contains(&text) => Ok(value.clone()),
                _ => Err(format!("This must be one of: {}.", options.join(", "))),
            },
            Kind::Address => match value {
                Value::Null => Ok(Value::Null),
                Value::String(text) => public_url(text.trim()).map(Value::String),
                _ => Err(NOT_AN_ADDRESS.to_owned()),
            },
        }
    }
}

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
    fn values_of_another_type_or_range_are_refused() {
        for (name, wrong) in [
            (FUZZY_MATCH_THRESHOLD, json!(101)),
            (FUZZY_MATCH_THRESHOLD, json!(-1)),
            (FUZZY_MATCH_THRESHOLD, json!(85.5)),
            (FUZZY_MATCH_THRESHOLD, json!("85")),
            (SYNC_TIMEOUT, json!(0)),
            (SYNC_TIMEOUT, Value::Null),
            (STRM_INCLUDE_YEAR, json!(1)),
            (STRM_LINK_MODE, json!("direct")),
            (PUBLIC_URL, json!("ftp://tv.example")),
            (PUBLIC_URL, json!("http://ann:secret@tv.example")),
            (PUBLIC_URL, json!("tv.example")),
            (PUBLIC_URL, json!(1)),
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
