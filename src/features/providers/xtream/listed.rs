//! What panels list, cleaned: no control or direction characters, single spaces, bounded length.

use std::borrow::Cow;

use serde::Deserialize;

use super::facts::{rating, tmdb};
use super::loose::{First, Loose};
use crate::features::providers::m3u::Refusal;
use crate::support::clean::{clean, decode_entities};

/// Names and groups are cut to so many characters.
const NAME_CHARS: usize = 255;
const ID_CHARS: usize = 255;
const GENRE_CHARS: usize = 50;
/// A longer address of a picture is none.
const LONGEST_ADDRESS: usize = 2_048;

/// A live stream.
#[derive(Debug, Clone, PartialEq)]
pub struct Live<'a> {
    pub id: i64,
    pub name: Cow<'a, str>,
    pub category: Option<Cow<'a, str>>,
    pub tvg_id: Option<Cow<'a, str>>,
    pub logo: Option<Cow<'a, str>>,
    pub is_radio: bool,
    /// How many days of it the panel keeps.
    pub archive_days: Option<i64>,
}

/// A film.
#[derive(Debug, Clone, PartialEq)]
pub struct Film<'a> {
    pub id: i64,
    pub name: Cow<'a, str>,
    pub category: Option<Cow<'a, str>>,
    pub cover: Option<Cow<'a, str>>,
    /// As the panel wrote it; `mp4` where it wrote none.
    pub extension: Cow<'a, str>,
    pub year: Option<u16>,
    /// Tenths: 1 to 100.
    pub rating: Option<i64>,
    pub tmdb_id: Option<String>,
    pub genre: Option<Cow<'a, str>>,
    /// When the panel took it in, as it says: seconds as a rule.
    pub added: Option<i64>,
}

/// A series, whose episodes are its details.
#[derive(Debug, Clone, PartialEq)]
pub struct Series<'a> {
    pub id: i64,
    pub name: Cow<'a, str>,
    pub category: Option<Cow<'a, str>>,
    pub cover: Option<Cow<'a, str>>,
    pub year: Option<u16>,
    /// Changes with the series' episodes; panels write seconds.
    pub last_modified: Option<Cow<'a, str>>,
}

/// One element of a list.
#[derive(Debug)]
pub enum Item<'a> {
    Live(Live<'a>),
    Film(Film<'a>),
    Series(Series<'a>),
    Refused {
        /// Its place in the list, counted from 1.
        place: u64,
        reason: Refusal,
        name: &'a str,
    },
}

impl Item<'_> {
    /// What the panel calls it by.
    pub fn id(&self) -> Option<i64> {
        match self {
            Self::Live(live) => Some(live.id),
            Self::Film(film) => Some(film.id),
            Self::Series(series) => Some(series.id),
            Self::Refused { .. } => None,
        }
    }
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Raw<'a> {
    #[serde(borrow)]
    name: Loose<'a>,
    #[serde(borrow)]
    title: Loose<'a>,
    #[serde(borrow)]
    stream_type: Loose<'a>,
    #[serde(borrow)]
    stream_id: Loose<'a>,
    #[serde(borrow)]
    series_id: Loose<'a>,
    #[serde(borrow)]
    stream_icon: Loose<'a>,
    #[serde(borrow)]
    cover: Loose<'a>,
    #[serde(borrow)]
    epg_channel_id: Loose<'a>,
    #[serde(borrow)]
    category_id: First<'a>,
    #[serde(borrow)]
    category_ids: First<'a>,
    #[serde(borrow)]
    tv_archive: Loose<'a>,
    #[serde(borrow)]
    tv_archive_duration: Loose<'a>,
    #[serde(borrow)]
    container_extension: Loose<'a>,
    #[serde(borrow)]
    year: Loose<'a>,
    #[serde(borrow)]
    #[serde(rename = "releaseDate")]
    release_date: Loose<'a>,
    #[serde(borrow)]
    #[serde(rename = "release_date")]
    released: Loose<'a>,
    #[serde(borrow)]
    last_modified: Loose<'a>,
    #[serde(borrow)]
    rating: Loose<'a>,
    #[serde(borrow)]
    rating_5based: Loose<'a>,
    #[serde(borrow)]
    tmdb: Loose<'a>,
    #[serde(borrow)]
    tmdb_id: Loose<'a>,
    #[serde(borrow)]
    genre: First<'a>,
    #[serde(borrow)]
    added: Loose<'a>,
}

/// A cleaned text, or none.
pub(super) fn text<'a>(loose: &Loose<'_>, chars: usize) -> Option<Cow<'a, str>> {
    let raw = loose.text()?;
    let cleaned = clean(&decode_entities(&raw), chars).into_owned();
    (!cleaned.is_empty()).then_some(Cow::Owned(cleaned))
}

