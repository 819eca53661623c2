//! What panels told, as it is kept, and whose it is.

use crate::db::{DbError, Tx, Value};
use crate::features::catalogue::store::state;
use crate::record;

/// What became of asking about films: version, provider, added, instant, failures, instant of the next try, rating, facts.
pub async fn write_movies(tx: &mut Tx, values: Vec<Value>) -> Result<(), DbError> {
    if values.is_empty() {
        return Ok(());
    }
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
    state::raise_facts(tx).await
}

/// What providers tell of series: provider, its own number, series, rating, facts.
pub async fn write_series(tx: &mut Tx, values: Vec<Value>) -> Result<(), DbError> {
    if values.is_empty() {
        return Ok(());
    }
    tx.insert_many(
        "insert into vod_series_facts (provider_id, item, series_id, rating, facts)",
        5,
        values,
        "on conflict (provider_id, item) do update set series_id = excluded.series_id, rating = excluded.rating, \
         facts = excluded.facts",
    )
    .await?;
    state::raise_facts(tx).await
}

/// What providers tell of episodes: episode, provider, facts.
pub async fn write_episodes(tx: &mut Tx, values: Vec<Value>) -> Result<(), DbError> {
    if values.is_empty() {
        return Ok(());
    }
    tx.insert_many(
        "insert into vod_episode_facts (episode_id, provider_id, facts)",
        3,
        values,
        "on conflict (episode_id, provider_id) do update set facts = excluded.facts",
    )
    .await?;
    state::raise_facts(tx).await
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
    tx.all_in(
        "select v.tvg_key, v.url_key, v.episode_id, e.series_id from vod_versions v \
         join vod_episodes e on e.id = v.episode_id \
         where v.episode_id is not null and v.missing_since is null and v.tvg_key in",
        under.map(Value::from),
        "",
    )
    .await
}
