//! The attributes and the name of an `#EXTINF` line, however they are quoted.

use std::ops::Range;

use memchr::memchr;

/// Where an attribute's key and value lie in the line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Attribute {
    pub key: Range<usize>,
    pub value: Range<usize>,
}

/// What a line says besides its attributes.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Extinf {
    /// Whole seconds; None for -1, 0 and what is no number.
    pub duration_s: Option<u32>,
    pub name: Range<usize>,
}

/// Reads what follows `#EXTINF:` (or `#EXTM3U`); attributes are added to the given list.
pub(super) fn parse(text: &str, attributes: &mut Vec<Attribute>) -> Extinf {
    let bytes = text.as_bytes();
    let mut found = Extinf::default();
    let mut leftover = None;
    let mut numbered = false;
    let mut at = 0;
    while at < bytes.len() {
        match bytes[at] {
            byte if byte.is_ascii_whitespace() => at += 1,
            b',' => match name_after(text, at + 1) {
                Some(name) => {
                    if name.end < text.len() {
                        parse_tail(text, name.end, attributes);
                    }
                    found.name = name;
                    return found;
                }
                None => at += 1,
            },
            b'-' | b'+' | b'.' | b'0'..=b'9' if !numbered => {
                let end = number_end(bytes, at);
                found.duration_s = seconds(&text[at..end]);
                numbered = true;
                at = end.max(at + 1);
            }
            _ => match attribute_at(text, at) {
                Some((attribute, end)) => {
                    attributes.push(attribute);
                    at = end;
                }
                None => {
                    leftover.get_or_insert(at);
                    at = skip_word(text, at);
                }
            },
        }
    }
    let start = leftover.unwrap_or(text.len());
    found.name = start..text.len();
    found
}

/// The name that begins at `start`, if the comma before it ends the attributes. It does not where an attribute and
/// another comma follow: then it stood in a value.
fn name_after(text: &str, start: usize) -> Option<Range<usize>> {
    match known_attribute(text, start) {
        None => Some(start..text.len()),
        Some(attribute) if memchr(b',', &text.as_bytes()[attribute..]).is_some() => None,
        Some(attribute) => Some(start..attribute),
    }
}

fn parse_tail(text: &str, start: usize, attributes: &mut Vec<Attribute>) {
    let mut at = start;
    while at < text.len() {
        match attribute_at(text, at) {
            Some((attribute, end)) => {
                attributes.push(attribute);
                at = end;
            }
            None => at = skip_word(text, at),
        }
    }
}

fn attribute_at(text: &str, at: usize) -> Option<(Attribute, usize)> {
    let (key, mut value) = key_at(text, at)?;
    let spaces = text[value..].len() - text[value..].trim_ascii_start().len();
    let quoted = text[value + spaces..].starts_with(['"', '\'', '“', '”', '„', '«']);
    if quoted {
        value += spaces;
    }
    let quote = text[value..].chars().next().filter(|_| quoted);
    let (range, end) = match quote {
        Some(quote) => quoted_value(text, value + quote.len_utf8(), quote),
        None => {
            let end = unquoted_end(text, value);
            (value..end, end)
        }
    };
    Some((
        Attribute {
            key,
            value: trimmed(text, range),
        },
        end,
    ))
}

/// A key and where its value begins, if `at` is the start of `key=`.
fn key_at(text: &str, at: usize) -> Option<(Range<usize>, usize)> {
    let bytes = text.as_bytes();
    if !bytes.get(at)?.is_ascii_alphabetic() {
        return None;
    }
    let is_key = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    let end = at + bytes[at..].iter().take_while(|byte| is_key(byte)).count();
    let equals = end + bytes[end..].iter().take_while(|byte| **byte == b' ').count();
    (bytes.get(equals) == Some(&b'=')).then_some((at..end, equals + 1))
}

/// A value from behind its opening quote, and where reading goes on.
fn quoted_value(text: &str, start: usize, quote: char) -> (Range<usize>, usize) {
    let mut first = None;
    let mut from = start;
    while let Some((at, after)) = next_quote(text, from, quote) {
        if let Some(key) = opens_another(text, start, at) {
            let end = first.map_or(key, |(at, _)| at);
            return (start..end, first.map_or(key, |(_, after)| after));
        }
        if closes(text, at, after) {
            return (start..at, after);
        }
        first.get_or_insert((at, after));
        from = after;
    }
    match first {
        Some((at, after)) => (start..at, after),
        None => {
            let end = unterminated_end(text, start);
            (start..end, end)
        }
    }
}

fn next_quote(text: &str, from: usize, quote: char) -> Option<(usize, usize)> {
    let rest = &text[from..];
    let at = match quote {
        '"' => memchr(b'"', rest.as_bytes()),
        '\'' => memchr(b'\'', rest.as_bytes()),
        _ => rest.find(['"', '“', '”', '»']),
    }?;
    let width = rest[at..].chars().next().map_or(1, char::len_utf8);
    Some((from + at, from + at + width))
}

