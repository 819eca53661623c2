//! What a sync of a big Xtream Codes account costs, on both engines: `cargo bench --bench panel`.
//!
//! 60,000 live streams, 100,000 films and 20,000 series, made up by the simulator while they are sent. Each sync runs in a
//! process of its own, so that the peak of its memory is that of nothing else: the first, and the same lists again. The
//! episodes of series are not part of it: they are read afterwards, one series at a time.

#![expect(clippy::expect_used, reason = "a measurement fails by panicking")]

#[path = "support/own.rs"]
mod own;
#[expect(dead_code, reason = "a part of it serves other measurements")]
mod support;

use std::path::Path;
use std::process::Command;

use m3u_strm_processor::app::{App, handlers};
use m3u_strm_processor::config::{Config, Flags};
use m3u_strm_processor::features::audit::Actor;
use m3u_strm_processor::features::{providers, sync};
use m3u_strm_processor::jobs::run_here;
use m3u_strm_processor::simulator::Simulator;
use m3u_strm_processor::simulator::panel::{Account, Bulk, Catalogue, Panel};
use own::{cpu_seconds, peak_mb};
use serde_json::json;
use support::Postgres;

const SYNC_IN: &str = "PANEL_BENCH_DATA";
const DATABASE: &str = "PANEL_BENCH_DATABASE";
const BULK: Bulk = Bulk {
    seed: 7,
    channels: 60_000,
    films: 100_000,
    series: 20_000,
};
const SECONDS: f64 = 10.0;
const MEGABYTES: f64 = 150.0;

fn main() {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    match std::env::var_os(SYNC_IN) {
        Some(data) => runtime.block_on(one_sync(Path::new(&data))),
        None => runtime.block_on(all()),
    }
}

async fn all() {
    let simulator = Simulator::start().await.expect("a port");
    let panel = Panel::new();
    panel.open(Account::new("bench", "password"), Catalogue::bulk(BULK));
    simulator.put_panel(&panel);
    println!(
        "{} live streams, {} films, {} series",
        BULK.channels, BULK.films, BULK.series
    );
    println!(
        "{:<12}{:<8}{:>9}{:>8}{:>10}{:>12}  outcome",
        "engine", "sync", "seconds", "CPU s", "peak MB", "before MB"
    );
    for engine in ["SQLite", "PostgreSQL"] {
        let postgres = (engine == "PostgreSQL").then(|| Postgres::start(None));
        let data = tempfile::tempdir().expect("a folder");
        for name in ["first", "again"] {
            let mut child = Command::new(std::env::current_exe().expect("this program"));
            child.env(SYNC_IN, data.path()).arg(simulator.url(""));
            if let Some(postgres) = &postgres {
                child.env(DATABASE, postgres.url());
            }
            let ended = tokio::task::spawn_blocking(move || child.output()).await;
            let ended = ended.expect("a thread").expect("a process");
            let errors = String::from_utf8_lossy(&ended.stderr);
            assert!(ended.status.success(), "{engine} {name}: {errors}");
            print!("{engine:<12}{name:<8}{}", String::from_utf8_lossy(&ended.stdout));
        }
    }
    println!("bars: {SECONDS} s and {MEGABYTES} MB");
}

/// Syncs the one provider of a data folder, adding it first if it is not there.
async fn one_sync(data: &Path) {
    m3u_strm_processor::fetch::install_tls();
    let folder = data.to_str().expect("a path in UTF-8");
    let database = std::env::var(DATABASE).ok();
    let mut values = vec![("data_dir", folder), ("allow_private_networks", "127.0.0.0/8")];
    values.extend(database.as_deref().map(|url| ("database_url", url)));
    let config = Config::load_from(&Flags::of(values), &|_| None).expect("a configuration");
    let app = App::build(config).await.expect("an app");
    let ctx = &app.ctx;
    let known = providers::store::find_by_name(&ctx.db, "Bench")
        .await
        .expect("a database");
    let provider = match known {
        Some(provider) => provider.id,
        None => {
            let host = std::env::args().nth(1).expect("a host");
            let sent = json!({ "name": "Bench", "type": "xstream", "xstream_host": host, "xstream_username": "bench",
                "xstream_password": "password" });
            let sent = sent.as_object().expect("an object");
            providers::create(ctx, &Actor::Terminal, sent, None)
                .await
                .expect("a provider")
        }
    };
    let (memory_before, cpu_before) = (peak_mb(), cpu_seconds());
    let started = sync::start_here(ctx, provider, &Actor::Terminal)
        .await
        .expect("a job");
    let sync::Started::New(id) = started else {
        unreachable!("nothing else runs")
    };
    let job = run_here(&ctx.jobs, &handlers(&App::of(ctx.clone())), id, |_| {})
        .await
        .expect("a run");
    let run = sync::store::of_job(&ctx.db, id)
        .await
        .expect("a log")
        .expect("a line");
    assert!(run.finished_at.is_some() && job.error.is_none(), "{job:?}");
    let ms = job.finished_at.unwrap_or_default() - job.started_at.unwrap_or_default();
    println!(
        "{:>9.2}{:>8.2}{:>10.1}{:>12.1}  {} {}",
        ms as f64 / 1_000.0,
        cpu_seconds() - cpu_before,
        peak_mb(),
        memory_before,
        run.outcome.as_str(),
        run.entries,
    );
}
