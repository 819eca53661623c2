//! The tables `vod_movie_facts`, `vod_series_facts` and `vod_episode_facts`, and the ratings of titles that follow from them.
//! What several providers tell of one title is put together when it is read, the most preferred provider first.

use std::collections::HashMap;

use crate::args;
use crate::db::{Db, DbError, Row, Tx, Value};
use crate::features::catalogue::content::Content;
use crate::features::providers::Facts;
use crate::record;
use crate::support::ids::{EpisodeId, MovieId, ProviderId, SeriesId};

record! {
    /// A version of a film that its panel is to be asked about.
    #[derive(Debug, Clone)]
    pub struct Unasked {
        pub version: i64,
        pub movie: i64,
        pub provider: ProviderId,
        pub url_template: String,
        pub added: Option<i64>,
        /// Failures so far.
        pub failures: i64,
    }
}

/// Versions of a provider's films that are to be asked about, the newest first, from below `below` on.
pub async fn wanted(
    db: &Db,
    provider: ProviderId,
    below: i64,
    now_ms: i64,
    limit: i64,
) -> Result<Vec<Unasked>, DbError> {
    db.all(
        "select v.id, v.movie_id, v.provider_id, v.url_template, v.added, coalesce(f.failures, 0) from vod_versions v \
         left join vod_movie_facts f on f.version_id = v.id \
         where v.provider_id = $1 and v.id < $2 and v.movie_id is not null and v.missing_since is null \
         and (f.version_id is null or f.retry_at <= $3 or f.added is distinct from v.added) \
         order by v.id desc limit $4",
        args![provider, below, now_ms, limit],
    )
    .await
}

/// Whether a provider is to be asked about any film.
pub async fn is_any_wanted(tx: &mut Tx, provider: ProviderId, now_ms: i64) -> Result<bool, DbError> {
    let found: Option<(i64,)> = tx
        .optional(
            "select v.id from vod_versions v left join vod_movie_facts f on f.version_id = v.id \
             where v.provider_id = $1 and v.movie_id is not null and v.missing_since is null \
             and (f.version_id is null or f.retry_at <= $2 or f.added is distinct from v.added) limit 1",
            args![provider, now_ms],
        )
        .await?;
    Ok(found.is_some())
}

/// The versions of one film that are to be asked about.
pub async fn wanted_of(db: &Db, movie: MovieId, now_ms: i64) -> Result<Vec<Unasked>, DbError> {
    db.all(
        "select v.id, v.movie_id, v.provider_id, v.url_template, v.added, coalesce(f.failures, 0) from vod_versions v \
         join providers p on p.id = v.provider_id left join vod_movie_facts f on f.version_id = v.id \
         where v.movie_id = $1 and v.missing_since is null and p.type = 'xstream' and p.enabled \
         and p.deleted_at is null and (f.version_id is null or f.retry_at <= $2 or f.added is distinct from v.added) \
         order by p.priority desc, v.id limit 20",
        args![movie, now_ms],
    )
    .await
}

/// How many films a provider was asked about since an instant.
pub async fn count_asked(db: &Db, provider: ProviderId, since_ms: i64) -> Result<i64, DbError> {
    let (count,) = db
        .one(
            "select count(*) from vod_movie_facts where provider_id = $1 and asked_at > $2",
            args![provider, since_ms],
        )
        .await?;
    Ok(count)
}

/// What became of asking about films: version, provider, added, instant, failures, instant of the next try, rating, facts.
pub async fn write_movies(tx: &mut Tx, values: Vec<Value>) -> Result<(), DbError> {
    tx.insert_many(
        "insert into vod_movie_facts (version_id, provider_id, added, asked_at, failures, retry_at, rating, facts)",
        8,
        values,
        // What was known stays while asking again fails.
        "on conflict (version_id) do update set added = excluded.added, asked_at = excluded.asked_at, \
         failures = excluded.failures, retry_at = excluded.retry_at, \
         rating = case when excluded.failures > 0 then vod_movie_facts.rating else excluded.rating end, \
         facts = case when excluded.failures > 0 then vod_movie_facts.facts else excluded.facts end",
    )
    .await?;
    Ok(())
}

