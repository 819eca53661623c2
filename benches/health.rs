//! How fast streams are checked, on both engines: `cargo bench --bench health [-- sqlite|postgres]`.
//!
//! 1,000 streams that answer after 100 ms each, on two accounts of 25 connections: ideally 2.0 s. The provider shares the
//! processor with the program. The most connections that each account ever had are printed beside the time, and how much
//! memory a second, larger run adds, which ought to be next to nothing.

#![expect(clippy::expect_used, reason = "a measurement fails by panicking")]

#[path = "support/own.rs"]
mod own;
#[expect(dead_code, reason = "a part of it serves other measurements")]
mod support;

use std::time::{Duration, Instant};

use m3u_strm_processor::app::{App, handlers};
use m3u_strm_processor::config::{Config, Flags};
use m3u_strm_processor::db::Engine;
use m3u_strm_processor::features::audit::Actor;
use m3u_strm_processor::features::health::{Target, start};
use m3u_strm_processor::features::{providers, sync};
use m3u_strm_processor::jobs::{Job, run_here};
use m3u_strm_processor::simulator::{Fault, Resource, Simulator, ts};
use m3u_strm_processor::support::ids::JobId;
use own::{cpu_seconds, peak_mb};
use serde_json::json;
use support::Postgres;

const STREAMS: usize = 500;
const CONNECTIONS: usize = 25;
const ANSWER: Duration = Duration::from_millis(100);
const RUNS: usize = 3;
const BAR: f64 = 1.15;

fn main() {
    support::on_wanted_engines(|name, engine| {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .enable_all()
            .build()
            .expect("a runtime");
        runtime.block_on(measure(name, engine));
    });
}

async fn measure(name: &str, engine: Engine) {
    m3u_strm_processor::fetch::install_tls();
    let postgres = matches!(engine, Engine::Postgres).then(|| Postgres::start(None));
    let data = tempfile::tempdir().expect("a folder");
    let folder = data.path().to_str().expect("a path in UTF-8").to_owned();
    let url = postgres.as_ref().map(Postgres::url);
    let mut values = vec![
        ("data_dir", folder.as_str()),
        ("allow_private_networks", "127.0.0.0/8"),
    ];
    values.extend(url.as_deref().map(|url| ("database_url", url)));
    let config = Config::load_from(&Flags::of(values), &|_| None).expect("a configuration");
    let app = App::build(config).await.expect("an app");
    let simulator = Simulator::start().await.expect("a port");
    for account in ["a", "b"] {
        provide(&app, &simulator, account).await;
    }
    let ideal = STREAMS as f64 * ANSWER.as_secs_f64() / CONNECTIONS as f64;
    println!(
        "{name}: {} streams of {} ms, two accounts of {CONNECTIONS} connections",
        2 * STREAMS,
        ANSWER.as_millis()
    );
    for number in 1..=RUNS {
        let (begun, cpu) = (Instant::now(), cpu_seconds());
        let asked = simulator.counters().requests;
        let queued = start::start_here(&app.ctx, &Actor::Terminal, Target::default())
            .await
            .expect("a job");
        let job = follow(&app, queued.id()).await;
        // Who follows a job looks now and then: the job itself knows when it ended.
        let took = job
            .finished_at
            .zip(job.started_at)
            .map(|(end, begin)| end - begin);
        let seconds = took.map_or(begun.elapsed().as_secs_f64(), |ms| ms as f64 / 1e3);
        println!(
            "  run {number}: {seconds:.2} s, {:.2} of the ideal {ideal:.1} s (bar {BAR}), {:.2} CPU s, peak {:.0} MB, {} requests, connections {:?}, {}",
            seconds / ideal,
            cpu_seconds() - cpu,
            peak_mb(),
            simulator.counters().requests - asked,
            simulator.counters().account_peaks.values().collect::<Vec<_>>(),
            job.result.unwrap_or_default(),
        );
    }
}

/// A provider with an account, synced.
async fn provide(app: &App, simulator: &Simulator, account: &str) {
    let entries: String = (0..STREAMS)
        .map(|at| {
            format!(
                "#EXTINF:-1,Channel {account} {at}\n{}\n",
                simulator.url(&format!("/{account}/{at}.ts"))
            )
        })
        .collect();
    simulator.put(
        &format!("/{account}.m3u"),
        Resource::bytes(format!("#EXTM3U\n{entries}")),
    );
    simulator.put(
        &format!("/{account}/*"),
        Resource::bytes(ts::block()).account(account),
    );
    simulator.limit(account, CONNECTIONS, 509);
    simulator.fault(&format!("/{account}/*"), Fault::delay(ANSWER));
    let sent = json!({ "name": account, "type": "m3u", "m3u_url": simulator.url(&format!("/{account}.m3u")),
        "max_connections": CONNECTIONS });
    let sent = sent.as_object().expect("an object");
    let provider = providers::create(&app.ctx, &Actor::Terminal, sent, None)
        .await
        .expect("a provider");
    match sync::start_here(&app.ctx, provider, &Actor::Terminal)
        .await
        .expect("a job")
    {
        sync::Started::New(id) | sync::Started::Running(id) => follow(app, id).await,
    };
}

async fn follow(app: &App, id: JobId) -> Job {
    let job = run_here(&app.ctx.jobs, &handlers(app), id, |_| {})
        .await
        .expect("a run");
    assert!(job.error.is_none(), "{job:?}");
    job
}
