use serde_json::{Map, Value};
use url::Url;

use crate::features::catalogue::number::ChannelNumber;
use crate::support::clean::is_invisible;
use crate::support::text::folded;
use crate::support::validation::Invalid;

const LONGEST_NAME: usize = 255;
const LONGEST_URL: usize = 2_048;
pub(super) const MOST_TAGS: usize = 20;
const LONGEST_TAG: usize = 50;

/// What becomes of a field.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Change<T> {
    #[default]
    Stay,
    /// The providers say again what it is.
    GiveBack,
    Set(T),
}

/// A channel as somebody wants it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Edit {
    pub name: Change<String>,
    pub number: Change<ChannelNumber>,
    pub category: Change<String>,
    pub enabled: Change<bool>,
    /// In the order of their names.
    pub tags: Change<Vec<String>>,
    /// None: it has none, whatever the providers say.
    pub logo_url: Change<Option<String>>,
    pub epg_id: Change<Option<String>>,
}

impl Edit {
    /// What was sent.
    ///
    /// # Errors
    /// The messages of each field that cannot stand.
    pub fn read(sent: &Map<String, Value>) -> Result<Self, Invalid> {
        let mut invalid = Invalid::default();
        let edit = Self {
            name: field(sent, "name", &mut invalid, |value| name(text(value)?)),
            number: field(sent, "number", &mut invalid, number),
            category: field(sent, "category", &mut invalid, category),
            enabled: field(sent, "enabled", &mut invalid, |value| {
                value
                    .as_bool()
                    .ok_or_else(|| "This must be true or false.".to_owned())
            }),
            tags: field(sent, "tags", &mut invalid, tags),
            logo_url: field(sent, "logo_url", &mut invalid, picture),
            epg_id: field(sent, "epg_id", &mut invalid, guide_id),
        };
        invalid.into_result().map(|()| edit)
    }

    /// Gives back all that a person set, except tags.
    pub(super) fn all_given_back() -> Self {
        Self {
            name: Change::GiveBack,
            number: Change::GiveBack,
            category: Change::GiveBack,
            enabled: Change::GiveBack,
            tags: Change::Stay,
            logo_url: Change::GiveBack,
            epg_id: Change::GiveBack,
        }
    }

    /// Whether a field is given back of which only the streams tell what it was.
    pub(super) fn asks_the_providers(&self) -> bool {
        self.number == Change::GiveBack
            || self.category == Change::GiveBack
            || self.logo_url == Change::GiveBack
            || self.epg_id == Change::GiveBack
    }
}

impl Change<Vec<String>> {
    /// The tags that there are to be; none where they are given back, since providers know no tags.
    pub(super) fn wanted_or_none(&self) -> Option<&[String]> {
        match self {
            Self::Stay => None,
            Self::GiveBack => Some(&[]),
            Self::Set(tags) => Some(tags),
        }
    }
}

fn field<T>(
    sent: &Map<String, Value>,
    name: &str,
    invalid: &mut Invalid,
    read: impl FnOnce(&Value) -> Result<T, String>,
) -> Change<T> {
    match sent.get(name) {
        None => Change::Stay,
        Some(Value::Null) => Change::GiveBack,
        Some(value) => match read(value) {
            Ok(value) => Change::Set(value),
            Err(message) => {
                invalid.add(name, message);
                Change::Stay
            }
        },
    }
}

fn text(value: &Value) -> Result<&str, String> {
    let text = value.as_str().ok_or("This must be a text.")?;
    Ok(text.trim())
}

/// One line that shows as it is: nothing in it is invisible or turns the direction of what follows.
fn line(text: &str, most: usize) -> Result<String, String> {
    if text.chars().any(is_invisible) {
        return Err("Use one line without control characters or direction marks.".to_owned());
    }
    if text.chars().count() > most {
        return Err(format!("Use at most {most} characters."));
    }
    Ok(text.split_whitespace().collect::<Vec<_>>().join(" "))
}

fn named(text: &str, lacking: &str) -> Result<String, String> {
    let name = line(text, LONGEST_NAME)?;
    if name.is_empty() {
        return Err(lacking.to_owned());
    }
    Ok(name)
}

/// The name of a channel, as a person may give one.
///
/// # Errors
/// The message for the field.
pub fn name(text: &str) -> Result<String, String> {
    named(text, "Give the channel a name.")
}

/// The name of a category, as a person may give one.
///
/// # Errors
/// The message for the field.
pub(super) fn category(value: &Value) -> Result<String, String> {
    named(text(value)?, "Give the category a name.")
}

/// A channel's number.
///
/// # Errors
/// The message for the field.
pub(super) fn number(value: &Value) -> Result<ChannelNumber, String> {
    let value = match value {
        Value::String(text) => Value::from(text.trim()),
        other => other.clone(),
    };
    serde_json::from_value(value)
        .map_err(|_| "A number is a whole number from 1 to 99999999, or one such as 2.1.".to_owned())
}

