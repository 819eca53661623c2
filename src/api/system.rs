//! The installation itself.

use actix_web::web::{Data, Json};
use serde::Serialize;
use utoipa::ToSchema;

use super::openapi::ApiError;
use crate::ctx::Ctx;
use crate::db::Engine;
use crate::edge::{Admin, Member, Problem};
use crate::features::catalogue::browse::{Lists, Totals};
use crate::features::{providers, system};

/// How the server is doing, measured at the request.
#[derive(Serialize, ToSchema)]
pub struct HealthView {
    /// `ok`; a database that does not answer is a 503.
    status: &'static str,
    /// `sqlite` or `postgres`.
    database: &'static str,
    database_latency_ms: f64,
    version: &'static str,
    uptime_seconds: u64,
}

/// What there is.
#[derive(Serialize, ToSchema)]
pub struct StatsView {
    total_providers: i64,
    /// Those that are switched on.
    active_providers: i64,
    total_channels: i64,
    /// Films and series.
    total_vod_items: i64,
    total_vod_movies: i64,
    total_vod_series: i64,
}

/// The configuration as it is in force; secrets are `***`.
#[derive(Serialize, ToSchema)]
pub struct ConfigView {
    items: Vec<VariableView>,
}

/// One variable of the configuration.
#[derive(Serialize, ToSchema)]
pub struct VariableView {
    name: &'static str,
    value: String,
    /// `default`, `file`, `environment` or `flag`.
    source: &'static str,
}

/// How the server is doing.
#[utoipa::path(get, path = "/api/system/health", tag = "system", responses(
    (status = 200, body = HealthView), (status = 503, body = ApiError)))]
pub(super) async fn health(_: Member, ctx: Data<Ctx>) -> Result<Json<HealthView>, Problem> {
    let measured = system::measure(&ctx).await?;
    Ok(Json(HealthView {
        status: "ok",
        database: match ctx.db.engine() {
            Engine::Sqlite => "sqlite",
            Engine::Postgres => "postgres",
        },
        database_latency_ms: measured.database_latency.as_secs_f64() * 1_000.0,
        version: env!("CARGO_PKG_VERSION"),
        uptime_seconds: measured.uptime.as_secs(),
    }))
}

/// What there is.
#[utoipa::path(get, path = "/api/system/stats", tag = "system", responses((status = 200, body = StatsView)))]
pub(super) async fn stats(_: Member, ctx: Data<Ctx>, lists: Data<Lists>) -> Result<Json<StatsView>, Problem> {
    let providers = providers::store::summary(&ctx.db).await?;
    let Totals { channels, titles } = lists.totals().await?;
    Ok(Json(StatsView {
        total_providers: providers.total,
        active_providers: providers.enabled,
        total_channels: channels,
        total_vod_items: titles.movies + titles.series,
        total_vod_movies: titles.movies,
        total_vod_series: titles.series,
    }))
}

/// The configuration as it is in force.
#[utoipa::path(get, path = "/api/system/config", tag = "system", responses(
    (status = 200, body = ConfigView), (status = 403, body = ApiError)))]
pub(super) async fn config(_: Admin, ctx: Data<Ctx>) -> Json<ConfigView> {
    let items = ctx.config.effective().into_iter();
    Json(ConfigView {
        items: items
            .map(|variable| VariableView {
                name: variable.name,
                value: variable.value,
                source: variable.source.name(),
            })
            .collect(),
    })
}
