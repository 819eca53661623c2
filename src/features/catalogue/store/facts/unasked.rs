//! Which films panels are still to be asked about.

use crate::args;
use crate::db::{Db, DbError, Tx};
use crate::record;
use crate::support::ids::{MovieId, ProviderId};

/// Whether the version `v` with its facts `f` is to be asked about at an instant.
macro_rules! is_unasked {
    ($now:literal) => {
        concat!(
            "(f.version_id is null or f.retry_at <= ",
            $now,
            " or f.added is distinct from v.added)"
        )
    };
}
pub(super) use is_unasked;

/// Whether the panel of the provider `p` is asked at all: one whose last sync failed is not.
macro_rules! is_asked {
    () => {
        "p.type = 'xstream' and p.enabled and p.deleted_at is null and p.status not in ('failing', 'expired')"
    };
}
pub(super) use is_asked;

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

/// Versions of a provider's films that are to be asked about, the newest first.
pub async fn wanted(db: &Db, provider: ProviderId, now_ms: i64, limit: i64) -> Result<Vec<Unasked>, DbError> {
    db.all(
        concat!(
            "select v.id, v.movie_id, v.provider_id, v.url_template, v.added, coalesce(f.failures, 0) \
             from vod_versions v left join vod_movie_facts f on f.version_id = v.id \
             where v.provider_id = $1 and v.movie_id is not null and v.missing_since is null and ",
            is_unasked!("$2"),
            " order by v.id desc limit $3"
        ),
        args![provider, now_ms, limit],
    )
    .await
}

/// Whether a provider is to be asked about any film by an instant.
pub async fn is_any_wanted(tx: &mut Tx, provider: ProviderId, by_ms: i64) -> Result<bool, DbError> {
    let found: Option<(i64,)> = tx
        .optional(
            concat!(
                "select v.id from vod_versions v left join vod_movie_facts f on f.version_id = v.id \
                 where v.provider_id = $1 and v.movie_id is not null and v.missing_since is null and ",
                is_unasked!("$2"),
                " limit 1"
            ),
            args![provider, by_ms],
        )
        .await?;
    Ok(found.is_some())
}

/// The versions of one film that are to be asked about.
pub async fn wanted_of(db: &Db, movie: MovieId, now_ms: i64) -> Result<Vec<Unasked>, DbError> {
    db.all(
        concat!(
            "select v.id, v.movie_id, v.provider_id, v.url_template, v.added, coalesce(f.failures, 0) \
             from vod_versions v join providers p on p.id = v.provider_id \
             left join vod_movie_facts f on f.version_id = v.id \
             where v.movie_id = $1 and v.missing_since is null and ",
            is_asked!(),
            " and ",
            is_unasked!("$2"),
            " order by p.priority desc, v.id limit 20"
        ),
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
