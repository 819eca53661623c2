//! From what a panel lists to entries with their keys.

use std::sync::mpsc::SyncSender;

use crate::features::catalogue::entry::{Content, Entry, EntryKeys};
use crate::features::catalogue::vod;
use crate::features::providers::Reading;
use crate::features::providers::groups::{Part, Tally};
use crate::features::providers::renames::{Named, Renamer};
use crate::features::providers::store::series::ListedSeries;
use crate::features::providers::url_parts::{Format, ProviderSecrets};
use crate::features::providers::xtream::{
    Categories, Episode, Film, Item, Live, LiveOutput, Series, address,
};
use crate::features::sync::intake::{self, BATCH, Batch, Listed, SAMPLES, Sample};
use crate::features::sync::log::EXCLUDED;
use crate::support::ids::ProviderId;
use crate::support::keyed_hash::KeyedHash;

/// What is known of the provider while its lists are read.
pub(super) struct Source {
    pub provider: ProviderId,
    pub hash: KeyedHash,
    pub secrets: ProviderSecrets,
    pub this_year: u16,
    pub reading: Reading,
    pub renamer: Renamer,
}

/// Collects the entries of one list.
pub(super) struct Desk<'a> {
    pub source: &'a Source,
    pub categories: Categories,
    pub output: LiveOutput,
    pub batch: Batch,
    pub samples: Vec<Sample>,
    pub series: Vec<ListedSeries>,
    pub tally: Tally,
}

impl Source {
    /// The key of what the panel itself calls by this number.
    pub(super) fn own_key(&self, id: i64) -> i64 {
        self.hash.start().text("own id").number(id).finish()
    }

    /// An episode's own title, without the name of its series, whether as it is listed or by the rules.
    pub(super) fn episode_title(&self, of: &ListedSeries, name: &str) -> Option<String> {
        let listed = of.listed_name.as_deref().unwrap_or(&of.title);
        let (listed, _) = vod::series(listed, None, self.this_year);
        vod::episode(name, &listed)?;
        vod::episode(name, &of.title)
    }
}

impl<'a> Desk<'a> {
    pub(super) fn new(source: &'a Source, categories: Categories, output: LiveOutput) -> Self {
        Self {
            source,
            categories,
            output,
            batch: Batch::default(),
            samples: Vec::new(),
            series: Vec::new(),
            tally: Tally::new(source.reading.choice()),
        }
    }

    /// Hands on what was collected once it is enough; a run that was given up takes no more.
    pub(super) fn hand_on(&mut self, out: &SyncSender<Batch>, bytes_read: u64, at_least: usize) {
        self.batch.bytes_read = bytes_read;
        if self.batch.entries.len() >= at_least {
            let _ = out.send(std::mem::take(&mut self.batch));
        }
    }

    pub(super) const FULL: usize = BATCH;

    pub(super) fn take(&mut self, item: Item<'_>) {
        match item {
            Item::Live(live) => self.live(&live),
            Item::Film(film) => self.film(&film),
            Item::Series(series) => self.listed_series(&series),
            Item::Refused { place, reason, name } => self.refused(place, reason.as_str(), name),
        }
    }

    fn refused(&mut self, line: u64, reason: &'static str, name: &str) {
        let known = self
            .samples
            .iter()
            .filter(|sample| sample.reason == reason)
            .count();
        if known < SAMPLES {
            let name = self.source.secrets.masked(name).into_owned();
            self.samples.push(Sample { reason, line, name });
        }
    }

    fn group(&self, category: Option<&str>) -> String {
        let name = category.and_then(|id| self.categories.get(id));
        name.map(|name| self.source.secrets.masked(name).into_owned())
            .unwrap_or_default()
    }

    fn live(&mut self, live: &Live<'_>) {
        let secrets = &self.source.secrets;
        let (name, group) = (secrets.masked(&live.name), self.group(live.category.as_deref()));
        if !self.tally.meet(&group, Part::Streams) {
            self.refused(0, EXCLUDED, &live.name);
            return;
        }
        let renamed = self.source.renamer.rename(Named::Live, &name);
        let tvg_id = live.tvg_id.as_deref().map(|id| secrets.masked(id));
        let extension = self.output.extension();
        let template = address::template(address::Kind::Live, live.id, extension);
        let entry = Entry {
            content: Content::Live,
            name: renamed.as_deref().unwrap_or(&name),
            listed_name: renamed.is_some().then_some(&*name),
            group: &group,
            tvg_id: tvg_id.as_deref(),
            logo_url: self.picture(live.logo.as_deref()),
            format: Format::of_extension(extension).as_str(),
            metadata: live.is_radio.then_some("{\"radio\":\"true\"}"),
            ..plain(&template)
        };
        let own = self.source.own_key(live.id);
        let keys = |encoded: &[u8]| EntryKeys {
            url: own,
            ..intake::keys(&self.source.hash, &entry, "", encoded)
        };
        push(&mut self.batch, &entry, keys);
    }

