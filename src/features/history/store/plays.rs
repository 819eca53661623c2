use crate::args;
use crate::db::{Db, DbError, Tx, Value};
use crate::features::catalogue::content::Content;
use crate::features::history::play::{HEARTBEAT, NewPlay, Reported};
use crate::support::ids::{ChannelId, PlayId, UserId};

crate::record! {
    #[derive(Debug, Clone)]
    pub struct PlayRow {
        pub id: PlayId,
        pub user_id: Option<UserId>,
        pub kind: String,
        pub content_id: Option<i64>,
        pub title: String,
        pub device: Option<String>,
        pub measurement: String,
        pub provider_name: Option<String>,
        pub started_at: i64,
        pub last_report_at: i64,
        pub ended_at: Option<i64>,
        pub duration_seconds: Option<i64>,
        pub completed: bool,
        pub position_seconds: Option<i64>,
    }
}

impl PlayRow {
    pub fn reported(&self) -> Reported {
        Reported {
            started_at: self.started_at,
            last_report_at: self.last_report_at,
            ended_at: self.ended_at,
            duration_seconds: self.duration_seconds,
        }
    }
}

macro_rules! select {
    ($tail:literal) => {
        concat!(
            "select h.id, h.user_id, h.kind,
                 coalesce(h.channel_id, h.vod_movie_id, h.vod_series_id, h.vod_episode_id), h.title, h.device,
                 h.measurement, p.name, h.started_at, h.last_report_at, h.ended_at, h.duration_seconds, h.completed,
                 h.position_seconds
             from viewing_history h left join providers p on p.id = h.provider_id ",
            $tail
        )
    };
}

/// Writes a play that a client reports.
pub async fn insert(
    tx: &mut Tx,
    user: UserId,
    new: &NewPlay,
    title: &str,
    now_ms: i64,
) -> Result<PlayRow, DbError> {
    let of = |kind: &str| (new.content.kind() == kind).then_some(new.content.id());
    let (id,): (PlayId,) = tx
        .one(
            "insert into viewing_history (user_id, kind, channel_id, vod_movie_id, vod_series_id, vod_episode_id, title,
                 device, measurement, started_at, last_report_at, completed)
             values ($1, $2, $3, $4, $5, $6, $7, $8, 'heartbeat', $9, $9, false) returning id",
            args![
                user,
                new.content.kind(),
                of("channel"),
                of("movie"),
                of("series"),
                of("episode"),
                title,
                new.device.clone(),
                now_ms
            ],
        )
        .await?;
    Ok(PlayRow {
        id,
        user_id: Some(user),
        kind: new.content.kind().to_owned(),
        content_id: Some(new.content.id()),
        title: title.to_owned(),
        device: new.device.clone(),
        measurement: HEARTBEAT.to_owned(),
        provider_name: None,
        started_at: now_ms,
        last_report_at: now_ms,
        ended_at: None,
        duration_seconds: None,
        completed: false,
        position_seconds: None,
    })
}

/// The plays with these ids that clients report.
pub async fn find(tx: &mut Tx, ids: Vec<PlayId>) -> Result<Vec<PlayRow>, DbError> {
    tx.all_in(
        select!("where h.measurement = 'heartbeat' and h.id in"),
        ids.into_iter().map(Value::from),
        "",
    )
    .await
}

/// What clients reported of plays. An end stays, whoever else reports.
pub async fn update(tx: &mut Tx, plays: &[PlayRow]) -> Result<(), DbError> {
    let values = plays.iter().flat_map(|play| {
        args![
            play.id,
            play.started_at,
            play.last_report_at,
            play.ended_at,
            play.duration_seconds,
            play.completed,
            play.position_seconds
        ]
    });
    tx.insert_many(
        "with v (id, started_at, last_at, ended_at, seconds, completed, position) as (",
        7,
        values.collect(),
        ") update viewing_history set started_at = v.started_at, last_report_at = v.last_at,
             ended_at = coalesce(viewing_history.ended_at, v.ended_at), duration_seconds = v.seconds,
             completed = v.completed, position_seconds = v.position
         from v where viewing_history.id = v.id",
    )
    .await?;
    Ok(())
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
        select!("where h.user_id = $1 order by h.started_at desc, h.id desc limit $2 offset $3"),
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
