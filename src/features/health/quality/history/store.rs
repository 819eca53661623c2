//! The table `stream_quality_logs`.

use std::ops::Range;

use crate::args;
use crate::db::{Db, DbError, Tx, Value};
use crate::record;
use crate::support::ids::{ChannelId, ProviderId, StreamId};

record! {
    /// What the quality of a stream was at an instant, by one method.
    #[derive(Debug, Clone, PartialEq)]
    pub struct Line {
        pub stream_id: i64,
        /// Milliseconds since the epoch, UTC.
        pub at: i64,
        /// `1080p`.
        pub resolution: Option<String>,
        pub bitrate_kbps: Option<i64>,
        /// Of its picture, as ffprobe names it.
        pub codec: Option<String>,
        pub fps: Option<f64>,
        /// 0 to 1000.
        pub score: Option<i64>,
        /// `name`, `url` or `ffprobe`.
        pub detection_method: String,
        /// Whether name or address say what they said before.
        pub is_repeat: bool,
        /// Whether it is worse than the last of the same method, which was as the next two say.
        pub fell: bool,
        pub before_resolution: Option<String>,
        pub before_score: Option<i64>,
    }
}

/// Adds lines.
pub async fn add(tx: &mut Tx, lines: &[Line]) -> Result<u64, DbError> {
    let values = lines.iter().flat_map(|line| {
        args![
            line.stream_id,
            line.at,
            line.resolution.clone(),
            line.bitrate_kbps,
            line.codec.clone(),
            line.fps,
            line.score,
            line.detection_method.clone(),
            line.is_repeat,
            line.fell,
            line.before_resolution.clone(),
            line.before_score,
        ]
    });
    let values: Vec<Value> = values.collect();
    tx.insert_many(
        "insert into stream_quality_logs (stream_id, at, resolution, bitrate_kbps, codec, fps, score, detection_method, \
         is_repeat, fell, before_resolution, before_score)",
        12,
        values,
        "",
    )
    .await
}

/// The last line of each method of these streams. Ids were given in order of time.
pub async fn last_of_each(tx: &mut Tx, streams: Vec<i64>) -> Result<Vec<Line>, DbError> {
    tx.all_in(
        "select stream_id, at, resolution, bitrate_kbps, codec, fps, score, detection_method, is_repeat, fell, \
         before_resolution, before_score from stream_quality_logs where id in (select max(l.id) from stream_quality_logs l \
         where l.stream_id in",
        streams.into_iter().map(Value::from),
        " group by l.stream_id, l.detection_method)",
    )
    .await
}

/// The last lines of a stream, the newest first.
pub async fn last_of(db: &Db, stream: StreamId, limit: i64) -> Result<Vec<Line>, DbError> {
    db.all(
        "select stream_id, at, resolution, bitrate_kbps, codec, fps, score, detection_method, is_repeat, fell,
             before_resolution, before_score
         from stream_quality_logs where stream_id = $1 order by at desc, id desc limit $2",
        args![stream, limit],
    )
    .await
}

/// At most so many lines of a stream within a window, in order of time.
pub async fn within(
    db: &Db,
    stream: StreamId,
    window_ms: &Range<i64>,
    limit: i64,
) -> Result<Vec<Line>, DbError> {
    db.all(
        "select stream_id, at, resolution, bitrate_kbps, codec, fps, score, detection_method, is_repeat, fell,
             before_resolution, before_score
         from stream_quality_logs where stream_id = $1 and at >= $2 and at < $3 order by at, id limit $4",
        args![stream, window_ms.start, window_ms.end, limit],
    )
    .await
}

record! {
    /// A stream that became worse.
    #[derive(Debug, Clone, PartialEq)]
    pub struct Fall {
        pub stream_id: StreamId,
        pub name: String,
        pub channel_id: ChannelId,
        pub channel: String,
        pub provider_id: ProviderId,
        pub provider: String,
        /// Milliseconds since the epoch, UTC.
        pub at: i64,
        pub before_resolution: Option<String>,
        pub before_score: Option<i64>,
        pub resolution: Option<String>,
        pub score: Option<i64>,
        pub detection_method: String,
    }
}

/// At most so many streams that became worse since an instant, the newest first.
pub async fn falls(db: &Db, since_ms: i64, limit: i64) -> Result<Vec<Fall>, DbError> {
    db.all(
        "select l.stream_id, s.original_name, c.id, c.name, p.id, p.name, l.at, l.before_resolution, l.before_score,
             l.resolution, l.score, l.detection_method
         from stream_quality_logs l join channel_streams s on s.id = l.stream_id join channels c on c.id = s.channel_id
         join providers p on p.id = s.provider_id
         where l.fell and l.at >= $1 and s.missing_since is null and p.enabled and p.deleted_at is null
         order by l.at desc, l.id desc limit $2",
        args![since_ms, limit],
    )
    .await
}

record! {
    /// What a provider says of a stream that is in use.
    pub struct Listed {
        pub id: i64,
        pub original_name: String,
        pub url_template: String,
    }
}

/// At most so many streams that are in use, by id, from behind `after` on.
pub async fn listed(db: &Db, after: i64, limit: i64) -> Result<Vec<Listed>, DbError> {
    db.all(
        "select s.id, s.original_name, s.url_template from channel_streams s join providers p on p.id = s.provider_id
         where s.id > $1 and s.missing_since is null and s.is_active and s.enabled and p.enabled and p.deleted_at is null
         order by s.id limit $2",
        args![after, limit],
    )
    .await
}

/// Removes lines from before an instant, the oldest of at most so many. Ids were given in order of time.
pub async fn prune(db: &Db, before_ms: i64, at_most: i64) -> Result<u64, DbError> {
    db.execute(
        "delete from stream_quality_logs where id in (select o.id from (select id, at from stream_quality_logs
             order by id limit $2) as o where o.at < $1)",
        args![before_ms, at_most],
    )
    .await
}

/// Removes at most so many lines from before an instant that say what the line before them said.
pub async fn prune_repeats(db: &Db, before_ms: i64, at_most: i64) -> Result<u64, DbError> {
    db.execute(
        "delete from stream_quality_logs where id in (select id from stream_quality_logs
             where is_repeat and at < $1 order by at limit $2)",
        args![before_ms, at_most],
    )
    .await
}
