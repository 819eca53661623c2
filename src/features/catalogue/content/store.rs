use super::Content;
use crate::args;
use crate::db::{Db, DbError};

/// What a thing is called, for people; `None` if there is no such thing. An episode is called after its series.
pub async fn title(db: &Db, content: Content) -> Result<Option<String>, DbError> {
    let (sql, id) = match content {
        Content::Channel(id) => ("select name from channels where id = $1", id.0),
        Content::Movie(id) => ("select title from vod_movies where id = $1", id.0),
        Content::Series(id) => ("select title from vod_series where id = $1", id.0),
        Content::Episode(id) => return episode_title(db, id.0).await,
    };
    Ok(db
        .optional::<(String,)>(sql, args![id])
        .await?
        .map(|(title,)| title))
}

async fn episode_title(db: &Db, id: i64) -> Result<Option<String>, DbError> {
    let row: Option<(String, i64, i64, Option<String>)> = db
        .optional(
            "select s.title, e.season, e.episode, e.title
             from vod_episodes e join vod_series s on s.id = e.series_id where e.id = $1",
            args![id],
        )
        .await?;
    Ok(row.map(|(series, season, episode, title)| match title {
        Some(title) if !title.is_empty() => format!("{series} - S{season:02}E{episode:02} - {title}"),
        _ => format!("{series} - S{season:02}E{episode:02}"),
    }))
}
