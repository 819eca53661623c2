//! The ratings that lists are sorted by.

use crate::db::{DbError, Tx, Value};

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
pub(in crate::features::catalogue::store) use rating_of;

/// Which of these films have another rating by now.
pub async fn misrated_movies(tx: &mut Tx, ids: impl Iterator<Item = i64>) -> Result<Vec<i64>, DbError> {
    let head = concat!(
        "select id from vod_movies where rating is distinct from ",
        rating_of!(vod_movies),
        " and id in"
    );
    let found: Vec<(i64,)> = tx.all_in(head, ids.map(Value::from), "order by id").await?;
    Ok(found.into_iter().map(|(id,)| id).collect())
}

/// Which of these series have another rating by now.
pub async fn misrated_series(tx: &mut Tx, ids: impl Iterator<Item = i64>) -> Result<Vec<i64>, DbError> {
    let head = concat!(
        "select id from vod_series where rating is distinct from ",
        rating_of!(vod_series),
        " and id in"
    );
    let found: Vec<(i64,)> = tx.all_in(head, ids.map(Value::from), "order by id").await?;
    Ok(found.into_iter().map(|(id,)| id).collect())
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
