//! Stored counts of everything that one provider offers something of. Only what is shown is counted: streams and versions
//! of providers that are enabled and not removed.

use super::facts::rating_of;
use crate::args;
use crate::db::{DbError, Tx, Value};
use crate::support::ids::ProviderId;

/// The name of the best picture.
macro_rules! tier_name {
    () => {
        "case v.tier when 9 then '8K' when 8 then '4K' when 7 then '1440p' when 6 then '1080p' \
         when 5 then '720p' when 4 then '576p' when 3 then '480p' when 2 then '360p' when 1 then '240p' end"
    };
}

/// The state of the best stream that may be played.
macro_rules! state_name {
    () => {
        "case v.health when 1 then 'up' when 3 then 'degraded' when 4 then 'maintenance' when 5 then 'down' \
         else 'unknown' end"
    };
}

/// Counts again the channels that stand between this and [`CHANNELS_END`].
macro_rules! channels_of {
    () => {
        concat!(
        "update channels set stream_count = v.streams, active_stream_count = v.active, best_quality_score = v.score, \
         best_resolution = ", tier_name!(), ", \
         health = ", state_name!(), " \
         from (select s.channel_id, count(*) filter (where p.enabled and p.deleted_at is null) as streams, \
         count(*) filter (where p.enabled and p.deleted_at is null and s.is_active and s.enabled) as active, \
         max(s.quality_score) filter (where p.enabled and p.deleted_at is null and s.is_active and s.enabled) as score, \
         max(case s.resolution when '8K' then 9 when '4K' then 8 when '1440p' then 7 when '1080p' then 6 \
         when '720p' then 5 when '576p' then 4 when '480p' then 3 when '360p' then 2 when '240p' then 1 end) \
         filter (where p.enabled and p.deleted_at is null and s.is_active and s.enabled) as tier, \
         min(case h.state when 'up' then 1 when 'degraded' then 3 when 'maintenance' then 4 when 'down' then 5 else 2 end) \
         filter (where p.enabled and p.deleted_at is null and s.enabled) as health \
         from channel_streams s join providers p on p.id = s.provider_id \
         left join stream_health h on h.stream_id = s.id where s.missing_since is null and s.channel_id in "
        )
    };
}

/// Each statement counts again what the provider has a present stream or version of; the fourth counts on the third. The last
/// two rate titles anew.
const STATEMENTS: [&str; 6] = [
    concat!(
        channels_of!(),
        "(select channel_id from channel_streams where provider_id = $1 and missing_since is null) \
         group by s.channel_id) as v where channels.id = v.channel_id"
    ),
    "update vod_movies set version_count = (select count(*) from vod_versions v join providers p \
     on p.id = v.provider_id where v.movie_id = vod_movies.id and v.missing_since is null and p.enabled \
     and p.deleted_at is null) where id in (select movie_id from vod_versions where provider_id = $1 \
     and missing_since is null and movie_id is not null)",
    "update vod_episodes set version_count = (select count(*) from vod_versions v join providers p \
     on p.id = v.provider_id where v.episode_id = vod_episodes.id and v.missing_since is null and p.enabled \
     and p.deleted_at is null) where id in (select episode_id from vod_versions where provider_id = $1 \
     and missing_since is null and episode_id is not null)",
    "update vod_series set episode_count = (select count(*) from vod_episodes e \
     where e.series_id = vod_series.id and e.version_count > 0), \
     season_count = (select count(distinct e.season) from vod_episodes e \
     where e.series_id = vod_series.id and e.version_count > 0) where id in \
     (select e.series_id from vod_versions v join vod_episodes e on e.id = v.episode_id \
     where v.provider_id = $1 and v.missing_since is null and v.episode_id is not null)",
    concat!(
        "update vod_movies set rating = ",
        rating_of!(vod_movies),
        " where id in (select movie_id from vod_versions where provider_id = $1 and missing_since is null \
         and movie_id is not null)"
    ),
    concat!(
        "update vod_series set rating = ",
        rating_of!(vod_series),
        " where id in (select series_id from vod_series_facts where provider_id = $1)"
    ),
];

/// Counts again what the provider offers something of, after it was switched on or off or removed.
pub async fn provider(tx: &mut Tx, provider: ProviderId) -> Result<(), DbError> {
    for sql in STATEMENTS {
        tx.execute(sql, args![provider]).await?;
    }
    Ok(())
}

/// Counts again the channels of these streams, if a stream came into use or went out of it, is in another state or was rated anew. The answer
/// is how many of them show something else now.
pub async fn channels_with(tx: &mut Tx, streams: Vec<Value>) -> Result<u64, DbError> {
    tx.insert_many(
        concat!(
            channels_of!(),
            "(select o.channel_id from channel_streams o where o.id in (select n.column1 from ("
        ),
        1,
        streams,
        concat!(
            ") as n)) group by s.channel_id) as v where channels.id = v.channel_id and \
         (channels.active_stream_count <> v.active or channels.health <> ",
            state_name!(),
            " \
         or channels.best_quality_score is distinct from v.score or channels.best_resolution is distinct from ",
            tier_name!(),
            ")"
        ),
    )
    .await
}
