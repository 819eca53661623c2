//! What an account may see, as plain data.

use std::borrow::Cow;

use serde_json::{Map, Value};

use super::Bulk;

/// Lists in the order in which the panel sends them. Ids are unique within their kind.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Catalogue {
    pub live_categories: Vec<Category>,
    pub film_categories: Vec<Category>,
    pub series_categories: Vec<Category>,
    pub channels: Vec<Channel>,
    pub films: Vec<Film>,
    pub series: Vec<Series>,
    /// More, behind all of the above.
    pub bulk: Bulk,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Category {
    pub id: u64,
    pub name: String,
}

/// The picture of what is played.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Quality {
    Sd,
    #[default]
    Hd,
    Fhd,
    Uhd,
}

/// A live channel.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Channel {
    pub id: u64,
    pub name: String,
    pub category: Option<u64>,
    /// Its id in the guide.
    pub guide: Option<String>,
    /// An address, or a path of this panel.
    pub icon: Option<String>,
    /// Days of catch-up; 0 for none.
    pub archive_days: u32,
    /// Seconds since the epoch.
    pub added: i64,
    pub quality: Quality,
    /// Fields to send instead of those made of the above, whatever they hold.
    pub odd: Map<String, Value>,
}

#[derive(Debug, Clone, Default, PartialEq)]
pub struct Film {
    pub id: u64,
    /// As in the list, often with the year.
    pub name: String,
    pub year: Option<u16>,
    pub category: Option<u64>,
    /// `container_extension`; `mp4` and `mkv` play.
    pub extension: String,
    /// Of ten.
    pub rating: Option<f64>,
    pub genre: String,
    pub plot: String,
    pub cast: String,
    pub director: String,
    pub tmdb: Option<u64>,
    pub cover: Option<String>,
    pub duration_secs: u32,
    /// Seconds since the epoch.
    pub added: i64,
    /// Fields of the list to send instead, whatever they hold.
    pub odd: Map<String, Value>,
}

#[derive(Debug, Clone, Default, PartialEq)]
pub struct Series {
    pub id: u64,
    pub name: String,
    pub year: Option<u16>,
    pub category: Option<u64>,
    /// Of ten.
    pub rating: Option<f64>,
    pub genre: String,
    pub plot: String,
    pub cast: String,
    pub director: String,
    pub tmdb: Option<u64>,
    pub cover: Option<String>,
    /// Seconds since the epoch: real panels move it when an episode comes, a test must.
    pub last_modified: i64,
    pub seasons: Vec<Season>,
    /// Fields of the list to send instead, whatever they hold.
    pub odd: Map<String, Value>,
}

#[derive(Debug, Clone, Default, PartialEq)]
pub struct Season {
    pub number: u32,
    pub episodes: Vec<Episode>,
}

#[derive(Debug, Clone, Default, PartialEq)]
pub struct Episode {
    pub id: u64,
    pub number: u32,
    pub title: String,
    pub extension: String,
    pub plot: String,
    /// `2021-03-14`.
    pub air_date: String,
    pub duration_secs: u32,
    /// Seconds since the epoch.
    pub added: i64,
    /// Fields to send instead, whatever they hold.
    pub odd: Map<String, Value>,
}

impl Catalogue {
    /// Nothing listed, this much made up while it is sent.
    pub fn bulk(bulk: Bulk) -> Self {
        Self {
            live_categories: bulk.live_categories(),
            film_categories: bulk.film_categories(),
            series_categories: bulk.series_categories(),
            bulk,
            ..Self::default()
        }
    }

    pub(super) fn channel_count(&self) -> usize {
        self.channels.len() + self.bulk.channels
    }

    pub(super) fn film_count(&self) -> usize {
        self.films.len() + self.bulk.films
    }

    pub(super) fn series_count(&self) -> usize {
        self.series.len() + self.bulk.series
    }

    pub(super) fn channel_at(&self, index: usize) -> Cow<'_, Channel> {
        match self.channels.get(index) {
            Some(channel) => Cow::Borrowed(channel),
            None => Cow::Owned(self.bulk.channel(index - self.channels.len())),
        }
    }

    pub(super) fn film_at(&self, index: usize) -> Cow<'_, Film> {
        match self.films.get(index) {
            Some(film) => Cow::Borrowed(film),
            None => Cow::Owned(self.bulk.film(index - self.films.len())),
        }
    }

    pub(super) fn series_at(&self, index: usize) -> Cow<'_, Series> {
        match self.series.get(index) {
            Some(series) => Cow::Borrowed(series),
            None => Cow::Owned(self.bulk.series(index - self.series.len())),
        }
    }

    pub(super) fn find_channel(&self, id: u64) -> Option<Cow<'_, Channel>> {
        let listed = self.channels.iter().find(|channel| channel.id == id);
        listed
            .map(Cow::Borrowed)
            .or_else(|| Bulk::place(id, self.bulk.channels).map(|place| Cow::Owned(self.bulk.channel(place))))
    }

    pub(super) fn find_film(&self, id: u64) -> Option<Cow<'_, Film>> {
        let listed = self.films.iter().find(|film| film.id == id);
        listed
            .map(Cow::Borrowed)
            .or_else(|| Bulk::place(id, self.bulk.films).map(|place| Cow::Owned(self.bulk.film(place))))
    }

    pub(super) fn find_series(&self, id: u64) -> Option<Cow<'_, Series>> {
        let listed = self.series.iter().find(|series| series.id == id);
        listed
            .map(Cow::Borrowed)
            .or_else(|| Bulk::place(id, self.bulk.series).map(|place| Cow::Owned(self.bulk.series(place))))
    }

    pub(super) fn find_episode(&self, id: u64) -> Option<Cow<'_, Episode>> {
        let seasons = self.series.iter().flat_map(|series| &series.seasons);
        let mut listed = seasons.flat_map(|season| &season.episodes);
        listed
            .find(|episode| episode.id == id)
            .map(Cow::Borrowed)
            .or_else(|| self.bulk.episode(id).map(Cow::Owned))
    }
}
