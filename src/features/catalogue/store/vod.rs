//! The tables `vod_movies`, `vod_series`, `vod_episodes` and `vod_versions`.

use crate::args;
use crate::db::{Db, DbError, Tx, Value};
use crate::features::catalogue::entry::EntryKind;
use crate::record;
use crate::support::ids::ProviderId;

use super::streams::{Stored, keys};

/// Hands every stored film and episode version of a provider to `take`, by id.
pub async fn each_stored(
    db: &Db,
    provider: ProviderId,
    mut take: impl FnMut(Stored) + Send,
) -> Result<(), DbError> {
    db.each(
        "select id, identity_key, url_key, tvg_key, digest, missing_since, movie_id from vod_versions \
         where provider_id = $1 order by id",
        args![provider],
        |row| {
            let movie: Option<i64> = row.get(6)?;
            take(Stored {
                kind: if movie.is_some() {
                    EntryKind::Movie
                } else {
                    EntryKind::Episode
                },
                id: row.get(0)?,
                keys: keys(row)?,
                is_missing: row.get::<Option<i64>>(5)?.is_some(),
            });
            Ok(())
        },
    )
    .await
}

/// Hands the stored episodes that are listed under these series to `take`.
pub async fn each_under(
    db: &Db,
    series: impl Iterator<Item = i64>,
    mut take: impl FnMut(Stored) + Send,
) -> Result<(), DbError> {
    db.each_in(
        "select id, identity_key, url_key, tvg_key, digest, missing_since from vod_versions \
         where episode_id is not null and tvg_key in",
        series.map(Value::from),
        "order by id",
        |row| {
            take(Stored {
                kind: EntryKind::Episode,
                id: row.get(0)?,
                keys: keys(row)?,
                is_missing: row.get::<Option<i64>>(5)?.is_some(),
            });
            Ok(())
        },
    )
    .await
}

record! {
    /// An episode as it is stored, with what its series is called.
    #[derive(Debug, Clone)]
    pub struct StoredEpisode {
        pub identity: i64,
        pub url: i64,
        /// The series that it is listed under.
        pub under: i64,
        pub original_name: String,
        pub group_name: String,
        pub logo_url: Option<String>,
        pub url_template: String,
        pub format: String,
        pub headers: Option<String>,
        pub season: i64,
        pub episode: i64,
        pub year: Option<i64>,
    }
}

/// The episodes that are there of what is listed under these keys.
pub async fn episodes_under(
    db: &Db,
    series: impl Iterator<Item = i64>,
    mut take: impl FnMut(StoredEpisode) + Send,
) -> Result<(), DbError> {
    db.each_in(
        "select v.identity_key, v.url_key, v.tvg_key, v.original_name, v.group_name, v.logo_url, v.url_template, v.format, \
         v.headers, e.season, e.episode, s.year \
         from vod_versions v join vod_episodes e on e.id = v.episode_id join vod_series s on s.id = e.series_id \
         where v.missing_since is null and v.tvg_key in",
        series.map(Value::from),
        "order by v.id",
        |row| {
            take(crate::db::FromRow::from_row(row)?);
            Ok(())
        },
    )
    .await
}

/// How many episodes of a provider are there.
pub async fn count_episode_versions(db: &Db, provider: ProviderId) -> Result<i64, DbError> {
    let (count,) = db
        .one(
            "select count(*) from vod_versions where provider_id = $1 and movie_id is null and missing_since is null",
            args![provider],
        )
        .await?;
    Ok(count)
}

record! {
    /// Which title a version belongs to, and its picture.
    #[derive(Debug, Clone)]
    pub struct VersionRow {
        pub id: i64,
        pub movie_id: Option<i64>,
        pub episode_id: Option<i64>,
        pub logo_url: Option<String>,
        pub is_missing: bool,
    }
}

pub async fn versions(tx: &mut Tx, ids: impl Iterator<Item = i64>) -> Result<Vec<VersionRow>, DbError> {
    let select =
        "select id, movie_id, episode_id, logo_url, missing_since is not null from vod_versions where id in";
    tx.all_in(select, ids.map(Value::from), "").await
}

/// Values of one row for [`write_versions`].
pub const VERSION_WIDTH: usize = 22;

/// Inserts versions, or replaces what a provider says of those that are there.
pub async fn write_versions(tx: &mut Tx, values: Vec<Value>) -> Result<u64, DbError> {
    tx.insert_many(
        "insert into vod_versions (id, provider_id, movie_id, episode_id, identity_key, url_key, tvg_key, digest, \
         quality_score, resolution, original_name, group_name, tvg_id, logo_url, url_template, format, headers, \
         rating, tmdb_id, added, created_at, listed_name)",
        VERSION_WIDTH,
        values,
        "on conflict (id) do update set movie_id = excluded.movie_id, episode_id = excluded.episode_id, \
         identity_key = excluded.identity_key, url_key = excluded.url_key, tvg_key = excluded.tvg_key, \
         digest = excluded.digest, quality_score = excluded.quality_score, resolution = excluded.resolution, \
         original_name = excluded.original_name, group_name = excluded.group_name, tvg_id = excluded.tvg_id, \
         logo_url = excluded.logo_url, url_template = excluded.url_template, format = excluded.format, \
         headers = excluded.headers, rating = excluded.rating, tmdb_id = excluded.tmdb_id, added = excluded.added, \
         listed_name = excluded.listed_name, missing_since = null",
    )
    .await
}

