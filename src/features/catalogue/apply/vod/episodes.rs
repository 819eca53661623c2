//! Which episode of which series a version is of.

use std::collections::{BTreeMap, HashMap};

use crate::args;
use crate::db::{DbError, Tx};
use crate::features::catalogue::entry::{Content, Entry};
use crate::features::catalogue::names::{name_key, sort_key};
use crate::features::catalogue::store::{state, vod};

use super::{Stale, genre};

/// A series' normalised title and year.
pub(super) type Title = (String, Option<i64>);

/// Series, season and episode.
type Number = (i64, i64, i64);

/// Series and episodes that this change met so far.
#[derive(Default)]
pub(super) struct Episodes {
    series: HashMap<Title, i64>,
    known: HashMap<Number, i64>,
}

impl Episodes {
    /// The series of this title has another one now.
    pub(super) fn forget(&mut self, title: &Title) {
        self.series.remove(title);
    }

    /// The episode of each entry, made where there is none; nothing for entries that are no episodes.
    pub(super) async fn place(
        &mut self,
        tx: &mut Tx,
        entries: &[Entry<'_>],
        now_ms: i64,
        next: &mut state::Next,
        stale: &mut Stale,
    ) -> Result<Vec<Option<i64>>, DbError> {
        let numbers = self.series(tx, entries, now_ms, next).await?;
        let mut new: BTreeMap<i64, (usize, Number, i64)> = BTreeMap::new();
        let mut placed = Vec::with_capacity(entries.len());
        for (at, number) in numbers.into_iter().enumerate() {
            placed.push(number.map(|number| match self.known.get(&number) {
                Some(id) => {
                    match new.get_mut(id) {
                        Some((.., versions)) => *versions += 1,
                        None => drop(stale.episodes.insert(*id)),
                    }
                    *id
                }
                None => {
                    let id = state::take(&mut next.episode);
                    self.known.insert(number, id);
                    new.insert(id, (at, number, 1));
                    stale.series.insert(number.0);
                    id
                }
            }));
        }
        let rows = new
            .into_iter()
            .flat_map(|(id, (at, (series, season, episode), versions))| {
                let title = match entries[at].content {
                    Content::Episode { title, .. } => title,
                    _ => None,
                };
                args![id, series, season, episode, title, versions, now_ms]
            });
        vod::insert_episodes(tx, rows.collect()).await?;
        Ok(placed)
    }

    /// The series of each entry, made where there is none, with season and episode.
    async fn series(
        &mut self,
        tx: &mut Tx,
        entries: &[Entry<'_>],
        now_ms: i64,
        next: &mut state::Next,
    ) -> Result<Vec<Option<Number>>, DbError> {
        let titles: Vec<Option<(Title, i64, i64)>> = entries
            .iter()
            .map(|entry| match entry.content {
                Content::Episode {
                    series,
                    year,
                    season,
                    episode,
                    ..
                } => Some(((name_key(series), year), season, episode)),
                _ => None,
            })
            .collect();
        self.learn(tx, titles.iter().flatten().map(|(title, ..)| title))
            .await?;
        let (mut rows, mut placed) = (Vec::new(), Vec::with_capacity(titles.len()));
        for (entry, title) in entries.iter().zip(titles) {
            let Some((key, season, episode)) = title else {
                placed.push(None);
                continue;
            };
            let id = match self.series.get(&key) {
                Some(id) => *id,
                None => {
                    let id = state::take(&mut next.series);
                    let name = match entry.content {
                        Content::Episode { series, .. } => series,
                        _ => entry.name,
                    };
                    let sort = sort_key(&key.0);
                    rows.extend(args![
                        id,
                        name,
                        &key.0,
                        &key.0,
                        sort,
                        key.1,
                        genre(entry.group),
                        entry.logo_url,
                        now_ms
                    ]);
                    self.series.insert(key, id);
                    id
                }
            };
            placed.push(Some((id, season, episode)));
        }
        vod::insert_series(tx, rows).await?;
        Ok(placed)
    }

    async fn learn(&mut self, tx: &mut Tx, titles: impl Iterator<Item = &Title>) -> Result<(), DbError> {
        let mut asked: Vec<String> = titles
            .filter(|title| !self.series.contains_key(*title))
            .map(|(title, _)| title.clone())
            .collect();
        asked.sort_unstable();
        asked.dedup();
        let found = vod::series_titled(tx, asked.into_iter()).await?;
        let episodes = vod::episodes_of(tx, found.iter().map(|(id, ..)| *id)).await?;
        for (id, series, season, episode) in episodes {
            self.known.insert((series, season, episode), id);
        }
        for (id, title, year) in found {
            self.series.insert((title, year), id);
        }
        Ok(())
    }
}
