//! What the catalogue asks of the providers' table, and what it counts for it.

use crate::args;
use crate::db::{DbError, Tx};
use crate::features::providers::{self, Totals};
use crate::record;
use crate::support::ids::ProviderId;

record! {
    /// What the place and the count of a stream take from its provider.
    #[derive(Debug, Clone, Copy, Default)]
    pub struct Owner {
        /// 1 to 100.
        pub priority: i64,
        /// Whether what it offers is shown: it is enabled and not removed.
        pub is_shown: bool,
    }
}

pub async fn owner(tx: &mut Tx, provider: ProviderId) -> Result<Owner, DbError> {
    tx.one(
        "select priority, enabled and deleted_at is null from providers where id = $1",
        args![provider],
    )
    .await
}

/// Whether streams are there that nobody is shown: those of providers that are disabled, or removed a moment ago.
pub async fn any_hidden(tx: &mut Tx) -> Result<bool, DbError> {
    let found: Option<(i64,)> = tx
        .optional(
            "select p.id from providers p where (not p.enabled or p.deleted_at is not null) and exists \
             (select 1 from channel_streams s where s.provider_id = p.id and s.missing_since is null) limit 1",
            args![],
        )
        .await?;
    Ok(found.is_some())
}

/// Counts a provider's totals anew. A panel's series count from when they are listed.
pub async fn recount_totals(tx: &mut Tx, provider: ProviderId) -> Result<(), DbError> {
    let mut totals = totals(tx, provider).await?;
    let listed = providers::store::series::count(tx, provider).await?;
    totals.series = totals.series.max(listed);
    providers::store::set_totals(tx, provider, totals).await
}

/// What is there of a provider now, missing entries aside. Each count reads an index alone, series aside.
async fn totals(tx: &mut Tx, provider: ProviderId) -> Result<Totals, DbError> {
    let channels = count(
        tx,
        "select count(*) from channel_streams where provider_id = $1 and missing_since is null",
        provider,
    )
    .await?;
    let inactive = count(
        tx,
        "select count(*) from channel_streams where provider_id = $1 and missing_since is null \
         and not (is_active and enabled)",
        provider,
    )
    .await?;
    let movies = count(
        tx,
        "select count(distinct movie_id) from vod_versions where provider_id = $1 and missing_since is null",
        provider,
    )
    .await?;
    let series = count(
        tx,
        "select count(distinct e.series_id) from vod_versions v join vod_episodes e on e.id = v.episode_id \
         where v.provider_id = $1 and v.missing_since is null and v.movie_id is null",
        provider,
    )
    .await?;
    Ok(Totals {
        channels,
        active_channels: channels - inactive,
        movies,
        series,
    })
}

async fn count(tx: &mut Tx, sql: &'static str, provider: ProviderId) -> Result<i64, DbError> {
    let (count,) = tx.one(sql, args![provider]).await?;
    Ok(count)
}
