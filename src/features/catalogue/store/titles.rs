//! Titles of `vod_movies` and `vod_series` that change, and what is left of them.

use std::collections::{HashMap, HashSet};

use crate::db::{DbError, Tx, Value};
use crate::record;

record! {
    /// A film or series by its title.
    #[derive(Debug, Clone)]
    pub struct TitleRow {
        pub id: i64,
        pub normalized_title: String,
        pub year: Option<i64>,
    }
}

pub async fn movies(tx: &mut Tx, ids: impl Iterator<Item = i64>) -> Result<Vec<TitleRow>, DbError> {
    let select = "select id, normalized_title, year from vod_movies where id in";
    tx.all_in(select, ids.map(Value::from), "").await
}

pub async fn series(tx: &mut Tx, ids: impl Iterator<Item = i64>) -> Result<Vec<TitleRow>, DbError> {
    let select = "select id, normalized_title, year from vod_series where id in";
    tx.all_in(select, ids.map(Value::from), "").await
}

async fn pairs(
    tx: &mut Tx,
    select: &'static str,
    ids: impl Iterator<Item = i64>,
    tail: &'static str,
) -> Result<HashMap<i64, i64>, DbError> {
    let found = tx.all_in(select, ids.map(Value::from), tail).await?;
    Ok(found.into_iter().collect())
}

/// The series of each of these episodes.
pub async fn series_of(tx: &mut Tx, ids: impl Iterator<Item = i64>) -> Result<HashMap<i64, i64>, DbError> {
    pairs(tx, "select id, series_id from vod_episodes where id in", ids, "").await
}

/// How many versions of these films are there, of any provider.
pub async fn movie_versions(
    tx: &mut Tx,
    ids: impl Iterator<Item = i64>,
) -> Result<HashMap<i64, i64>, DbError> {
    let select = "select movie_id, count(*) from vod_versions where missing_since is null and movie_id in";
    pairs(tx, select, ids, "group by movie_id").await
}

/// How many versions of episodes of these series are there, of any provider.
pub async fn series_versions(
    tx: &mut Tx,
    ids: impl Iterator<Item = i64>,
) -> Result<HashMap<i64, i64>, DbError> {
    let select = "select e.series_id, count(*) from vod_episodes e join vod_versions v on v.episode_id = e.id \
                  where v.missing_since is null and e.series_id in";
    pairs(tx, select, ids, "group by e.series_id").await
}

/// What of a title's row its name decides, from values of id, title, folded title, its sort key and year of each.
macro_rules! renamed {
    ($table:literal) => {
        concat!(
            "update ",
            $table,
            " set title = v.column2, normalized_title = v.column3, name_key = v.column3, sort_key = v.column4, \
             year = v.column5 from ("
        )
    };
}

/// Other titles of films: id, title, folded title, its sort key, year of each.
pub async fn rename_movies(tx: &mut Tx, values: Vec<Value>) -> Result<(), DbError> {
    let tail = ") as v where vod_movies.id = v.column1";
    tx.insert_many(renamed!("vod_movies"), 5, values, tail).await?;
    Ok(())
}

/// Other titles of series, as [`rename_movies`].
pub async fn rename_series(tx: &mut Tx, values: Vec<Value>) -> Result<(), DbError> {
    let tail = ") as v where vod_series.id = v.column1";
    tx.insert_many(renamed!("vod_series"), 5, values, tail).await?;
    Ok(())
}

async fn empty(
    tx: &mut Tx,
    select: &'static str,
    ids: impl Iterator<Item = i64>,
) -> Result<HashSet<i64>, DbError> {
    let found: Vec<(i64,)> = tx.all_in(select, ids.map(Value::from), "").await?;
    Ok(found.into_iter().map(|(id,)| id).collect())
}

/// Which of these films have no version that is there.
pub async fn empty_movies(tx: &mut Tx, ids: impl Iterator<Item = i64>) -> Result<HashSet<i64>, DbError> {
    let select = "select id from vod_movies where not exists (select 1 from vod_versions v \
                  where v.movie_id = vod_movies.id and v.missing_since is null) and id in";
    empty(tx, select, ids).await
}

/// Which of these episodes have no version that is there.
pub async fn empty_episodes(tx: &mut Tx, ids: impl Iterator<Item = i64>) -> Result<HashSet<i64>, DbError> {
    let select = "select id from vod_episodes where not exists (select 1 from vod_versions v \
                  where v.episode_id = vod_episodes.id and v.missing_since is null) and id in";
    empty(tx, select, ids).await
}

/// Which of these series have no version of an episode that is there.
pub async fn empty_series(tx: &mut Tx, ids: impl Iterator<Item = i64>) -> Result<HashSet<i64>, DbError> {
    let select = "select id from vod_series where not exists (select 1 from vod_episodes e \
                  join vod_versions v on v.episode_id = e.id where e.series_id = vod_series.id \
                  and v.missing_since is null) and id in";
    empty(tx, select, ids).await
}
