use std::ops::Range;

use crate::args;
use crate::db::{Db, DbError};
use crate::features::sync::log::Outcome;
use crate::record;
use crate::support::ids::ProviderId;

record! {
    /// The runs of a provider within a window that came to an end: those that were cancelled or cut short aside.
    #[derive(Debug, Clone, PartialEq)]
    pub struct RunSum {
        pub provider_id: ProviderId,
        pub runs: i64,
        /// Those that ended without a new list.
        pub failed: i64,
        /// Milliseconds, of all of them.
        pub mean_ms: Option<f64>,
        /// Entries.
        pub added: i64,
        pub changed: i64,
        pub removed: i64,
    }
}

/// The runs of each provider that began within a window, added up.
pub async fn sums(db: &Db, window_ms: &Range<i64>) -> Result<Vec<RunSum>, DbError> {
    db.all(
        "select provider_id, count(*), count(*) filter (where outcome = 'failed'),
             cast(avg(finished_at - started_at) as double precision),
             cast(coalesce(sum(case when outcome = 'applied' then added + returned end), 0) as bigint),
             cast(coalesce(sum(case when outcome = 'applied' then changed + renamed end), 0) as bigint),
             cast(coalesce(sum(case when outcome = 'applied' then removed end), 0) as bigint)
         from provider_sync_log where started_at >= $1 and started_at < $2
             and outcome in ('applied', 'unchanged', 'held', 'failed')
         group by provider_id order by provider_id",
        args![window_ms.start, window_ms.end],
    )
    .await
}

/// How the runs of a provider ended that began within a window: when each began, and the code of its error; in order.
pub async fn endings(
    db: &Db,
    provider: ProviderId,
    window_ms: &Range<i64>,
) -> Result<Vec<(i64, Outcome, Option<String>)>, DbError> {
    db.all(
        "select started_at, outcome, error_code from provider_sync_log
         where provider_id = $1 and started_at >= $2 and started_at < $3 order by started_at",
        args![provider, window_ms.start, window_ms.end],
    )
    .await
}
