//! The table `stream_health`: what checks found of streams.

use crate::args;
use crate::db::{DbError, FromRow, Tx, Value};
use crate::features::catalogue::play_order::State;
use crate::record;
use crate::support::ids::{ProviderId, StreamId};

record! {
    /// What checks found of one stream. Instants are milliseconds since the epoch, UTC.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Health {
        pub stream_id: i64,
        pub state: State,
        pub last_check: Option<i64>,
        pub last_success: Option<i64>,
        pub last_failure: Option<i64>,
        pub consecutive_failures: i64,
        /// The first failure of the present run of failures.
        pub failing_since: Option<i64>,
        /// Of the last good check; unknown is none.
        pub response_ms: Option<i64>,
        /// Stable, for programs; gone with the next good check, as is the sentence.
        pub failure_code: Option<String>,
        pub failure_reason: Option<String>,
        /// 0 to 100.
        pub score: Option<i64>,
        /// When it is to be checked again by itself, if before the schedule.
        pub next_check_at: Option<i64>,
        /// What looks at it found to be wrong with what it shows, in words, and since when that counts.
        pub content_defect: Option<String>,
        pub content_reason: Option<String>,
        pub content_since: Option<i64>,
    }
}

record! {
    /// A stream that is to be given its result, and what is known of it.
    #[derive(Debug, Clone, Copy)]
    pub struct Known {
        pub stream_id: i64,
        pub provider_id: ProviderId,
        /// Whether it is in use.
        pub is_active: bool,
    }
}

/// Which of these streams there are, each with its provider.
pub async fn known(tx: &mut Tx, ids: Vec<i64>) -> Result<Vec<Known>, DbError> {
    let head = "select id, provider_id, is_active from channel_streams where id in";
    tx.all_in(head, ids.into_iter().map(Value::from), "").await
}

/// Hands what is known of these streams to `take`; those that were never checked are left out.
pub async fn each_of(tx: &mut Tx, ids: Vec<i64>, mut take: impl FnMut(Health) + Send) -> Result<(), DbError> {
    tx.each_in(
        "select stream_id, state, last_check, last_success, last_failure, consecutive_failures, failing_since, \
         response_ms, failure_code, failure_reason, score, next_check_at, content_defect, content_reason, content_since \
         from stream_health where stream_id in",
        ids.into_iter().map(Value::from),
        "",
        |row| {
            take(Health::from_row(row)?);
            Ok(())
        },
    )
    .await
}

/// Writes what checks found, in place of what they found before.
pub async fn write(tx: &mut Tx, rows: &[Health]) -> Result<u64, DbError> {
    let values = rows.iter().flat_map(|row| {
        args![
            row.stream_id,
            row.state.as_str(),
            row.last_check,
            row.last_success,
            row.last_failure,
            row.consecutive_failures,
            row.failing_since,
            row.response_ms,
            row.failure_code.clone(),
            row.failure_reason.clone(),
            row.score,
            row.next_check_at,
            row.content_defect.clone(),
            row.content_reason.clone(),
            row.content_since,
        ]
    });
    tx.insert_many(
        "insert into stream_health (stream_id, state, last_check, last_success, last_failure, consecutive_failures, \
         failing_since, response_ms, failure_code, failure_reason, score, next_check_at, content_defect, content_reason, \
         content_since)",
        15,
        values.collect(),
        "on conflict (stream_id) do update set state = excluded.state, last_check = excluded.last_check, \
         last_success = excluded.last_success, last_failure = excluded.last_failure, \
         consecutive_failures = excluded.consecutive_failures, failing_since = excluded.failing_since, \
         response_ms = excluded.response_ms, failure_code = excluded.failure_code, \
         failure_reason = excluded.failure_reason, score = excluded.score, next_check_at = excluded.next_check_at, \
         content_defect = excluded.content_defect, content_reason = excluded.content_reason, \
         content_since = excluded.content_since",
    )
    .await
}

/// Asks for another check of those of these streams that fail, by an instant at the latest.
pub async fn hasten(tx: &mut Tx, streams: Vec<StreamId>, by_ms: i64) -> Result<(), DbError> {
    let values = streams.into_iter().flat_map(|stream| args![stream, by_ms]);
    tx.insert_many(
        "update stream_health set next_check_at = v.column2 from (",
        2,
        values.collect(),
        ") as v where stream_health.stream_id = v.column1 and stream_health.failing_since is not null \
         and (stream_health.next_check_at is null or stream_health.next_check_at > v.column2)",
    )
    .await?;
    Ok(())
}
