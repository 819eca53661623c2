//! The lists of a catalogue as JSON, made while they are sent.

use std::sync::Arc;

use serde::Serialize;
use serde_json::{Map, Value, json};

use super::catalogue::{Catalogue, Category, Channel, Film, Series};
use crate::simulator::resource::{Piece, Pieces, Reply};

/// Bytes gathered before they are sent.
const PIECE: usize = 64 * 1024;

/// `get_live_streams`, of one category or of all.
pub(super) fn channels(catalogue: &Arc<Catalogue>, category: Option<u64>, host: &str) -> Reply {
    let host = host.to_owned();
    stream(
        catalogue,
        Catalogue::channel_count,
        move |catalogue, index, out| {
            let channel = catalogue.channel_at(index);
            if category.is_none() || channel.category == category {
                entry(out, &LiveEntry::of(&channel, index, &host), &channel.odd);
            }
        },
    )
}

/// `get_vod_streams`, of one category or of all.
pub(super) fn films(catalogue: &Arc<Catalogue>, category: Option<u64>, host: &str) -> Reply {
    let host = host.to_owned();
    stream(catalogue, Catalogue::film_count, move |catalogue, index, out| {
        let film = catalogue.film_at(index);
        if category.is_none() || film.category == category {
            entry(out, &FilmEntry::of(&film, index, &host), &film.odd);
        }
    })
}

/// `get_series`, of one category or of all.
pub(super) fn series(catalogue: &Arc<Catalogue>, category: Option<u64>, host: &str) -> Reply {
    let host = host.to_owned();
    stream(
        catalogue,
        Catalogue::series_count,
        move |catalogue, index, out| {
            let series = catalogue.series_at(index);
            if category.is_none() || series.category == category {
                entry(out, &SeriesEntry::of(&series, index, &host), &series.odd);
            }
        },
    )
}

/// The categories of one kind.
pub(super) fn categories(categories: &[Category]) -> Value {
    let shown = categories.iter().map(|category| {
        json!({
            "category_id": category.id.to_string(),
            "category_name": category.name,
            "parent_id": 0,
        })
    });
    shown.collect()
}

/// An address of a picture: a path is one of this panel.
pub(super) fn picture(host: &str, address: Option<&str>) -> String {
    match address {
        Some(path) if path.starts_with('/') => format!("http://{host}{path}"),
        other => other.unwrap_or("").to_owned(),
    }
}

/// The wide picture of what has a cover; none of the others.
pub(super) fn backdrop(host: &str, cover: Option<&str>, id: u64) -> Vec<String> {
    cover
        .map(|_| picture(host, Some(&format!("/images/backdrop/{id}.png"))))
        .into_iter()
        .collect()
}

/// A series as the list and `info` show it.
pub(super) fn series_info(series: &Series, host: &str) -> Value {
    let mut shown = serde_json::to_value(SeriesEntry::of(series, 0, host)).unwrap_or_default();
    if let Some(fields) = shown.as_object_mut() {
        fields.remove("num");
        fields.remove("series_id");
    }
    shown
}

#[derive(Serialize)]
struct LiveEntry<'a> {
    num: usize,
    name: &'a str,
    stream_type: &'static str,
    stream_id: u64,
    stream_icon: String,
    epg_channel_id: Option<&'a str>,
    added: String,
    is_adult: &'static str,
    category_id: Option<String>,
    category_ids: Vec<u64>,
    custom_sid: Option<&'a str>,
    tv_archive: u8,
    direct_source: &'static str,
    tv_archive_duration: u32,
}

impl<'a> LiveEntry<'a> {
    fn of(channel: &'a Channel, index: usize, host: &str) -> Self {
        Self {
            num: index + 1,
            name: &channel.name,
            stream_type: "live",
            stream_id: channel.id,
            stream_icon: picture(host, channel.icon.as_deref()),
            epg_channel_id: channel.guide.as_deref(),
            added: channel.added.to_string(),
            is_adult: "0",
            category_id: channel.category.map(|id| id.to_string()),
            category_ids: channel.category.into_iter().collect(),
            custom_sid: None,
            tv_archive: u8::from(channel.archive_days > 0),
            direct_source: "",
            tv_archive_duration: channel.archive_days,
        }
    }
}

#[derive(Serialize)]
struct FilmEntry<'a> {
    num: usize,
    name: &'a str,
    title: &'a str,
    year: Option<String>,
    stream_type: &'static str,
    stream_id: u64,
    stream_icon: String,
    rating: String,
    rating_5based: f64,
    tmdb: Option<String>,
    genre: &'a str,
    added: String,
    is_adult: &'static str,
    category_id: Option<String>,
    category_ids: Vec<u64>,
    container_extension: &'a str,
    custom_sid: Option<&'a str>,
    direct_source: &'static str,
}