/// What providers tell of series: provider, its own number, series, rating, facts.
pub async fn write_series(tx: &mut Tx, values: Vec<Value>) -> Result<(), DbError> {
    tx.insert_many(
        "insert into vod_series_facts (provider_id, item, series_id, rating, facts)",
        5,
        values,
        "on conflict (provider_id, item) do update set series_id = excluded.series_id, rating = excluded.rating, \
         facts = excluded.facts",
    )
    .await?;
    Ok(())
}

/// What providers tell of episodes: episode, provider, facts.
pub async fn write_episodes(tx: &mut Tx, values: Vec<Value>) -> Result<(), DbError> {
    tx.insert_many(
        "insert into vod_episode_facts (episode_id, provider_id, facts)",
        3,
        values,
        "on conflict (episode_id, provider_id) do update set facts = excluded.facts",
    )
    .await?;
    Ok(())
}

/// The rating that a title has by what its providers tell now.
macro_rules! rating_of {
    (vod_movies) => {
        "(select coalesce(f.rating, v.rating) from vod_versions v join providers p on p.id = v.provider_id \
         left join vod_movie_facts f on f.version_id = v.id where v.movie_id = vod_movies.id \
         and v.missing_since is null and p.enabled and p.deleted_at is null \
         and coalesce(f.rating, v.rating) is not null order by p.priority desc, v.id limit 1)"
    };
    (vod_series) => {
        "(select f.rating from vod_series_facts f join providers p on p.id = f.provider_id \
         where f.series_id = vod_series.id and f.rating is not null and p.enabled and p.deleted_at is null \
         order by p.priority desc, p.id limit 1)"
    };
}
pub(super) use rating_of;

/// Which of these films have another rating by now.
pub async fn misrated_movies(tx: &mut Tx, ids: impl Iterator<Item = i64>) -> Result<Vec<i64>, DbError> {
    let head = concat!(
        "select id from vod_movies where rating is distinct from ",
        rating_of!(vod_movies),
        " and id in"
    );
    id_column(tx, head, ids).await
}

/// Which of these series have another rating by now.
pub async fn misrated_series(tx: &mut Tx, ids: impl Iterator<Item = i64>) -> Result<Vec<i64>, DbError> {
    let head = concat!(
        "select id from vod_series where rating is distinct from ",
        rating_of!(vod_series),
        " and id in"
    );
    id_column(tx, head, ids).await
}

/// Rates these films anew.
pub async fn rate_movies(tx: &mut Tx, ids: impl Iterator<Item = i64>) -> Result<(), DbError> {
    let head = concat!(
        "update vod_movies set rating = ",
        rating_of!(vod_movies),
        " where id in"
    );
    tx.update_in(head, ids.map(Value::from)).await
}

/// Rates these series anew.
pub async fn rate_series(tx: &mut Tx, ids: impl Iterator<Item = i64>) -> Result<(), DbError> {
    let head = concat!(
        "update vod_series set rating = ",
        rating_of!(vod_series),
        " where id in"
    );
    tx.update_in(head, ids.map(Value::from)).await
}

async fn id_column(
    tx: &mut Tx,
    head: &'static str,
    ids: impl Iterator<Item = i64>,
) -> Result<Vec<i64>, DbError> {
    let mut found = Vec::new();
    tx.each_in(head, ids.map(Value::from), "order by id", |row| {
        found.push(row.get(0)?);
        Ok(())
    })
    .await?;
    Ok(found)
}

record! {
    /// The episode of a version that is listed under a panel's series.
    #[derive(Debug, Clone)]
    pub struct Placed {
        /// The key of the panel's series.
        pub under: i64,
        pub url_key: i64,
        pub episode: i64,
        pub series: i64,
    }
}

