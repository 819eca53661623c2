//! What the catalogue asks of the providers' table, and what it counts for it.

use crate::args;
use crate::db::{DbError, Tx};
use crate::features::providers::Totals;
use crate::support::ids::ProviderId;

/// The provider's priority, 1 to 100.
pub async fn priority(tx: &mut Tx, provider: ProviderId) -> Result<i64, DbError> {
    let (priority,) = tx
        .one("select priority from providers where id = $1", args![provider])
        .await?;
    Ok(priority)
}

/// What is there of a provider now, missing entries aside.
pub async fn totals(tx: &mut Tx, provider: ProviderId) -> Result<Totals, DbError> {
    let (channels, active_channels): (i64, i64) = tx
        .one(
            "select count(*), count(*) filter (where is_active and enabled) from channel_streams \
             where provider_id = $1 and missing_since is null",
            args![provider],
        )
        .await?;
    let (movies, series): (i64, i64) = tx
        .one(
            "select count(distinct v.movie_id), count(distinct e.series_id) from vod_versions v \
             left join vod_episodes e on e.id = v.episode_id where v.provider_id = $1 and v.missing_since is null",
            args![provider],
        )
        .await?;
    Ok(Totals {
        channels,
        active_channels,
        movies,
        series,
    })
}
