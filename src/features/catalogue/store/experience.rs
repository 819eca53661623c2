//! The table `stream_experience`: what plays told of streams.

use crate::args;
use crate::db::{DbError, Tx, Value};
use crate::features::catalogue::experience::Experience;
use crate::support::ids::StreamId;

/// Writes what plays told, in place of what they told before; none removes it. Streams that are gone are left out.
pub async fn write(tx: &mut Tx, told: &[(StreamId, Option<Experience>)], now_ms: i64) -> Result<(), DbError> {
    let gone = told.iter().filter(|(_, experience)| experience.is_none());
    let gone: Vec<Value> = gone.map(|(stream, _)| Value::from(*stream)).collect();
    tx.update_in("delete from stream_experience where stream_id in", gone)
        .await?;
    let known = told
        .iter()
        .filter_map(|(stream, experience)| Some((*stream, (*experience)?)));
    let values = known.flat_map(|(stream, experience)| {
        args![
            stream,
            i64::from(experience.shows),
            i64::from(experience.failures),
            i64::from(experience.stalls),
            experience.watched_ms,
            experience.startup_ms.map(i64::from),
            i64::from(experience.score()),
            now_ms
        ]
    });
    tx.insert_many(
        "with v (stream_id, shows, failures, stalls, watched_ms, startup_ms, score, weighed_at) as (",
        8,
        values.collect(),
        ") insert into stream_experience (stream_id, shows, failures, stalls, watched_ms, startup_ms, score, weighed_at) \
         select v.stream_id, v.shows, v.failures, v.stalls, v.watched_ms, v.startup_ms, v.score, v.weighed_at \
         from v join channel_streams s on s.id = v.stream_id where true \
         on conflict (stream_id) do update set shows = excluded.shows, failures = excluded.failures, \
         stalls = excluded.stalls, watched_ms = excluded.watched_ms, startup_ms = excluded.startup_ms, \
         score = excluded.score, weighed_at = excluded.weighed_at",
    )
    .await?;
    Ok(())
}
