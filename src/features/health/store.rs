//! The table `health_check_log`.

use std::ops::Range;

use crate::args;
use crate::db::{Db, DbError, Tx, Value};
use crate::record;
use crate::support::ids::{ChannelId, ProviderId, StreamId};

use super::checker::Checked;
use super::course::{Finding, Observation};

record! {
    /// One check as it is kept. Durations are milliseconds; what was not measured is absent.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct LogLine {
        pub stream_id: StreamId,
        /// Milliseconds since the epoch, UTC.
        pub checked_at: i64,
        /// `up`, `degraded` or `down`; `maintenance` where nothing was asked.
        pub state: String,
        pub status_code: Option<i64>,
        /// Until the first media bytes.
        pub latency_ms: Option<i64>,
        pub first_byte_ms: Option<i64>,
        pub connect_ms: Option<i64>,
        pub resolve_ms: Option<i64>,
        /// Stable, for programs.
        pub error: Option<String>,
        /// Whether a person asked for it.
        pub by_hand: bool,
    }
}

impl LogLine {
    /// None of a check that found nothing out.
    pub(super) fn of(checked: &Checked, observation: &Observation) -> Option<Self> {
        if observation.finding == Finding::Skipped {
            return None;
        }
        let probe = checked.probe.as_ref();
        let phase = |of: fn(&super::probe::Phases) -> Option<u32>| {
            probe.and_then(|probe| of(&probe.phases)).map(i64::from)
        };
        Some(Self {
            stream_id: checked.stream,
            checked_at: checked.at_ms,
            state: observation.finding.as_str().to_owned(),
            status_code: probe.and_then(|probe| probe.status).map(i64::from),
            latency_ms: probe.and_then(|probe| probe.latency_ms).map(i64::from),
            first_byte_ms: phase(|phases| phases.first_byte_ms),
            connect_ms: phase(|phases| phases.connect_ms),
            resolve_ms: phase(|phases| phases.resolve_ms),
            error: observation.fault.as_ref().map(|fault| fault.code.clone()),
            by_hand: checked.by_hand,
        })
    }
}

/// Adds lines to the log.
pub async fn log(tx: &mut Tx, lines: &[LogLine]) -> Result<u64, DbError> {
    let values = lines.iter().flat_map(|line| {
        args![
            line.stream_id,
            line.checked_at,
            line.state.clone(),
            line.status_code,
            line.latency_ms,
            line.first_byte_ms,
            line.connect_ms,
            line.resolve_ms,
            line.error.clone(),
            line.by_hand,
        ]
    });
    let values: Vec<Value> = values.collect();
    tx.insert_many(
        "insert into health_check_log (stream_id, checked_at, state, status_code, latency_ms, first_byte_ms, connect_ms, \
         resolve_ms, error, by_hand)",
        10,
        values,
        "",
    )
    .await
}

/// The last checks of a stream, the newest first.
pub async fn last_of(db: &Db, stream: StreamId, limit: i64) -> Result<Vec<LogLine>, DbError> {
    db.all(
        "select stream_id, checked_at, state, status_code, latency_ms, first_byte_ms, connect_ms, resolve_ms, error, by_hand
         from health_check_log where stream_id = $1 order by checked_at desc, id desc limit $2",
        args![stream, limit],
    )
    .await
}

/// The checks of a stream within a window, and the last one before it: when, and what it found; in order of time.
pub async fn sightings(
    db: &Db,
    stream: StreamId,
    window_ms: &Range<i64>,
) -> Result<Vec<(i64, String)>, DbError> {
    db.all(
        "select checked_at, state from health_check_log
         where stream_id = $1 and checked_at < $3 and checked_at >= coalesce((select max(checked_at)
             from health_check_log where stream_id = $1 and checked_at < $2), $2)
         order by checked_at, id",
        args![stream, window_ms.start, window_ms.end],
    )
    .await
}

/// The checks of a stream within a window: when, what each found, and how long it took; in order of time.
pub async fn answers(
    db: &Db,
    stream: StreamId,
    window_ms: &Range<i64>,
) -> Result<Vec<(i64, String, Option<i64>)>, DbError> {
    db.all(
        "select checked_at, state, latency_ms from health_check_log
         where stream_id = $1 and checked_at >= $2 and checked_at < $3 order by checked_at, id",
        args![stream, window_ms.start, window_ms.end],
    )
    .await
}

