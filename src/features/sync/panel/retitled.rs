//! The episodes of series that rules name otherwise than before. Nothing else of them changed, so they are made of what is
//! stored: the panel is not asked.

use std::collections::HashMap;
use std::collections::HashSet;

use crate::db::{Db, DbError};
use crate::features::catalogue::entry::{Content, Entry, EntryKeys, EntryKind};
use crate::features::catalogue::store::vod::{StoredEpisode, episodes_under};
use crate::features::sync::intake::{Batch, Listed};

use super::desk::{Source, numbered};
use super::series::Retitled;
use super::series_key;

/// Episodes under the titles that they have now.
#[derive(Default)]
pub(super) struct Episodes {
    pub batch: Batch,
    /// The keys that their series are listed under.
    pub series: HashSet<i64>,
}

pub(super) async fn episodes(db: &Db, source: &Source, retitled: &[Retitled]) -> Result<Episodes, DbError> {
    let mut found = Episodes::default();
    if retitled.is_empty() {
        return Ok(found);
    }
    let by_key: HashMap<i64, &Retitled> = retitled
        .iter()
        .map(|one| (series_key(&source.hash, source.provider, one.now.series), one))
        .collect();
    episodes_under(db, by_key.keys().copied(), |stored| {
        if let Some(one) = by_key.get(&stored.under) {
            push(&mut found.batch, source, one, &stored);
        }
    })
    .await?;
    found.series = by_key.into_keys().collect();
    Ok(found)
}

fn push(batch: &mut Batch, source: &Source, Retitled { now, before }: &Retitled, stored: &StoredEpisode) {
    let (season, episode) = (stored.season, stored.episode);
    // An episode without a name of its own has its series' name.
    let name = if stored.original_name == numbered(&before.title, season, episode) {
        numbered(&now.title, season, episode)
    } else {
        stored.original_name.clone()
    };
    let title = source.episode_title(now, &name);
    // Where the list gave no year, the details did.
    let told = stored.year.filter(|_| before.year.is_none());
    let entry = Entry {
        content: Content::Episode {
            series: &now.title,
            year: now.year.or(told),
            season,
            episode,
            title: title.as_deref(),
        },
        name: &name,
        listed_name: None,
        group: &stored.group_name,
        tvg_id: None,
        country: None,
        language: None,
        number: None,
        logo_url: stored.logo_url.as_deref(),
        url_template: &stored.url_template,
        format: &stored.format,
        headers: stored.headers.as_deref(),
        metadata: None,
    };
    let start = batch.payload.len();
    entry.encode(&mut batch.payload);
    let encoded = batch.payload.get(start..).unwrap_or_default();
    batch.entries.push(Listed {
        kind: EntryKind::Episode,
        keys: EntryKeys {
            identity: stored.identity,
            url: stored.url,
            tvg: Some(stored.under),
            digest: source.hash.start().bytes(encoded).number(stored.under).finish(),
        },
        host: 0,
        length: u32::try_from(encoded.len()).unwrap_or(u32::MAX),
        record_length: 0,
    });
}