/// An address without anything that belongs to no address.
pub(super) fn address<'a>(loose: &Loose<'_>) -> Option<Cow<'a, str>> {
    let raw = loose.text()?;
    let is_one =
        raw.len() <= LONGEST_ADDRESS && !raw.chars().any(|char| char.is_whitespace() || char.is_control());
    is_one.then(|| Cow::Owned(raw.into_owned()))
}

/// A file's extension; anything else stands for the usual one.
pub(super) fn extension<'a>(loose: &Loose<'_>) -> Cow<'a, str> {
    let is_one =
        |text: &str| (1..=8).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric());
    match loose.text().map(|text| text.trim_start_matches('.').to_owned()) {
        Some(text) if is_one(&text) => Cow::Owned(text),
        _ => Cow::Borrowed("mp4"),
    }
}

/// The year of a date or of a year alone.
pub(super) fn year(loose: &Loose<'_>) -> Option<u16> {
    let raw = loose.text()?;
    let digits = raw.get(..4)?;
    let is_date = raw.len() == 4 || raw.as_bytes().get(4) == Some(&b'-');
    (is_date && digits.bytes().all(|byte| byte.is_ascii_digit()))
        .then(|| digits.parse().ok())
        .flatten()
        .filter(|year| (1900..=2100).contains(year))
}

impl<'a> Raw<'a> {
    fn read(element: &'a str) -> Result<Self, Refusal> {
        // An array would be read as the fields in their order.
        if !element.starts_with('{') {
            return Err(Refusal::Malformed);
        }
        serde_json::from_str(element).map_err(|_| Refusal::Malformed)
    }

    fn name(&self) -> Cow<'static, str> {
        text(&self.name, NAME_CHARS)
            .or_else(|| text(&self.title, NAME_CHARS))
            .unwrap_or(Cow::Borrowed("Unnamed"))
    }

    fn category(&self) -> Option<Cow<'static, str>> {
        let first = [&self.category_id.0, &self.category_ids.0];
        first
            .into_iter()
            .find_map(|id| text(id, ID_CHARS))
            .filter(|id| id != "0")
    }

    fn year(&self) -> Option<u16> {
        [&self.year, &self.release_date, &self.released]
            .into_iter()
            .find_map(year)
    }

    fn is_nameless(&self) -> bool {
        self.name.text().is_none() && self.title.text().is_none()
    }
}

fn id(loose: &Loose<'_>) -> Result<i64, Refusal> {
    loose.int().filter(|id| *id >= 0).ok_or(Refusal::NoId)
}

/// A refused element: the reason, and its name as far as it was read.
pub(super) type Refused = (Refusal, String);

pub(super) fn live(element: &str) -> Result<Live<'_>, Refused> {
    let raw = Raw::read(element).map_err(nameless)?;
    let name = raw.name();
    let id = id(&raw.stream_id).map_err(|reason| (reason, name.to_string()))?;
    let archive = raw.tv_archive.int().is_some_and(|kept| kept > 0);
    Ok(Live {
        id,
        category: raw.category(),
        tvg_id: text(&raw.epg_channel_id, ID_CHARS),
        logo: address(&raw.stream_icon),
        is_radio: raw
            .stream_type
            .text()
            .is_some_and(|kind| kind.starts_with("radio")),
        archive_days: raw
            .tv_archive_duration
            .int()
            .filter(|days| archive && (1..=365).contains(days)),
        name,
    })
}

pub(super) fn film(element: &str) -> Result<Film<'_>, Refused> {
    let raw = Raw::read(element).map_err(nameless)?;
    let name = raw.name();
    let id = id(&raw.stream_id).map_err(|reason| (reason, name.to_string()))?;
    Ok(Film {
        id,
        category: raw.category(),
        cover: address(&raw.stream_icon).or_else(|| address(&raw.cover)),
        extension: extension(&raw.container_extension),
        year: raw.year(),
        rating: rating(&raw.rating, &raw.rating_5based),
        tmdb_id: tmdb(&raw.tmdb).or_else(|| tmdb(&raw.tmdb_id)),
        genre: genre(&raw.genre.0),
        added: raw.added.int().filter(|added| *added > 0),
        name,
    })
}

/// The first of its genres.
fn genre<'a>(loose: &Loose<'_>) -> Option<Cow<'a, str>> {
    let raw = loose.text()?;
    let first = raw.split([',', '/', '|', ';']).next()?;
    text(&Loose::Text(Cow::Borrowed(first)), GENRE_CHARS).filter(|genre| !genre.eq_ignore_ascii_case("n/a"))
}

