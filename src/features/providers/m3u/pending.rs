//! The entry whose `#EXTINF` has been read and whose URL has not.

use std::borrow::Cow;

use super::entry::Entry;
use super::extinf::{self, Attribute, Extinf};
use super::options::{Options, header_of_option};
use crate::support::clean::{clean, decode_entities};

/// What is known of the present entry; its buffers are used again for the next.
#[derive(Debug, Default)]
pub(super) struct Pending {
    pub line: u64,
    text: String,
    attributes: Vec<Attribute>,
    extinf: Extinf,
}

impl Pending {
    /// Starts an entry with what follows `#EXTINF`.
    pub(super) fn start(&mut self, line: u64, text: &str) {
        self.line = line;
        self.text.clear();
        self.text.push_str(text.trim_start_matches([':', ' ']));
        self.attributes.clear();
        self.extinf = extinf::parse(&self.text, &mut self.attributes);
    }

    /// The name as the line gives it, cleaned; empty if it gives none.
    pub(super) fn name(&self, max_chars: usize) -> Cow<'_, str> {
        let name = self.text[self.extinf.name.clone()].trim_matches([',', ' ', '\t']);
        let inner = name
            .strip_prefix('"')
            .and_then(|rest| rest.strip_suffix('"'))
            .filter(|rest| !rest.contains('"'));
        text(inner.unwrap_or(name), max_chars)
    }

    pub(super) fn has_group(&self) -> bool {
        self.attribute(&["group-title"]).is_some()
    }

    /// Adds the headers that stand in attributes, where no line of their own gave them.
    pub(super) fn add_headers(&self, options: &mut Options) {
        for attribute in &self.attributes {
            let key = &self.text[attribute.key.clone()];
            if let Some(name) = header_of_option(key)
                && !options.headers.iter().any(|header| header.name == name)
            {
                options.header(name, &self.text[attribute.value.clone()]);
            }
        }
    }

    /// The entry with its URL; `group` is what `#EXTGRP` began, if the entry names none.
    pub(super) fn entry<'a>(
        &'a self,
        url: Cow<'a, str>,
        group: Option<&'a str>,
        options: &'a Options,
        max_chars: usize,
    ) -> Entry<'a> {
        let get = |keys: &[&str]| {
            self.attribute(keys)
                .map(|value| text(value, max_chars))
                .filter(|value| !value.is_empty())
        };
        let tvg_name = get(&["tvg-name"]);
        let name = Some(self.name(max_chars)).filter(|name| !name.is_empty());
        Entry {
            line: self.line,
            name: name
                .or_else(|| tvg_name.clone())
                .unwrap_or(Cow::Borrowed("Unnamed")),
            tvg_id: get(&["tvg-id", "channel-id"]),
            tvg_name,
            tvg_logo: self.attribute(&["tvg-logo", "logo"]).map(Cow::Borrowed),
            tvg_country: get(&["tvg-country", "country"]),
            tvg_language: get(&["tvg-language", "language", "lang"]),
            group: get(&["group-title"]).or_else(|| group.map(|group| text(group, max_chars))),
            chno: self
                .attribute(&["tvg-chno", "ch-number", "channel-number"])
                .and_then(number),
            duration_s: self.extinf.duration_s,
            url,
            text: &self.text,
            attributes: &self.attributes,
            options,
        }
    }

    fn attribute(&self, keys: &[&str]) -> Option<&str> {
        keys.iter().find_map(|key| {
            self.attributes
                .iter()
                .filter(|attribute| self.text[attribute.key.clone()].eq_ignore_ascii_case(key))
                .map(|attribute| &self.text[attribute.value.clone()])
                .find(|value| !value.is_empty())
        })
    }
}

fn text(raw: &str, max_chars: usize) -> Cow<'_, str> {
    match decode_entities(raw) {
        Cow::Borrowed(raw) => clean(raw, max_chars),
        Cow::Owned(decoded) => Cow::Owned(clean(&decoded, max_chars).into_owned()),
    }
}

/// A channel number, `7` or `7.1`; 0 and negative ones are none.
fn number(text: &str) -> Option<(u32, Option<u32>)> {
    let (major, minor) = match text.split_once(['.', '-']) {
        Some((major, minor)) => (major, Some(minor.parse().ok()?)),
        None => (text, None),
    };
    let major = major.parse().ok()?;
    (major > 0).then_some((major, minor))
}
