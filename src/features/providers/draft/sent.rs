use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::features::providers::renames::Rule;
use crate::features::providers::{Kind, Source, Uploaded, import, mask, uploads};
use crate::support::validation::Invalid;

/// The fields of a request and what is wrong with their types.
pub(super) struct Sent<'s> {
    pub sent: &'s Map<String, Value>,
    pub errors: Invalid,
}

impl Sent<'_> {
    pub fn text(&mut self, field: &str, take: impl FnOnce(Option<String>)) {
        match self.sent.get(field) {
            None => {}
            Some(Value::Null) => take(None),
            Some(Value::String(text)) => take(Some(text.trim().to_owned())),
            Some(_) => self.errors.add(field, "This must be a text."),
        }
    }

    /// A word that is shown masked: sent so, it stays what it is. Spaces around it may be part of it only within.
    pub fn word(&mut self, field: &str, masked: fn(&str) -> String, word: &mut String) {
        let known = std::mem::take(word);
        *word = known.clone();
        self.text(field, |sent| {
            let sent = sent.unwrap_or_default();
            *word = if !known.is_empty() && sent == masked(&known) {
                known
            } else {
                sent
            };
        });
    }

    pub fn flag(&mut self, field: &str, take: impl FnOnce(Option<bool>)) {
        match self.sent.get(field) {
            None => {}
            Some(Value::Null) => take(None),
            Some(Value::Bool(flag)) => take(Some(*flag)),
            Some(_) => self.errors.add(field, "This must be true or false."),
        }
    }

    pub fn number(&mut self, field: &str, take: impl FnOnce(Option<i64>)) {
        match self.sent.get(field) {
            None => {}
            Some(Value::Null) => take(None),
            Some(value) => match value.as_i64() {
                Some(number) => take(Some(number)),
                None => self.errors.add(field, "This must be a whole number."),
            },
        }
    }

    pub fn kind(&mut self, kind: &mut Kind) {
        match self.sent.get("type") {
            None | Some(Value::Null) => {}
            Some(Value::String(text)) => match Kind::parse(text) {
                Ok(parsed) => *kind = parsed,
                Err(message) => self.errors.add("type", message),
            },
            Some(_) => self.errors.add("type", "This must be a text."),
        }
    }

    /// Which of the playlist's places counts: the one that was sent. A file stays until another place is given, or null.
    pub fn source(&mut self, known: Source, file: Option<Uploaded>) -> Source {
        let text = |field: &str| self.sent.get(field).and_then(Value::as_str).map(str::trim);
        let given = |field: &str| text(field).filter(|text| !text.is_empty());
        let is_null = |field: &str| self.sent.get(field).is_some_and(Value::is_null);
        match (file, given("m3u_url"), given(import::FIELD)) {
            (Some(file), None, None) => Source::Upload(file),
            (None, Some(_), None) => Source::Address,
            (None, None, Some(path)) => Source::Path(path.to_owned()),
            (None, None, None) => match known {
                Source::Upload(_) if is_null(uploads::FIELD) => Source::Address,
                Source::Path(_) if is_null(import::FIELD) => Source::Address,
                known => known,
            },
            (file, _, _) => {
                let field = if file.is_some() {
                    uploads::FIELD
                } else {
                    import::FIELD
                };
                self.errors.add(field, "Give an address or a file, not both.");
                known
            }
        }
    }

    pub fn list(&mut self, field: &str, known: &[String]) -> Vec<String> {
        match self.sent.get(field) {
            None => known.to_vec(),
            Some(Value::Null) => Vec::new(),
            Some(Value::Array(items)) if items.iter().all(Value::is_string) => items
                .iter()
                .filter_map(Value::as_str)
                .map(str::trim)
                .filter(|text| !text.is_empty())
                .enumerate()
                .map(|(at, text)| unmasked(text.to_owned(), known, at))
                .collect(),
            Some(_) => {
                self.errors.add(field, "This must be a list of texts.");
                known.to_vec()
            }
        }
    }

    /// Texts in their order, each once.
    pub fn texts(&mut self, field: &str, texts: &mut Vec<String>) {
        match self.sent.get(field) {
            None => {}
            Some(Value::Null) => texts.clear(),
            Some(Value::Array(items)) if items.iter().all(Value::is_string) => {
                texts.clear();
                for text in items.iter().filter_map(Value::as_str).map(str::trim) {
                    if !text.is_empty() && !texts.iter().any(|other| other == text) {
                        texts.push(text.to_owned());
                    }
                }
            }
            Some(_) => self.errors.add(field, "This must be a list of texts."),
        }
    }

    pub fn rename_rules(&mut self, field: &str, rules: &mut Vec<Rule>) {
        match self.sent.get(field) {
            None => {}
            Some(Value::Null) => rules.clear(),
            Some(Value::Array(items)) => {
                rules.clear();
                for (at, item) in items.iter().enumerate() {
                    match serde_json::from_value::<Rule>(item.clone()) {
                        Ok(rule) => rules.push(rule.tidied()),
                        Err(_) => self.errors.add(
                            field,
                            format!(
                                "Rule {}: this must be an object with pattern, replacement and kinds, of live, films and series.",
                                at + 1
                            ),
                        ),
                    }
                }
            }
            Some(_) => self.errors.add(field, "This must be a list of rules."),
        }
    }

    pub fn headers(&mut self, field: &str, known: BTreeMap<String, String>) -> BTreeMap<String, String> {
        match self.sent.get(field) {
            None => known,
            Some(Value::Null) => BTreeMap::new(),
            Some(Value::Object(items)) if items.values().all(Value::is_string) => items
                .iter()
                .map(|(name, value)| {
                    let value = value.as_str().unwrap_or_default().trim();
                    let stored = known
                        .get(name)
                        .filter(|stored| mask::header(name, stored) == value);
                    (
                        name.trim().to_owned(),
                        stored.map_or(value, String::as_str).to_owned(),
                    )
                })
                .collect(),
            Some(_) => {
                self.errors.add(field, "This must be an object of texts.");
                known
            }
        }
    }
}

/// The stored address that a masked text stands for, first the one at the same place; else the text itself.
pub(super) fn unmasked(text: String, known: &[String], at: usize) -> String {
    let same_place = known.get(at).into_iter();
    let meant = same_place.chain(known).find(|stored| mask::url(stored) == text);
    meant.cloned().unwrap_or(text)
}
