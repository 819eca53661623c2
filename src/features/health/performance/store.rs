//! The table `provider_performance_logs`.

use std::ops::Range;

use serde_json::json;

use crate::args;
use crate::db::{Column, Db, DbError, Row, Tx};
use crate::record;
use crate::support::ids::ProviderId;
use crate::support::statistics::histogram::Histogram;

record! {
    /// A provider in one hour. Durations are milliseconds; what is not known is absent.
    #[derive(Debug, Clone, PartialEq)]
    pub struct Hour {
        pub provider_id: ProviderId,
        /// Its beginning, in milliseconds since the epoch, UTC.
        pub hour: i64,
        /// As they were when the hour was over.
        pub streams_total: i64,
        pub streams_active: i64,
        pub streams_failed: i64,
        pub checks_total: i64,
        pub checks_passed: i64,
        pub checks_failed: i64,
        /// Of the checks that passed.
        pub mean_ms: Option<f64>,
        pub p50_ms: Option<i64>,
        pub p95_ms: Option<i64>,
        pub latencies: Histogram,
        /// 0 to 100.
        pub uptime_percentage: Option<f64>,
        /// How long its streams together were in which state; all of these or none.
        pub working_ms: Option<i64>,
        pub failing_ms: Option<i64>,
        pub maintenance_ms: Option<i64>,
        pub unknown_ms: Option<i64>,
    }
}

/// Stored as JSON; what cannot be read has counted nothing.
impl Column for Histogram {
    fn read(row: &Row<'_>, column: usize) -> Result<Self, DbError> {
        row.with_text(column, |text| serde_json::from_str(text).unwrap_or_default())
    }
}

/// Writes hours, in place of what was said of them before.
pub async fn write(tx: &mut Tx, hours: &[Hour]) -> Result<u64, DbError> {
    let values = hours.iter().flat_map(|hour| {
        args![
            hour.provider_id,
            hour.hour,
            hour.streams_total,
            hour.streams_active,
            hour.streams_failed,
            hour.checks_total,
            hour.checks_passed,
            hour.checks_failed,
            hour.mean_ms,
            hour.p50_ms,
            hour.p95_ms,
            json!(hour.latencies).to_string(),
            hour.uptime_percentage,
            hour.working_ms,
            hour.failing_ms,
            hour.maintenance_ms,
            hour.unknown_ms,
        ]
    });
    let values = values.collect();
    tx.insert_many(
        "insert into provider_performance_logs (provider_id, hour, streams_total, streams_active, streams_failed, \
         checks_total, checks_passed, checks_failed, mean_ms, p50_ms, p95_ms, latencies, uptime_percentage, \
         working_ms, failing_ms, maintenance_ms, unknown_ms)",
        17,
        values,
        "on conflict (provider_id, hour) do update set streams_total = excluded.streams_total, \
         streams_active = excluded.streams_active, streams_failed = excluded.streams_failed, \
         checks_total = excluded.checks_total, checks_passed = excluded.checks_passed, \
         checks_failed = excluded.checks_failed, mean_ms = excluded.mean_ms, p50_ms = excluded.p50_ms, \
         p95_ms = excluded.p95_ms, latencies = excluded.latencies, uptime_percentage = excluded.uptime_percentage, \
         working_ms = excluded.working_ms, failing_ms = excluded.failing_ms, \
         maintenance_ms = excluded.maintenance_ms, unknown_ms = excluded.unknown_ms",
    )
    .await
}

/// The hours of a provider within a window, in order.
pub async fn of_provider(
    db: &Db,
    provider: ProviderId,
    window_ms: &Range<i64>,
) -> Result<Vec<Hour>, DbError> {
    db.all(
        "select provider_id, hour, streams_total, streams_active, streams_failed, checks_total, checks_passed,
             checks_failed, mean_ms, p50_ms, p95_ms, latencies, uptime_percentage, working_ms, failing_ms,
             maintenance_ms, unknown_ms
         from provider_performance_logs where provider_id = $1 and hour >= $2 and hour < $3 order by hour",
        args![provider, window_ms.start, window_ms.end],
    )
    .await
}

record! {
    /// Some hours of a provider added up.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Sum {
        pub provider_id: ProviderId,
        /// Of how many hours there is something to add up.
        pub hours: i64,
        pub checks: i64,
        pub working_ms: i64,
        pub failing_ms: i64,
        pub maintenance_ms: i64,
        pub unknown_ms: i64,
    }
}

/// The hours of each provider within a window, added up.
pub async fn sums(db: &Db, window_ms: &Range<i64>) -> Result<Vec<Sum>, DbError> {
    db.all(
        "select provider_id, count(working_ms), cast(coalesce(sum(checks_total), 0) as bigint),
             cast(coalesce(sum(working_ms), 0) as bigint), cast(coalesce(sum(failing_ms), 0) as bigint),
             cast(coalesce(sum(maintenance_ms), 0) as bigint), cast(coalesce(sum(unknown_ms), 0) as bigint)
         from provider_performance_logs where hour >= $1 and hour < $2 group by provider_id order by provider_id",
        args![window_ms.start, window_ms.end],
    )
    .await
}

/// How many checks failed and how many there were in each hour of a window that something is known of, all providers
/// together, in order.
pub async fn failures(db: &Db, window_ms: &Range<i64>) -> Result<Vec<(i64, i64, i64)>, DbError> {
    db.all(
        "select hour, cast(sum(checks_failed) as bigint), cast(sum(checks_total) as bigint)
         from provider_performance_logs where hour >= $1 and hour < $2 group by hour order by hour",
        args![window_ms.start, window_ms.end],
    )
    .await
}

/// Removes the oldest hours from before an instant, at most so many.
pub async fn prune(db: &Db, before_ms: i64, at_most: i64) -> Result<u64, DbError> {
    let mut tx = db.begin().await?;
    let last: Option<(i64,)> = tx
        .optional(
            "select max(o.hour) from (select hour from provider_performance_logs where hour < $1
                 order by hour limit $2) as o having max(o.hour) is not null",
            args![before_ms, at_most],
        )
        .await?;
    let Some((last,)) = last else { return Ok(0) };
    let removed = tx
        .execute(
            "delete from provider_performance_logs where hour <= $1",
            args![last],
        )
        .await?;
    tx.commit().await?;
    Ok(removed)
}