/// Whether the quote at `at` is what another attribute's value begins with, so that ours was never closed. Gives where
/// that attribute begins.
fn opens_another(text: &str, start: usize, at: usize) -> Option<usize> {
    let before = text[start..at].strip_suffix('=')?;
    let key = before
        .rfind(|c: char| c.is_whitespace() || c == '"')
        .map(|space| start + space + 1)?;
    (is_known(&text[key..start + before.len()])).then_some(key)
}

/// Whether a quote ends its value: only what may follow a value follows.
fn closes(text: &str, at: usize, after: usize) -> bool {
    let rest = &text[after..];
    if rest.is_empty() {
        return true;
    }
    if text[..at].ends_with('\\') {
        return false;
    }
    if rest.starts_with(',') {
        return comma_follows_value(text, after + 1);
    }
    let next = rest.trim_ascii_start();
    if next.len() == rest.len() {
        return key_at(text, after).is_some();
    }
    next.is_empty()
        || next.starts_with(',')
        || key_at(text, text.len() - next.len()).is_some()
        || is_duration(next)
}

fn comma_follows_value(text: &str, after: usize) -> bool {
    match known_attribute(text, after) {
        None => true,
        Some(attribute) => {
            text[after..attribute].trim().is_empty() || memchr(b',', &text.as_bytes()[attribute..]).is_none()
        }
    }
}

fn is_duration(text: &str) -> bool {
    let end = number_end(text.as_bytes(), 0);
    end > 0 && text[end..].trim_ascii_start().starts_with(',')
}

fn unterminated_end(text: &str, start: usize) -> usize {
    let comma = memchr(b',', &text.as_bytes()[start..]).map_or(text.len(), |at| start + at);
    known_attribute(text, start).map_or(comma, |attribute| attribute.min(comma))
}

/// The end of a value without quotes: a space, or a comma unless it stands inside the value.
fn unquoted_end(text: &str, start: usize) -> usize {
    let bytes = text.as_bytes();
    let mut at = start;
    while at < bytes.len() {
        if bytes[at].is_ascii_whitespace() || (bytes[at] == b',' && comma_follows_value(text, at + 1)) {
            return at;
        }
        at += 1;
    }
    at
}

/// Where the first attribute with a known name begins, behind `from`.
fn known_attribute(text: &str, from: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut search = from;
    while let Some(found) = memchr(b'=', &bytes[search..]) {
        let equals = search + found;
        let end = from + text[from..equals].trim_ascii_end().len();
        let is_key = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
        let length = bytes[from..end]
            .iter()
            .rev()
            .take_while(|byte| is_key(byte))
            .count();
        if is_known(&text[end - length..end]) {
            return Some(end - length);
        }
        search = equals + 1;
    }
    None
}

fn is_known(key: &str) -> bool {
    const PREFIXES: [&str; 4] = ["tvg-", "catchup", "http-", "provider-"];
    const WORDS: [&str; 10] = [
        "group-title",
        "ch-number",
        "channel-id",
        "channel-number",
        "user-agent",
        "url-tvg",
        "x-tvg-url",
        "timeshift",
        "parent-code",
        "audio-track",
    ];
    PREFIXES.iter().any(|prefix| {
        key.get(..prefix.len())
            .is_some_and(|head| head.eq_ignore_ascii_case(prefix))
    }) || WORDS.iter().any(|word| key.eq_ignore_ascii_case(word))
}

fn skip_word(text: &str, at: usize) -> usize {
    let rest = &text.as_bytes()[at..];
    let word = rest
        .iter()
        .take_while(|byte| !byte.is_ascii_whitespace() && **byte != b',')
        .count();
    at + word.max(1)
}

fn number_end(bytes: &[u8], at: usize) -> usize {
    let sign = usize::from(matches!(bytes.get(at), Some(b'-' | b'+')));
    at + sign
        + bytes[at + sign..]
            .iter()
            .take_while(|byte| byte.is_ascii_digit() || **byte == b'.')
            .count()
}

fn seconds(text: &str) -> Option<u32> {
    let whole = text.split('.').next().unwrap_or("").trim_start_matches('+');
    whole.parse().ok().filter(|seconds| *seconds > 0)
}

fn trimmed(text: &str, range: Range<usize>) -> Range<usize> {
    let is_edge = |c: char| c.is_whitespace() || matches!(c, '"' | '“' | '”' | '„' | '»' | '«');
    let value = &text[range.clone()];
    let inner = value.trim_start_matches(is_edge);
    let start = range.start + value.len() - inner.len();
    start..start + inner.trim_end_matches(is_edge).len()
}
