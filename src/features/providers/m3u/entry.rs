//! One entry of a playlist, borrowed from the reader's buffers.

use std::borrow::Cow;

use super::extinf::Attribute;
use super::options::Options;

/// A request header that the playlist asks players to send.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    /// In the spelling of the HTTP standard for the usual ones: `User-Agent`, `Referer`.
    pub name: String,
    pub value: String,
}

/// An accepted entry. Texts are cleaned: no control or direction characters, single spaces, bounded length.
#[derive(Debug, Clone)]
pub struct Entry<'a> {
    /// The line of the `#EXTINF`, counted from 1.
    pub line: u64,
    /// Never empty: `tvg-name` or `Unnamed` stands in.
    pub name: Cow<'a, str>,
    pub tvg_id: Option<Cow<'a, str>>,
    pub tvg_name: Option<Cow<'a, str>>,
    pub tvg_logo: Option<Cow<'a, str>>,
    pub tvg_country: Option<Cow<'a, str>>,
    pub tvg_language: Option<Cow<'a, str>>,
    /// As written, groups separated by `;`.
    pub group: Option<Cow<'a, str>>,
    /// Major and minor channel number; never 0.
    pub chno: Option<(u32, Option<u32>)>,
    /// Whole seconds, for films.
    pub duration_s: Option<u32>,
    /// Absolute, without `|Header=…`, otherwise as written.
    pub url: Cow<'a, str>,
    pub(super) text: &'a str,
    pub(super) attributes: &'a [Attribute],
    pub(super) options: &'a Options,
}

impl<'a> Entry<'a> {
    /// The first of the entry's groups.
    pub fn first_group(&self) -> Option<&str> {
        self.group
            .as_deref()?
            .split(';')
            .map(str::trim)
            .find(|group| !group.is_empty())
    }

    /// Headers to send, from attributes, `#EXTVLCOPT`, `#KODIPROP` and the URL's own, the later winning.
    pub fn headers(&self) -> &'a [Header] {
        &self.options.headers
    }

    /// The value of one header, name case-blind.
    pub fn header(&self, name: &str) -> Option<&'a str> {
        self.options
            .headers
            .iter()
            .find(|header| header.name.eq_ignore_ascii_case(name))
            .map(|header| header.value.as_str())
    }

    /// `#KODIPROP` and `#EXTVLCOPT` pairs that are no headers.
    pub fn properties(&self) -> &'a [(String, String)] {
        &self.options.properties
    }

    /// All attributes as written, in order, doubles included.
    pub fn attributes(&self) -> impl Iterator<Item = (&'a str, &'a str)> + use<'a> {
        let text = self.text;
        self.attributes
            .iter()
            .map(move |attribute| (&text[attribute.key.clone()], &text[attribute.value.clone()]))
    }

    /// The first value of an attribute that is not empty, key case-blind.
    pub fn attribute(&self, key: &str) -> Option<&'a str> {
        self.attributes()
            .find(|(known, value)| known.eq_ignore_ascii_case(key) && !value.is_empty())
            .map(|(_, value)| value)
    }
}
