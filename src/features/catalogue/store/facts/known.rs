//! What is known of titles and episodes.

use std::collections::HashMap;
use std::hash::Hash;

use crate::args;
use crate::db::{Column, Db, DbError, Row, Value};
use crate::features::catalogue::content::Content;
use crate::features::providers::Facts;
use crate::support::ids::{EpisodeId, MovieId, ProviderId, SeriesId};

use super::unasked::{is_asked, is_unasked};

/// The columns from `at` on: rating and TMDB's number of the list, rating and facts of the film itself.
fn film(row: &Row<'_>, at: usize) -> Result<Facts, DbError> {
    let (listed, tmdb_id): (Option<i64>, Option<String>) = (row.get(at)?, row.get(at + 1)?);
    let (rating, stored): (Option<i64>, Option<String>) = (row.get(at + 2)?, row.get(at + 3)?);
    let mut facts = stored.map(|stored| Facts::read(&stored)).unwrap_or_default();
    facts.rating = rating.or(listed);
    if facts.tmdb_id.is_none() {
        facts.tmdb_id = tmdb_id;
    }
    Ok(facts)
}

/// The columns from `at` on: rating and facts.
fn series(row: &Row<'_>, at: usize) -> Result<Facts, DbError> {
    let mut facts = row.with_text(at + 1, Facts::read)?;
    facts.rating = row.get(at)?;
    Ok(facts)
}

/// What is known of a film, and whether a panel is still to be asked about it.
pub async fn of_movie(db: &Db, movie: MovieId, now_ms: i64) -> Result<(Facts, bool), DbError> {
    let (mut known, mut is_wanted) = (Facts::default(), false);
    db.each(
        concat!(
            "select v.rating, v.tmdb_id, f.rating, f.facts, ",
            is_asked!(),
            " and ",
            is_unasked!("$2"),
            " from vod_versions v join providers p on p.id = v.provider_id \
             left join vod_movie_facts f on f.version_id = v.id \
             where v.movie_id = $1 and v.missing_since is null and p.enabled and p.deleted_at is null \
             order by p.priority desc, v.id limit 100"
        ),
        args![movie, now_ms],
        |row| {
            known.fill(film(row, 0)?);
            is_wanted |= row.get::<Option<bool>>(4)?.unwrap_or_default();
            Ok(())
        },
    )
    .await?;
    Ok((known, is_wanted))
}

/// What is known of a series.
pub async fn of_series(db: &Db, id: SeriesId) -> Result<Facts, DbError> {
    let mut known = Facts::default();
    db.each(
        "select f.rating, f.facts from vod_series_facts f join providers p on p.id = f.provider_id \
         where f.series_id = $1 and p.enabled and p.deleted_at is null order by p.priority desc, p.id, f.item limit 100",
        args![id],
        |row| {
            known.fill(series(row, 0)?);
            Ok(())
        },
    )
    .await?;
    Ok(known)
}

/// The providers that tell of this wide picture of a film or a series.
pub async fn told_by(db: &Db, content: Content, url: &str) -> Result<Vec<ProviderId>, DbError> {
    let sql = match content {
        Content::Movie(_) => {
            "select f.provider_id, f.facts from vod_versions v join vod_movie_facts f on f.version_id = v.id \
             where v.movie_id = $1 and f.facts is not null limit 100"
        }
        Content::Series(_) => {
            "select provider_id, facts from vod_series_facts where series_id = $1 limit 100"
        }
        Content::Channel(_) | Content::Episode(_) => return Ok(Vec::new()),
    };
    let mut providers = Vec::new();
    db.each(sql, args![content.id()], |row| {
        if row.with_text(1, Facts::read)?.backdrop_url.as_deref() == Some(url) {
            providers.push(row.get(0)?);
        }
        Ok(())
    })
    .await?;
    Ok(providers)
}

/// What is known of the episodes of a series.
pub async fn of_episodes(db: &Db, id: SeriesId) -> Result<HashMap<EpisodeId, Facts>, DbError> {
    let mut known: HashMap<EpisodeId, Facts> = HashMap::new();
    db.each(
        "select f.episode_id, f.facts from vod_episodes e join vod_episode_facts f on f.episode_id = e.id \
         join providers p on p.id = f.provider_id \
         where e.series_id = $1 and p.enabled and p.deleted_at is null order by p.priority desc, p.id",
        args![id],
        |row| {
            let facts = row.with_text(1, Facts::read)?;
            known.entry(row.get(0)?).or_default().fill(facts);
            Ok(())
        },
    )
    .await?;
    Ok(known)
}

/// What is known of these films, by their ids.
pub async fn of_movies(
    db: &Db,
    ids: impl Iterator<Item = MovieId>,
) -> Result<HashMap<MovieId, Facts>, DbError> {
    let select = "select v.movie_id, v.rating, v.tmdb_id, f.rating, f.facts from vod_versions v \
                  join providers p on p.id = v.provider_id left join vod_movie_facts f on f.version_id = v.id \
                  where v.missing_since is null and p.enabled and p.deleted_at is null and v.movie_id in";
    put_together(db, select, ids, "order by p.priority desc, v.id", |row| {
        film(row, 1)
    })
    .await
}

/// What is known of these series, by their ids.
pub async fn of_many_series(
    db: &Db,
    ids: impl Iterator<Item = SeriesId>,
) -> Result<HashMap<SeriesId, Facts>, DbError> {
    let select = "select f.series_id, f.rating, f.facts from vod_series_facts f \
                  join providers p on p.id = f.provider_id \
                  where p.enabled and p.deleted_at is null and f.series_id in";
    put_together(db, select, ids, "order by p.priority desc, p.id, f.item", |row| {
        series(row, 1)
    })
    .await
}

/// What is known of these episodes, by their ids.
pub async fn of_many_episodes(
    db: &Db,
    ids: impl Iterator<Item = EpisodeId>,
) -> Result<HashMap<EpisodeId, Facts>, DbError> {
    let select = "select f.episode_id, f.facts from vod_episode_facts f join providers p on p.id = f.provider_id \
                  where p.enabled and p.deleted_at is null and f.episode_id in";
    put_together(db, select, ids, "order by p.priority desc, p.id", |row| {
        row.with_text(1, Facts::read)
    })
    .await
}

/// What rows tell of the ids in their first column, the first of them first.
async fn put_together<Id: Column + Eq + Hash + Into<Value> + Send>(
    db: &Db,
    select: &'static str,
    ids: impl Iterator<Item = Id>,
    order: &'static str,
    read: fn(&Row<'_>) -> Result<Facts, DbError>,
) -> Result<HashMap<Id, Facts>, DbError> {
    let mut known: HashMap<Id, Facts> = HashMap::new();
    db.each_in(select, ids.map(Into::into), order, |row| {
        let facts = read(row)?;
        known.entry(row.get(0)?).or_default().fill(facts);
        Ok(())
    })
    .await?;
    Ok(known)
}

/// Whether there is anybody to tell something: only panels do.
pub async fn is_anybody_asked(db: &Db) -> Result<bool, DbError> {
    let sql = "select count(*) from providers where type = 'xstream' and enabled and deleted_at is null";
    let (panels,): (i64,) = db.one(sql, args![]).await?;
    Ok(panels > 0)
}