/// One tag.
///
/// # Errors
/// The message for the field.
pub(super) fn tag(value: &Value) -> Result<String, String> {
    let tag = named(text(value)?, "Give the tag a name.")?;
    if tag.chars().count() > LONGEST_TAG {
        return Err(format!("A tag has at most {LONGEST_TAG} characters."));
    }
    if tag.contains(',') {
        return Err("A tag holds no comma.".to_owned());
    }
    Ok(tag)
}

/// Each tag once, whatever its case, by name.
fn tags(value: &Value) -> Result<Vec<String>, String> {
    let values = value.as_array().ok_or("This must be a list of texts.")?;
    let mut tags = Vec::with_capacity(values.len().min(MOST_TAGS));
    for value in values {
        let tag = tag(value)?;
        let key = folded(&tag);
        if tags.iter().all(|(known, _)| *known != key) {
            tags.push((key, tag));
        }
        if tags.len() > MOST_TAGS {
            return Err(format!("A channel has at most {MOST_TAGS} tags."));
        }
    }
    tags.sort();
    Ok(tags.into_iter().map(|(_, tag)| tag).collect())
}

/// The address of a picture. It stands in playlists and guides, so it holds no password.
fn picture(value: &Value) -> Result<Option<String>, String> {
    let text = text(value)?;
    if text.is_empty() {
        return Ok(None);
    }
    if text.len() > LONGEST_URL {
        return Err(format!("An address has at most {LONGEST_URL} characters."));
    }
    let refused = |c: char| c.is_whitespace() || is_invisible(c) || matches!(c, '"' | '<' | '>' | '\\' | '`');
    let complete = "This is not a complete address, such as http://example.org/logo.png.";
    match Url::parse(text) {
        _ if text.chars().any(refused) => Err(complete.to_owned()),
        Ok(url) if !matches!(url.scheme(), "http" | "https") => {
            Err("The address must begin with http:// or https://.".to_owned())
        }
        Ok(url) if !url.username().is_empty() || url.password().is_some() => {
            Err("The address of a logo holds no user name or password.".to_owned())
        }
        Ok(url) if url.has_host() => Ok(Some(text.to_owned())),
        _ => Err(complete.to_owned()),
    }
}

fn guide_id(value: &Value) -> Result<Option<String>, String> {
    let id = line(text(value)?, LONGEST_NAME)?;
    Ok(Some(id).filter(|id| !id.is_empty()))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(sent: Value) -> Result<Edit, Invalid> {
        Edit::read(sent.as_object().unwrap())
    }

    #[test]
    fn what_is_absent_stays_and_null_is_given_back() {
        let edit = read(json!({ "name": null, "logo_url": "", "tags": ["news", "Kids", "NEWS"] })).unwrap();
        assert_eq!(edit.name, Change::GiveBack);
        assert_eq!(edit.logo_url, Change::Set(None));
        assert_eq!(edit.tags, Change::Set(vec!["Kids".to_owned(), "news".to_owned()]));
        assert_eq!((edit.epg_id, edit.enabled), (Change::Stay, Change::Stay));
    }

    #[test]
    fn names_lose_their_spare_spaces_and_numbers_are_whole_or_have_a_minor() {
        let edit = read(json!({ "name": "  Das   Erste ", "number": "2.1", "enabled": false })).unwrap();
        assert_eq!(edit.name, Change::Set("Das Erste".to_owned()));
        assert_eq!(edit.number, Change::Set(ChannelNumber::new(2, 1).unwrap()));
        assert_eq!(
            read(json!({ "number": 7 })).unwrap().number,
            Change::Set(ChannelNumber::new(7, 0).unwrap())
        );
    }

    #[test]
    fn what_cannot_stand_is_refused_at_its_field() {
        let long = "x".repeat(256);
        for (field, value) in [
            ("name", json!("  ")),
            ("name", json!("a\nb")),
            ("name", json!("a\u{202e}b")),
            ("name", json!(long)),
            ("name", json!(7)),
            ("number", json!(0)),
            ("number", json!(-1)),
            ("number", json!(1.5)),
            ("number", json!("x")),
            ("number", json!(100_000_000)),
            ("category", json!("")),
            ("enabled", json!("yes")),
            ("tags", json!("news")),
            ("tags", json!(["a,b"])),
            ("tags", json!([""])),
            ("tags", json!([7])),
            ("tags", json!(["x".repeat(51)])),
            ("tags", json!((0..21).map(|n| n.to_string()).collect::<Vec<_>>())),
            ("logo_url", json!("logo.png")),
            ("logo_url", json!("javascript:alert(1)")),
            ("logo_url", json!("file:///etc/passwd")),
            ("logo_url", json!("data:image/png;base64,AAAA")),
            ("logo_url", json!("http://ann:s3cret@example.org/a.png")),
            ("logo_url", json!("http://example.org/a\".png")),
            (
                "logo_url",
                json!(format!("http://example.org/{}", "x".repeat(2_048))),
            ),
            ("epg_id", json!("a\u{0}b")),
        ] {
            let invalid = read(json!({ field: value })).unwrap_err();
            assert_eq!(invalid.fields().keys().collect::<Vec<_>>(), [field], "{value}");
        }
    }
}
