//! From the bytes of a list to entries with their keys, a batch at a time.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::mpsc::SyncSender;

use tokio::sync::mpsc::Receiver;
use url::Url;

use crate::features::catalogue::entry::{Content, Entry, EntryKeys, EntryKind};
use crate::features::catalogue::number::ChannelNumber;
use crate::features::catalogue::vod;
use crate::features::providers::Reading;
use crate::features::providers::groups::{Offered, Part, Tally};
use crate::features::providers::m3u::{self, Header, Item, NotAPlaylist, Reader, Summary};
use crate::features::providers::renames::{Named, Renamer};
use crate::features::providers::url_parts::{ProviderSecrets, Slot, UrlParts};
use crate::features::providers::url_values::Collector;
use crate::support::crypto::Keys;
use crate::support::keyed_hash::KeyedHash;

use super::log::EXCLUDED;

/// Entries that are handed on at a time.
pub(super) const BATCH: usize = 1_024;
/// Refused entries that are kept as examples, of each reason.
pub(super) const SAMPLES: usize = 20;

/// What reading a list needs to know of its provider.
pub(super) struct Source {
    pub secrets: ProviderSecrets,
    pub limits: m3u::Limits,
    pub hash: KeyedHash,
    pub this_year: u16,
    pub reading: Reading,
    pub renamer: Renamer,
}

impl Source {
    pub(super) fn new(
        keys: &Keys,
        secrets: ProviderSecrets,
        reading: Reading,
        max_bytes: u64,
        this_year: u16,
    ) -> Self {
        let limits = m3u::Limits {
            max_bytes,
            ..m3u::Limits::default()
        };
        Self {
            secrets,
            limits,
            hash: hash(keys),
            this_year,
            renamer: reading.renamer(),
            reading,
        }
    }
}

/// Entries in the order of the list, with their texts in one buffer.
#[derive(Default)]
pub(super) struct Batch {
    pub entries: Vec<Listed>,
    /// The encoded entries, one after the other.
    pub payload: Vec<u8>,
    /// The records of their URLs' values, one after the other.
    pub records: Vec<u8>,
    /// Bytes of the list up to here.
    pub bytes_read: u64,
    /// What came of this kind before is void: its list is read anew.
    pub voids: Option<EntryKind>,
}

/// One entry of a batch.
#[derive(Debug, Clone, Copy)]
pub(super) struct Listed {
    pub kind: EntryKind,
    pub keys: EntryKeys,
    pub host: u64,
    /// Bytes in the batch's payload.
    pub length: u32,
    /// Bytes in the batch's records.
    pub record_length: u32,
}

/// What was read altogether.
pub(super) struct Intake {
    pub summary: Summary,
    pub collector: Collector,
    pub samples: Vec<Sample>,
    /// The groups that the list holds.
    pub groups: Vec<Offered>,
    /// Entries of groups that are left out.
    pub excluded: u64,
}

/// A refused entry, as an example.
#[derive(Debug, Clone, serde::Serialize)]
pub(super) struct Sample {
    #[serde(skip)]
    pub reason: &'static str,
    pub line: u64,
    pub name: String,
}

/// Reads chunks until there are no more; batches go to `out`.
pub(super) fn read(
    source: &Source,
    base: Option<Url>,
    mut chunks: Receiver<bytes::Bytes>,
    out: &SyncSender<Batch>,
) -> Result<Intake, NotAPlaylist> {
    let mut reader = Reader::new(source.limits).with_secrets(source.secrets.clone());
    if let Some(base) = base {
        reader = reader.with_base(base);
    }
    let mut desk = Desk::new(source);
    let mut bytes_read = 0;
    while let Some(chunk) = chunks.blocking_recv() {
        reader.feed(&chunk, &mut |item| desk.take(item))?;
        bytes_read += chunk.len() as u64;
        desk.batch.bytes_read = bytes_read;
        if desk.batch.entries.len() >= BATCH {
            // A run that was given up takes no more.
            let _ = out.send(std::mem::take(&mut desk.batch));
        }
    }
    let summary = reader.finish(&mut |item| desk.take(item))?;
    desk.batch.bytes_read = bytes_read;
    let _ = out.send(std::mem::take(&mut desk.batch));
    Ok(Intake {
        summary,
        collector: desk.collector,
        samples: desk.samples,
        excluded: desk.tally.excluded,
        groups: desk.tally.offered(),
    })
}

