//! What panels told of films, series and episodes, read part by part while files are written: all of it at once would fill
//! the memory of a small machine.

use std::collections::HashMap;

use tokio::sync::mpsc;

use crate::db::{Db, DbError};
use crate::features::catalogue::store::facts;
use crate::features::providers::Facts;
use crate::support::ids::{EpisodeId, MovieId, SeriesId};

use super::LibraryError;

/// Items of a part.
pub(super) const PART: usize = 500;

/// Items of one kind, by their ids.
pub(super) enum Part {
    Movies(Vec<i64>),
    Series(Vec<i64>),
    Episodes(Vec<i64>),
}

type Read = Result<HashMap<i64, Facts>, DbError>;

/// What is told, part by part in the order that was asked for.
pub(super) struct Told {
    /// None: nobody tells anything.
    parts: Option<mpsc::Receiver<Read>>,
}

impl Told {
    /// What is told of the next part.
    ///
    /// # Errors
    /// Whatever the database said.
    pub(super) fn next(&mut self) -> Result<HashMap<i64, Facts>, LibraryError> {
        let Some(parts) = &mut self.parts else {
            return Ok(HashMap::new());
        };
        let part = parts.blocking_recv().ok_or(LibraryError::ReaderGone)?;
        Ok(part?)
    }
}

/// Reads the parts one after the other, the next one while the last is used; to be polled beside whoever takes them.
pub(super) async fn tell(
    db: &Db,
    parts: Vec<Part>,
) -> Result<(Told, impl Future<Output = ()> + use<'_>), DbError> {
    let is_told = facts::is_anybody_asked(db).await?;
    let (to, from) = mpsc::channel(1);
    let reading = async move {
        for part in parts.into_iter().filter(|_| is_told) {
            let read = read(db, part).await;
            let is_last = read.is_err();
            if to.send(read).await.is_err() || is_last {
                return;
            }
        }
    };
    let parts = is_told.then_some(from);
    Ok((Told { parts }, reading))
}

async fn read(db: &Db, part: Part) -> Read {
    fn plain<Id: Into<i64>>(told: HashMap<Id, Facts>) -> HashMap<i64, Facts> {
        told.into_iter().map(|(id, facts)| (id.into(), facts)).collect()
    }
    Ok(match part {
        Part::Movies(ids) => plain(facts::of_movies(db, ids.into_iter().map(MovieId)).await?),
        Part::Series(ids) => plain(facts::of_many_series(db, ids.into_iter().map(SeriesId)).await?),
        Part::Episodes(ids) => plain(facts::of_many_episodes(db, ids.into_iter().map(EpisodeId)).await?),
    })
}
