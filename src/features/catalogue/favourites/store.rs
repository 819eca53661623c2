use std::collections::HashSet;

use super::Favourite;
use crate::args;
use crate::db::{Db, DbError, Sql, Tx, Value};
use crate::features::catalogue::content::Content;
use crate::support::ids::{ChannelId, FavouriteId, UserId};

pub async fn insert(db: &Db, user: UserId, content: Content, now_ms: i64) -> Result<FavouriteId, DbError> {
    let (channel, movie, series) = columns(content);
    let (id,): (FavouriteId,) = db
        .returning(
            "insert into user_favorites (user_id, channel_id, vod_movie_id, vod_series_id, created_at)
             values ($1, $2, $3, $4, $5) returning id",
            args![user, channel, movie, series, now_ms],
        )
        .await?;
    Ok(id)
}

/// The user's mark on `content`, if there is one.
pub async fn find_id(db: &Db, user: UserId, content: Content) -> Result<Option<FavouriteId>, DbError> {
    let sql = match content {
        Content::Channel(_) => "select id from user_favorites where user_id = $1 and channel_id = $2",
        Content::Movie(_) => "select id from user_favorites where user_id = $1 and vod_movie_id = $2",
        Content::Series(_) => "select id from user_favorites where user_id = $1 and vod_series_id = $2",
        Content::Episode(_) => return Ok(None),
    };
    Ok(db
        .optional::<(FavouriteId,)>(sql, args![user, content.id()])
        .await?
        .map(|(id,)| id))
}

/// As many ids as one look-up holds: one text for every list.
const LOOKED_UP: usize = 50;

/// Which of `contents`, all of one kind, the user marked.
pub async fn marked(db: &Db, user: UserId, contents: &[Content]) -> Result<HashSet<i64>, DbError> {
    let column = match contents.first() {
        Some(Content::Channel(_)) => "channel_id",
        Some(Content::Movie(_)) => "vod_movie_id",
        Some(Content::Series(_)) => "vod_series_id",
        Some(Content::Episode(_)) | None => return Ok(HashSet::new()),
    };
    let places: Vec<String> = (0..LOOKED_UP).map(|at| format!("${}", at + 2)).collect();
    let sql = format!(
        "select {column} from user_favorites where user_id = $1 and {column} in ({})",
        places.join(", ")
    );
    let mut marked = HashSet::new();
    for part in contents.chunks(LOOKED_UP) {
        // No row has the id 0.
        let ids = part
            .iter()
            .map(|content| content.id())
            .chain(std::iter::repeat(0));
        let args = std::iter::once(Value::from(user)).chain(ids.take(LOOKED_UP).map(Value::from));
        let found: Vec<(i64,)> = db.all(Sql::built(sql.clone()), args.collect()).await?;
        marked.extend(found.into_iter().map(|(id,)| id));
    }
    Ok(marked)
}

pub async fn count(db: &Db, user: UserId) -> Result<i64, DbError> {
    let (total,): (i64,) = db
        .one(
            "select count(*) from user_favorites where user_id = $1",
            args![user],
        )
        .await?;
    Ok(total)
}

pub async fn list(db: &Db, user: UserId, skip: i64, limit: i64) -> Result<Vec<Favourite>, DbError> {
    db.all(
        "select f.id,
             case when f.channel_id is not null then 'channel'
                  when f.vod_movie_id is not null then 'movie' else 'series' end,
             coalesce(f.channel_id, f.vod_movie_id, f.vod_series_id),
             coalesce(c.name, m.title, s.title),
             coalesce(c.logo_url, m.cover_url, s.cover_url),
             f.created_at
         from user_favorites f
         left join channels c on c.id = f.channel_id
         left join vod_movies m on m.id = f.vod_movie_id
         left join vod_series s on s.id = f.vod_series_id
         where f.user_id = $1
         order by f.created_at desc, f.id desc limit $2 offset $3",
        args![user, limit, skip],
    )
    .await
}

/// Removes the user's mark; `false` if it is not there or another's.
pub async fn remove(db: &Db, user: UserId, id: FavouriteId) -> Result<bool, DbError> {
    let removed = db
        .execute(
            "delete from user_favorites where id = $1 and user_id = $2",
            args![id, user],
        )
        .await?;
    Ok(removed > 0)
}

/// Lets marks follow a channel's streams to the channel that took them; who had both keeps one.
pub async fn move_channel(tx: &mut Tx, from: ChannelId, to: ChannelId) -> Result<(), DbError> {
    tx.execute(
        "delete from user_favorites where channel_id = $1
         and user_id in (select user_id from user_favorites where channel_id = $2)",
        args![from, to],
    )
    .await?;
    tx.execute(
        "update user_favorites set channel_id = $2 where channel_id = $1",
        args![from, to],
    )
    .await?;
    Ok(())
}

/// As [`move_channel`], of titles; both are of one kind.
pub async fn move_title(tx: &mut Tx, from: Content, to: Content) -> Result<(), DbError> {
    let (doubles, others) = match from {
        Content::Movie(_) => (
            "delete from user_favorites where vod_movie_id = $1
             and user_id in (select user_id from user_favorites where vod_movie_id = $2)",
            "update user_favorites set vod_movie_id = $2 where vod_movie_id = $1",
        ),
        Content::Series(_) => (
            "delete from user_favorites where vod_series_id = $1
             and user_id in (select user_id from user_favorites where vod_series_id = $2)",
            "update user_favorites set vod_series_id = $2 where vod_series_id = $1",
        ),
        Content::Channel(_) | Content::Episode(_) => return Ok(()),
    };
    tx.execute(doubles, args![from.id(), to.id()]).await?;
    tx.execute(others, args![from.id(), to.id()]).await?;
    Ok(())
}

fn columns(content: Content) -> (Option<i64>, Option<i64>, Option<i64>) {
    match content {
        Content::Channel(id) => (Some(id.0), None, None),
        Content::Movie(id) => (None, Some(id.0), None),
        Content::Series(id) => (None, None, Some(id.0)),
        Content::Episode(_) => (None, None, None),
    }
}
