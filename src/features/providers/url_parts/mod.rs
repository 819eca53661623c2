//! A stream's URL in parts: what names the stream, and what only says who asks.
//!
//! Words: a *slot* is a place in a URL whose value belongs to the provider or to one request (scheme, host, user,
//! password, token). A *template* is the URL with a placeholder in each slot. The *identity* is path and query
//! without any slot: it outlives a change of host, account and token.

mod format;
mod layout;
mod secrets;
mod template;
mod xtream;

pub use format::Format;
pub use secrets::{Learned, Part, ProviderSecrets};
pub use template::{JoinError, join, placeholders};

use std::hash::Hasher;
use std::ops::Range;

use layout::Layout;

/// What a slot holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Slot {
    Scheme,
    Host,
    User,
    Password,
    Token,
}

impl Slot {
    /// The placeholder's word in a template.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Scheme => "scheme",
            Self::Host => "host",
            Self::User => "user",
            Self::Password => "pass",
            Self::Token => "token",
        }
    }

    /// Whether the value must never be shown or take part in an identity.
    pub fn is_secret(self) -> bool {
        matches!(self, Self::User | Self::Password | Self::Token)
    }
}

#[derive(Debug, Clone)]
struct Span {
    slot: Slot,
    range: Range<usize>,
    /// Where the whole part begins and ends that disappears from the identity: a query parameter with its key.
    part: Range<usize>,
}

/// A URL taken apart. It borrows the URL; [`UrlParts::template`] and [`UrlParts::values`] are what is stored.
#[derive(Clone)]
pub struct UrlParts<'a> {
    url: &'a str,
    layout: Layout,
    spans: Vec<Span>,
}

impl<'a> UrlParts<'a> {
    /// Finds the slots of any text; what is no URL is one literal.
    pub fn split(url: &'a str, secrets: &ProviderSecrets) -> Self {
        let layout = Layout::of(url);
        let mut spans = Vec::with_capacity(6);
        authority_spans(url, &layout, &mut spans);
        path_spans(url, &layout, secrets, &mut spans);
        query_spans(url, &layout, secrets, &mut spans);
        if layout.fragment.len() > 1 {
            let range = layout.fragment.start + 1..layout.fragment.end;
            spans.push(Span {
                slot: Slot::Token,
                part: layout.fragment.clone(),
                range,
            });
        }
        Self { url, layout, spans }
    }

    /// The URL with `{scheme}`, `{host}`, `{user}`, `{pass}` and `{token}` in its slots; a literal `{` is doubled.
    pub fn template(&self) -> String {
        template::build(
            self.url,
            self.spans.iter().map(|span| (span.slot, span.range.clone())),
        )
    }

    /// The slots' values in the order of the template's placeholders, as [`join`] takes them.
    pub fn values(&self) -> impl Iterator<Item = (Slot, &'a str)> + '_ {
        self.spans
            .iter()
            .map(|span| (span.slot, &self.url[span.range.clone()]))
    }

    /// Host and port as written, empty if there is none.
    pub fn host(&self) -> &'a str {
        &self.url[self.layout.host.clone()]
    }

    /// Path and query without host, credentials and tokens, parameters in a fixed order. A multicast address is its
    /// own identity, since such URLs have no path.
    pub fn identity(&self) -> String {
        let mut key = String::with_capacity(self.url.len());
        if matches!(self.format(), Format::Udp | Format::Rtp | Format::Igmp) {
            key.push_str(self.host());
        }
        self.push_path(&mut key, "*");
        let mut parameters: Vec<&str> = self
            .layout
            .parameters(self.url)
            .filter(|range| !range.is_empty() && !self.spans.iter().any(|span| span.part == *range))
            .map(|range| &self.url[range])
            .collect();
        parameters.sort_unstable();
        for (index, parameter) in parameters.iter().enumerate() {
            key.push(if index == 0 { '?' } else { '&' });
            key.push_str(parameter);
        }
        key
    }

    /// The URL for pages, logs and errors: user info, credentials in the path, each query value and the fragment as
    /// `***`.
    pub fn masked(&self) -> String {
        let mut text = String::with_capacity(self.url.len());
        text.push_str(&self.url[..self.layout.authority.start]);
        if self.layout.host.start > self.layout.authority.start + 1 {
            text.push_str("***@");
        } else {
            text.push_str(&self.url[self.layout.authority.start..self.layout.host.start]);
        }
        text.push_str(self.host());
        self.push_path(&mut text, "***");
        for (index, range) in self.layout.parameters(self.url).enumerate() {
            text.push(if index == 0 { '?' } else { '&' });
            let parameter = &self.url[range];
            match parameter.split_once('=') {
                Some((key, "")) => text.extend([key, "="]),
                Some((key, _)) => text.extend([key, "=***"]),
                None if parameter.is_empty() => {}
                None => text.push_str("***"),
            }
        }
        if self.layout.fragment.len() > 1 {
            text.push_str("#***");
        }
        text
    }