struct Desk<'a> {
    source: &'a Source,
    collector: Collector,
    samples: Vec<Sample>,
    tally: Tally,
    batch: Batch,
}

impl<'a> Desk<'a> {
    fn new(source: &'a Source) -> Self {
        Self {
            source,
            collector: Collector::default(),
            samples: Vec::new(),
            tally: Tally::new(source.reading.choice()),
            batch: Batch::default(),
        }
    }

    fn take(&mut self, item: Item<'_>) {
        match item {
            Item::Entry(entry) => self.entry(&entry),
            Item::Refused { line, reason, name } => {
                let name = self.source.secrets.masked(name);
                self.sample(reason.as_str(), line, &name);
            }
        }
    }

    fn sample(&mut self, reason: &'static str, line: u64, name: &str) {
        let of_reason = self.samples.iter().filter(|sample| sample.reason == reason);
        if of_reason.count() < SAMPLES {
            let name = name.to_owned();
            self.samples.push(Sample { reason, line, name });
        }
    }

    fn entry(&mut self, entry: &m3u::Entry<'_>) {
        let secrets = &self.source.secrets;
        let parts = UrlParts::split(&entry.url, secrets);
        let name = secrets.masked(&entry.name);
        let group = entry.first_group().map(|group| secrets.masked(group));
        let tvg_id = entry.tvg_id.as_deref().map(|id| secrets.masked(id));
        let facts = vod::Facts {
            name: &name,
            path: parts.path(),
            extension: parts.extension(),
            group: group.as_deref(),
            has_tvg_id: entry.tvg_id.is_some(),
            has_chno: entry.chno.is_some(),
        };
        let mut kind = vod::classify(&facts, self.source.this_year);
        let renamed = self.source.renamer.rename(named(&kind), &name);
        if let Some(name) = &renamed {
            kind = vod::renamed(kind, &vod::Facts { name, ..facts }, self.source.this_year);
        }
        let content = content(&kind);
        if !self
            .tally
            .meet(group.as_deref().unwrap_or_default(), part(content.kind()))
        {
            self.sample(EXCLUDED, entry.line, &name);
            return;
        }
        let record_start = self.batch.records.len();
        for (slot, value) in parts.values() {
            self.collector.add(slot, value, &mut self.batch.records);
        }
        let headers = self.headers(entry.headers());
        let metadata = metadata(entry);
        let logo = entry
            .tvg_logo
            .as_deref()
            .filter(|logo| is_public_picture(logo, &self.source.secrets));
        let template = parts.template();
        let staged = Entry {
            content,
            name: renamed.as_deref().unwrap_or(&name),
            listed_name: renamed.is_some().then_some(&*name),
            group: group.as_deref().unwrap_or_default(),
            tvg_id: tvg_id.as_deref(),
            country: entry.tvg_country.as_deref(),
            language: entry.tvg_language.as_deref(),
            number: entry
                .chno
                .and_then(|(major, minor)| ChannelNumber::new(major, minor.unwrap_or(0))),
            logo_url: logo,
            url_template: &template,
            format: parts.format().as_str(),
            headers: headers.as_deref(),
            metadata: metadata.as_deref(),
        };
        let start = self.batch.payload.len();
        staged.encode(&mut self.batch.payload);
        let keys = keys(
            &self.source.hash,
            &staged,
            &parts.identity(),
            &self.batch.payload[start..],
        );
        self.batch.entries.push(Listed {
            kind: staged.content.kind(),
            keys,
            host: host_hash(&self.source.hash, parts.host()),
            length: length(self.batch.payload.len() - start),
            record_length: length(self.batch.records.len() - record_start),
        });
    }

