//! Which files an item has, and what stands in them.

use crate::features::outputs::{nfo, paths, strm};

use super::names::Name;
use crate::features::providers::Facts;

pub const LIVE_TV: &str = "Live TV";

/// One file: its path below the root and its bytes.
pub type File = (String, Vec<u8>);

/// What links begin with: `<public URL>/stream/<token>`.
pub struct Links(String);

impl Links {
    pub fn new(public_url: &str, token: &str) -> Self {
        Self(format!("{public_url}/stream/{token}"))
    }

    pub fn start(&self) -> &str {
        &self.0
    }

    fn strm(&self, path: &str) -> Vec<u8> {
        strm::contents(&format!("{}/{path}", self.0)).into_bytes()
    }
}

/// A film or series as its NFO shows it.
pub struct Details<'d> {
    pub title: &'d str,
    pub year: Option<u16>,
    pub genre: Option<&'d str>,
    /// What its providers tell; their genres go before `genre`.
    pub told: Option<&'d Facts>,
}

impl Details<'_> {
    fn nfo(&self, write: impl Fn(&nfo::Title<'_>) -> String) -> Vec<u8> {
        fn texts(texts: &[String]) -> Vec<&str> {
            texts.iter().map(String::as_str).collect()
        }
        let nothing = Facts::default();
        let told = self.told.unwrap_or(&nothing);
        let mut genres = texts(&told.genres);
        if genres.is_empty() {
            genres.extend(self.genre);
        }
        write(&nfo::Title {
            title: self.title,
            year: self.year,
            premiered: told.released.as_deref(),
            plot: told.plot.as_deref(),
            genres: &genres,
            rating_tenths: told.rating,
            runtime_minutes: told.runtime_minutes,
            directors: &texts(&told.directors),
            actors: &texts(&told.cast),
            tmdb_id: told.tmdb_id.as_deref(),
            imdb_id: told.imdb_id.as_deref(),
            ..nfo::Title::default()
        })
        .into_bytes()
    }
}

/// `Live TV/<Category>/<Name>.strm`.
pub fn channel(links: &Links, id: i64, name: &Name) -> File {
    let path = paths::channel(Some(&name.folder), &name.name, "");
    (
        format!("{LIVE_TV}/{path}.strm"),
        links.strm(&format!("channel/{id}")),
    )
}

/// `Movies/<Genre?>/<Title (Year)>/<Title (Year)>.strm` and `.nfo`.
pub fn movie(links: &Links, id: i64, name: &Name, details: &Details<'_>) -> [File; 2] {
    let genre = Some(name.folder.as_str()).filter(|genre| !genre.is_empty());
    let path = paths::movie(genre, &name.name, "");
    let link = links.strm(&format!("movie/{id}.{}", name.extension));
    [
        (format!("{path}.strm"), link),
        (format!("{path}.nfo"), details.nfo(nfo::movie)),
    ]
}

/// `TV Shows/<Genre?>/<Series (Year)>/tvshow.nfo`.
pub fn series(name: &Name, details: &Details<'_>) -> File {
    (
        format!("{}/tvshow.nfo", series_folder(name)),
        details.nfo(nfo::series),
    )
}

/// `…/Season NN/<Series> - SxxEyy - <Title>.strm` and `.nfo`, below its series' folder.
pub fn episode(links: &Links, id: i64, series: &Name, name: &Name, episode: &nfo::Episode<'_>) -> [File; 2] {
    let path = format!("{}/{}", series_folder(series), name.name);
    let link = links.strm(&format!("episode/{id}.{}", name.extension));
    [
        (format!("{path}.strm"), link),
        (format!("{path}.nfo"), nfo::episode(episode).into_bytes()),
    ]
}

fn series_folder(name: &Name) -> String {
    paths::series(
        Some(name.folder.as_str()).filter(|genre| !genre.is_empty()),
        &name.name,
    )
}