record! {
    /// A check as the course of an hour is told by it.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Seen {
        pub stream_id: StreamId,
        /// Milliseconds since the epoch, UTC.
        pub checked_at: i64,
        pub state: String,
        pub latency_ms: Option<i64>,
    }
}

/// The checks of all streams that a provider lists within a window, by stream and in order of time.
pub async fn sightings_of(
    db: &Db,
    provider: ProviderId,
    window_ms: &Range<i64>,
) -> Result<Vec<Seen>, DbError> {
    db.all(
        "select l.stream_id, l.checked_at, l.state, l.latency_ms
         from channel_streams s join health_check_log l on l.stream_id = s.id
         where s.provider_id = $1 and s.missing_since is null and l.checked_at >= $2 and l.checked_at < $3
         order by l.stream_id, l.checked_at, l.id",
        args![provider, window_ms.start, window_ms.end],
    )
    .await
}

/// Removes checks from before an instant, the oldest of at most so many. Ids were given in order of time.
pub async fn prune(db: &Db, before_ms: i64, at_most: i64) -> Result<u64, DbError> {
    db.execute(
        "delete from health_check_log where id in (select o.id from (select id, checked_at from health_check_log
             order by id limit $2) as o where o.checked_at < $1)",
        args![before_ms, at_most],
    )
    .await
}

record! {
    /// How many streams of a provider are in which state, missing ones aside.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct ProviderStates {
        pub id: ProviderId,
        pub name: String,
        /// Milliseconds since the epoch, UTC.
        pub last_check: Option<i64>,
        pub total: i64,
        /// Those that are in use.
        pub active: i64,
        pub up: i64,
        pub degraded: i64,
        pub down: i64,
        pub maintenance: i64,
    }
}

/// The providers that are switched on, by name.
pub async fn by_provider(db: &Db) -> Result<Vec<ProviderStates>, DbError> {
    db.all(
        // Those in use are all but the few that are not, which an index of their own knows.
        "/* scan: counts all streams, once after each change */
         select p.id, p.name, s.last_check, coalesce(s.total, 0), coalesce(s.total, 0) - coalesce(o.total, 0),
             coalesce(s.up, 0), coalesce(s.degraded, 0), coalesce(s.down, 0), coalesce(s.maintenance, 0)
         from providers p left join (select s.provider_id, max(h.last_check) as last_check, count(*) as total,
                 count(*) filter (where h.state = 'up') as up, count(*) filter (where h.state = 'degraded') as degraded,
                 count(*) filter (where h.state = 'down') as down,
                 count(*) filter (where h.state = 'maintenance') as maintenance
             from channel_streams s left join stream_health h on h.stream_id = s.id
             where s.missing_since is null group by s.provider_id) as s on s.provider_id = p.id
         left join (select provider_id, count(*) as total from channel_streams
             where missing_since is null and not (is_active and enabled) group by provider_id) as o on o.provider_id = p.id
         where p.enabled and p.deleted_at is null order by p.name, p.id",
        args![],
    )
    .await
}

record! {
    /// A stream whose last check failed.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Failing {
        pub stream_id: StreamId,
        pub name: String,
        pub channel_id: ChannelId,
        pub channel: String,
        pub provider_id: ProviderId,
        pub provider: String,
        /// Whether it was taken out of use.
        pub is_out_of_use: bool,
        pub consecutive_failures: i64,
        /// Milliseconds since the epoch, UTC.
        pub failing_since: i64,
        pub reason: Option<String>,
        pub next_check_at: Option<i64>,
    }
}

/// Streams that fail, those that have failed longest first, from behind an instant and an id on.
pub async fn failing(db: &Db, after: (i64, i64), limit: i64) -> Result<Vec<Failing>, DbError> {
    db.all(
        "select h.stream_id, s.original_name, c.id, c.name, p.id, p.name, not s.is_active, h.consecutive_failures,
             h.failing_since, h.failure_reason, h.next_check_at
         from stream_health h join channel_streams s on s.id = h.stream_id join channels c on c.id = s.channel_id
         join providers p on p.id = s.provider_id
         where h.failing_since is not null and (h.failing_since, h.stream_id) > ($1, $2)
             and s.missing_since is null and p.enabled and p.deleted_at is null
         order by h.failing_since, h.stream_id limit $3",
        args![after.0, after.1, limit],
    )
    .await
}