    /// How the stream is sent, as far as scheme and path tell.
    pub fn format(&self) -> Format {
        format::of(self.url, &self.layout)
    }

    /// The path as written, without query and fragment.
    pub fn path(&self) -> &'a str {
        &self.url[self.layout.path.clone()]
    }

    /// The path's file extension in its own case, without the dot; empty if there is none.
    pub fn extension(&self) -> &'a str {
        format::extension(self.path())
    }

    /// Feeds the URL without its secrets to a hasher: equal URLs but for credentials and tokens hash alike.
    pub fn hash_without_secrets(&self, hasher: &mut impl Hasher) {
        let mut at = 0;
        for span in self.spans.iter().filter(|span| span.slot.is_secret()) {
            hasher.write(&self.url.as_bytes()[at..span.range.start]);
            hasher.write_u8(0xff);
            at = span.range.end;
        }
        hasher.write(&self.url.as_bytes()[at..]);
        hasher.write_u8(0xfe);
    }

    /// The one part, no slot yet, in which two URLs of one shape differ; hosts, credentials and tokens aside. Such a
    /// part that changes for nearly all entries of a host is a token too.
    pub fn lone_difference(&self, other: &UrlParts<'_>) -> Option<Part> {
        secrets::lone_difference(self, other)
    }

    fn push_path(&self, text: &mut String, hidden: &str) {
        let path = self.layout.path.clone();
        let mut at = path.start;
        for span in &self.spans {
            if span.range.start >= path.start && span.range.end <= path.end && span.slot.is_secret() {
                text.push_str(&self.url[at..span.range.start]);
                text.push_str(hidden);
                at = span.range.end;
            }
        }
        text.push_str(&self.url[at..path.end]);
    }

    fn is_slot(&self, range: &Range<usize>) -> bool {
        self.spans.iter().any(|span| span.part == *range)
    }
}

impl std::fmt::Debug for UrlParts<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("UrlParts").field(&self.masked()).finish()
    }
}

/// The masked form of a URL whose provider is not known.
pub fn masked(url: &str) -> String {
    UrlParts::split(url, &ProviderSecrets::default()).masked()
}

fn authority_spans(url: &str, layout: &Layout, spans: &mut Vec<Span>) {
    let mut push = |slot, range: Range<usize>| {
        if !range.is_empty() {
            spans.push(Span {
                slot,
                part: range.clone(),
                range,
            });
        }
    };
    push(Slot::Scheme, layout.scheme.clone());
    if layout.host.start > layout.authority.start {
        let user_info = layout.authority.start..layout.host.start - 1;
        match url[user_info.clone()].find(':') {
            Some(colon) => {
                push(Slot::User, user_info.start..user_info.start + colon);
                push(Slot::Password, user_info.start + colon + 1..user_info.end);
            }
            None => push(Slot::User, user_info),
        }
    }
    push(Slot::Host, layout.host.clone());
}

fn path_spans(url: &str, layout: &Layout, secrets: &ProviderSecrets, spans: &mut Vec<Span>) {
    let path = &url[layout.path.clone()];
    let account = xtream::account(path);
    let host = &url[layout.host.clone()];
    for (index, range) in layout.segments(url).enumerate() {
        if range.is_empty() {
            continue;
        }
        let slot = match &account {
            Some(account) if index == account.user => Some(Slot::User),
            Some(account) if index == account.password => Some(Slot::Password),
            Some(account) if index == account.id => None,
            _ => secrets
                .slot_of(&url[range.clone()])
                .or_else(|| secrets.learned_segment(host, index)),
        };
        if let Some(slot) = slot {
            spans.push(Span {
                slot,
                part: range.clone(),
                range,
            });
        }
    }
}

fn query_spans(url: &str, layout: &Layout, secrets: &ProviderSecrets, spans: &mut Vec<Span>) {
    let host = &url[layout.host.clone()];
    for part in layout.parameters(url) {
        let Some(equals) = url[part.clone()].find('=') else {
            continue;
        };
        let key = &url[part.start..part.start + equals];
        let range = part.start + equals + 1..part.end;
        let slot = match secrets::key_slot(key) {
            Some(slot) => Some(slot),
            None if secrets::never_a_token(key) => None,
            None => secrets
                .slot_of(&url[range.clone()])
                .or_else(|| secrets.learned_query(host, key)),
        };
        if let Some(slot) = slot {
            spans.push(Span { slot, range, part });
        }
    }
}
