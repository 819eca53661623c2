//! Which film a version is of.

use std::collections::{BTreeMap, HashMap};

use crate::args;
use crate::db::{DbError, Tx};
use crate::features::catalogue::entry::{Content, Entry};
use crate::features::catalogue::names::{name_key, sort_key};
use crate::features::catalogue::store::{state, vod};
use crate::features::catalogue::vod::Told;

use super::{Stale, genre};

/// A film's normalised title and year: versions of all providers with both equal are one film.
pub(super) type Title = (String, Option<i64>);

/// Films that this change met so far.
#[derive(Default)]
pub(super) struct Movies {
    known: HashMap<Title, i64>,
}

impl Movies {
    /// The film of this title has another one now.
    pub(super) fn forget(&mut self, title: &Title) {
        self.known.remove(title);
    }

    /// The film of each entry, made where there is none; nothing for entries that are no films.
    pub(super) async fn place(
        &mut self,
        tx: &mut Tx,
        entries: &[Entry<'_>],
        now_ms: i64,
        next: &mut state::Next,
        stale: &mut Stale,
    ) -> Result<Vec<Option<i64>>, DbError> {
        let titles: Vec<Option<Title>> = entries.iter().map(title).collect();
        self.learn(tx, titles.iter().flatten()).await?;
        // New films of this batch, with the place of their first entry and their versions so far.
        let mut new: BTreeMap<i64, (usize, i64)> = BTreeMap::new();
        let mut placed = Vec::with_capacity(entries.len());
        for (at, title) in titles.into_iter().enumerate() {
            placed.push(title.map(|title| match self.known.get(&title) {
                Some(id) => {
                    match new.get_mut(id) {
                        Some((_, versions)) => *versions += 1,
                        None => drop(stale.movies.insert(*id)),
                    }
                    *id
                }
                None => {
                    let id = state::take(&mut next.movie);
                    self.known.insert(title, id);
                    new.insert(id, (at, 1));
                    id
                }
            }));
        }
        let rows = new.into_iter().flat_map(|(id, (at, versions))| {
            let entry = &entries[at];
            let (title, year) = match entry.content {
                Content::Movie { title, year } => (title, year),
                _ => (entry.name, None),
            };
            let told = Told::read(entry.metadata);
            let genre = genre(entry.group).map(str::to_owned).or(told.genre);
            let key = name_key(title);
            let sort = sort_key(&key);
            args![
                id,
                title,
                key.clone(),
                key,
                sort,
                year,
                genre,
                entry.logo_url,
                versions,
                told.rating,
                now_ms
            ]
        });
        vod::insert_movies(tx, rows.collect()).await?;
        Ok(placed)
    }

    async fn learn(&mut self, tx: &mut Tx, titles: impl Iterator<Item = &Title>) -> Result<(), DbError> {
        let mut asked: Vec<String> = titles
            .filter(|title| !self.known.contains_key(*title))
            .map(|(title, _)| title.clone())
            .collect();
        asked.sort_unstable();
        asked.dedup();
        for (id, title, year) in vod::movies_titled(tx, asked.into_iter()).await? {
            self.known.insert((title, year), id);
        }
        Ok(())
    }
}

fn title(entry: &Entry<'_>) -> Option<Title> {
    match entry.content {
        Content::Movie { title, year } => Some((name_key(title), year)),
        _ => None,
    }
}
