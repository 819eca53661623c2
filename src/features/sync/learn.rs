//! Learning tokens: a part of a host's URLs that alone changed in nearly all of them says nothing about the stream.

use std::collections::HashMap;

use crate::features::catalogue::Staged;
use crate::features::catalogue::entry::{Entry, EntryKind};
use crate::features::catalogue::store::listed;
use crate::features::providers::url_parts::{Learned, Part, ProviderSecrets, Slot, UrlParts, join};
use crate::features::providers::url_values::{Collector, Opened, Owner, ValuesError, slots};

use super::diff::{Diff, DiffError, Stored};
use super::intake;
use super::staging::{Staging, StagingError};

/// Of a host's matched entries in percent.
const SHARE: u64 = 90;
/// Fewer matched entries of a host prove nothing.
const LEAST: u64 = 3;

/// Finds such parts and rewrites the staged entries of their hosts without them.
pub(super) async fn learn(
    stored: &Stored<'_>,
    found: &Diff,
    staging: &mut Staging,
    collector: &mut Collector,
    mut known: ProviderSecrets,
) -> Result<Vec<Learned>, DiffError> {
    if found.matched.is_empty() {
        return Ok(Vec::new());
    }
    let tally = tally(stored, found, staging, collector, &known).await?;
    let learned: Vec<Learned> = tally
        .changed
        .into_iter()
        .filter(|((host, _), changed)| {
            let matched = tally.matched.get(host).copied().unwrap_or(0);
            matched >= LEAST && changed * 100 >= matched * SHARE
        })
        .map(|((host, part), _)| Learned { host, part })
        .collect();
    if !learned.is_empty() {
        for learned in &learned {
            known.learn(learned.clone());
        }
        rewrite(stored, staging, collector, &known)?;
    }
    Ok(learned)
}

#[derive(Default)]
struct Tally {
    /// Matched entries of each host.
    matched: HashMap<String, u64>,
    /// Those of them in which one part alone changed.
    changed: HashMap<(String, Part), u64>,
}

async fn tally(
    stored: &Stored<'_>,
    found: &Diff,
    staging: &mut Staging,
    collector: &Collector,
    known: &ProviderSecrets,
) -> Result<Tally, DiffError> {
    let mut tally = Tally::default();
    let mut opened = Opened::of(stored.db, stored.keys, stored.provider).await?;
    let mut buffer = Vec::new();
    for is_vod in [false, true] {
        let mut pairs: Vec<(i64, u32)> = found
            .matched
            .iter()
            .filter(|matched| (staging.kind(matched.staged) != EntryKind::Live) == is_vod)
            .map(|matched| (staging.index.id(matched.row), matched.staged))
            .collect();
        pairs.sort_unstable();
        let kind = if is_vod { EntryKind::Movie } else { EntryKind::Live };
        for page in pairs.chunks(1_000) {
            let mut before: HashMap<i64, (String, usize, usize)> = HashMap::new();
            listed::each_text(stored.db, kind, page.iter().map(|(id, _)| *id), |texts| {
                let slots = slots(texts.url_template, texts.headers);
                before.insert(
                    texts.id,
                    (texts.url_template.to_owned(), slots.values, slots.placeholders),
                );
            })
            .await?;
            for (id, staged) in page {
                staging.read(*staged, &mut buffer).map_err(StagingError::from)?;
                let entry = Entry::decode(&buffer).map_err(StagingError::from)?;
                let Some((template, values, placeholders)) = before.get(id) else {
                    continue;
                };
                let Some((url, _)) = address(staging, collector, *staged, &entry) else {
                    continue;
                };
                let now = UrlParts::split(&url, known);
                *tally.matched.entry(now.host().to_owned()).or_default() += 1;
                if template == entry.url_template {
                    continue;
                }
                let owner = Owner { is_vod, id: *id };
                let Ok(values) = opened.values(stored.db, stored.keys, owner, *values).await else {
                    continue;
                };
                let Ok(was) = join(template, values.iter().take(*placeholders).map(String::as_str)) else {
                    continue;
                };
                if let Some(part) = now.lone_difference(&UrlParts::split(&was, known)) {
                    *tally.changed.entry((now.host().to_owned(), part)).or_default() += 1;
                }
            }
        }
    }
    if !tally.changed.is_empty() {
        count_settled(staging, collector, &mut tally)?;
    }
    Ok(tally)
}

/// Entries that equal their rows are matched too, and none of their parts changed.
fn count_settled(staging: &Staging, collector: &Collector, tally: &mut Tally) -> Result<(), DiffError> {
    for (_, record) in &staging.settled {
        let texts = collector
            .texts(staging.record(*record))
            .map_err(ValuesError::from)?;
        for text in texts {
            if let Some(matched) = tally.matched.get_mut(text) {
                *matched += 1;
                break;
            }
        }
    }
    Ok(())
}

/// The staged entries' keys and templates as a run would see them that knew all tokens.
fn rewrite(
    stored: &Stored<'_>,
    staging: &mut Staging,
    collector: &mut Collector,
    known: &ProviderSecrets,
) -> Result<(), DiffError> {
    let mut buffer = Vec::new();
    for staged in 0..u32::try_from(staging.entries.len()).unwrap_or(u32::MAX) {
        staging.read(staged, &mut buffer).map_err(StagingError::from)?;
        let entry = Entry::decode(&buffer).map_err(StagingError::from)?;
        let Some((url, headers)) = address(staging, collector, staged, &entry) else {
            continue;
        };
        let parts = UrlParts::split(&url, known);
        let template = parts.template();
        if template == entry.url_template {
            continue;
        }
        let entry = Entry {
            url_template: &template,
            ..entry
        };
        let mut encoded = Vec::with_capacity(buffer.len());
        entry.encode(&mut encoded);
        let mut record = Vec::new();
        for (slot, value) in parts.values() {
            collector.add(slot, value, &mut record);
        }
        for header in &headers {
            collector.add(Slot::Token, header, &mut record);
        }
        let keys = intake::keys(&stored.hash, &entry, &parts.identity(), &encoded);
        staging
            .replace(staged, keys, &encoded, &record)
            .map_err(StagingError::from)?;
    }
    Ok(())
}

/// The URL of a staged entry, and its secret headers.
fn address(
    staging: &Staging,
    collector: &Collector,
    staged: u32,
    entry: &Entry<'_>,
) -> Option<(String, Vec<String>)> {
    let record = staging.record(staging.entries.get(staged as usize)?.record);
    let texts = collector.texts(record).ok()?;
    let placeholders = slots(entry.url_template, entry.headers).placeholders;
    let (values, headers) = texts.split_at_checked(placeholders)?;
    let url = join(entry.url_template, values.iter().copied()).ok()?;
    Some((url, headers.iter().map(|header| (*header).to_owned()).collect()))
}
