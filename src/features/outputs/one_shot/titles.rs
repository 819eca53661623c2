//! Films and series into files, each title in a folder of its own with its versions.

use std::collections::{BTreeMap, HashMap};

use super::collect::{Episode, Film, Version, by_preference, chosen};
use super::files::{Content, File, Files};
use super::spelling::Spellings;
use super::{Options, Report};
use crate::features::outputs::distinct::{Named, distinct};
use crate::features::outputs::naming::titled;
use crate::features::outputs::paths::{self, SUFFIX_BYTES, UNCATEGORIZED};
use crate::support::text::name_key;

/// A folder for a title: where it stands and what stands in it.
struct Folder<'a, T> {
    genre: Option<String>,
    title: &'a str,
    year: Option<u16>,
    items: Vec<&'a T>,
}

pub(super) fn films(films: &[Film], options: &Options, report: &mut Report, files: &mut Files) {
    let folders = folders(
        films,
        options,
        |film| (film.title.as_str(), film.year),
        |film| &film.version,
    );
    let names = folder_names(&folders, |film| &film.version);
    for (folder, name) in folders.iter().zip(names) {
        let versions = folder.items.iter().map(|film| &film.version).collect();
        for (version, suffix) in pick(versions, options, report) {
            let stem = paths::movie(folder.genre.as_deref(), &name, &suffix);
            let nfo = Content::Movie {
                title: folder.title.to_owned(),
                year: folder.year,
            };
            files.push(stem, &version.url, Some(nfo));
        }
    }
}

pub(super) fn series(episodes: &[Episode], options: &Options, report: &mut Report, files: &mut Files) {
    let years = years(episodes);
    let year_of = |episode: &Episode| {
        let only = years
            .get(&key_of(&episode.series))
            .and_then(|years| <[u16; 1]>::try_from(years.as_slice()).ok());
        episode.year.or(only.map(|[year]| year))
    };
    let folders = folders(
        episodes,
        options,
        |episode| (episode.series.as_str(), year_of(episode)),
        |episode| &episode.version,
    );
    let names = folder_names(&folders, |episode| &episode.version);
    for (folder, name) in folders.iter().zip(names) {
        let base = paths::series(folder.genre.as_deref(), &name);
        let content = Content::Series {
            title: folder.title.to_owned(),
            year: folder.year,
        };
        files.list.push(File {
            path: format!("{base}/tvshow.nfo"),
            content,
        });
        for versions in numbered(&folder.items).into_values() {
            // The title is that of the lowest identity that has one, whatever the list's order.
            let Some(first) = versions
                .iter()
                .min_by_key(|episode| (episode.title.is_none(), &episode.version.key))
            else {
                continue;
            };
            let versions = versions.iter().map(|episode| &episode.version).collect();
            for (version, suffix) in pick(versions, options, report) {
                let file = paths::episode(
                    folder.title,
                    first.season,
                    first.episode,
                    first.title.as_deref(),
                    &suffix,
                );
                files.push(
                    format!("{base}/{file}"),
                    &version.url,
                    Some(episode_nfo(folder.title, first)),
                );
            }
        }
    }
}

fn episode_nfo(series: &str, episode: &Episode) -> Content {
    Content::Episode {
        series: series.to_owned(),
        season: episode.season,
        episode: episode.episode,
        title: episode.title.clone(),
    }
}

/// Episodes by season and number; those without a number are told apart by what their URLs name.
fn numbered<'a>(episodes: &[&'a Episode]) -> BTreeMap<(u16, u16, &'a str), Vec<&'a Episode>> {
    let mut numbered: BTreeMap<(u16, u16, &str), Vec<&Episode>> = BTreeMap::new();
    for episode in episodes {
        let unnumbered = if episode.episode == 0 {
            episode.version.key.as_str()
        } else {
            ""
        };
        numbered
            .entry((episode.season, episode.episode, unnumbered))
            .or_default()
            .push(episode);
    }
    numbered
}

fn years(episodes: &[Episode]) -> HashMap<String, Vec<u16>> {
    let mut years: HashMap<String, Vec<u16>> = HashMap::new();
    for episode in episodes {
        let known = years.entry(key_of(&episode.series)).or_default();
        if let Some(year) = episode.year.filter(|year| !known.contains(year)) {
            known.push(year);
        }
    }
    years
}

fn folders<'a, T>(
    items: &'a [T],
    options: &Options,
    title: impl Fn(&'a T) -> (&'a str, Option<u16>),
    version: impl Fn(&'a T) -> &'a Version,
) -> Vec<Folder<'a, T>> {
    let mut titles: BTreeMap<(String, Option<u16>), Vec<&'a T>> = BTreeMap::new();
    for item in items {
        let (name, year) = title(item);
        titles.entry((key_of(name), year)).or_default().push(item);
    }
    let groups = items.iter().filter_map(|item| version(item).group.as_deref());
    let genres = Spellings::of(groups, UNCATEGORIZED);
    titles
        .into_iter()
        .map(|((_, year), items)| {
            let mut groups: Vec<&str> = items
                .iter()
                .filter_map(|item| version(item).group.as_deref())
                .collect();
            groups.sort_unstable();
            let genre = groups.first().filter(|_| options.by_category);
            Folder {
                genre: genre.map(|genre| genres.of_name(genre, UNCATEGORIZED)),
                title: commonest(items.iter().map(|item| title(item).0)),
                year,
                items,
            }
        })
        .collect()
}

fn key_of(title: &str) -> String {
    let key = name_key(title);
    if key.is_empty() { title.to_owned() } else { key }
}

fn commonest<'a>(names: impl Iterator<Item = &'a str>) -> &'a str {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for name in names {
        *counts.entry(name).or_default() += 1;
    }
    counts
        .into_iter()
        .max_by(|a, b| a.1.cmp(&b.1).then_with(|| b.0.cmp(a.0)))
        .map_or("", |(name, _)| name)
}

/// The folders' names, distinct among those that stand side by side.
fn folder_names<'a, T>(folders: &[Folder<'a, T>], version: impl Fn(&'a T) -> &'a Version) -> Vec<String> {
    let mut names = vec![String::new(); folders.len()];
    let mut beside: BTreeMap<Option<&str>, Vec<usize>> = BTreeMap::new();
    for (index, folder) in folders.iter().enumerate() {
        beside.entry(folder.genre.as_deref()).or_default().push(index);
    }
    for indexes in beside.into_values() {
        let titles: Vec<String> = indexes
            .iter()
            .map(|index| titled(folders[*index].title, folders[*index].year))
            .collect();
        let named: Vec<Named<'_, &str>> = indexes
            .iter()
            .zip(&titles)
            .map(|(index, name)| Named {
                name,
                country: None,
                feed: None,
                shift_hours: 0,
                key: folders[*index]
                    .items
                    .iter()
                    .map(|item| version(item).key.as_str())
                    .min()
                    .unwrap_or(""),
            })
            .collect();
        for (index, name) in indexes.iter().zip(distinct(&named, SUFFIX_BYTES)) {
            names[*index] = name;
        }
    }
    names
}

fn pick<'a>(
    mut versions: Vec<&'a Version>,
    options: &Options,
    report: &mut Report,
) -> Vec<(&'a Version, String)> {
    by_preference(&mut versions, options.preference, |version| version);
    let chosen = chosen(&versions, options);
    report.duplicates_removed += (versions.len() - chosen.len()) as u64;
    chosen
}
