//! The tables `incidents` and `incident_streams`.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use super::{End, Fault, Outage, Turn, Turned, ending};
use crate::args;
use crate::db::{Db, DbError, Tx, Value};
use crate::record;
use crate::support::ids::{ProviderId, StreamId};

/// The open incidents of these providers, each with its id.
pub(super) async fn outages(
    tx: &mut Tx,
    providers: &BTreeSet<ProviderId>,
) -> Result<Vec<(ProviderId, i64, Outage)>, DbError> {
    let keys: Vec<Value> = providers.iter().map(|provider| Value::from(*provider)).collect();
    let open: Vec<(ProviderId, i64, i64, i64)> = tx
        .all_in(
            "select provider_id, id, opened_at, confirmed_at from incidents \
             where resolved_at is null and stream_id is null and provider_id in",
            keys,
            "",
        )
        .await?;
    let keys: Vec<Value> = open.iter().map(|(_, id, ..)| Value::from(*id)).collect();
    let mut members: BTreeMap<i64, Vec<(StreamId, bool)>> = BTreeMap::new();
    tx.each_in(
        "select m.incident_id, m.stream_id, h.failing_since is not null \
         from incident_streams m left join stream_health h on h.stream_id = m.stream_id where m.incident_id in",
        keys,
        "",
        |row| {
            let member = (row.get(1)?, row.get(2)?);
            members.entry(row.get(0)?).or_default().push(member);
            Ok(())
        },
    )
    .await?;
    let outage = |(provider, id, opened_ms, confirmed_ms)| {
        let members = members.remove(&id).unwrap_or_default();
        let failing = members.iter().filter(|(_, fails)| *fails);
        let outage = Outage {
            opened_ms,
            confirmed_ms,
            failing: failing.map(|(stream, _)| *stream).collect(),
            members: members.iter().map(|(stream, _)| *stream).collect(),
        };
        (provider, id, outage)
    };
    Ok(open.into_iter().map(outage).collect())
}

/// How many streams of a provider worked at their last check.
pub(super) async fn working(tx: &mut Tx, provider: ProviderId) -> Result<usize, DbError> {
    let (count,): (i64,) = tx
        .one(
            "select count(*) from channel_streams s join stream_health h on h.stream_id = s.id
             where s.provider_id = $1 and s.missing_since is null and h.failing_since is null
                 and h.state in ('up', 'degraded')",
            args![provider],
        )
        .await?;
    Ok(usize::try_from(count).unwrap_or(0))
}

/// The streams of a provider that worked once and have been failing since an instant or later, those aside that were part of
/// an incident that is over.
pub(super) async fn failing_since(
    tx: &mut Tx,
    provider: ProviderId,
    from_ms: i64,
) -> Result<Vec<(StreamId, i64)>, DbError> {
    tx.all(
        "select h.stream_id, h.failing_since from stream_health h join channel_streams s on s.id = h.stream_id
         where h.failing_since >= $2 and h.last_success is not null and s.provider_id = $1 and s.missing_since is null
             and not exists (select 1 from incident_streams m join incidents i on i.id = m.incident_id
                 where m.stream_id = h.stream_id and i.resolved_at >= h.failing_since)",
        args![provider, from_ms],
    )
    .await
}

/// Opens an incident of a provider; its streams [`join`] it.
pub(super) async fn open(
    tx: &mut Tx,
    provider: ProviderId,
    outage: &Outage,
    fault: Option<&Fault>,
) -> Result<i64, DbError> {
    let (id,): (i64,) = tx
        .one(
            "insert into incidents (provider_id, opened_at, confirmed_at, streams, cause, reason)
             values ($1, $2, $3, 0, $4, $5) returning id",
            args![
                provider,
                outage.opened_ms,
                outage.confirmed_ms,
                fault.map(|fault| fault.code.clone()),
                fault.map(|fault| fault.reason.clone()),
            ],
        )
        .await?;
    Ok(id)
}

/// Adds streams to an incident of their provider.
pub(super) async fn join(tx: &mut Tx, id: i64, streams: Vec<StreamId>) -> Result<(), DbError> {
    if streams.is_empty() {
        return Ok(());
    }
    let values: Vec<Value> = streams.into_iter().flat_map(|stream| args![id, stream]).collect();
    tx.insert_many(
        "insert into incident_streams (incident_id, stream_id)",
        2,
        values,
        "on conflict do nothing",
    )
    .await?;
    tx.execute(
        "update incidents set streams = (select count(*) from incident_streams where incident_id = $1) where id = $1",
        args![id],
    )
    .await?;
    Ok(())
}

/// Ends an incident of a provider.
pub(super) async fn end(tx: &mut Tx, id: i64, at_ms: i64, end: End) -> Result<(), DbError> {
    let sql = "update incidents set resolved_at = $2, ending = $3 where id = $1";
    tx.execute(sql, args![id, at_ms, ending(end)]).await?;
    Ok(())
}

/// The providers whose open incident is as old.
pub(super) async fn open_since_before(db: &Db, until_ms: i64) -> Result<Vec<ProviderId>, DbError> {
    let found: Vec<(ProviderId,)> = db
        .all(
            "select provider_id from incidents where resolved_at is null and stream_id is null and opened_at <= $1",
            args![until_ms],
        )
        .await?;
    Ok(found.into_iter().map(|(provider,)| provider).collect())
}

