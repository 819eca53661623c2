//! How fast the pages and JSON of health answer with 10,000 streams that were checked every hour for 30 days, on both
//! engines: `cargo bench --bench health_pages [-- sqlite|postgres]`.
//!
//! 500 different requests, one after the other on one connection. What is counted once after each change is counted anew for
//! each of them. Bar: p95 50 ms. What a request costs on the processor, this program's and the database's share together, is
//! printed too.
//!
//! `--keep=FOLDER` keeps the filled database: the next run with the same folder measures at once.

#![expect(clippy::expect_used, reason = "a measurement fails by panicking")]

mod support;

use std::collections::{BTreeMap, HashSet};
use std::time::{Duration, Instant};

use m3u_strm_processor::args;
use m3u_strm_processor::db::{Engine, Value};
use m3u_strm_processor::features::health::performance::store::{Hour, write};
use m3u_strm_processor::support::ids::ProviderId;
use m3u_strm_processor::support::statistics::histogram::Histogram;
use support::catalogue::{Dice, list};
use support::{Connection, Installation, milliseconds, percentile, processor};

const STREAMS: usize = 10_000;
const DAYS: i64 = 30;
const REQUESTS: usize = 500;
const HOUR_MS: i64 = 3_600_000;
const PROVIDER: ProviderId = ProviderId(1);

/// The checks of an hour, the figure of each as [`figure`] has it.
const CHECKS: &str = "/* scan: all */ insert into health_check_log (stream_id, checked_at, state, status_code, \
     latency_ms, first_byte_ms, connect_ms, resolve_ms, error, by_hand) \
     select id, $1 + id * 300, case when figure < 30 then 'down' else 'up' end, \
     case when figure < 30 then 404 else 200 end, case when figure >= 30 then 80 + figure end, 60, 20, 2, \
     case when figure < 30 then 'status' end, false \
     from (select id, (id * 7919 + $2 * 104729) % 1000 as figure from channel_streams) as s order by id";

/// 0 to 999, different for each stream and hour.
fn figure(id: i64, hour: i64) -> i64 {
    (id * 7919 + hour * 104_729) % 1000
}

fn fails(figure: i64) -> bool {
    figure < 30
}

fn main() {
    support::on_wanted_engines(measure);
}

fn measure(name: &str, engine: Engine) {
    let installation = Installation::start(engine);
    if is_filled(&installation) {
        println!("{name}: filled before");
    } else {
        installation.sync(list(STREAMS, 0, 0));
        let begun = Instant::now();
        let checks = installation.runtime.block_on(fill(&installation));
        println!(
            "{name}: {STREAMS} streams, {checks} checks of {DAYS} days, written in {:.0} s",
            begun.elapsed().as_secs_f64()
        );
    }
    let headers = format!("{}Accept-Encoding: gzip\r\n", installation.authorization());
    let mut connection = Connection::open(installation.address);
    let mut times: BTreeMap<&str, [Vec<Duration>; 2]> = BTreeMap::new();
    let mut slowest: Vec<(Duration, String)> = Vec::new();
    let mut worked = Vec::with_capacity(REQUESTS);
    for (kind, path) in paths(&installation) {
        installation.runtime.block_on(async {
            let raise = "update catalogue_state set health_version = health_version + 1";
            installation
                .ctx
                .db
                .execute(raise, Vec::new())
                .await
                .expect("a version");
        });
        let before = processor::used();
        let answer = connection.get(&path, &headers);
        let used = processor::used().saturating_sub(before);
        assert_eq!(answer.status, 200, "{path}");
        worked.push(used);
        let [whole, processor] = times.entry(kind).or_default();
        whole.push(answer.whole);
        processor.push(used);
        slowest.push((answer.whole, path));
    }
    worked.sort();
    report("on the processor", &worked);
    slowest.sort();
    let all: Vec<Duration> = slowest.iter().map(|(time, _)| *time).collect();
    report("all (bar p95 50)", &all);
    for (kind, [mut whole, mut processor]) in times {
        whole.sort();
        processor.sort();
        report(kind, &whole);
        report("  on the processor", &processor);
    }
    for (time, path) in slowest.iter().rev().take(8) {
        println!("    {:>6.1} ms {path}", milliseconds(*time));
    }
}

fn report(what: &str, sorted: &[Duration]) {
    let at = |share| milliseconds(percentile(sorted, share));
    println!(
        "  {what:<24} {:>4} requests: p50 {:.1} ms, p95 {:.1} ms, worst {:.1} ms",
        sorted.len(),
        at(0.5),
        at(0.95),
        at(1.0)
    );
}

/// Whether an earlier run filled this database to its end.
fn is_filled(installation: &Installation) -> bool {
    let last = installation.ctx.db.one(
        "select count(*) from health_attendance where node = 'measured'",
        Vec::new(),
    );
    let (there,): (i64,) = installation.runtime.block_on(last).expect("a number");
    there > 0
}

