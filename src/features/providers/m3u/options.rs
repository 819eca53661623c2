//! Request headers and player properties that stand on lines of their own or behind the URL.

use super::entry::Header;

/// An entry keeps at most so many of them, so that lines without end cost nothing.
const MOST: usize = 64;
const LONGEST: usize = 8 * 1024;

/// Headers that belong to the connection, not to the playlist's author.
const OURS: [&str; 9] = [
    "host",
    "connection",
    "content-length",
    "transfer-encoding",
    "te",
    "trailer",
    "upgrade",
    "range",
    "accept-encoding",
];

#[derive(Debug, Default)]
pub(super) struct Options {
    pub headers: Vec<Header>,
    pub properties: Vec<(String, String)>,
}

impl Options {
    pub(super) fn clear(&mut self) {
        self.headers.clear();
        self.properties.clear();
    }

    /// Reads a line that begins with `#`; others are ignored.
    pub(super) fn directive(&mut self, line: &str) {
        if let Some(option) = tag(line, "#EXTVLCOPT") {
            let option = option.trim_start_matches([':', '-', ' ']);
            if let Some((key, value)) = option.split_once('=') {
                self.pair(key.trim(), unquoted(value));
            }
        } else if let Some((key, value)) = tag(line, "#KODIPROP").and_then(|rest| rest.split_once('=')) {
            let key = key.trim_start_matches(':').trim();
            if key.to_ascii_lowercase().ends_with("_headers") {
                self.pipe(value.trim());
            }
            self.property(key, unquoted(value));
        } else if let Some(json) = tag(line, "#EXTHTTP") {
            let object = serde_json::from_str::<serde_json::Map<String, serde_json::Value>>(
                json.trim_start_matches(':'),
            );
            for (name, value) in object.unwrap_or_default() {
                self.header(&name, value.as_str().unwrap_or_default());
            }
        }
    }

    /// A header under one of the names that attributes and VLC's options use for it, else a property.
    pub(super) fn pair(&mut self, key: &str, value: &str) {
        match header_of_option(key) {
            Some(name) => self.header(name, value),
            None => self.property(key, value),
        }
    }

    /// Reads `name=value&name2=value2`; a `&` inside a value is told from one between two headers by what follows.
    pub(super) fn pipe(&mut self, text: &str) {
        let mut pairs: Vec<(&str, String)> = Vec::new();
        for piece in text.split('&').take(MOST) {
            match (piece.split_once('='), pairs.last_mut()) {
                (Some((name, value)), None) => pairs.push((name, value.to_owned())),
                (Some((name, value)), Some(_)) if is_header_name(name) => {
                    pairs.push((name, value.to_owned()))
                }
                (_, Some((_, value))) => {
                    value.push('&');
                    value.push_str(piece);
                }
                (None, None) => {}
            }
        }
        for (name, value) in pairs {
            let name = name.trim().trim_start_matches('!');
            let value = percent_encoding::percent_decode_str(&value).decode_utf8_lossy();
            self.header(header_of_option(name).unwrap_or(name), unquoted(&value));
        }
    }

    pub(super) fn header(&mut self, name: &str, value: &str) {
        let is_token = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
        let value: String = value.chars().filter(|c| !c.is_control()).collect();
        let refused = name.is_empty()
            || name.len() > 128
            || !name.bytes().all(is_token)
            || value.is_empty()
            || value.len() > LONGEST
            || OURS.iter().any(|ours| name.eq_ignore_ascii_case(ours));
        if refused {
            return;
        }
        if let Some(header) = self
            .headers
            .iter_mut()
            .find(|header| header.name.eq_ignore_ascii_case(name))
        {
            header.value = value;
        } else if self.headers.len() < MOST {
            self.headers.push(Header {
                name: name.to_owned(),
                value,
            });
        }
    }

    fn property(&mut self, key: &str, value: &str) {
        if !key.is_empty() && key.len() + value.len() <= LONGEST && self.properties.len() < MOST {
            self.properties.push((key.to_owned(), value.to_owned()));
        }
    }
}

/// The header behind an attribute or option such as `http-referrer`.
pub(super) fn header_of_option(key: &str) -> Option<&'static str> {
    const NAMES: [(&str, &str); 11] = [
        ("http-user-agent", "User-Agent"),
        ("user-agent", "User-Agent"),
        ("http-referrer", "Referer"),
        ("http-referer", "Referer"),
        ("referrer", "Referer"),
        ("referer", "Referer"),
        ("http-origin", "Origin"),
        ("origin", "Origin"),
        ("http-cookie", "Cookie"),
        ("cookie", "Cookie"),
        ("authorization", "Authorization"),
    ];
    NAMES
        .iter()
        .find(|(option, _)| key.eq_ignore_ascii_case(option))
        .map(|(_, header)| *header)
}

/// What follows a tag, the tag's case aside.
pub(super) fn tag<'a>(line: &'a str, name: &str) -> Option<&'a str> {
    let head = line.get(..name.len())?;
    head.eq_ignore_ascii_case(name).then(|| &line[name.len()..])
}

/// Whether a word before `=` is meant as a header rather than as a parameter of the URL in the value before it.
pub(super) fn is_header_name(name: &str) -> bool {
    let plain = name.trim_start_matches('!');
    !plain.is_empty()
        && plain
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
        && (name.starts_with('!')
            || plain.contains('-')
            || plain.as_bytes()[0].is_ascii_uppercase()
            || header_of_option(plain).is_some())
}

fn unquoted(value: &str) -> &str {
    let value = value.trim();
    let inner = value.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    inner.unwrap_or(value).trim()
}