impl<'a> FilmEntry<'a> {
    fn of(film: &'a Film, index: usize, host: &str) -> Self {
        Self {
            num: index + 1,
            name: &film.name,
            title: &film.name,
            year: film.year.map(|year| year.to_string()),
            stream_type: "movie",
            stream_id: film.id,
            stream_icon: picture(host, film.cover.as_deref()),
            rating: film.rating.map_or(String::new(), |rating| rating.to_string()),
            rating_5based: five(film.rating),
            tmdb: film.tmdb.map(|id| id.to_string()),
            genre: &film.genre,
            added: film.added.to_string(),
            is_adult: "0",
            category_id: film.category.map(|id| id.to_string()),
            category_ids: film.category.into_iter().collect(),
            container_extension: &film.extension,
            custom_sid: None,
            direct_source: "",
        }
    }
}

#[derive(Serialize)]
struct SeriesEntry<'a> {
    num: usize,
    name: &'a str,
    title: &'a str,
    year: Option<String>,
    stream_type: &'static str,
    series_id: u64,
    cover: String,
    plot: &'a str,
    cast: &'a str,
    director: &'a str,
    genre: &'a str,
    #[serde(rename = "releaseDate")]
    release_date: String,
    last_modified: String,
    rating: String,
    rating_5based: f64,
    backdrop_path: Vec<String>,
    youtube_trailer: &'static str,
    tmdb: Option<String>,
    episode_run_time: String,
    category_id: Option<String>,
    category_ids: Vec<u64>,
}

impl<'a> SeriesEntry<'a> {
    fn of(series: &'a Series, index: usize, host: &str) -> Self {
        let length = series.seasons.iter().flat_map(|season| &season.episodes).next();
        Self {
            num: index + 1,
            name: &series.name,
            title: &series.name,
            year: series.year.map(|year| year.to_string()),
            stream_type: "series",
            series_id: series.id,
            cover: picture(host, series.cover.as_deref()),
            plot: &series.plot,
            cast: &series.cast,
            director: &series.director,
            genre: &series.genre,
            release_date: series.year.map_or(String::new(), |year| format!("{year}-09-01")),
            last_modified: series.last_modified.to_string(),
            rating: series.rating.map_or(String::new(), |rating| rating.to_string()),
            rating_5based: five(series.rating),
            backdrop_path: backdrop(host, series.cover.as_deref(), series.id),
            youtube_trailer: "",
            tmdb: series.tmdb.map(|id| id.to_string()),
            episode_run_time: length.map_or(0, |episode| episode.duration_secs / 60).to_string(),
            category_id: series.category.map(|id| id.to_string()),
            category_ids: series.category.into_iter().collect(),
        }
    }
}

pub(super) fn five(rating: Option<f64>) -> f64 {
    (rating.unwrap_or(0.0) * 5.0).round() / 10.0
}

fn entry(out: &mut Vec<u8>, shown: &impl Serialize, odd: &Map<String, Value>) {
    // Writing to memory does not fail, and these have no keys but strings.
    let _ = if odd.is_empty() {
        serde_json::to_writer(&mut *out, shown)
    } else {
        serde_json::to_writer(&mut *out, &changed(shown, odd))
    };
    out.push(b',');
}

/// The thing as JSON with some fields changed.
pub(super) fn changed(shown: &impl Serialize, odd: &Map<String, Value>) -> Value {
    let mut shown = serde_json::to_value(shown).unwrap_or_default();
    if let Some(fields) = shown.as_object_mut() {
        fields.extend(odd.clone());
    }
    shown
}

/// An array of what `write` puts, each with a comma behind it, for the places from 0 to below `count`.
fn stream(
    catalogue: &Arc<Catalogue>,
    count: fn(&Catalogue) -> usize,
    write: impl Fn(&Catalogue, usize, &mut Vec<u8>) + Send + Sync + 'static,
) -> Reply {
    let (catalogue, write) = (Arc::clone(catalogue), Arc::new(write));
    let pieces = Pieces::new(move || {
        let (catalogue, write) = (Arc::clone(&catalogue), Arc::clone(&write));
        let (mut index, count) = (0, count(&catalogue));
        let mut ahead = b"[".to_vec();
        let mut ended = false;
        std::iter::from_fn(move || {
            if ended {
                return None;
            }
            while ahead.len() < PIECE && index < count {
                write(&catalogue, index, &mut ahead);
                index += 1;
            }
            ended = index == count;
            // The last comma waits until it is known whether another entry follows.
            let kept = match ahead.last() {
                Some(b',') => ahead.split_off(ahead.len() - 1),
                _ => Vec::new(),
            };
            let mut piece = std::mem::replace(&mut ahead, kept);
            if ended {
                piece.push(b']');
            }
            Some(Piece::from(piece))
        })
    });
    Reply::pieces("application/json", pieces)
}
