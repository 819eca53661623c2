//! The tables `failed_starts` and `experience_due`, and what `play_segments` holds of one stream.

use super::evidence::Seen;
use crate::args;
use crate::db::{Db, DbError, Tx, Value};
use crate::record;
use crate::support::ids::{ProviderId, StreamId};

/// Stretches of one stream at most, the last.
const MOST_SEEN: i64 = 5_000;

record! {
    /// A stream of which plays told something new.
    #[derive(Debug, Clone, Copy)]
    pub struct Due {
        pub stream_id: StreamId,
        /// When they did last, in milliseconds since the epoch, UTC.
        pub noted_at: i64,
        /// None if the stream is gone.
        pub provider_id: Option<ProviderId>,
    }
}

/// Whether anything is due.
pub async fn is_any_due(db: &Db) -> Result<bool, DbError> {
    let found: Option<(i64,)> = db
        .optional("select stream_id from experience_due limit 1", args![])
        .await?;
    Ok(found.is_some())
}

/// What has been due since an instant or for longer, at most so much.
pub async fn due(db: &Db, before_ms: i64, limit: i64) -> Result<Vec<Due>, DbError> {
    db.all(
        "select d.stream_id, d.noted_at, s.provider_id from experience_due d
             left join channel_streams s on s.id = d.stream_id
         where d.noted_at <= $1 order by d.noted_at, d.stream_id limit $2",
        args![before_ms, limit],
    )
    .await
}

/// Notes that plays told something of these streams.
pub async fn note(
    tx: &mut Tx,
    streams: impl IntoIterator<Item = StreamId>,
    now_ms: i64,
) -> Result<(), DbError> {
    // Whoever writes several rows does so in one order.
    let streams: std::collections::BTreeSet<StreamId> = streams.into_iter().collect();
    let values: Vec<Value> = streams
        .into_iter()
        .flat_map(|stream| args![stream, now_ms])
        .collect();
    tx.insert_many(
        "insert into experience_due (stream_id, noted_at)",
        2,
        values,
        "on conflict (stream_id) do update set noted_at = excluded.noted_at",
    )
    .await?;
    Ok(())
}

/// Notes that whatever was weighed before is to be weighed again.
pub async fn note_all(db: &Db, now_ms: i64) -> Result<(), DbError> {
    db.execute(
        "/* scan: each hour, a row for each stream that was played in the last days */
         insert into experience_due (stream_id, noted_at)
         select stream_id, $1 from stream_experience where true order by stream_id on conflict (stream_id) do nothing",
        args![now_ms],
    )
    .await?;
    Ok(())
}

/// Notes that the plays that nobody has heard of since an instant, and that run nowhere, told something.
pub async fn note_silent(tx: &mut Tx, before_ms: i64, now_ms: i64) -> Result<(), DbError> {
    tx.execute(
        "insert into experience_due (stream_id, noted_at)
         select distinct s.stream_id, $2 from viewing_history h join play_segments s on s.play_id = h.id
         where h.ended_at is null and h.measurement in ('metered', 'manifest') and h.last_report_at < $1
             and s.stream_id is not null and not exists (select 1 from live_plays l where l.play_id = h.id)
         order by s.stream_id on conflict (stream_id) do nothing",
        args![before_ms, now_ms],
    )
    .await?;
    Ok(())
}

/// These were weighed; what was told of one since it was read is due still.
pub async fn done(db: &Db, due: &[Due]) -> Result<(), DbError> {
    // Each by itself: whoever notes several at a time is never in the way of this.
    for due in due {
        db.execute(
            "delete from experience_due where stream_id = $1 and noted_at = $2",
            args![due.stream_id, due.noted_at],
        )
        .await?;
    }
    Ok(())
}

/// The stretches of a stream that began since an instant and are over or go on; those of which only a start is known aside.
pub async fn seen(db: &Db, stream: StreamId, since_ms: i64) -> Result<Vec<Seen>, DbError> {
    db.all(
        "select started_at, last_at, watched_ms, startup_ms, stalls, has_failed from play_segments
         where stream_id = $1 and started_at >= $2 and (bytes > 0 or has_failed)
         order by started_at desc limit $3",
        args![stream, since_ms, MOST_SEEN],
    )
    .await
}

/// When a stream was asked for and did not begin.
pub async fn failed_starts(db: &Db, stream: StreamId, since_ms: i64) -> Result<Vec<i64>, DbError> {
    let found: Vec<(i64,)> = db
        .all(
            "select at from failed_starts where stream_id = $1 and at >= $2 order by at desc limit $3",
            args![stream, since_ms, MOST_SEEN],
        )
        .await?;
    Ok(found.into_iter().map(|(at,)| at).collect())
}

/// Writes down which streams did not begin.
pub async fn write_failed(
    tx: &mut Tx,
    failed: impl IntoIterator<Item = (StreamId, i64)>,
) -> Result<(), DbError> {
    let values = failed
        .into_iter()
        .flat_map(|(stream, at_ms)| args![stream, at_ms]);
    tx.insert_many(
        "insert into failed_starts (stream_id, at)",
        2,
        values.collect(),
        "",
    )
    .await?;
    Ok(())
}

/// Forgets starts that failed before an instant, at most so many; how many are gone.
pub async fn forget(db: &Db, before_ms: i64, limit: i64) -> Result<u64, DbError> {
    db.execute(
        "delete from failed_starts where id in (select id from failed_starts where at < $1 order by at limit $2)",
        args![before_ms, limit],
    )
    .await
}