    /// The headers as JSON; what may be a credential goes to the values, and null stands in its place.
    fn headers(&mut self, headers: &[Header]) -> Option<String> {
        if headers.is_empty() {
            return None;
        }
        // Values are recorded in the order in which the stored object is read: by name, each name once.
        let by_name: BTreeMap<&str, &Header> = headers
            .iter()
            .map(|header| (header.name.as_str(), header))
            .collect();
        let mut object = serde_json::Map::new();
        for (name, header) in by_name {
            let value = if is_public(header) {
                serde_json::Value::from(header.value.as_str())
            } else {
                self.collector
                    .add(Slot::Token, &header.value, &mut self.batch.records);
                serde_json::Value::Null
            };
            object.insert(name.to_owned(), value);
        }
        Some(serde_json::Value::Object(object).to_string())
    }
}

/// The hash of all keys of entries.
pub(super) fn hash(keys: &Keys) -> KeyedHash {
    KeyedHash::new(keys, "catalogue entry")
}

/// The hash by which hosts are compared; never 0.
pub(super) fn host_hash(hash: &KeyedHash, host: &str) -> u64 {
    hash.start().text(host).finish().cast_unsigned().max(1)
}

/// The keys of an entry; `encoded` is everything that is stored of it.
pub(super) fn keys(hash: &KeyedHash, entry: &Entry<'_>, url_identity: &str, encoded: &[u8]) -> EntryKeys {
    let identity = hash
        .start()
        .optional(entry.tvg_id)
        .text(entry.listed())
        .text(entry.group)
        .finish();
    EntryKeys {
        identity,
        url: hash.start().text(url_identity).finish(),
        tvg: entry.tvg_id.map(|id| match hash.start().text(id).finish() {
            0 => 1,
            hash => hash,
        }),
        digest: hash.start().bytes(encoded).finish(),
    }
}

fn length(bytes: usize) -> u32 {
    u32::try_from(bytes).unwrap_or(u32::MAX)
}

fn part(kind: EntryKind) -> Part {
    match kind {
        EntryKind::Live => Part::Streams,
        EntryKind::Movie => Part::Films,
        EntryKind::Episode => Part::Episodes,
    }
}

fn named(kind: &vod::Kind) -> Named {
    match kind {
        vod::Kind::Channel => Named::Live,
        vod::Kind::Movie { .. } => Named::Films,
        vod::Kind::Episode { .. } => Named::Series,
    }
}

fn content(kind: &vod::Kind) -> Content<'_> {
    match kind {
        vod::Kind::Channel => Content::Live,
        vod::Kind::Movie { title, year } => Content::Movie {
            title,
            year: year.map(i64::from),
        },
        vod::Kind::Episode {
            series,
            year,
            season,
            episode,
            title,
        } => Content::Episode {
            series,
            year: year.map(i64::from),
            season: i64::from(*season),
            episode: i64::from(*episode),
            title: title.as_deref(),
        },
    }
}

/// Headers that players send to anybody. A referrer may carry a token in its query.
fn is_public(header: &Header) -> bool {
    const PUBLIC: [&str; 4] = ["user-agent", "origin", "accept", "accept-language"];
    let is = |name: &str| header.name.eq_ignore_ascii_case(name);
    PUBLIC.into_iter().any(is) || (is("referer") && !header.value.contains(['?', '@']))
}

/// Whether a picture's address may be stored and handed on: of the web, and without anything that is the provider's secret.
pub(super) fn is_public_picture(url: &str, secrets: &ProviderSecrets) -> bool {
    let is_web = ["http://", "https://"].iter().any(|scheme| {
        url.get(..scheme.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(scheme))
    });
    is_web
        && matches!(secrets.masked(url), Cow::Borrowed(_))
        && !UrlParts::split(url, secrets)
            .values()
            .any(|(slot, _)| slot.is_secret())
}

/// Attributes that playlists made here repeat. Templates of catch-up addresses hold credentials and are not among them.
fn metadata(entry: &m3u::Entry<'_>) -> Option<String> {
    const KEPT: [&str; 7] = [
        "tvg-shift",
        "catchup",
        "catchup-type",
        "catchup-days",
        "timeshift",
        "tvg-rec",
        "radio",
    ];
    let mut object = serde_json::Map::new();
    for (key, value) in entry.attributes() {
        if let Some(key) = KEPT.iter().find(|kept| kept.eq_ignore_ascii_case(key))
            && !value.is_empty()
        {
            object.entry(*key).or_insert_with(|| value.into());
        }
    }
    (!object.is_empty()).then(|| serde_json::Value::Object(object).to_string())
}
