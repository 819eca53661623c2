//! What a provider did in the weeks before a test began.

use m3u_strm_processor::features::health::performance::store::{Hour, write};
use m3u_strm_processor::support::ids::ProviderId;
use m3u_strm_processor::support::statistics::histogram::Histogram;

use crate::world::World;

const HOUR_MS: i64 = 3_600_000;
const HOURS: i64 = 70 * 24;
const STREAMS: i64 = 1_240;

/// Ten weeks of hours, worse in the evening, with a day of which nothing is known.
pub async fn weeks(world: &World, provider: i64) {
    let ctx = &world.product.ctx;
    let last = ctx.clock.now_ms().div_euclid(HOUR_MS) - 1;
    let hours: Vec<Hour> = (0..HOURS)
        .filter(|back| !(50..74).contains(back))
        .map(|back| hour(provider, last - back))
        .collect();
    let mut tx = ctx.db.begin().await.unwrap();
    write(&mut tx, &hours).await.unwrap();
    tx.commit().await.unwrap();
}

fn hour(provider: i64, at: i64) -> Hour {
    // An even course of numbers that looks like none.
    let odd = at * 7_919 % 101;
    let evening = if (18..23).contains(&(at % 24)) { 6 } else { 1 };
    let failed = (odd * evening / 12).min(200);
    let latencies: Histogram = (0..120)
        .map(|check| u32::try_from(140 + (check * odd % 61) * (check % 9) * evening / 2).unwrap())
        .collect();
    let failing_ms = failed * HOUR_MS;
    Hour {
        provider_id: ProviderId(provider),
        hour: at * HOUR_MS,
        streams_total: STREAMS,
        streams_active: STREAMS - failed,
        streams_failed: failed,
        checks_total: 120 + failed / 4,
        checks_passed: 120,
        checks_failed: failed / 4,
        mean_ms: latencies.mean_ms(),
        p50_ms: latencies.percentile_ms(50.0).map(i64::from),
        p95_ms: latencies.percentile_ms(95.0).map(i64::from),
        latencies,
        uptime_percentage: Some(100.0 - failed as f64 * 100.0 / STREAMS as f64),
        working_ms: Some(STREAMS * HOUR_MS - failing_ms - HOUR_MS),
        failing_ms: Some(failing_ms),
        maintenance_ms: Some(0),
        unknown_ms: Some(HOUR_MS),
    }
}
