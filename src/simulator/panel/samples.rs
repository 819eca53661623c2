//! Two small catalogues whose names overlap, each in its own way of writing: what the demo and most tests show.

use serde_json::{Map, Value};

use super::bulk::{numbered, seasons};
use super::catalogue::{Catalogue, Channel, Film, Quality, Series};
use crate::simulator::names::{self, GENRES};

/// Name, country, topic.
const CHANNELS: [(&str, &str, Topic); 45] = [
    ("BBC One", "UK", Topic::General),
    ("BBC Two", "UK", Topic::General),
    ("ITV1", "UK", Topic::General),
    ("Channel 4", "UK", Topic::General),
    ("Sky News", "UK", Topic::News),
    ("Sky Sports Golf", "UK", Topic::Sports),
    ("Dave", "UK", Topic::General),
    ("Film4", "UK", Topic::Films),
    ("CBeebies", "UK", Topic::Kids),
    ("ESPN", "US", Topic::Sports),
    ("ESPN 2", "US", Topic::Sports),
    ("CNN", "US", Topic::News),
    ("Fox News", "US", Topic::News),
    ("NBC", "US", Topic::General),
    ("ABC", "US", Topic::General),
    ("HBO", "US", Topic::Films),
    ("Showtime", "US", Topic::Films),
    ("AMC", "US", Topic::Films),
    ("Nickelodeon", "US", Topic::Kids),
    ("Cartoon Network", "US", Topic::Kids),
    ("Discovery", "US", Topic::Nature),
    ("National Geographic", "US", Topic::Nature),
    ("Animal Planet", "US", Topic::Nature),
    ("Das Erste", "DE", Topic::General),
    ("ZDF", "DE", Topic::General),
    ("RTL", "DE", Topic::General),
    ("ProSieben", "DE", Topic::General),
    ("Sport1", "DE", Topic::Sports),
    ("KiKA", "DE", Topic::Kids),
    ("Tagesschau24", "DE", Topic::News),
    ("TF1", "FR", Topic::General),
    ("France 2", "FR", Topic::General),
    ("M6", "FR", Topic::General),
    ("Arte", "FR", Topic::Nature),
    ("Canal+", "FR", Topic::Films),
    ("L'Équipe", "FR", Topic::Sports),
    ("Rai 1", "IT", Topic::General),
    ("Rai 2", "IT", Topic::General),
    ("Canale 5", "IT", Topic::General),
    ("Sky TG24", "IT", Topic::News),
    ("La 1", "ES", Topic::General),
    ("Antena 3", "ES", Topic::General),
    ("Teledeporte", "ES", Topic::Sports),
    ("Clan", "ES", Topic::Kids),
    ("Canal Historia", "ES", Topic::Nature),
];

#[derive(Debug, Clone, Copy)]
enum Topic {
    General,
    Sports,
    News,
    Films,
    Kids,
    Nature,
}

const TOPICS: [&str; 6] = ["General", "Sports", "News", "Movies", "Kids", "Documentary"];
const COUNTRIES: [&str; 6] = ["UK", "US", "DE", "FR", "IT", "ES"];

const PLOTS: [&str; 5] = [
    "A letter arrives forty years late, and everybody it names is still in town.",
    "The last ferry has left. Six strangers and a locked suitcase wait for the morning.",
    "She came to sell the house. The house has other plans.",
    "Two rivals share one map, and each of them has only half of it.",
    "It begins with a power cut and ends with a parade.",
];

const START: i64 = 1_600_000_000;
const DAY: i64 = 86_400;
const CHANNELS_EACH: usize = 36;
/// Of three channels two come in two qualities.
const QUALITIES: [&[(&str, Quality)]; 3] = [
    &[("HD", Quality::Hd), ("FHD", Quality::Fhd)],
    &[("HD", Quality::Hd)],
    &[("SD", Quality::Sd), ("4K", Quality::Uhd)],
];

impl Catalogue {
    /// 60 channels such as `ESPN HD`, sorted by topic, 40 films such as `The Silent River (1994)`, 8 series.
    pub fn plain() -> Self {
        let channels = listed(0, |name, _, mark| format!("{name} {mark}"), |_, topic| topic);
        Self {
            live_categories: numbered(TOPICS.iter().map(|&name| name.to_owned())).collect(),
            film_categories: numbered(GENRES.iter().map(|&name| name.to_owned())).collect(),
            series_categories: numbered(["Series".to_owned()].into_iter()).collect(),
            channels,
            films: (0..40).map(|number| film(number, "", true)).collect(),
            series: (0..8).map(|number| series(number, "")).collect(),
            ..Self::default()
        }
    }