    fn film(&mut self, film: &Film<'_>) {
        let name = self.source.secrets.masked(&film.name);
        let group = self.group(film.category.as_deref());
        if !self.tally.meet(&group, Part::Films) {
            self.refused(0, EXCLUDED, &film.name);
            return;
        }
        let renamed = self.source.renamer.rename(Named::Films, &name);
        let called = renamed.as_deref().unwrap_or(&name);
        let (title, year) = vod::film(called, film.year, self.source.this_year);
        let template = address::template(address::Kind::Movie, film.id, &film.extension);
        let entry = Entry {
            content: Content::Movie {
                title: &title,
                year: year.map(i64::from),
            },
            name: called,
            listed_name: renamed.is_some().then_some(&*name),
            group: &group,
            logo_url: self.picture(film.cover.as_deref()),
            format: Format::of_extension(&film.extension).as_str(),
            ..plain(&template)
        };
        let told = vod::Told {
            rating: film.rating,
            tmdb_id: film.tmdb_id.clone(),
            genre: film.genre.as_deref().map(str::to_owned),
            added: film.added,
        };
        // Ratings move from day to day: they make no other film of it.
        let mut encoded = Vec::new();
        entry.encode(&mut encoded);
        let keys = EntryKeys {
            url: self.source.own_key(film.id),
            ..intake::keys(&self.source.hash, &entry, "", &encoded)
        };
        let metadata = told.metadata();
        let entry = Entry {
            metadata: metadata.as_deref(),
            ..entry
        };
        push(&mut self.batch, &entry, |_| keys);
    }

    fn listed_series(&mut self, series: &Series<'_>) {
        let group = self.group(series.category.as_deref());
        // A series is no entry: its episodes follow later, so those left out are counted nowhere.
        if !self.tally.meet(&group, Part::Episodes) {
            self.tally.excluded -= 1;
            return;
        }
        let name = self.source.secrets.masked(&series.name);
        let renamed = self.source.renamer.rename(Named::Series, &name);
        let called = renamed.as_deref().unwrap_or(&name);
        let (title, year) = vod::series(called, series.year, self.source.this_year);
        self.series.push(ListedSeries {
            series: series.id,
            title,
            listed_name: Some(name.into_owned()),
            year: year.map(i64::from),
            group_name: group,
            cover_url: self.picture(series.cover.as_deref()).map(str::to_owned),
            state: series.last_modified.as_deref().unwrap_or_default().to_owned(),
        });
    }

    /// An episode of a series. `year` and `cover` are what its details say where the list says nothing.
    pub(super) fn episode(
        &mut self,
        of: &ListedSeries,
        year: Option<i64>,
        cover: Option<&str>,
        episode: &Episode,
    ) {
        let name = match episode.name.as_deref() {
            Some(name) => self.source.secrets.masked(name).into_owned(),
            None => numbered(&of.title, episode.season, episode.episode),
        };
        let title = self.source.episode_title(of, &name);
        let template = address::template(address::Kind::Episode, episode.id, &episode.extension);
        let entry = Entry {
            content: Content::Episode {
                series: &of.title,
                year: of.year.or(year),
                season: episode.season,
                episode: episode.episode,
                title: title.as_deref(),
            },
            name: &name,
            group: &of.group_name,
            logo_url: of.cover_url.as_deref().or(self.picture(cover)),
            format: Format::of_extension(&episode.extension).as_str(),
            ..plain(&template)
        };
        let (own, hash) = (self.source.own_key(episode.id), &self.source.hash);
        let series = super::series_key(hash, self.source.provider, of.series);
        let keys = |encoded: &[u8]| EntryKeys {
            // Many episodes are called "Episode 1": number and series say which one it is.
            identity: hash
                .start()
                .number(series)
                .number(episode.season)
                .number(episode.episode)
                .finish(),
            url: own,
            tvg: Some(series),
            digest: hash.start().bytes(encoded).number(series).finish(),
        };
        push(&mut self.batch, &entry, keys);
    }

    fn picture<'p>(&self, address: Option<&'p str>) -> Option<&'p str> {
        address.filter(|address| intake::is_public_picture(address, &self.source.secrets))
    }
}

/// The name of an episode that has none of its own.
pub(super) fn numbered(series: &str, season: i64, episode: i64) -> String {
    format!("{series} S{season:02}E{episode:02}")
}

/// An entry that says nothing but where it is.
fn plain(template: &str) -> Entry<'_> {
    Entry {
        content: Content::Live,
        name: "",
        listed_name: None,
        group: "",
        tvg_id: None,
        country: None,
        language: None,
        number: None,
        logo_url: None,
        url_template: template,
        format: "",
        headers: None,
        metadata: None,
    }
}

fn push(batch: &mut Batch, entry: &Entry<'_>, keys: impl FnOnce(&[u8]) -> EntryKeys) {
    let start = batch.payload.len();
    entry.encode(&mut batch.payload);
    let encoded = batch.payload.get(start..).unwrap_or_default();
    batch.entries.push(Listed {
        kind: entry.content.kind(),
        keys: keys(encoded),
        // All entries of a panel are at one host.
        host: 0,
        length: u32::try_from(encoded.len()).unwrap_or(u32::MAX),
        record_length: 0,
    });
}
