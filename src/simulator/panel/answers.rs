//! What `player_api.php` answers to each action.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};

use super::catalogue::{Episode, Film, Series};
use super::guide::{self, Programme};
use super::lists::{self, changed, five, picture};
use super::{Parameters, Subscriber, Visit};
use crate::simulator::resource::Reply;

/// Listings in a short guide where the request names no number.
const SHORT: usize = 4;

/// The answer for an account that gave its password.
pub(super) fn answer(subscriber: &Subscriber, parameters: &Parameters, visit: &Visit) -> Reply {
    let catalogue = &subscriber.catalogue;
    let action = parameters.get("action").unwrap_or("");
    if !subscriber.account.is_served(visit.now_ms) && action.starts_with("get_") {
        // Such an account still signs in; its lists are empty.
        return json(&json!([]));
    }
    let category = parameters.number("category_id");
    match action {
        "get_live_categories" => json(&lists::categories(&catalogue.live_categories)),
        "get_vod_categories" => json(&lists::categories(&catalogue.film_categories)),
        "get_series_categories" => json(&lists::categories(&catalogue.series_categories)),
        "get_live_streams" => lists::channels(catalogue, category, visit.host),
        "get_vod_streams" => lists::films(catalogue, category, visit.host),
        "get_series" => lists::series(catalogue, category, visit.host),
        "get_series_info" => {
            let found = parameters
                .number("series_id")
                .and_then(|id| catalogue.find_series(id));
            json(&found.map_or(json!([]), |series| series_info(&series, visit)))
        }
        "get_vod_info" => {
            let found = parameters.number("vod_id").and_then(|id| catalogue.find_film(id));
            json(&found.map_or(json!({ "info": [] }), |film| film_info(&film, visit)))
        }
        "get_short_epg" => {
            let most = parameters.number("limit").unwrap_or(SHORT);
            let upcoming = |programme: &Programme| programme.stop > visit.now_ms / 1000;
            let listings = programmes(subscriber, parameters, visit)
                .into_iter()
                .filter(upcoming);
            json(&listing(listings.take(most), visit, false))
        }
        "get_simple_data_table" => {
            let listings = programmes(subscriber, parameters, visit).into_iter();
            json(&listing(listings, visit, true))
        }
        _ => json(&subscriber.account.shown(visit)),
    }
}

/// The answer to a wrong user name or password.
pub(super) fn unknown() -> Reply {
    json(&json!({ "user_info": { "auth": 0 } }))
}

fn json(value: &Value) -> Reply {
    Reply::new(200, "application/json", value.to_string())
}

fn series_info(series: &Series, visit: &Visit) -> Value {
    let cover = picture(visit.host, series.cover.as_deref());
    let seasons: Value = series
        .seasons
        .iter()
        .map(|season| {
            json!({
                "id": series.id * 100 + u64::from(season.number),
                "name": format!("Season {}", season.number),
                "season_number": season.number,
                "episode_count": season.episodes.len(),
                "overview": "",
                "air_date": season.episodes.first().map_or("", |episode| episode.air_date.as_str()),
                "cover": cover,
                "cover_big": cover,
                "vote_average": series.rating.unwrap_or(0.0),
            })
        })
        .collect();
    let episodes: Map<String, Value> = series
        .seasons
        .iter()
        .map(|season| {
            let listed = season.episodes.iter();
            let shown = listed.map(|item| episode(item, season.number, &cover)).collect();
            (season.number.to_string(), shown)
        })
        .collect();
    json!({ "seasons": seasons, "info": lists::series_info(series, visit.host), "episodes": episodes })
}

fn episode(episode: &Episode, season: u32, cover: &str) -> Value {
    let shown = json!({
        "id": episode.id.to_string(),
        "episode_num": episode.number,
        "title": episode.title,
        "container_extension": episode.extension,
        "info": {
            "air_date": episode.air_date,
            "releasedate": episode.air_date,
            "plot": episode.plot,
            "movie_image": cover,
            "duration_secs": episode.duration_secs,
            "duration": hours(episode.duration_secs),
            "bitrate": 800,
            "rating": 0,
            "season": season,
            "video": [],
            "audio": [],
        },
        "subtitles": [],
        "custom_sid": null,
        "added": episode.added.to_string(),
        "season": season,
        "direct_source": "",
    });
    changed(&shown, &episode.odd)
}