pub(super) fn series(element: &str) -> Result<Series<'_>, Refused> {
    let raw = Raw::read(element).map_err(nameless)?;
    let name = raw.name();
    let id = id(&raw.series_id).map_err(|reason| (reason, name.to_string()))?;
    if raw.is_nameless() {
        return Err((Refusal::Malformed, name.into_owned()));
    }
    Ok(Series {
        id,
        category: raw.category(),
        cover: address(&raw.cover).or_else(|| address(&raw.stream_icon)),
        year: raw.year(),
        last_modified: text(&raw.last_modified, ID_CHARS),
        name,
    })
}

fn nameless(reason: Refusal) -> Refused {
    (reason, String::new())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_live_stream_is_read_from_either_kind_of_panel() {
        let old = live(
            r#"{"num":1,"name":" UK: News  HD ","stream_type":"live","stream_id":7,"stream_icon":"http://p.example/7.png",
            "epg_channel_id":"news.uk","added":"1512103894","category_id":"3","custom_sid":null,"tv_archive":1,
            "direct_source":"","tv_archive_duration":"3"}"#,
        )
        .unwrap();
        let new = live(
            r#"{"num":"1","name":"UK: News HD","stream_type":"live","stream_id":"7","stream_icon":"http://p.example/7.png",
            "epg_channel_id":"news.uk","category_id":null,"category_ids":[3,9],"tv_archive":"1","is_adult":0,
            "tv_archive_duration":3,"thumbnail":"","custom_sid":[]}"#,
        )
        .unwrap();
        assert_eq!(old, new);
        assert_eq!(old.name, "UK: News HD");
        assert_eq!(
            (old.id, old.category.as_deref(), old.archive_days),
            (7, Some("3"), Some(3))
        );
    }

    #[test]
    fn what_a_live_stream_lacks_is_none() {
        let bare = live(r#"{"stream_id":1,"name":null,"category_id":null,"stream_icon":"","epg_channel_id":null,"tv_archive":0,"tv_archive_duration":7}"#).unwrap();
        assert_eq!(bare.name, "Unnamed");
        assert_eq!(
            (bare.category, bare.tvg_id, bare.logo, bare.archive_days),
            (None, None, None, None)
        );
        assert!(
            live(r#"{"stream_id":1,"stream_type":"radio_streams"}"#)
                .unwrap()
                .is_radio
        );
        assert!(
            !live(r#"{"stream_id":1,"stream_type":"created_live"}"#)
                .unwrap()
                .is_radio
        );
    }

    #[test]
    fn a_film_keeps_its_extension_and_its_year() {
        let film = film(
            r#"{"name":"Heat","stream_type":"movie","stream_id":"12","rating":"n/A","rating_5based":3.5,
            "category_id":"8","container_extension":"MKV","year":"1995"}"#,
        )
        .unwrap();
        assert_eq!((film.id, &*film.extension, film.year), (12, "MKV", Some(1995)));
        for (json, expected) in [
            ("null", "mp4"),
            ("\"\"", "mp4"),
            ("\".avi\"", "avi"),
            ("\"../x\"", "mp4"),
            ("[]", "mp4"),
        ] {
            let json = format!("{{\"stream_id\":1,\"container_extension\":{json}}}");
            assert_eq!(super::film(&json).unwrap().extension, expected, "{json}");
        }
    }

    #[test]
    fn a_series_says_when_it_changed_and_from_which_year_it_is() {
        let one = series(
            r#"{"name":"Fargo","series_id":4,"cover":"http://p.example/4.jpg","releaseDate":"2014-04-15",
            "last_modified":"1530461599","backdrop_path":"","category_id":"2","stream_type":null}"#,
        )
        .unwrap();
        assert_eq!(
            (one.year, one.last_modified.as_deref()),
            (Some(2014), Some("1530461599"))
        );
        let other = series(r#"{"name":"Fargo","series_id":"4","backdrop_path":["a"],"release_date":"","last_modified":1530461599}"#).unwrap();
        assert_eq!(
            (other.year, other.last_modified.as_deref()),
            (None, Some("1530461599"))
        );
    }

    #[test]
    fn an_element_that_is_none_is_refused_with_its_reason() {
        for json in [
            "null",
            "[]",
            "\"x\"",
            "12",
            "{\"stream_id\":1,",
            "{\"stream_id\":1,\"stream_id\":2}",
        ] {
            assert_eq!(live(json).unwrap_err().0, Refusal::Malformed, "{json}");
        }
        for json in [
            "{\"name\":\"A\"}",
            "{\"name\":\"A\",\"stream_id\":null}",
            "{\"name\":\"A\",\"stream_id\":\"a/../b\"}",
        ] {
            assert_eq!(live(json).unwrap_err(), (Refusal::NoId, "A".to_owned()), "{json}");
        }
        assert_eq!(series("{\"series_id\":1}").unwrap_err().0, Refusal::Malformed);
    }
}
