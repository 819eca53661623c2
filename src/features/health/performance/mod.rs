//! How each provider did in each hour, made once from the log of checks when the hour is over.

pub mod slot;
pub mod store;

use std::collections::BTreeMap;
use std::ops::Range;

use serde_json::{Value, json};

use super::course::State;
use super::store::ProviderStates;
use super::uptime::availability::{Availability, Member};
use super::uptime::{Sighting, Tally, hold_of, spans};
use super::{attendance, store as checks};
use crate::ctx::Ctx;
use crate::db::DbError;
use crate::features::settings;
use crate::jobs::{JobError, JobRun, NewJob, Planned, kinds};
use crate::support::cron::Cron;
use crate::support::ids::StreamId;
use crate::support::statistics::histogram::Histogram;
use store::Hour;

pub const HOUR_MS: i64 = 3_600_000;
/// Minutes after the hour: what was found in its last moments is stored by then.
const AFTER_EACH_HOUR: &str = "2 * * * *";

/// The summing up of each hour.
///
/// # Errors
/// Whatever the database says.
pub async fn planned(ctx: &Ctx) -> Result<Option<Planned>, DbError> {
    let settings = settings::load(ctx).await?;
    Ok(Cron::parse(AFTER_EACH_HOUR).ok().map(|cron| Planned {
        name: "health_hour".to_owned(),
        cron,
        zone: settings.zone,
        job: NewJob::new(kinds::HEALTH_HOUR, Value::Null)
            .key("hour")
            .attempts(3),
        unless: None,
    }))
}

/// Sums up the last whole hour, in place of what was said of it before.
///
/// # Errors
/// Whatever the database says.
pub async fn job(ctx: Ctx, job: JobRun) -> Result<Value, JobError> {
    let end = ctx.clock.now_ms().div_euclid(HOUR_MS) * HOUR_MS;
    let hour = end - HOUR_MS..end;
    let providers = checks::by_provider(&ctx.db).await?;
    let total = providers.len() as u64;
    let mut hours = Vec::with_capacity(providers.len());
    for (done, provider) in (0..).zip(&providers) {
        job.check()?;
        job.progress.set(done, Some(total), "Sums up the hour");
        let seen = Seen::read(&ctx, provider, &hour).await?;
        hours.push(Hour {
            provider_id: provider.id,
            hour: hour.start,
            streams_total: provider.total,
            streams_active: provider.active,
            streams_failed: provider.down,
            checks_total: seen.passed + seen.failed,
            checks_passed: seen.passed,
            checks_failed: seen.failed,
            mean_ms: seen.latencies.mean_ms(),
            p50_ms: seen.latencies.percentile_ms(50.0).map(i64::from),
            p95_ms: seen.latencies.percentile_ms(95.0).map(i64::from),
            latencies: seen.latencies,
            uptime_percentage: seen.uptime.map(|share| share * 100.0),
            working_ms: Some(seen.time.up_ms + seen.time.degraded_ms),
            failing_ms: Some(seen.time.down_ms),
            maintenance_ms: Some(seen.time.maintenance_ms),
            unknown_ms: Some(seen.time.unknown_ms),
        });
    }
    // Rows of providers are locked in this order by whoever stores results.
    hours.sort_by_key(|hour| hour.provider_id);
    let mut tx = ctx.db.begin().await?;
    job.hold(&mut tx).await?;
    store::write(&mut tx, &hours).await?;
    tx.commit().await?;
    Ok(json!({ "providers": total }))
}

/// What the checks of a provider say of an hour.
struct Seen {
    passed: i64,
    failed: i64,
    /// Of those that passed.
    latencies: Histogram,
    /// The mean of its streams, 0 to 1; none where too little is known.
    uptime: Option<f64>,
    /// Of all its streams together.
    time: Tally,
}

impl Seen {
    async fn read(ctx: &Ctx, provider: &ProviderStates, hour: &Range<i64>) -> Result<Self, DbError> {
        let settings = settings::load(ctx).await?;
        let hold_ms = hold_of(&settings, hour.start);
        let away = attendance::away(&ctx.db, hour).await?;
        let mut seen = Self {
            passed: 0,
            failed: 0,
            latencies: Histogram::default(),
            uptime: None,
            time: Tally::default(),
        };
        let mut streams: BTreeMap<StreamId, Vec<Sighting>> = BTreeMap::new();
        let window = hour.start.saturating_sub(hold_ms)..hour.end;
        for line in checks::sightings_of(&ctx.db, provider.id, &window).await? {
            let state = State::from_word(&line.state);
            if hour.contains(&line.checked_at) {
                match state {
                    State::Up | State::Degraded => seen.passed += 1,
                    State::Down => seen.failed += 1,
                    State::Unknown | State::Maintenance => {}
                }
                let latency = line.latency_ms.and_then(|ms| u32::try_from(ms).ok());
                seen.latencies.extend(latency.filter(|_| state.is_working()));
            }
            streams.entry(line.stream_id).or_default().push(Sighting {
                at_ms: line.checked_at,
                state,
            });
        }
        let member = |tally| Member { tally, watched: 0.0 };
        let mut members: Vec<Member> = streams
            .values()
            .map(|sightings| member(Tally::of(&spans(sightings, hold_ms, &away, hour))))
            .collect();
        // A stream that nobody has seen is unknown all the time.
        let all = usize::try_from(provider.total)
            .unwrap_or_default()
            .max(members.len());
        members.resize(
            all,
            member(Tally {
                unknown_ms: HOUR_MS,
                ..Tally::default()
            }),
        );
        for member in &members {
            seen.time += member.tally;
        }
        let availability = Availability::of(&members);
        seen.uptime = availability.by_stream.filter(|_| availability.is_sufficient());
        Ok(seen)
    }
}
