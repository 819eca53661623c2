mod index;
mod listing;

pub use index::{Table, index, rows, version};
pub use listing::Listing;

use crate::args;
use crate::db::{Db, DbError, FromRow};

use super::{Page, Place, Placed, cut, in_natural_order};

/// Reads a page and counts its list: at once where two indexes serve better than one walk.
pub async fn page<T: FromRow + Placed>(
    db: &Db,
    listing: &Listing,
    place: &Place,
    limit: i64,
) -> Result<Page<T>, DbError> {
    let (sql, args) = listing.items(place, limit.saturating_add(1));
    if listing.counts_itself() {
        let (mut items, mut total) = (Vec::new(), None);
        db.each(sql, args, |row| {
            total = Some(row.last()?);
            items.push(T::from_row(row)?);
            Ok(())
        })
        .await?;
        let total = match (total, place) {
            (Some(total), _) => total,
            (None, Place::Skip(0)) => 0,
            // Behind the end of the list.
            (None, _) => count(db, listing).await?,
        };
        return Ok(cut(items, place, limit, total));
    }
    let (items, total) = futures_util::future::try_join(db.all(sql, args), count(db, listing)).await?;
    Ok(cut(items, place, limit, total))
}

/// The id of every row of a list.
pub async fn ids(db: &Db, listing: &Listing) -> Result<Vec<i64>, DbError> {
    let (sql, args) = listing.ids();
    let mut ids = Vec::new();
    db.each(sql, args, |row| {
        ids.push(row.get(0)?);
        Ok(())
    })
    .await?;
    Ok(ids)
}

async fn count(db: &Db, listing: &Listing) -> Result<i64, DbError> {
    let (sql, args) = listing.count();
    let (total,) = db.one(sql, args).await?;
    Ok(total)
}

/// Goes from one name to the next in the index instead of through every row.
pub async fn categories(db: &Db) -> Result<Vec<String>, DbError> {
    let sql = "with recursive names (name) as (
                   select min(category) from channels where listed
                   union all
                   select (select min(category) from channels where listed and category > names.name)
                   from names where names.name is not null
               )
               select name from names where name is not null";
    Ok(natural(db.all(sql, args![]).await?))
}

pub async fn channel_total(db: &Db) -> Result<i64, DbError> {
    let sql = "select count(*) from channels where listed";
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

/// As [`categories`], through films and series.
pub async fn genres(db: &Db) -> Result<Vec<String>, DbError> {
    let sql = "with recursive of_movies (name) as (
                   select min(genre) from vod_movies where version_count > 0
                   union all
                   select (select min(genre) from vod_movies where version_count > 0 and genre > of_movies.name)
                   from of_movies where of_movies.name is not null
               ), of_series (name) as (
                   select min(genre) from vod_series where episode_count > 0
                   union all
                   select (select min(genre) from vod_series where episode_count > 0 and genre > of_series.name)
                   from of_series where of_series.name is not null
               )
               select name from of_movies where name is not null
               union select name from of_series where name is not null";
    Ok(natural(db.all(sql, args![]).await?))
}

fn natural(rows: Vec<(String,)>) -> Vec<String> {
    in_natural_order(rows.into_iter().map(|(name,)| name).collect())
}
