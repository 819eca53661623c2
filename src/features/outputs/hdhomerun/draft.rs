use serde_json::{Map, Value};

use super::Device;
use crate::features::outputs::selection::Preference;
use crate::support::validation::Invalid;

/// Characters.
pub const LONGEST_NAME: usize = 60;
pub const MOST_TUNERS: i64 = 32;
const DEFAULT_TUNERS: i64 = 2;
/// More than any catalogue has of a size that a player takes.
const MOST_CATEGORIES: usize = 1_000;
/// The pictures that a device may prefer: one channel is one number, so not all of them at once.
pub const QUALITIES: [Preference; 4] = [
    Preference::Best,
    Preference::FourK,
    Preference::Hd,
    Preference::Sd,
];

/// A device as it is to be; every value can be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    pub name: String,
    /// 1 to [`MOST_TUNERS`].
    pub tuner_count: i64,
    pub quality: Preference,
    /// Names of categories, each once and in order; none for every channel.
    pub categories: Vec<String>,
    /// Whether it is to answer at the root of the server.
    pub is_first: bool,
}

impl Draft {
    /// Reads a new device.
    ///
    /// # Errors
    /// Names every field that cannot be used.
    pub fn new(sent: &Map<String, Value>) -> Result<Self, Invalid> {
        let empty = Self {
            name: String::new(),
            tuner_count: DEFAULT_TUNERS,
            quality: Preference::Best,
            categories: Vec::new(),
            is_first: false,
        };
        empty.read(sent)
    }

    /// Reads the fields that were sent over those of a device.
    ///
    /// # Errors
    /// As [`Draft::new`].
    pub fn changed(device: &Device, sent: &Map<String, Value>) -> Result<Self, Invalid> {
        Self::of(device).read(sent)
    }

    /// A device as it is.
    pub fn of(device: &Device) -> Self {
        Self {
            name: device.name.clone(),
            tuner_count: device.tuner_count,
            quality: device.quality,
            categories: device.categories.clone(),
            is_first: device.is_first,
        }
    }

    fn read(mut self, sent: &Map<String, Value>) -> Result<Self, Invalid> {
        let mut invalid = Invalid::default();
        for (field, value) in sent {
            let read = match field.as_str() {
                "name" => name(value).map(|name| self.name = name),
                "tuner_count" => tuners(value).map(|count| self.tuner_count = count),
                "quality" => quality(value).map(|quality| self.quality = quality),
                "categories" => categories(value).map(|names| self.categories = names),
                "is_first" => value
                    .as_bool()
                    .map(|is_first| self.is_first = is_first)
                    .ok_or("Use true or false."),
                _ => Ok(()),
            };
            if let Err(message) = read {
                invalid.add(field, message);
            }
        }
        if self.name.is_empty() && invalid.fields().get("name").is_none() {
            invalid.add("name", "Give it a name, as players will show it.");
        }
        invalid.into_result().map(|()| self)
    }
}

fn name(value: &Value) -> Result<String, &'static str> {
    let text = value.as_str().ok_or("Use text.")?.trim();
    if text.chars().count() > LONGEST_NAME {
        return Err("Use at most 60 characters.");
    }
    if text.chars().any(char::is_control) {
        return Err("Use one line of text.");
    }
    Ok(text.to_owned())
}

fn tuners(value: &Value) -> Result<i64, &'static str> {
    let number = match value {
        Value::String(text) => text.trim().parse().ok(),
        other => other.as_i64(),
    };
    number
        .filter(|number| (1..=MOST_TUNERS).contains(number))
        .ok_or("Use a whole number from 1 to 32.")
}

fn quality(value: &Value) -> Result<Preference, &'static str> {
    value
        .as_str()
        .and_then(|text| text.parse().ok())
        .filter(|quality| QUALITIES.contains(quality))
        .ok_or("Choose best, 4k, hd or sd.")
}

fn categories(value: &Value) -> Result<Vec<String>, &'static str> {
    let wrong = "Use a list of the names of categories.";
    let listed = match value {
        Value::Null => return Ok(Vec::new()),
        Value::Array(listed) => listed,
        _ => return Err(wrong),
    };
    if listed.len() > MOST_CATEGORIES {
        return Err("Use at most 1,000 categories.");
    }
    let names = listed.iter().map(|name| name.as_str().map(str::to_owned));
    let mut names: Vec<String> = names.collect::<Option<_>>().ok_or(wrong)?;
    names.sort_unstable();
    names.dedup();
    Ok(names)
}
