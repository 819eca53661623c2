//! What has files: read from the catalogue, named, and turned into paths and bytes.

use std::collections::{HashMap, HashSet};

use crate::ctx::Ctx;
use crate::features::outputs::naming::{safe_name, titled};
use crate::features::outputs::{nfo, paths};
use crate::features::providers::Facts;
use crate::features::settings::Settings;

use super::files::{self, Details, File, Links};
use super::names::{Kind, Known, Name, Wanted, assign};
use super::told::{PART, Part, Told};
use super::{LibraryError, store};

/// Everything that has files, and what it is called.
pub struct Items {
    channels: Vec<(store::ChannelItem, Name)>,
    movies: Vec<(store::TitleItem, Name)>,
    series: HashMap<i64, (store::TitleItem, Name)>,
    episodes: Vec<(store::EpisodeItem, Name)>,
    known: Known,
}

impl Items {
    pub async fn read(ctx: &Ctx, settings: &Settings) -> Result<Self, LibraryError> {
        let db = &ctx.db;
        let (known, channels, mut movies, series, mut episodes) = futures_util::try_join!(
            store::names(db),
            store::channels(db),
            store::movies(db),
            store::series(db),
            store::episodes(db),
        )?;
        // Only a link that was never written needs one.
        let ids = unnamed(Kind::Movie, movies.iter().map(|item| item.id), &known);
        let mut formats = store::movie_formats(db, ids).await?;
        for item in &mut movies {
            item.format = formats.remove(&item.id);
        }
        let ids = unnamed(Kind::Episode, episodes.iter().map(|item| item.id), &known);
        let mut formats = store::episode_formats(db, ids).await?;
        for item in &mut episodes {
            item.format = formats.remove(&item.id);
        }
        let wanted: Vec<Wanted> = channels.iter().map(wanted_channel).collect();
        let channels = channels.into_iter().zip(assign(&wanted, &known)).collect();
        let wanted: Vec<Wanted> = movies
            .iter()
            .map(|item| wanted_title(Kind::Movie, item, settings, &known))
            .collect();
        let movies = movies.into_iter().zip(assign(&wanted, &known)).collect();
        let wanted: Vec<Wanted> = series
            .iter()
            .map(|item| wanted_title(Kind::Series, item, settings, &known))
            .collect();
        let names = assign(&wanted, &known);
        let series: HashMap<_, _> = series
            .into_iter()
            .zip(names)
            .map(|(item, name)| (item.id, (item, name)))
            .collect();
        let episodes = episodes
            .into_iter()
            .filter_map(|item| {
                let (series, _) = series.get(&item.series_id)?;
                let name = episode_name(&item, &series.title, &known);
                Some((item, name))
            })
            .collect();
        Ok(Self {
            channels,
            movies,
            series,
            episodes,
            known,
        })
    }

    fn names(&self) -> impl Iterator<Item = (Kind, i64, &Name)> {
        let channels = self
            .channels
            .iter()
            .map(|(item, name)| (Kind::Channel, item.id, name));
        let movies = self
            .movies
            .iter()
            .map(|(item, name)| (Kind::Movie, item.id, name));
        let series = self
            .series
            .values()
            .map(|(item, name)| (Kind::Series, item.id, name));
        let episodes = self
            .episodes
            .iter()
            .map(|(item, name)| (Kind::Episode, item.id, name));
        channels.chain(movies).chain(series).chain(episodes)
    }

    pub fn fresh_names(&self) -> Vec<(Kind, i64, Name)> {
        self.names()
            .filter(|(kind, id, name)| self.known.get(&(*kind, *id)) != Some(name))
            .map(|(kind, id, name)| (kind, id, name.clone()))
            .collect()
    }

    pub fn len(&self) -> usize {
        self.channels.len() + self.movies.len() + self.series.len() + self.episodes.len()
    }

    /// What is to be told for [`each`](Self::each), part by part.
    pub fn parts(&self) -> Vec<Part> {
        let mut parts = Vec::new();
        let movies = self.movies.chunks(PART);
        parts.extend(movies.map(|part| Part::Movies(part.iter().map(|(item, _)| item.id).collect())));
        let series: Vec<i64> = self.series.values().map(|(item, _)| item.id).collect();
        parts.extend(series.chunks(PART).map(|part| Part::Series(part.to_vec())));
        let episodes = self.episodes.chunks(PART);
        parts.extend(episodes.map(|part| Part::Episodes(part.iter().map(|(item, _)| item.id).collect())));
        parts
    }

    /// Hands every item's files to `take`, by the names of now.
    pub fn each(
        &self,
        links: &Links,
        told: &mut Told,
        mut take: impl FnMut(File) -> Result<(), LibraryError>,
    ) -> Result<(), LibraryError> {
        for (item, name) in &self.channels {
            take(files::channel(links, item.id, name))?;
        }
        for part in self.movies.chunks(PART) {
            let told = told.next()?;
            for (item, name) in part {
                let details = details(item, told.get(&item.id));
                let files = files::movie(links, item.id, name, &details);
                files.into_iter().try_for_each(&mut take)?;
            }
        }
        let series: Vec<_> = self.series.values().collect();
        for part in series.chunks(PART) {
            let told = told.next()?;
            for (item, name) in part {
                take(files::series(name, &details(item, told.get(&item.id))))?;
            }
        }
        for part in self.episodes.chunks(PART) {
            let told = told.next()?;
            for (item, name) in part {
                let Some((series, series_name)) = self.series.get(&item.series_id) else {
                    continue;
                };
                let shown = shown_episode(item, &series.title, told.get(&item.id));
                let files = files::episode(links, item.id, series_name, name, &shown);
                files.into_iter().try_for_each(&mut take)?;
            }
        }
        Ok(())
    }

