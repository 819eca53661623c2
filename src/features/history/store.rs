use crate::args;
use crate::db::{Db, DbError, Tx};
use crate::features::catalogue::content::Content;
use crate::support::ids::{ChannelId, PlayId, UserId};

use super::play::{NewPlay, PlayReport, Reported};

crate::record! {
    pub struct PlayRow {
        pub id: PlayId,
        pub kind: String,
        pub channel_id: Option<i64>,
        pub vod_movie_id: Option<i64>,
        pub vod_series_id: Option<i64>,
        pub vod_episode_id: Option<i64>,
        pub title: String,
        pub device: Option<String>,
        pub measurement: String,
        pub started_at: i64,
        pub last_report_at: i64,
        pub ended_at: Option<i64>,
        pub duration_seconds: Option<i64>,
        pub completed: bool,
    }
}

impl PlayRow {
    pub fn content_id(&self) -> Option<i64> {
        self.channel_id
            .or(self.vod_movie_id)
            .or(self.vod_series_id)
            .or(self.vod_episode_id)
    }

    pub fn reported(&self) -> Reported {
        Reported {
            started_at: self.started_at,
            last_report_at: self.last_report_at,
            ended_at: self.ended_at,
            duration_seconds: self.duration_seconds,
        }
    }
}

pub async fn insert(
    db: &Db,
    user: UserId,
    new: &NewPlay,
    title: &str,
    now_ms: i64,
) -> Result<PlayRow, DbError> {
    let (channel, movie, series, episode) = match new.content {
        Content::Channel(id) => (Some(id.0), None, None, None),
        Content::Movie(id) => (None, Some(id.0), None, None),
        Content::Series(id) => (None, None, Some(id.0), None),
        Content::Episode(id) => (None, None, None, Some(id.0)),
    };
    db.returning(
        "insert into viewing_history (user_id, kind, channel_id, vod_movie_id, vod_series_id, vod_episode_id, title,
             device, measurement, started_at, last_report_at, completed)
         values ($1, $2, $3, $4, $5, $6, $7, $8, 'heartbeat', $9, $9, false)
         returning id, kind, channel_id, vod_movie_id, vod_series_id, vod_episode_id, title, device, measurement,
             started_at, last_report_at, ended_at, duration_seconds, completed",
        args![user, new.content.kind(), channel, movie, series, episode, title, new.device.clone(), now_ms],
    )
    .await
}

pub async fn find(tx: &mut Tx, user: UserId, id: PlayId) -> Result<Option<PlayRow>, DbError> {
    tx.optional(
        "select id, kind, channel_id, vod_movie_id, vod_series_id, vod_episode_id, title, device, measurement,
             started_at, last_report_at, ended_at, duration_seconds, completed
         from viewing_history where id = $1 and user_id = $2",
        args![id, user],
    )
    .await
}

pub async fn update(
    tx: &mut Tx,
    id: PlayId,
    evidence: &Reported,
    report: &PlayReport,
) -> Result<PlayRow, DbError> {
    tx.one(
        "update viewing_history
         set started_at = $2, last_report_at = $3, ended_at = $4, duration_seconds = $5,
             completed = coalesce($6, completed), position_seconds = coalesce($7, position_seconds)
         where id = $1
         returning id, kind, channel_id, vod_movie_id, vod_series_id, vod_episode_id, title, device, measurement,
             started_at, last_report_at, ended_at, duration_seconds, completed",
        args![
            id,
            evidence.started_at,
            evidence.last_report_at,
            evidence.ended_at,
            evidence.duration_seconds,
            report.completed,
            report.position_seconds
        ],
    )
    .await
}

pub async fn count(db: &Db, user: UserId) -> Result<i64, DbError> {
    let (total,): (i64,) = db
        .one(
            "select count(*) from viewing_history where user_id = $1",
            args![user],
        )
        .await?;
    Ok(total)
}

pub async fn list(db: &Db, user: UserId, skip: i64, limit: i64) -> Result<Vec<PlayRow>, DbError> {
    db.all(
        "select id, kind, channel_id, vod_movie_id, vod_series_id, vod_episode_id, title, device, measurement,
             started_at, last_report_at, ended_at, duration_seconds, completed
         from viewing_history where user_id = $1
         order by started_at desc, id desc limit $2 offset $3",
        args![user, limit, skip],
    )
    .await
}

/// Lets the plays of a channel follow its streams to the channel that took them.
pub async fn move_channel(tx: &mut Tx, from: ChannelId, to: ChannelId) -> Result<(), DbError> {
    tx.execute(
        "update viewing_history set channel_id = $2 where channel_id = $1",
        args![from, to],
    )
    .await?;
    Ok(())
}

/// As [`move_channel`], of titles; both are of one kind.
pub async fn move_title(tx: &mut Tx, from: Content, to: Content) -> Result<(), DbError> {
    let sql = match from {
        Content::Movie(_) => "update viewing_history set vod_movie_id = $2 where vod_movie_id = $1",
        Content::Series(_) => "update viewing_history set vod_series_id = $2 where vod_series_id = $1",
        Content::Episode(_) => "update viewing_history set vod_episode_id = $2 where vod_episode_id = $1",
        Content::Channel(_) => return Ok(()),
    };
    tx.execute(sql, args![from.id(), to.id()]).await?;
    Ok(())
}