    /// 60 channels such as `US: ESPN FHD`, sorted by country, and a heading among them; 40 films such as
    /// `EN - The Silent River (1994)`, most of which [`Self::plain`] has too; 8 series.
    pub fn decorated() -> Self {
        let mut channels = listed(
            9,
            |name, code, mark| format!("{code}: {name} {mark}"),
            |code, _| code,
        );
        for channel in &mut channels {
            channel.id += 40_000;
        }
        let heading = Channel {
            id: 49_999,
            name: "=======>   Germany   <=======".into(),
            added: START,
            ..Channel::default()
        };
        channels.insert(20, heading);
        Self {
            live_categories: numbered(COUNTRIES.iter().map(|code| format!("{code} | TV"))).collect(),
            film_categories: numbered(
                GENRES
                    .iter()
                    .map(|genre| format!("EN | {}", genre.to_uppercase())),
            )
            .collect(),
            series_categories: numbered(["EN | BOX SETS".to_owned()].into_iter()).collect(),
            channels,
            films: (16..56)
                .map(|number| film(number, "EN - ", number % 2 == 0))
                .collect(),
            series: (3..11).map(|number| series(number, "EN - ")).collect(),
            ..Self::default()
        }
    }
}

/// Some of the channels from `first` on, each in its qualities. `category` chooses the number of a country or a topic.
fn listed(
    first: usize,
    name: impl Fn(&str, &str, &str) -> String,
    category: impl Fn(u64, u64) -> u64,
) -> Vec<Channel> {
    let mut channels = Vec::new();
    for (place, (base, code, topic)) in CHANNELS.iter().enumerate().skip(first).take(CHANNELS_EACH) {
        let country = COUNTRIES.iter().position(|known| known == code).unwrap_or(0);
        for &(mark, quality) in QUALITIES[place % QUALITIES.len()] {
            let id: String = base.chars().filter(|c| c.is_alphanumeric()).collect();
            channels.push(Channel {
                id: 101 + channels.len() as u64,
                name: name(base, code, mark),
                category: Some(category(country as u64, *topic as u64) + 1),
                guide: Some(format!("{id}.{}", code.to_lowercase())),
                icon: Some(format!("/images/logo/{place}.png")),
                archive_days: if place % 3 == 0 { 3 } else { 0 },
                added: START + place as i64 * DAY,
                quality,
                odd: Map::new(),
            });
        }
    }
    channels
}

fn film(number: usize, prefix: &str, has_tmdb: bool) -> Film {
    let year = year(number);
    let seconds = 5_000 + number as u32 * 97 % 3_000;
    Film {
        id: 5_001 + number as u64,
        name: format!("{prefix}{} ({year})", names::title(number * 53)),
        year: Some(year),
        category: Some((number % GENRES.len()) as u64 + 1),
        extension: if number % 3 == 2 { "mkv" } else { "mp4" }.into(),
        rating: Some((45 + number * 7 % 50) as f64 / 10.0),
        genre: GENRES[number % GENRES.len()].into(),
        plot: PLOTS[number % PLOTS.len()].into(),
        cast: format!(
            "{}, {}",
            names::person(number * 31 + 5),
            names::person(number * 17 + 900)
        ),
        director: names::person(number * 13 + 400),
        tmdb: has_tmdb.then_some(910_000 + number as u64),
        cover: Some(format!("/images/poster/{number}.png")),
        duration_secs: seconds,
        added: START + number as i64 * DAY,
        odd: Map::new(),
    }
}

fn series(number: usize, prefix: &str) -> Series {
    let id = 7_001 + number as u64;
    let mut seasons = seasons(
        70_000 + number as u64 * 100,
        1 + number as u32 % 4,
        6 + number as u32 % 5,
    );
    for episode in seasons.iter_mut().flat_map(|season| &mut season.episodes) {
        episode.plot = PLOTS[(number + episode.number as usize) % PLOTS.len()].into();
    }
    Series {
        id,
        name: format!("{prefix}{}", names::title(number * 67 + 11)),
        year: Some(year(number + 3)),
        category: Some(1),
        rating: Some((60 + number * 7 % 35) as f64 / 10.0),
        genre: GENRES[(number + 2) % GENRES.len()].into(),
        plot: PLOTS[(number + 1) % PLOTS.len()].into(),
        cast: format!(
            "{}, {}",
            names::person(number * 37 + 50),
            names::person(number * 19 + 700)
        ),
        director: names::person(number * 23 + 300),
        tmdb: Some(920_000 + number as u64),
        cover: Some(format!("/images/poster/{}.png", 100 + number)),
        last_modified: START + number as i64 * DAY,
        seasons,
        odd: Map::new(),
    }
}

fn year(number: usize) -> u16 {
    1962 + (number * 29 % 62) as u16
}

/// Fields to send as they are: `odd([("rating", json!("n/A"))])`.
pub fn odd<const N: usize>(fields: [(&str, Value); N]) -> Map<String, Value> {
    fields
        .map(|(name, value)| (name.to_owned(), value))
        .into_iter()
        .collect()
}
