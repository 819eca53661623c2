//! The table `pictures`, and who named a picture.

use crate::args;
use crate::db::{Db, DbError};
use crate::features::catalogue::content::Content;
use crate::features::catalogue::store::channels::hand;
use crate::features::catalogue::store::facts;
use crate::support::ids::ProviderId;

use super::render::Size;

/// Providers asked for the hosts that were typed for them; more than these name no picture of one thing.
const PROVIDERS: i64 = 20;

/// A thing that has a picture, or could have.
#[derive(Debug)]
pub(super) struct Pictured {
    pub(super) name: String,
    pub(super) url: Option<String>,
    /// A person chose it, not a catalogue.
    pub(super) by_hand: bool,
}

pub(super) async fn pictured(db: &Db, content: Content, size: Size) -> Result<Option<Pictured>, DbError> {
    let sql = match content {
        Content::Channel(_) => "select name, logo_url, hand_edited from channels where id = $1",
        Content::Movie(_) => "select title, cover_url, $2 from vod_movies where id = $1",
        Content::Series(_) => "select title, cover_url, $2 from vod_series where id = $1",
        Content::Episode(_) => return Ok(None),
    };
    let args = match content {
        Content::Channel(id) => args![id],
        _ => args![content.id(), 0i64],
    };
    let row: Option<(String, Option<String>, i64)> = db.optional(sql, args).await?;
    let Some((name, cover, edited)) = row else {
        return Ok(None);
    };
    let url = match (size, content) {
        (Size::Backdrop, Content::Movie(id)) => facts::of_movie(db, id, 0).await?.0.backdrop_url,
        (Size::Backdrop, Content::Series(id)) => facts::of_series(db, id).await?.backdrop_url,
        (Size::Backdrop, _) => None,
        (Size::Small | Size::Large, _) => cover,
    };
    Ok(Some(Pictured {
        name,
        url: url.filter(|url| !url.is_empty()),
        by_hand: edited & hand::LOGO != 0,
    }))
}

/// The providers whose catalogues name `url` as the picture of `content`.
pub(super) async fn named_by(
    db: &Db,
    content: Content,
    size: Size,
    url: &str,
) -> Result<Vec<ProviderId>, DbError> {
    if size == Size::Backdrop {
        return facts::told_by(db, content, url).await;
    }
    let sql = match content {
        Content::Channel(_) => {
            "select distinct provider_id from channel_streams where channel_id = $1 and logo_url = $2 limit $3"
        }
        Content::Movie(_) => {
            "select distinct provider_id from vod_versions where movie_id = $1 and logo_url = $2 limit $3"
        }
        Content::Series(_) => {
            "select distinct v.provider_id from vod_episodes e join vod_versions v on v.episode_id = e.id
             where e.series_id = $1 and v.logo_url = $2 limit $3"
        }
        Content::Episode(_) => return Ok(Vec::new()),
    };
    let rows: Vec<(ProviderId,)> = db.all(sql, args![content.id(), url, PROVIDERS]).await?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

crate::record! {
    /// What became of a source.
    #[derive(Debug, Clone)]
    pub(super) struct Kept {
        /// Hashes of the renditions; none if there never was a picture.
        pub(super) small: Option<String>,
        pub(super) large: Option<String>,
        /// In a row, since the last success.
        pub(super) failures: i64,
        /// Not asked for again before, in milliseconds.
        pub(super) retry_at: i64,
        pub(super) used_at: i64,
    }
}

pub(super) async fn find(db: &Db, source: [u8; 32]) -> Result<Option<Kept>, DbError> {
    let sql = "select small, large, failures, retry_at, used_at from pictures where source = $1";
    db.optional(sql, args![source]).await
}

pub(super) async fn used(db: &Db, source: [u8; 32], now_ms: i64) -> Result<(), DbError> {
    db.execute(
        "update pictures set used_at = $2 where source = $1",
        args![source, now_ms],
    )
    .await
    .map(drop)
}

/// Writes what became of a source. A failure keeps the renditions of an earlier success.
pub(super) async fn keep(
    db: &Db,
    source: [u8; 32],
    kept: &Kept,
    failure: Option<&str>,
    now_ms: i64,
) -> Result<(), DbError> {
    db.execute(
        "insert into pictures (source, small, large, failures, failure, checked_at, retry_at, used_at)
         values ($1, $2, $3, $4, $5, $6, $7, $6)
         on conflict (source) do update set small = excluded.small, large = excluded.large,
             failures = excluded.failures, failure = excluded.failure, checked_at = excluded.checked_at,
             retry_at = excluded.retry_at, used_at = excluded.used_at",
        args![
            source,
            kept.small.as_deref(),
            kept.large.as_deref(),
            kept.failures,
            failure,
            now_ms,
            kept.retry_at
        ],
    )
    .await
    .map(drop)
}

/// Forgets the sources that were not looked at for longest, until at most `most` are left. Returns the hashes that no
/// source has any more.
pub(super) async fn forget_oldest(db: &Db, most: i64, at_once: i64) -> Result<Vec<String>, DbError> {
    let mut tx = db.begin().await?;
    let (all,): (i64,) = tx.one("select count(*) from pictures", args![]).await?;
    let surplus = (all - most).clamp(0, at_once);
    let gone: Vec<(Vec<u8>, Option<String>, Option<String>)> = tx
        .all(
            "select source, small, large from pictures order by used_at limit $1",
            args![surplus],
        )
        .await?;
    let mut unused = Vec::new();
    for (source, small, large) in gone {
        tx.execute("delete from pictures where source = $1", args![source])
            .await?;
        for hash in [small, large].into_iter().flatten() {
            let other: Option<(i64,)> = tx
                .optional(
                    "select used_at from pictures where small = $1 or large = $1 limit 1",
                    args![hash.as_str()],
                )
                .await?;
            if other.is_none() {
                unused.push(hash);
            }
        }
    }
    tx.commit().await?;
    Ok(unused)
}