fn film_info(film: &Film, visit: &Visit) -> Value {
    let cover = picture(visit.host, film.cover.as_deref());
    let released = film.year.map_or(String::new(), |year| format!("{year}-06-01"));
    let mut shown = json!({
        "info": {
            "kinopoisk_url": "",
            "tmdb_id": film.tmdb.map(|id| id.to_string()),
            "name": film.name,
            "o_name": film.name,
            "cover_big": cover,
            "movie_image": cover,
            "releasedate": released,
            "release_date": released,
            "episode_run_time": film.duration_secs / 60,
            "youtube_trailer": "",
            "director": film.director,
            "actors": film.cast,
            "cast": film.cast,
            "description": film.plot,
            "plot": film.plot,
            "age": "",
            "mpaa_rating": "",
            "rating_count_kinopoisk": 0,
            "country": "",
            "genre": film.genre,
            "backdrop_path": lists::backdrop(visit.host, film.cover.as_deref(), film.id),
            "duration_secs": film.duration_secs,
            "duration": hours(film.duration_secs),
            "bitrate": 800,
            "rating": film.rating.map_or(String::new(), |rating| rating.to_string()),
            "video": [],
            "audio": [],
            "subtitles": [],
        },
        "movie_data": {
            "stream_id": film.id,
            "name": film.name,
            "title": film.name,
            "year": film.year.map(|year| year.to_string()),
            "rating_5based": five(film.rating),
            "added": film.added.to_string(),
            "category_id": film.category.map(|id| id.to_string()),
            "category_ids": film.category.into_iter().collect::<Vec<_>>(),
            "container_extension": film.extension,
            "custom_sid": null,
            "direct_source": "",
        },
    });
    if let Some(info) = shown["info"].as_object_mut() {
        info.extend(otherwise(film));
    }
    shown
}

/// Panels write the same facts in other types: each film's as one of them does.
fn otherwise(film: &Film) -> Map<String, Value> {
    let fields = match film.id % 4 {
        0 => json!({
            "tmdb_id": film.tmdb,
            "rating": film.rating,
            "duration_secs": film.duration_secs.to_string(),
            "cast": "",
            "genre": format!("{} / Drama", film.genre),
        }),
        1 => json!({
            "rating": "n/A",
            "rating_5based": five(film.rating),
            "duration_secs": 0,
            "duration": format!("{} min", film.duration_secs / 60),
            "director": [film.director],
            "plot": "",
            "description": format!("<p>{}</p>", film.plot.replace('\'', "&#39;")),
            "actors": null,
        }),
        2 => json!({
            "duration_secs": null,
            "duration": "",
            "episode_run_time": (film.duration_secs / 60).to_string(),
            "releasedate": "n/A",
            "release_date": film.year.map(|year| format!("{year}-06-01 00:00:00")),
            "imdb_id": film.tmdb.map(|id| format!("tt{id:07}")),
        }),
        _ => json!({}),
    };
    match fields {
        Value::Object(fields) => fields,
        _ => Map::new(),
    }
}

/// `01:37:00`.
fn hours(seconds: u32) -> String {
    format!(
        "{:02}:{:02}:{:02}",
        seconds / 3600,
        seconds / 60 % 60,
        seconds % 60
    )
}

fn programmes(subscriber: &Subscriber, parameters: &Parameters, visit: &Visit) -> Vec<Programme> {
    let channel = parameters
        .number("stream_id")
        .and_then(|id| subscriber.catalogue.find_channel(id));
    let Some(channel) = channel else {
        return Vec::new();
    };
    let Some(guide) = channel.guide.as_deref() else {
        return Vec::new();
    };
    let archive = i64::from(channel.archive_days);
    guide::programmes(guide, visit.now_ms / 1000, archive)
}

fn listing(programmes: impl Iterator<Item = Programme>, visit: &Visit, is_table: bool) -> Value {
    let now = visit.now_ms / 1000;
    let listings: Value = programmes
        .map(|programme| {
            let stop = guide::local(programme.stop);
            let mut shown = json!({
                "id": programme.id.to_string(),
                "epg_id": "1",
                "title": STANDARD.encode(&programme.title),
                "lang": "en",
                "start": guide::local(programme.start),
                "end": stop,
                "description": STANDARD.encode(&programme.description),
                "channel_id": programme.channel,
                "start_timestamp": programme.start.to_string(),
                "stop_timestamp": programme.stop.to_string(),
            });
            if is_table {
                shown["now_playing"] = u8::from(programme.start <= now && now < programme.stop).into();
                shown["has_archive"] = u8::from(programme.stop <= now).into();
            } else {
                shown["stop"] = stop.into();
            }
            shown
        })
        .collect();
    json!({ "epg_listings": listings })
}
