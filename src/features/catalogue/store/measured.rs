//! The table `stream_quality`: what ffprobe measured of streams.

use crate::args;
use crate::db::{Db, DbError, Tx, Value};
use crate::record;
use crate::support::ids::{ProviderId, StreamId};

record! {
    /// What was measured of one stream; what was not is absent. Instants are milliseconds since the epoch, UTC.
    #[derive(Debug, Clone, Default, PartialEq)]
    pub struct Facts {
        pub stream_id: i64,
        /// Of its picture: `1080p`.
        pub tier: Option<String>,
        /// In pixels.
        pub width: Option<i64>,
        pub height: Option<i64>,
        /// Of its picture, as ffprobe names it: `h264`.
        pub codec: Option<String>,
        /// The codec of its sound: `aac`.
        pub sound: Option<String>,
        /// Frames a second.
        pub fps: Option<f64>,
        pub bitrate_kbps: Option<i64>,
        /// When something was measured last.
        pub measured_at: Option<i64>,
        /// When it was last tried.
        pub tried_at: i64,
        /// Why the last try measured nothing, in words.
        pub failure: Option<String>,
    }
}

record! {
    /// A stream that is to be given what was measured of it, and how it is rated until then.
    #[derive(Debug, Clone)]
    pub struct Known {
        pub stream_id: i64,
        pub provider_id: ProviderId,
        pub original_name: String,
        pub url_template: String,
        pub resolution: Option<String>,
        pub quality_score: Option<i64>,
    }
}

/// Which of these streams there are.
pub async fn known(tx: &mut Tx, ids: Vec<i64>) -> Result<Vec<Known>, DbError> {
    let head = "select id, provider_id, original_name, url_template, resolution, quality_score from channel_streams \
         where id in";
    tx.all_in(head, ids.into_iter().map(Value::from), "").await
}

/// What was measured of these streams; those that never were are left out.
pub async fn facts(tx: &mut Tx, ids: Vec<i64>) -> Result<Vec<Facts>, DbError> {
    let head = "select stream_id, tier, width, height, codec, sound, fps, bitrate_kbps, measured_at, tried_at, failure \
         from stream_quality where stream_id in";
    tx.all_in(head, ids.into_iter().map(Value::from), "").await
}

/// What was measured of a stream; none if it never was.
pub async fn find(db: &Db, stream: StreamId) -> Result<Option<Facts>, DbError> {
    db.optional(
        "select stream_id, tier, width, height, codec, sound, fps, bitrate_kbps, measured_at, tried_at, failure
         from stream_quality where stream_id = $1",
        args![stream],
    )
    .await
}

/// Writes what was measured, in place of what was before.
pub async fn write(tx: &mut Tx, rows: &[Facts]) -> Result<u64, DbError> {
    let values = rows.iter().flat_map(|row| {
        args![
            row.stream_id,
            row.tier.clone(),
            row.width,
            row.height,
            row.codec.clone(),
            row.sound.clone(),
            row.fps,
            row.bitrate_kbps,
            row.measured_at,
            row.tried_at,
            row.failure.clone(),
        ]
    });
    tx.insert_many(
        "insert into stream_quality (stream_id, tier, width, height, codec, sound, fps, bitrate_kbps, measured_at, \
         tried_at, failure)",
        11,
        values.collect(),
        "on conflict (stream_id) do update set tier = excluded.tier, width = excluded.width, height = excluded.height, \
         codec = excluded.codec, sound = excluded.sound, fps = excluded.fps, bitrate_kbps = excluded.bitrate_kbps, \
         measured_at = excluded.measured_at, tried_at = excluded.tried_at, failure = excluded.failure",
    )
    .await
}

/// Rates streams anew: id, picture and score of each.
pub async fn rate(tx: &mut Tx, values: Vec<Value>) -> Result<u64, DbError> {
    tx.insert_many(
        "update channel_streams set resolution = v.column2, quality_score = v.column3 from (",
        3,
        values,
        ") as v where channel_streams.id = v.column1",
    )
    .await
}
