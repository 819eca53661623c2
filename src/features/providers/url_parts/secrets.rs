//! Which parts of a URL are secrets of the provider.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use super::{Slot, UrlParts};

/// Query keys whose value is a token; user and password keys aside.
const TOKEN_KEYS: [&str; 19] = [
    "token",
    "access_token",
    "auth",
    "sig",
    "sign",
    "signature",
    "hash",
    "md5",
    "hmac",
    "st",
    "e",
    "exp",
    "expires",
    "hdnts",
    "hdnea",
    "wmsauthsign",
    "session",
    "sid",
    "jwt",
];

/// A password of fewer bytes may be a word of any name.
const SHORTEST_MASKED: usize = 6;

/// Query keys that name the stream, whatever their value.
const NAMING_KEYS: [&str; 5] = ["id", "cid", "channel", "stream", "file"];

/// A place in a URL's path or query.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// A path segment, counted from 0.
    Segment(usize),
    /// The value of a query parameter.
    Query(String),
}

/// A part of one host's URLs that turned out to be a token because it changed while all else stayed.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Learned {
    /// Host and port as in the URLs.
    pub host: String,
    pub part: Part,
}

/// What is known of a provider when its URLs are taken apart.
#[derive(Clone, Default)]
pub struct ProviderSecrets {
    credentials: Vec<(Slot, String)>,
    learned: Vec<Learned>,
}

impl ProviderSecrets {
    /// An account's user name and password, plain and percent-encoded.
    pub fn account(user: &str, password: &str) -> Self {
        let mut secrets = Self::default();
        secrets.add(Slot::User, user);
        secrets.add(Slot::Password, password);
        secrets
    }

    /// The credentials that a playlist's own URL carries: user info, Xtream path, `username`, `password`, tokens.
    pub fn of_playlist(url: &str) -> Self {
        let mut secrets = Self::default();
        secrets.add_playlist(url);
        secrets
    }

    /// Adds the credentials that a playlist's own URL carries.
    pub fn add_playlist(&mut self, url: &str) {
        let found: Vec<(Slot, String)> = UrlParts::split(url, &Self::default())
            .values()
            .filter(|(slot, _)| slot.is_secret())
            .map(|(slot, value)| (slot, value.to_owned()))
            .collect();
        for (slot, value) in found {
            self.add(slot, &value);
        }
    }

    /// Adds one credential; an empty one is none.
    pub fn add(&mut self, slot: Slot, value: &str) {
        let decoded = percent_encoding::percent_decode_str(value).decode_utf8_lossy();
        let encoded = percent_encoding::utf8_percent_encode(&decoded, percent_encoding::NON_ALPHANUMERIC);
        for form in [
            value.to_owned(),
            decoded.clone().into_owned(),
            encoded.to_string(),
        ] {
            if !form.is_empty() && !self.credentials.iter().any(|(_, known)| *known == form) {
                self.credentials.push((slot, form));
            }
        }
    }

    /// Adds a part that proved to be a token.
    pub fn learn(&mut self, learned: Learned) {
        if !self.learned.contains(&learned) {
            self.learned.push(learned);
        }
    }

    /// `text` with every password and token of the provider in it masked. User names and short words stay: they are too
    /// often words of their own.
    pub fn masked<'t>(&self, text: &'t str) -> Cow<'t, str> {
        let mut masked = Cow::Borrowed(text);
        for (slot, value) in &self.credentials {
            if *slot != Slot::User && value.len() >= SHORTEST_MASKED && masked.contains(value.as_str()) {
                masked = Cow::Owned(masked.replace(value.as_str(), "***"));
            }
        }
        masked
    }

    pub(super) fn slot_of(&self, text: &str) -> Option<Slot> {
        self.credentials
            .iter()
            .find(|(_, value)| value == text)
            .map(|(slot, _)| *slot)
    }

    pub(super) fn learned_segment(&self, host: &str, index: usize) -> Option<Slot> {
        self.learned
            .iter()
            .any(|learned| learned.host == host && learned.part == Part::Segment(index))
            .then_some(Slot::Token)
    }

    pub(super) fn learned_query(&self, host: &str, key: &str) -> Option<Slot> {
        self.learned
            .iter()
            .any(|learned| {
                learned.host == host && matches!(&learned.part, Part::Query(known) if known == key)
            })
            .then_some(Slot::Token)
    }
}

impl std::fmt::Debug for ProviderSecrets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ProviderSecrets")
            .field("credentials", &self.credentials.len())
            .field("learned", &self.learned)
            .finish()
    }
}

pub(super) fn key_slot(key: &str) -> Option<Slot> {
    let is = |word: &&str| key.eq_ignore_ascii_case(word);
    if ["user", "username"].iter().any(is) {
        Some(Slot::User)
    } else if ["pass", "password"].iter().any(is) {
        Some(Slot::Password)
    } else {
        TOKEN_KEYS.iter().any(is).then_some(Slot::Token)
    }
}

pub(super) fn never_a_token(key: &str) -> bool {
    NAMING_KEYS.iter().any(|word| key.eq_ignore_ascii_case(word))
}

pub(super) fn lone_difference(one: &UrlParts<'_>, other: &UrlParts<'_>) -> Option<Part> {
    let mut found = None;
    let segments = |parts: &UrlParts<'_>| -> Vec<Option<String>> {
        let ranges = parts.layout.segments(parts.url);
        ranges
            .map(|range| (!parts.is_slot(&range)).then(|| parts.url[range].to_owned()))
            .collect()
    };
    let (left, right) = (segments(one), segments(other));
    if left.len() != right.len() {
        return None;
    }
    for (index, pair) in left.iter().zip(&right).enumerate() {
        if pair.0 != pair.1 && found.replace(Part::Segment(index)).is_some() {
            return None;
        }
    }
    let parameters = |parts: &UrlParts<'_>| -> Vec<(String, String)> {
        let ranges = parts
            .layout
            .parameters(parts.url)
            .filter(|range| !parts.is_slot(range));
        let mut pairs: Vec<(String, String)> = ranges
            .map(|range| parts.url[range].split_once('=').unwrap_or((&parts.url[..0], "")))
            .map(|(key, value)| (key.to_owned(), value.to_owned()))
            .collect();
        pairs.sort();
        pairs
    };
    let (left, right) = (parameters(one), parameters(other));
    if left.len() != right.len() {
        return None;
    }
    for (ours, theirs) in left.into_iter().zip(right) {
        if ours.0 != theirs.0 {
            return None;
        }
        if ours.1 != theirs.1 && found.replace(Part::Query(ours.0)).is_some() {
            return None;
        }
    }
    found.filter(|part| !matches!(part, Part::Query(key) if never_a_token(key)))
}