/// Opens the incidents of streams whose run of failures was confirmed.
pub(super) async fn confirm(tx: &mut Tx, turned: &[Turned]) -> Result<(), DbError> {
    let rows = turned.iter().filter_map(|turned| {
        let Turn::Confirmed { since_ms } = turned.turn else {
            return None;
        };
        let fault = turned.fault.as_ref();
        Some(args![
            turned.provider,
            turned.stream,
            since_ms,
            turned.at_ms,
            1_i64,
            fault.map(|fault| fault.code.clone()),
            fault.map(|fault| fault.reason.clone()),
        ])
    });
    let values: Vec<Value> = rows.flatten().collect();
    tx.insert_many(
        "insert into incidents (provider_id, stream_id, opened_at, confirmed_at, streams, cause, reason)",
        7,
        values,
        "on conflict do nothing",
    )
    .await?;
    Ok(())
}

/// Resolves the incidents of streams that work again.
pub(super) async fn resolve(tx: &mut Tx, turned: &[Turned]) -> Result<(), DbError> {
    let values: Vec<Value> = turned
        .iter()
        .filter(|turned| turned.turn == Turn::Resolved)
        .flat_map(|turned| args![turned.stream, turned.at_ms])
        .collect();
    tx.insert_many(
        "update incidents set resolved_at = v.column2, ending = 'recovered' from (",
        2,
        values,
        ") as v where incidents.stream_id = v.column1 and incidents.resolved_at is null",
    )
    .await?;
    Ok(())
}

/// How long each stream took that came back within a window, in milliseconds and in no order, and how many were out of use at
/// its end; of a provider or of all.
pub(super) async fn recoveries(
    db: &Db,
    provider: Option<ProviderId>,
    window_ms: &Range<i64>,
) -> Result<(Vec<i64>, usize), DbError> {
    // The times as one text, since a row of its own for each of thousands costs far more than reading its number. What is
    // open and what was resolved stand apart: each is found by an index of its own.
    let (times, resolved_later, open): (Option<String>, usize, usize) = db
        .one(
            "select string_agg(cast(resolved_at - opened_at as text), ',') filter (where resolved_at < $3),
                 count(*) filter (where resolved_at >= $3),
                 (select count(*) from incidents where resolved_at is null and stream_id is not null and opened_at < $3
                     and ($1 = 0 or provider_id = $1))
             from incidents
             where resolved_at >= $2 and stream_id is not null and opened_at < $3 and ($1 = 0 or provider_id = $1)",
            args![
                provider.map_or(0, |provider| provider.0),
                window_ms.start,
                window_ms.end
            ],
        )
        .await?;
    let times = times.unwrap_or_default();
    let times = times.split(',').filter_map(|time| time.parse::<i64>().ok());
    Ok((times.map(|time| time.max(0)).collect(), resolved_later + open))
}

record! {
    /// An open incident of a provider. Instants are milliseconds since the epoch, UTC.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Incident {
        pub provider_id: ProviderId,
        pub provider: String,
        /// The first failure.
        pub opened_at: i64,
        /// How many streams failed in it.
        pub streams: i64,
        /// Why the stream failed that made it one.
        pub reason: Option<String>,
    }
}

/// Providers that fail as a whole, the last first.
pub async fn outages_now(db: &Db) -> Result<Vec<Incident>, DbError> {
    db.all(
        "select p.id, p.name, i.opened_at, i.streams, i.reason from incidents i join providers p on p.id = i.provider_id
         where i.resolved_at is null and i.stream_id is null and p.enabled and p.deleted_at is null
         order by i.opened_at desc, i.id desc",
        args![],
    )
    .await
}

record! {
    /// A time in which a provider failed as a whole. Instants are milliseconds since the epoch, UTC.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Past {
        pub opened_at: i64,
        /// Absent while it goes on.
        pub resolved_at: Option<i64>,
        /// `recovered`, or `lasted` where it was ended after an hour.
        pub ending: Option<String>,
        /// How many streams failed in it.
        pub streams: i64,
        pub reason: Option<String>,
    }
}

/// The incidents of a provider that reach into a window, the last first.
pub async fn outages_of(
    db: &Db,
    provider: ProviderId,
    window_ms: &Range<i64>,
    limit: i64,
) -> Result<Vec<Past>, DbError> {
    db.all(
        "select opened_at, resolved_at, ending, streams, reason from incidents
         where provider_id = $1 and stream_id is null and opened_at < $3
             and (resolved_at is null or resolved_at >= $2)
         order by opened_at desc, id desc limit $4",
        args![provider, window_ms.start, window_ms.end, limit],
    )
    .await
}

/// When the incidents of a stream that reach into a window opened, and when they were resolved, the last first.
pub async fn of_stream(
    db: &Db,
    stream: StreamId,
    window_ms: &Range<i64>,
    limit: i64,
) -> Result<Vec<(i64, Option<i64>)>, DbError> {
    db.all(
        "select opened_at, resolved_at from incidents
         where stream_id = $1 and opened_at < $3 and (resolved_at is null or resolved_at >= $2)
         order by opened_at desc limit $4",
        args![stream, window_ms.start, window_ms.end, limit],
    )
    .await
}

/// How many incidents are open, of providers and of streams; those of providers that are switched off and of streams that
/// are listed no more aside.
pub async fn count_open(db: &Db) -> Result<i64, DbError> {
    let (count,): (i64,) = db
        .one(
            "select count(*) from incidents i join providers p on p.id = i.provider_id
             left join channel_streams s on s.id = i.stream_id
             where i.resolved_at is null and p.enabled and p.deleted_at is null and s.missing_since is null",
            args![],
        )
        .await?;
    Ok(count)
}

/// Removes incidents that were over before an instant, at most so many.
pub async fn prune(db: &Db, before_ms: i64, at_most: i64) -> Result<u64, DbError> {
    db.execute(
        "delete from incidents where id in (select o.id from (select id from incidents where resolved_at < $1
             order by resolved_at limit $2) as o)",
        args![before_ms, at_most],
    )
    .await
}
