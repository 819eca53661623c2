//! What a provider did in the weeks before a test began.

use m3u_strm_processor::args;
use m3u_strm_processor::features::catalogue::experience::{self, Experience};
use m3u_strm_processor::features::health::content::store::{self, Line, Row};
use m3u_strm_processor::features::health::performance::store::{Hour, write};
use m3u_strm_processor::support::ids::{ProviderId, StreamId};
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

/// What was seen of a stream within two days: good, silent twice, black.
pub async fn looks(world: &World, stream: i64) {
    let ctx = &world.product.ctx;
    let now = ctx.clock.now_ms();
    let good = "10 s of moving picture with sound, 4,120 kbit/s";
    let sign = "a still picture for 10 of 10 s, and 12 other channels of its provider showed the same";
    let found = [
        (40, None, good, false, false),
        (20, Some("silent"), "silent for 9.8 of 10 s", false, false),
        (19, Some("silent"), "silent for 10 of 10 s", true, true),
        (1, Some("slate"), sign, true, false),
    ];
    let mut tx = ctx.db.begin().await.unwrap();
    for (hours, defect, evidence, is_confirmed, began) in found {
        let line = Line {
            stream_id: StreamId(stream),
            at: now - hours * HOUR_MS,
            defect: defect.map(str::to_owned),
            evidence: evidence.to_owned(),
            is_confirmed,
            began,
            picture_ms: 10_000,
            black_ms: 0,
            still_ms: 0,
            sound_ms: 10_000,
            silent_ms: 0,
            bitrate_kbps: Some(4_120),
            by_hand: defect.is_none(),
        };
        store::log(&mut tx, &line).await.unwrap();
    }
    let row = Row {
        stream_id: StreamId(stream),
        defect: Some("slate".to_owned()),
        evidence: Some(sign.to_owned()),
        in_a_row: 3,
        picture: None,
        tested_at: Some(now - HOUR_MS),
        tried_at: now - HOUR_MS,
        next_at: Some(now + HOUR_MS),
        failure: None,
    };
    store::write(&mut tx, &row).await.unwrap();
    let counts = "update stream_health set state = 'degraded', content_defect = 'slate', content_reason = $2,
        failure_code = 'slate', failure_reason = $2, content_since = $3 where stream_id = $1";
    let values = args![stream, sign, now - 19 * HOUR_MS];
    tx.execute(counts, values).await.unwrap();
    tx.commit().await.unwrap();
}

/// Plays of a stream that often failed, stood still and began slowly.
pub async fn plays(world: &World, stream: i64) {
    let ctx = &world.product.ctx;
    let told = Experience {
        shows: 1_017,
        failures: 512,
        stalls: 3_100,
        watched_ms: 400 * HOUR_MS,
        startup_ms: Some(4_200),
    };
    let mut tx = ctx.db.begin().await.unwrap();
    let all = [(StreamId(stream), Some(told))];
    experience::keep(&mut tx, &all, ctx.clock.now_ms()).await.unwrap();
    tx.commit().await.unwrap();
}