/// Checks of every hour, the hours of the provider, what is known of each stream, and incidents; how many checks there are.
async fn fill(installation: &Installation) -> u64 {
    let db = &installation.ctx.db;
    let ids: Vec<(i64,)> = db
        .all(
            "/* scan: all */ select id from channel_streams order by id",
            Vec::new(),
        )
        .await
        .expect("streams");
    let now = installation.ctx.clock.now_ms();
    let last = now.div_euclid(HOUR_MS) * HOUR_MS;
    let first = last - DAYS * 24 * HOUR_MS;
    let mut checks = 0;
    for hour in (0..DAYS * 24).map(|back| first + back * HOUR_MS) {
        let number = (hour - first) / HOUR_MS;
        let figures: Vec<i64> = ids.iter().map(|(id,)| figure(*id, number)).collect();
        let passed = figures.iter().filter(|figure| !fails(**figure));
        let mut latencies = Histogram::default();
        latencies.extend(passed.filter_map(|figure| u32::try_from(80 + figure).ok()));
        let failed = figures.iter().filter(|figure| fails(**figure)).count() as i64;
        let all = figures.len() as i64;
        let known = Hour {
            provider_id: PROVIDER,
            hour,
            streams_total: all,
            streams_active: all - failed / 2,
            streams_failed: failed / 2,
            checks_total: all,
            checks_passed: all - failed,
            checks_failed: failed,
            mean_ms: latencies.mean_ms(),
            p50_ms: latencies.percentile_ms(50.0).map(i64::from),
            p95_ms: latencies.percentile_ms(95.0).map(i64::from),
            latencies,
            uptime_percentage: Some(97.0),
            working_ms: Some((all - failed / 2) * HOUR_MS),
            failing_ms: Some(failed / 2 * HOUR_MS),
            maintenance_ms: Some(0),
            unknown_ms: Some(0),
        };
        let mut tx = db.begin().await.expect("a transaction");
        checks += tx.execute(CHECKS, args![hour, number]).await.expect("checks");
        write(&mut tx, &[known]).await.expect("an hour");
        tx.commit().await.expect("a commit");
    }
    known(installation, &ids, now).await;
    if db.engine() == Engine::Postgres {
        // What a server does by itself, and the one of tests and measurements was told not to.
        db.execute("vacuum (analyze)", Vec::new())
            .await
            .expect("housekeeping");
    }
    checks
}

async fn known(installation: &Installation, ids: &[(i64,)], now: i64) {
    let mut tx = installation.ctx.db.begin().await.expect("a transaction");
    let states = ids.iter().flat_map(|(id,)| {
        let fails = id % 33 == 0;
        args![
            *id,
            if fails { "down" } else { "up" },
            now,
            if fails { 5_i64 } else { 0 },
            fails.then_some(now - id * 1_000),
            250_i64,
            if fails { 50_i64 } else { 100 },
        ]
    });
    let states: Vec<Value> = states.collect();
    tx.insert_many(
        "insert into stream_health (stream_id, state, last_check, consecutive_failures, failing_since, response_ms, score)",
        7,
        states,
        "",
    )
    .await
    .expect("states");
    let incidents = ids.iter().flat_map(|(id,)| {
        (0..2_i64).flat_map(move |number| {
            let opened = now - (number * 12 + 1) * 86_400_000 - id * 1_000;
            args![
                PROVIDER,
                *id,
                opened,
                opened + 210_000,
                opened + 900_000 + id,
                "recovered",
                1_i64
            ]
        })
    });
    let incidents: Vec<Value> = incidents.collect();
    tx.insert_many(
        "insert into incidents (provider_id, stream_id, opened_at, confirmed_at, resolved_at, ending, streams)",
        7,
        incidents,
        "",
    )
    .await
    .expect("incidents");
    let there = "insert into health_attendance (node, from_at, to_at) values ($1, $2, $3)";
    tx.execute(there, args!["measured", now - 40 * 86_400_000, now])
        .await
        .expect("attendance");
    tx.commit().await.expect("a commit");
}

/// Different addresses in a random order, the same in each run.
fn paths(installation: &Installation) -> Vec<(&'static str, String)> {
    let db = &installation.ctx.db;
    let all = "/* scan: all */ select id, channel_id from channel_streams order by id";
    let ids: Vec<(i64, i64)> = installation
        .runtime
        .block_on(db.all(all, Vec::new()))
        .expect("streams");
    let mut dice = Dice(2026);
    let mut seen = HashSet::new();
    let mut paths = Vec::with_capacity(REQUESTS);
    while paths.len() < REQUESTS {
        let (id, channel) = ids[dice.below(ids.len())];
        let days = 1 + dice.below(30);
        let (kind, path) = match dice.below(12) {
            0 | 1 => ("page of a stream", format!("/streams/{id}")),
            2 => ("page of a channel", format!("/channels/{channel}")),
            3 => (
                "overview",
                format!("/stream-health?after={}.{id}", dice.below(2_000_000_000)),
            ),
            4 => ("page of a provider", format!("/providers/1?days={days}&n={id}")),
            5 | 6 => (
                "performance as JSON",
                format!(
                    "/api/analytics/providers/1/performance?days={days}&compare={}&n={id}",
                    dice.of(&["", "previous"])
                ),
            ),
            7 => (
                "streams as JSON",
                format!("/api/channels/{channel}/streams?n={id}"),
            ),
            8 => ("status as JSON", format!("/api/health/status?n={id}")),
            9 => (
                "page of performance",
                format!("/providers/1/performance?days={days}&n={id}"),
            ),
            10 => (
                "providers as JSON",
                format!("/api/analytics/providers/summary?days={days}&n={id}"),
            ),
            _ => (
                "channels by health",
                format!("/channels?sort=health&health=down&n={id}"),
            ),
        };
        if seen.insert(path.clone()) {
            paths.push((kind, path));
        }
    }
    paths
}
