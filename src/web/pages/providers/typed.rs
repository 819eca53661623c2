//! Texts of a form as JSON would hold them.

use serde_json::{Value, json};

/// The lines of a field, without the empty ones.
pub(super) fn lines(text: &str) -> impl Iterator<Item = &str> {
    text.lines().map(str::trim).filter(|line| !line.is_empty())
}

/// A number as JSON; a text that is none stays a text, which is refused with the field's own message.
pub(super) fn number(text: &str) -> Value {
    match text.trim() {
        "" => Value::Null,
        text => text
            .parse::<i64>()
            .map_or_else(|_| json!(text), |number| json!(number)),
    }
}

/// The two sides of a header's colon.
pub(super) fn split(line: &str) -> (&str, &str) {
    let (name, value) = line.split_once(':').unwrap_or((line, ""));
    (name.trim(), value.trim())
}

/// A header as JSON.
pub(super) fn header(line: &str) -> (String, Value) {
    let (name, value) = split(line);
    (name.to_owned(), json!(value))
}
