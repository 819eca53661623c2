//! A catalogue of any size, made up while it is sent: equal fields give equal entries.

use serde_json::Map;

use super::catalogue::{Category, Channel, Episode, Film, Quality, Season, Series};
use crate::simulator::names::{self, COUNTRIES, GENRES};

/// How much of each kind is made up.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Bulk {
    /// Chooses years, ratings and pictures, and the titles of series.
    pub seed: u64,
    pub channels: usize,
    pub films: usize,
    pub series: usize,
}

/// The ids of what is made up begin here, in each kind.
const FIRST_ID: u64 = 1_000_000;
/// A channel stands under this many names before the next one comes.
const VERSIONS: usize = 3;
const SEASONS: u32 = 2;
const EPISODES: u32 = 8;
const BASE_TIME: i64 = 1_600_000_000;

impl Bulk {
    /// The place of a made-up id among so many.
    pub(super) fn place(id: u64, count: usize) -> Option<usize> {
        let place = usize::try_from(id.checked_sub(FIRST_ID)?).ok()?;
        (place < count).then_some(place)
    }

    pub(super) fn live_categories(&self) -> Vec<Category> {
        let names = COUNTRIES.iter().map(|(code, name)| format!("{code} | {name}"));
        numbered(names).collect()
    }

    pub(super) fn film_categories(&self) -> Vec<Category> {
        numbered(GENRES.iter().map(|genre| format!("VOD | {genre}"))).collect()
    }

    pub(super) fn series_categories(&self) -> Vec<Category> {
        numbered(GENRES.iter().map(|genre| format!("Series | {genre}"))).collect()
    }

    pub(super) fn channel(&self, place: usize) -> Channel {
        let channel = names::channel(place / VERSIONS);
        let (code, _) = COUNTRIES[channel.country];
        let (mark, quality) =
            [("HD", Quality::Hd), ("FHD", Quality::Fhd), ("SD", Quality::Sd)][place % VERSIONS];
        let id: String = channel.name.chars().filter(|c| c.is_alphanumeric()).collect();
        Channel {
            id: FIRST_ID + place as u64,
            name: format!("{code}: {} {mark}", channel.name),
            category: Some(channel.country as u64 + 1),
            guide: Some(format!("{id}.{}", code.to_lowercase())),
            icon: Some(format!("/images/logo/{}.png", place / VERSIONS)),
            archive_days: if place.is_multiple_of(5) { 3 } else { 0 },
            added: BASE_TIME + place as i64,
            quality,
            odd: Map::new(),
        }
    }

    pub(super) fn film(&self, place: usize) -> Film {
        let hash = names::mix(self.seed ^ 0xF11, place as u64);
        let year = 1950 + (hash % 75) as u16;
        Film {
            id: FIRST_ID + place as u64,
            name: format!("{} ({year})", names::title(place)),
            year: Some(year),
            category: Some((place % GENRES.len()) as u64 + 1),
            extension: if place.is_multiple_of(3) { "mkv" } else { "mp4" }.into(),
            rating: Some((hash >> 8 & 0x3F) as f64 / 10.0 + 3.0),
            genre: GENRES[place % GENRES.len()].into(),
            plot: String::new(),
            cast: String::new(),
            director: String::new(),
            tmdb: Some(FIRST_ID + place as u64),
            cover: Some(format!("/images/poster/{place}.png")),
            duration_secs: 5_400,
            added: BASE_TIME + place as i64,
            odd: Map::new(),
        }
    }

    pub(super) fn series(&self, place: usize) -> Series {
        let hash = names::mix(self.seed ^ 0x5E1, place as u64);
        let id = FIRST_ID + place as u64;
        let first = FIRST_ID + place as u64 * u64::from(SEASONS * EPISODES);
        Series {
            id,
            name: names::title(place + 7),
            year: Some(1990 + (hash % 35) as u16),
            category: Some((place % GENRES.len()) as u64 + 1),
            rating: Some((hash >> 8 & 0x3F) as f64 / 10.0 + 3.0),
            genre: GENRES[place % GENRES.len()].into(),
            plot: String::new(),
            cast: String::new(),
            director: String::new(),
            tmdb: Some(id),
            cover: Some(format!("/images/poster/{place}.png")),
            last_modified: BASE_TIME + place as i64,
            seasons: seasons(first, SEASONS, EPISODES),
            odd: Map::new(),
        }
    }

    /// The made-up episode with this id.
    pub(super) fn episode(&self, id: u64) -> Option<Episode> {
        let each = (SEASONS * EPISODES) as usize;
        let place = Self::place(id, self.series * each)?;
        let seasons = self.series(place / each).seasons;
        seasons
            .into_iter()
            .flat_map(|season| season.episodes)
            .nth(place % each)
    }
}

/// So many seasons of as many episodes, numbered from `first`.
pub(super) fn seasons(first: u64, count: u32, episodes: u32) -> Vec<Season> {
    (0..count)
        .map(|season| Season {
            number: season + 1,
            episodes: (0..episodes)
                .map(|episode| {
                    let place = season * episodes + episode;
                    episode_at(first + u64::from(place), season + 1, episode + 1)
                })
                .collect(),
        })
        .collect()
}

fn episode_at(id: u64, season: u32, number: u32) -> Episode {
    Episode {
        id,
        number,
        title: names::title(usize::try_from(id).unwrap_or(0) % 20_000),
        extension: "mp4".into(),
        plot: String::new(),
        air_date: format!("{}-{:02}-{:02}", 2010 + season, number % 12 + 1, number % 28 + 1),
        duration_secs: 1_500,
        added: BASE_TIME + i64::from(season) * 86_400 + i64::from(number),
        odd: Map::new(),
    }
}

/// Categories with ids from 1.
pub(super) fn numbered(names: impl Iterator<Item = String>) -> impl Iterator<Item = Category> {
    (1..).zip(names).map(|(id, name)| Category { id, name })
}
