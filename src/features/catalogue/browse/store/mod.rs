mod listing;

pub use listing::Listing;

use crate::args;
use crate::db::{Db, DbError, FromRow};
use crate::support::text::{name_key, sort_key};

use super::{Page, Place, Placed, cut};

/// Reads a page and counts its list, both at once.
pub async fn page<T: FromRow + Placed>(
    db: &Db,
    listing: &Listing,
    place: &Place,
    limit: i64,
) -> Result<Page<T>, DbError> {
    let (items, items_args) = listing.items(place, limit.saturating_add(1));
    let (count, count_args) = listing.count();
    let read = db.all(items, items_args);
    let (items, (total,)): (_, (i64,)) =
        futures_util::future::try_join(read, db.one(count, count_args)).await?;
    Ok(cut(items, place, limit, total))
}

pub async fn categories(db: &Db) -> Result<Vec<String>, DbError> {
    let sql = "select distinct category from channels where not hidden and stream_count > 0";
    Ok(natural(db.all(sql, args![]).await?))
}

pub async fn channel_total(db: &Db) -> Result<i64, DbError> {
    let sql = "select count(*) from channels where not hidden and stream_count > 0";
    let (total,) = db.one(sql, args![]).await?;
    Ok(total)
}

pub async fn title_totals(db: &Db) -> Result<(i64, i64, i64), DbError> {
    db.one(
        "select (select count(*) from vod_movies where version_count > 0),
             (select count(*) from vod_series where episode_count > 0),
             (select cast(coalesce(sum(episode_count), 0) as bigint) from vod_series where episode_count > 0)",
        args![],
    )
    .await
}

pub async fn genres(db: &Db) -> Result<Vec<String>, DbError> {
    let sql = "select genre from vod_movies where genre is not null and version_count > 0
               union select genre from vod_series where genre is not null and episode_count > 0";
    Ok(natural(db.all(sql, args![]).await?))
}

fn natural(rows: Vec<(String,)>) -> Vec<String> {
    let mut names: Vec<String> = rows.into_iter().map(|(name,)| name).collect();
    names.sort_by_cached_key(|name| sort_key(&name_key(name)));
    names
}
