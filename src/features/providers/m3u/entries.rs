//! Lines into entries.

use std::collections::HashSet;
use std::hash::{BuildHasher, BuildHasherDefault, Hasher, RandomState};

use url::Url;

use super::charset::Charset;
use super::lines::Line;
use super::options::{Options, tag};
use super::pending::Pending;
use super::reader::Item;
use super::refusal::{NotAPlaylist, Refusal};
use super::summary::Summary;
use super::{address, separator, sniff};
use crate::features::providers::url_parts::{ProviderSecrets, UrlParts};

/// Where reading stands between two lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Awaiting {
    Entry,
    Url,
    /// The URL of an entry that is refused already: it is no stray line.
    RefusedUrl,
}

/// The list as far as it has been read.
pub(super) struct Entries {
    max_name_chars: usize,
    pub(super) base: Option<Url>,
    pub(super) secrets: ProviderSecrets,
    pub(super) charset: Charset,
    pub(super) charset_is_fresh: bool,
    awaiting: Awaiting,
    pending: Pending,
    options: Options,
    group: Option<String>,
    seen: HashSet<u64, BuildHasherDefault<Identity>>,
    hashing: RandomState,
    pub(super) summary: Summary,
}

impl Entries {
    pub(super) fn new(max_name_chars: usize) -> Self {
        Self {
            max_name_chars,
            base: None,
            secrets: ProviderSecrets::default(),
            charset: Charset::new(),
            charset_is_fresh: true,
            awaiting: Awaiting::Entry,
            pending: Pending::default(),
            options: Options::default(),
            group: None,
            seen: HashSet::default(),
            hashing: RandomState::new(),
            summary: Summary::default(),
        }
    }

    pub(super) fn line(&mut self, number: u64, line: Line<'_>, sink: &mut impl FnMut(Item<'_>)) {
        let bytes = sniff::trim_mark(line.bytes.trim_ascii()).trim_ascii();
        if bytes.is_empty() && !line.cut {
            return;
        }
        if bytes.first() == Some(&b'#') {
            self.directive(number, bytes, line.cut, sink);
            return;
        }
        match self.awaiting {
            Awaiting::Entry => self.summary.stray_lines += 1,
            Awaiting::RefusedUrl => self.awaiting = Awaiting::Entry,
            Awaiting::Url if line.cut => self.refuse(Refusal::TooLong, Awaiting::Entry, sink),
            Awaiting::Url => self.complete(bytes, sink),
        }
    }

    fn directive(&mut self, number: u64, bytes: &[u8], cut: bool, sink: &mut impl FnMut(Item<'_>)) {
        if bytes
            .get(..7)
            .is_some_and(|head| head.eq_ignore_ascii_case(b"#EXTINF"))
        {
            self.start(number, bytes, cut, sink);
            return;
        }
        if cut {
            self.summary.stray_lines += 1;
            return;
        }
        if !bytes
            .get(..4)
            .is_some_and(|head| head.eq_ignore_ascii_case(b"#EXT") || head.eq_ignore_ascii_case(b"#KOD"))
        {
            return;
        }
        let text = self.charset.decode(bytes, self.charset_is_fresh);
        if let Some(rest) = tag(&text, "#EXTM3U") {
            self.summary.header.read(rest.trim());
            self.group = None;
        } else if let Some(groups) = tag(&text, "#EXTGRP") {
            let groups = groups.trim_start_matches(':').trim();
            self.group = (!groups.is_empty()).then(|| groups.to_owned());
        } else {
            self.options.directive(&text);
        }
    }

    fn start(&mut self, number: u64, bytes: &[u8], cut: bool, sink: &mut impl FnMut(Item<'_>)) {
        match self.awaiting {
            Awaiting::Url => self.refuse(Refusal::NoUrl, Awaiting::Entry, sink),
            Awaiting::RefusedUrl => self.options.clear(),
            Awaiting::Entry => {}
        }
        self.summary.entries += 1;
        if cut {
            self.pending.start(number, "");
            self.refuse(Refusal::TooLong, Awaiting::RefusedUrl, sink);
            return;
        }
        let text = self.charset.decode(&bytes[7..], self.charset_is_fresh);
        self.pending.start(number, &text);
        if self.pending.has_group() {
            self.group = None;
        }
        self.awaiting = Awaiting::Url;
    }

    fn complete(&mut self, bytes: &[u8], sink: &mut impl FnMut(Item<'_>)) {
        let line = self.charset.decode(bytes, self.charset_is_fresh);
        let (address, headers) = address::split_headers(&line);
        let name = self.pending.name(self.max_name_chars);
        let resolved = if separator::is_separator(&name) {
            Err(Refusal::Separator)
        } else {
            address::resolve(address, self.base.as_ref())
        };
        let url = match resolved {
            Ok(url) => url,
            Err(reason) => {
                drop(name);
                return self.refuse(reason, Awaiting::Entry, sink);
            }
        };
        self.pending.add_headers(&mut self.options);
        if let Some(headers) = headers {
            self.options.pipe(headers);
        }
        let entry = self
            .pending
            .entry(url, self.group.as_deref(), &self.options, self.max_name_chars);
        let mut hasher = self.hashing.build_hasher();
        hasher.write(entry.name.as_bytes());
        hasher.write_u8(0xfd);
        UrlParts::split(&entry.url, &self.secrets).hash_without_secrets(&mut hasher);
        if self.seen.insert(hasher.finish()) {
            self.summary.accepted += 1;
            sink(Item::Entry(entry));
            self.options.clear();
            self.awaiting = Awaiting::Entry;
        } else {
            drop(entry);
            self.refuse(Refusal::Duplicate, Awaiting::Entry, sink);
        }
    }

    fn refuse(&mut self, reason: Refusal, then: Awaiting, sink: &mut impl FnMut(Item<'_>)) {
        self.summary.refused[reason as usize] += 1;
        sink(Item::Refused {
            line: self.pending.line,
            reason,
            name: &self.pending.name(self.max_name_chars),
        });
        self.options.clear();
        self.awaiting = then;
    }

    pub(super) fn finish(mut self, sink: &mut impl FnMut(Item<'_>)) -> Result<Summary, NotAPlaylist> {
        self.summary.last_entry_lacks_url = self.awaiting != Awaiting::Entry;
        if self.awaiting == Awaiting::Url {
            self.refuse(Refusal::NoUrl, Awaiting::Entry, sink);
        }
        if self.summary.entries == 0 {
            return Err(NotAPlaylist::NoEntries);
        }
        self.summary.encoding = self.summary.encoding.or_else(|| self.charset.name());
        Ok(self.summary)
    }
}

/// Passes a hash through as it is.
#[derive(Default)]
struct Identity(u64);

impl Hasher for Identity {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }

    fn write_u64(&mut self, hash: u64) {
        self.0 = hash;
    }
}