    /// Where the files of renamed items stood before.
    pub fn old_paths(&self, links: &Links) -> HashSet<String> {
        let mut old = HashSet::new();
        let before =
            |kind: Kind, id: i64, now: &Name| self.known.get(&(kind, id)).filter(|name| *name != now);
        for (item, name) in &self.channels {
            old.extend(
                before(Kind::Channel, item.id, name).map(|name| files::channel(links, item.id, name).0),
            );
        }
        for (item, name) in &self.movies {
            let files = before(Kind::Movie, item.id, name)
                .map(|name| files::movie(links, item.id, name, &details(item, None)));
            old.extend(files.into_iter().flatten().map(|(path, _)| path));
        }
        for (item, name) in self.series.values() {
            old.extend(
                before(Kind::Series, item.id, name).map(|name| files::series(name, &details(item, None)).0),
            );
        }
        for (item, name) in &self.episodes {
            let Some((series, series_name)) = self.series.get(&item.series_id) else {
                continue;
            };
            let series_before = before(Kind::Series, series.id, series_name);
            let own_before = before(Kind::Episode, item.id, name);
            if series_before.is_some() || own_before.is_some() {
                let shown = shown_episode(item, &series.title, None);
                let (folder, own) = (series_before.unwrap_or(series_name), own_before.unwrap_or(name));
                old.extend(files::episode(links, item.id, folder, own, &shown).map(|(path, _)| path));
            }
        }
        old
    }
}

fn wanted_channel(item: &store::ChannelItem) -> Wanted {
    Wanted {
        kind: Kind::Channel,
        id: item.id,
        source: safe_name(&item.name, "Unnamed"),
        folder: safe_name(&item.category, paths::UNCATEGORIZED),
        country: item.country.clone(),
        feed: item.feed.clone(),
        extension: String::new(),
    }
}

fn wanted_title(kind: Kind, item: &store::TitleItem, settings: &Settings, known: &Known) -> Wanted {
    let genre = item.genre.as_deref().filter(|_| settings.strm_organize_by_genre);
    let first = genre.and_then(|genre| {
        genre
            .split([',', '/', '|'])
            .map(str::trim)
            .find(|genre| !genre.is_empty())
    });
    let year = item
        .year
        .and_then(|year| u16::try_from(year).ok())
        .filter(|_| settings.strm_include_year);
    Wanted {
        kind,
        id: item.id,
        source: titled(&item.title, year),
        folder: first.map(|genre| safe_name(genre, "")).unwrap_or_default(),
        country: None,
        feed: None,
        extension: extension(kind, item.id, item.format.as_deref(), known),
    }
}

fn unnamed(kind: Kind, ids: impl Iterator<Item = i64>, known: &Known) -> Vec<i64> {
    ids.filter(|id| !known.contains_key(&(kind, *id))).collect()
}

fn episode_name(item: &store::EpisodeItem, series: &str, known: &Known) -> Name {
    let (season, number) = numbers(item);
    let name = paths::episode(series, season, number, item.title.as_deref(), "");
    let extension = extension(Kind::Episode, item.id, item.format.as_deref(), known);
    Name {
        source: String::new(),
        folder: String::new(),
        name,
        extension,
    }
}

/// What a link ends in is only a hint to players: once written it stays, whichever version is played.
fn extension(kind: Kind, id: i64, format: Option<&str>, known: &Known) -> String {
    match known.get(&(kind, id)) {
        Some(name) => name.extension.clone(),
        None => match format {
            Some("hls") => "m3u8".to_owned(),
            Some(format) if format.len() <= 4 && format.bytes().all(|byte| byte.is_ascii_alphanumeric()) => {
                format.to_owned()
            }
            _ => "mp4".to_owned(),
        },
    }
}

fn numbers(item: &store::EpisodeItem) -> (u16, u16) {
    (
        u16::try_from(item.season).unwrap_or(u16::MAX),
        u16::try_from(item.episode).unwrap_or(u16::MAX),
    )
}

fn details<'i>(item: &'i store::TitleItem, told: Option<&'i Facts>) -> Details<'i> {
    let year = item.year.and_then(|year| u16::try_from(year).ok());
    Details {
        title: &item.title,
        year,
        genre: item.genre.as_deref(),
        told,
    }
}

fn shown_episode<'e>(
    item: &'e store::EpisodeItem,
    series: &'e str,
    told: Option<&'e Facts>,
) -> nfo::Episode<'e> {
    let (season, episode) = numbers(item);
    nfo::Episode {
        series,
        title: item.title.as_deref(),
        season,
        episode,
        plot: told.and_then(|told| told.plot.as_deref()),
        aired: told.and_then(|told| told.released.as_deref()),
        runtime_minutes: told.and_then(|told| told.runtime_minutes),
    }
}
