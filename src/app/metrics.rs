//! Figures for Prometheus, in its text format, measured when they are asked for.

use std::fmt::Write;

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};

use crate::ctx::Ctx;
use crate::db::DbError;
use crate::edge::times::BOUNDS;
use crate::edge::{Client, Edge, Problem, principal};
use crate::features::catalogue::browse;
use crate::features::{providers, system};
use crate::jobs::{JobFilter, State};

/// GET /metrics: for administrators' tokens, and for addresses that the configuration names.
pub(super) async fn show(
    req: HttpRequest,
    ctx: web::Data<Ctx>,
    edge: web::Data<Edge>,
) -> Result<HttpResponse, Problem> {
    let address = Client::of(&req).address;
    let networks = &ctx.config.network.metrics_allow;
    if !networks.iter().any(|network| network.contains(&address)) {
        let user = principal::of_bearer(&ctx, req.headers()).await?;
        if !user.ok_or_else(Problem::unauthenticated)?.is_admin() {
            return Err(Problem::forbidden());
        }
    }
    Ok(HttpResponse::Ok()
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .content_type("text/plain; version=0.0.4; charset=utf-8")
        .body(text(&ctx, &edge).await?))
}

struct Text(String);

impl Text {
    fn family(&mut self, name: &str, kind: &str, help: &str) {
        // Writing to a text does not fail.
        let _ = writeln!(self.0, "# HELP {name} {help}\n# TYPE {name} {kind}");
    }

    fn sample(&mut self, name: &str, labels: &str, value: f64) {
        let _ = match labels {
            "" => writeln!(self.0, "{name} {value}"),
            labels => writeln!(self.0, "{name}{{{labels}}} {value}"),
        };
    }

    fn gauge(&mut self, name: &str, help: &str, value: impl Into<Option<f64>>) {
        if let Some(value) = value.into() {
            self.family(name, "gauge", help);
            self.sample(name, "", value);
        }
    }
}

async fn text(ctx: &Ctx, edge: &Edge) -> Result<String, DbError> {
    let mut text = Text(String::new());
    process(&mut text, ctx).await?;
    catalogue(&mut text, ctx).await?;
    jobs(&mut text, ctx).await?;
    requests(&mut text, edge);
    Ok(text.0)
}

async fn process(text: &mut Text, ctx: &Ctx) -> Result<(), DbError> {
    let measured = system::measure(ctx).await?;
    let count = |count: u64| count as f64;
    text.family("strm_build_info", "gauge", "The version that runs.");
    let version = concat!("version=\"", env!("CARGO_PKG_VERSION"), "\"");
    text.sample("strm_build_info", version, 1.0);
    text.gauge(
        "strm_uptime_seconds",
        "Since the process began.",
        measured.uptime.as_secs_f64(),
    );
    text.gauge(
        "process_resident_memory_bytes",
        "Resident memory.",
        measured.memory_bytes.map(count),
    );
    if let Some(cpu) = measured.cpu {
        text.family("process_cpu_seconds_total", "counter", "User and system time.");
        text.sample("process_cpu_seconds_total", "", cpu.as_secs_f64());
    }
    let disk = measured.disk;
    text.gauge(
        "strm_disk_free_bytes",
        "Free where the data folder lies.",
        disk.map(|disk| count(disk.free)),
    );
    text.gauge(
        "strm_disk_size_bytes",
        "Size of that file system.",
        disk.map(|disk| count(disk.total)),
    );
    let latency = measured.database_latency.as_secs_f64();
    text.gauge(
        "strm_database_latency_seconds",
        "How long the database took to answer.",
        latency,
    );
    text.gauge(
        "strm_database_size_bytes",
        "Size of the database.",
        measured.database_bytes.map(count),
    );
    text.family("strm_database_connections", "gauge", "Connections of the pool.");
    for (state, number) in [
        ("idle", measured.pool.idle),
        ("used", measured.pool.open.saturating_sub(measured.pool.idle)),
        ("most", measured.pool.most),
    ] {
        text.sample(
            "strm_database_connections",
            &format!("state=\"{state}\""),
            f64::from(number),
        );
    }
    Ok(())
}

async fn catalogue(text: &mut Text, ctx: &Ctx) -> Result<(), DbError> {
    let providers = providers::store::summary(&ctx.db).await?;
    let titles = browse::title_totals(&ctx.db).await?;
    let channels = browse::channel_total(&ctx.db).await?;
    for (name, help, value) in [
        ("strm_providers", "Providers.", providers.total),
        (
            "strm_providers_enabled",
            "Providers that are switched on.",
            providers.enabled,
        ),
        ("strm_streams", "Streams of channels.", providers.streams),
        (
            "strm_streams_active",
            "Streams of channels that are in use.",
            providers.active_streams,
        ),
        ("strm_channels", "Channels in the lists.", channels),
        ("strm_movies", "Films.", titles.movies),
        ("strm_series", "Series.", titles.series),
        ("strm_episodes", "Episodes.", titles.episodes),
    ] {
        text.gauge(name, help, value as f64);
    }
    Ok(())
}

async fn jobs(text: &mut Text, ctx: &Ctx) -> Result<(), DbError> {
    text.family("strm_jobs", "gauge", "Jobs that wait or run.");
    for state in [State::Queued, State::Running] {
        let filter = JobFilter {
            state: Some(state),
            limit: 1,
            ..JobFilter::default()
        };
        let (_, total) = ctx.jobs.list(&filter).await?;
        let label = format!("state=\"{}\"", state.as_str());
        text.sample("strm_jobs", &label, total as f64);
    }
    Ok(())
}

fn requests(text: &mut Text, edge: &Edge) {
    let answered = edge.times.read();
    let name = "strm_http_requests_total";
    text.family(name, "counter", "Requests by face and class of status.");
    for face in &answered {
        for (at, count) in face.statuses.iter().enumerate() {
            let labels = format!("face=\"{}\",status=\"{}xx\"", face.face, at + 1);
            text.sample(name, &labels, *count as f64);
        }
    }
    let name = "strm_http_request_duration_seconds";
    text.family(name, "histogram", "Until the head of the answer.");
    for face in &answered {
        for (bound, count) in BOUNDS.iter().zip(face.within) {
            let labels = format!("face=\"{}\",le=\"{bound}\"", face.face);
            text.sample(&format!("{name}_bucket"), &labels, count as f64);
        }
        let label = format!("face=\"{}\"", face.face);
        text.sample(
            &format!("{name}_bucket"),
            &format!("{label},le=\"+Inf\""),
            face.count as f64,
        );
        text.sample(&format!("{name}_sum"), &label, face.seconds);
        text.sample(&format!("{name}_count"), &label, face.count as f64);
    }
}