/// Which episodes the versions under these series are of.
pub async fn placed(tx: &mut Tx, under: impl Iterator<Item = i64>) -> Result<Vec<Placed>, DbError> {
    let mut found = Vec::new();
    tx.each_in(
        "select v.tvg_key, v.url_key, v.episode_id, e.series_id from vod_versions v \
         join vod_episodes e on e.id = v.episode_id \
         where v.episode_id is not null and v.missing_since is null and v.tvg_key in",
        under.map(Value::from),
        "",
        |row| {
            found.push(crate::db::FromRow::from_row(row)?);
            Ok(())
        },
    )
    .await?;
    Ok(found)
}

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
        "select v.rating, v.tmdb_id, f.rating, f.facts, p.type = 'xstream' and (f.version_id is null \
         or f.retry_at <= $2 or f.added is distinct from v.added) from vod_versions v \
         join providers p on p.id = v.provider_id left join vod_movie_facts f on f.version_id = v.id \
         where v.movie_id = $1 and v.missing_since is null and p.enabled and p.deleted_at is null \
         order by p.priority desc, v.id limit 100",
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
    let mut known: HashMap<MovieId, Facts> = HashMap::new();
    db.each_in(
        "select v.movie_id, v.rating, v.tmdb_id, f.rating, f.facts from vod_versions v \
         join providers p on p.id = v.provider_id left join vod_movie_facts f on f.version_id = v.id \
         where v.missing_since is null and p.enabled and p.deleted_at is null and v.movie_id in",
        ids.map(Value::from),
        "order by p.priority desc, v.id",
        |row| {
            known.entry(row.get(0)?).or_default().fill(film(row, 1)?);
            Ok(())
        },
    )
    .await?;
    Ok(known)
}

/// What is known of these series, by their ids.
pub async fn of_many_series(
    db: &Db,
    ids: impl Iterator<Item = SeriesId>,
) -> Result<HashMap<SeriesId, Facts>, DbError> {
    let mut known: HashMap<SeriesId, Facts> = HashMap::new();
    db.each_in(
        "select f.series_id, f.rating, f.facts from vod_series_facts f join providers p on p.id = f.provider_id \
         where p.enabled and p.deleted_at is null and f.series_id in",
        ids.map(Value::from),
        "order by p.priority desc, p.id, f.item",
        |row| {
            known.entry(row.get(0)?).or_default().fill(series(row, 1)?);
            Ok(())
        },
    )
    .await?;
    Ok(known)
}

/// What is known of every title and episode that something is known of.
#[derive(Default)]
pub struct Known {
    pub movies: HashMap<i64, Facts>,
    pub series: HashMap<i64, Facts>,
    pub episodes: HashMap<i64, Facts>,
}

/// Reads all of it; only panels tell anything.
pub async fn all(db: &Db) -> Result<Known, DbError> {
    let mut known = Known::default();
    let (panels,): (i64,) = db
        .one(
            "select count(*) from providers where type = 'xstream' and enabled and deleted_at is null",
            args![],
        )
        .await?;
    if panels == 0 {
        return Ok(known);
    }
    db.each(
        "/* scan: the library holds them all */ select v.movie_id, v.rating, v.tmdb_id, f.rating, f.facts \
         from vod_versions v join providers p on p.id = v.provider_id \
         left join vod_movie_facts f on f.version_id = v.id where v.movie_id is not null and v.missing_since is null \
         and p.enabled and p.deleted_at is null and p.type = 'xstream' order by p.priority desc, v.id",
        args![],
        |row| {
            let facts = film(row, 1)?;
            known.movies.entry(row.get(0)?).or_default().fill(facts);
            Ok(())
        },
    )
    .await?;
    db.each(
        "/* scan: the library holds them all */ select f.series_id, f.rating, f.facts from vod_series_facts f \
         join providers p on p.id = f.provider_id where p.enabled and p.deleted_at is null \
         order by p.priority desc, p.id, f.item",
        args![],
        |row| {
            let facts = series(row, 1)?;
            known.series.entry(row.get(0)?).or_default().fill(facts);
            Ok(())
        },
    )
    .await?;
    db.each(
        "/* scan: the library holds them all */ select f.episode_id, f.facts from vod_episode_facts f \
         join providers p on p.id = f.provider_id where p.enabled and p.deleted_at is null \
         order by p.priority desc, p.id",
        args![],
        |row| {
            let facts = row.with_text(1, Facts::read)?;
            known.episodes.entry(row.get(0)?).or_default().fill(facts);
            Ok(())
        },
    )
    .await?;
    Ok(known)
}