/// Says since when versions are missing, null for those that are there: id and instant of each.
pub async fn set_missing(tx: &mut Tx, values: Vec<Value>) -> Result<u64, DbError> {
    tx.insert_many(
        "update vod_versions set missing_since = v.column2 from (",
        2,
        values,
        ") as v where vod_versions.id = v.column1",
    )
    .await
}

/// Id, normalised title and year of a film or series.
pub type Titled = (i64, String, Option<i64>);

async fn titled(
    tx: &mut Tx,
    select: &'static str,
    titles: impl Iterator<Item = String>,
) -> Result<Vec<Titled>, DbError> {
    tx.all_in(select, titles.map(Value::from), "order by id desc")
        .await
}

/// Films of these normalised titles.
pub async fn movies_titled(
    tx: &mut Tx,
    titles: impl Iterator<Item = String>,
) -> Result<Vec<Titled>, DbError> {
    let select = "select id, normalized_title, year from vod_movies where normalized_title in";
    titled(tx, select, titles).await
}

/// New films: id, title, normalised title, name key, sort key, year, genre, cover, versions, rating, instant of each.
pub async fn insert_movies(tx: &mut Tx, values: Vec<Value>) -> Result<u64, DbError> {
    tx.insert_many(
        "insert into vod_movies (id, title, normalized_title, name_key, sort_key, year, genre, cover_url, \
         version_count, rating, created_at)",
        11,
        values,
        "",
    )
    .await
}

/// Another picture of a title whose picture came from the same version: title, new and old picture of each.
pub async fn recover(tx: &mut Tx, values: Vec<Value>) -> Result<u64, DbError> {
    tx.insert_many(
        "update vod_movies set cover_url = v.column2 from (",
        3,
        values,
        ") as v where vod_movies.id = v.column1 and (vod_movies.cover_url is null or vod_movies.cover_url = v.column3)",
    )
    .await
}

/// Series of these normalised titles.
pub async fn series_titled(
    tx: &mut Tx,
    titles: impl Iterator<Item = String>,
) -> Result<Vec<Titled>, DbError> {
    let select = "select id, normalized_title, year from vod_series where normalized_title in";
    titled(tx, select, titles).await
}

/// New series: id, title, normalised title, name key, sort key, year, genre, cover, instant of each.
pub async fn insert_series(tx: &mut Tx, values: Vec<Value>) -> Result<u64, DbError> {
    tx.insert_many(
        "insert into vod_series (id, title, normalized_title, name_key, sort_key, year, genre, cover_url, created_at)",
        9,
        values,
        "",
    )
    .await
}

/// The episodes of these series: id, series, season, episode.
pub async fn episodes_of(
    tx: &mut Tx,
    series: impl Iterator<Item = i64>,
) -> Result<Vec<(i64, i64, i64, i64)>, DbError> {
    let select = "select id, series_id, season, episode from vod_episodes where series_id in";
    tx.all_in(select, series.map(Value::from), "").await
}

/// New episodes: id, series, season, episode, title, versions, instant of each.
pub async fn insert_episodes(tx: &mut Tx, values: Vec<Value>) -> Result<u64, DbError> {
    tx.insert_many(
        "insert into vod_episodes (id, series_id, season, episode, title, version_count, created_at)",
        7,
        values,
        "",
    )
    .await
}

/// The series of these episodes.
pub async fn series_of(tx: &mut Tx, episodes: impl Iterator<Item = i64>) -> Result<Vec<i64>, DbError> {
    let select = "select series_id from vod_episodes where id in";
    let found: Vec<(i64,)> = tx.all_in(select, episodes.map(Value::from), "").await?;
    let mut found: Vec<i64> = found.into_iter().map(|(series,)| series).collect();
    found.sort_unstable();
    found.dedup();
    Ok(found)
}

/// Counts the versions of these films again.
pub async fn count_movies(tx: &mut Tx, ids: &[i64]) -> Result<(), DbError> {
    tx.update_in(
        "update vod_movies set version_count = (select count(*) from vod_versions v \
         join providers p on p.id = v.provider_id where v.movie_id = vod_movies.id and v.missing_since is null \
         and p.enabled and p.deleted_at is null) where id in",
        ids.iter().map(|id| Value::from(*id)),
    )
    .await
}

/// Counts the versions of these episodes again.
pub async fn count_episodes(tx: &mut Tx, ids: &[i64]) -> Result<(), DbError> {
    tx.update_in(
        "update vod_episodes set version_count = (select count(*) from vod_versions v \
         join providers p on p.id = v.provider_id where v.episode_id = vod_episodes.id and v.missing_since is null \
         and p.enabled and p.deleted_at is null) where id in",
        ids.iter().map(|id| Value::from(*id)),
    )
    .await
}

/// Counts the seasons and episodes of these series again.
pub async fn count_series(tx: &mut Tx, ids: &[i64]) -> Result<(), DbError> {
    tx.update_in(
        "update vod_series set episode_count = (select count(*) from vod_episodes e \
         where e.series_id = vod_series.id and e.version_count > 0), \
         season_count = (select count(distinct e.season) from vod_episodes e \
         where e.series_id = vod_series.id and e.version_count > 0) where id in",
        ids.iter().map(|id| Value::from(*id)),
    )
    .await
}
