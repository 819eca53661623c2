//! Versions that are of another title than before, and what follows them.

use std::collections::BTreeMap;

use crate::db::{DbError, Tx};
use crate::features::catalogue::apply::TitleMoved;
use crate::features::catalogue::content::Content;
use crate::features::catalogue::store::titles;
use crate::features::catalogue::store::vod::VersionRow;
use crate::support::ids::{EpisodeId, MovieId, SeriesId};

/// How many versions went from one title to another: from, to.
#[derive(Default)]
pub(super) struct Moves {
    movies: BTreeMap<(i64, i64), u32>,
    episodes: BTreeMap<(i64, i64), u32>,
}

impl Moves {
    pub(super) fn note(&mut self, row: &VersionRow, movie: Option<i64>, episode: Option<i64>) {
        if let (Some(from), Some(to)) = (row.movie_id, movie)
            && from != to
        {
            *self.movies.entry((from, to)).or_default() += 1;
        }
        if let (Some(from), Some(to)) = (row.episode_id, episode)
            && from != to
        {
            *self.episodes.entry((from, to)).or_default() += 1;
        }
    }

    /// The titles that were left empty, each with the one that took most of its versions.
    pub(super) async fn settle(self, tx: &mut Tx) -> Result<Vec<TitleMoved>, DbError> {
        let mut moved = Vec::new();
        if !self.movies.is_empty() {
            let empty = titles::empty_movies(tx, self.movies.keys().map(|(from, _)| *from)).await?;
            for (from, to) in takers(&self.movies) {
                if empty.contains(&from) {
                    moved.push(TitleMoved {
                        from: Content::Movie(MovieId(from)),
                        to: Content::Movie(MovieId(to)),
                    });
                }
            }
        }
        if !self.episodes.is_empty() {
            let ids = self.episodes.keys().flat_map(|(from, to)| [*from, *to]);
            let series_of = titles::series_of(tx, ids).await?;
            let empty = titles::empty_episodes(tx, self.episodes.keys().map(|(from, _)| *from)).await?;
            for (from, to) in takers(&self.episodes) {
                if empty.contains(&from) {
                    moved.push(TitleMoved {
                        from: Content::Episode(EpisodeId(from)),
                        to: Content::Episode(EpisodeId(to)),
                    });
                }
            }
            let mut series: BTreeMap<(i64, i64), u32> = BTreeMap::new();
            for ((from, to), versions) in &self.episodes {
                if let (Some(from), Some(to)) = (series_of.get(from), series_of.get(to))
                    && from != to
                {
                    *series.entry((*from, *to)).or_default() += versions;
                }
            }
            let empty = titles::empty_series(tx, series.keys().map(|(from, _)| *from)).await?;
            for (from, to) in takers(&series) {
                if empty.contains(&from) {
                    moved.push(TitleMoved {
                        from: Content::Series(SeriesId(from)),
                        to: Content::Series(SeriesId(to)),
                    });
                }
            }
        }
        Ok(moved)
    }
}

/// Of each title the one that took most; at a tie the lowest.
fn takers(moves: &BTreeMap<(i64, i64), u32>) -> BTreeMap<i64, i64> {
    let mut most: BTreeMap<i64, (u32, i64)> = BTreeMap::new();
    for ((from, to), versions) in moves {
        let best = most.entry(*from).or_insert((0, *to));
        if *versions > best.0 {
            *best = (*versions, *to);
        }
    }
    most.into_iter().map(|(from, (_, to))| (from, to)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_title_that_took_most_versions_is_followed() {
        let moves = BTreeMap::from([((1, 5), 1), ((1, 6), 2), ((2, 8), 1), ((2, 7), 1)]);
        assert_eq!(takers(&moves), BTreeMap::from([(1, 6), (2, 7)]));
    }
}
