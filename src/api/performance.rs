//! How providers do over time.

use std::collections::BTreeMap;

use actix_web::web::{Data, Json, Path, Query};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::openapi::ApiError;
use super::time::rfc3339;
use crate::ctx::Ctx;
use crate::edge::{Admin, Edge, Problem};
use crate::features::analytics::providers::{self as analysed, ProviderSummary};
use crate::features::health::performance::store::{self, Hour};
use crate::features::providers;
use crate::support::days::Period;
use crate::support::ids::ProviderId;
use crate::support::validation::Invalid;

/// Days if nobody says how many.
const USUAL_DAYS: i64 = 7;
const SUMMARY_DAYS: i64 = 30;

/// Which days are wanted, of the installation's zone.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PeriodParams {
    /// The last so many, today included: 1 to 365.
    days: Option<i64>,
    /// First day, instead of a number of days.
    #[param(format = Date)]
    from: Option<String>,
    /// Last day.
    #[param(format = Date)]
    to: Option<String>,
    /// `previous`: as many days before these are answered too.
    compare: Option<String>,
}

impl PeriodParams {
    fn period(&self, usual: i64, ctx: &Ctx, edge: &Edge) -> Result<Period, Invalid> {
        let ends = (self.from.as_deref(), self.to.as_deref());
        Period::read(self.days, ends, usual, ctx.clock.now_ms(), &edge.zone())
    }

    /// Whether the days before are wanted too.
    fn is_compared(&self) -> Result<bool, Invalid> {
        match self.compare.as_deref().filter(|compare| !compare.is_empty()) {
            None => Ok(false),
            Some("previous") => Ok(true),
            Some(_) => Err(Invalid::field("compare", "Only previous can be compared with.")),
        }
    }
}

/// A provider over some days.
#[derive(Serialize, ToSchema)]
pub struct PerformanceView {
    provider_id: i64,
    period_days: i64,
    /// By hour; hours in which no server was there to sum them up are absent.
    data: Vec<HourView>,
    /// The days before, if they were asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    previous: Option<Vec<HourView>>,
}

/// One hour.
#[derive(Serialize, ToSchema)]
pub struct HourView {
    /// Its beginning.
    timestamp: Option<String>,
    /// 0–100: the time in which its streams worked; null where too little is known of it.
    uptime_percentage: Option<f64>,
    /// 0–1: streams in use ÷ streams; null without streams.
    working_share: Option<f64>,
    active_streams: i64,
    failed_streams: i64,
    /// Milliseconds, of the checks that passed.
    avg_response_time: Option<f64>,
    p50_response_time: Option<i64>,
    p95_response_time: Option<i64>,
    checks: i64,
    checks_failed: i64,
}

impl From<Hour> for HourView {
    fn from(hour: Hour) -> Self {
        let share = |part: i64, whole: i64| (whole > 0).then(|| part as f64 / whole as f64);
        Self {
            timestamp: rfc3339(hour.hour),
            uptime_percentage: hour.uptime_percentage,
            working_share: share(hour.streams_active, hour.streams_total),
            active_streams: hour.streams_active,
            failed_streams: hour.streams_failed,
            avg_response_time: hour.mean_ms,
            p50_response_time: hour.p50_ms,
            p95_response_time: hour.p95_ms,
            checks: hour.checks_total,
            checks_failed: hour.checks_failed,
        }
    }
}

/// How a provider did in each hour of some days, in order.
#[utoipa::path(get, path = "/api/analytics/providers/{id}/performance", tag = "health",
    params(("id" = i64, Path), PeriodParams),
    responses((status = 200, body = PerformanceView), (status = 403, body = ApiError), (status = 404, body = ApiError),
        (status = 422, body = ApiError)))]
pub(super) async fn show(
    _admin: Admin,
    ctx: Data<Ctx>,
    edge: Data<Edge>,
    id: Path<i64>,
    wanted: Query<PeriodParams>,
) -> Result<Json<PerformanceView>, Problem> {
    let provider = providers::store::get(&ctx.db, ProviderId(*id)).await?.id;
    let (zone, period) = (edge.zone(), wanted.period(USUAL_DAYS, &ctx, &edge)?);
    let hours = async |period: Period| -> Result<Vec<HourView>, Problem> {
        let hours = store::of_provider(&ctx.db, provider, &period.window_ms(&zone)).await?;
        Ok(hours.into_iter().map(HourView::from).collect())
    };
    let previous = match wanted.is_compared()? {
        true => Some(hours(period.previous()).await?),
        false => None,
    };
    Ok(Json(PerformanceView {
        provider_id: provider.0,
        period_days: period.days(),
        data: hours(period).await?,
        previous,
    }))
}

/// A provider beside the others.
#[derive(Serialize, ToSchema)]
pub struct ProviderSummaryView {
    provider_id: i64,
    provider_name: String,
    #[serde(flatten)]
    figures: SummaryFigures,
    /// Streams by picture tier, the unknown among them; of this moment.
    quality: BTreeMap<String, i64>,
    /// The days before, if they were asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    previous: Option<SummaryFigures>,
}

/// What a provider did in some days.
#[derive(Serialize, ToSchema)]
pub struct SummaryFigures {
    /// 0–100: the time in which its streams worked; null below 80 % coverage.
    uptime_percentage: Option<f64>,
    /// 0–100: how much of the time is known.
    coverage_percentage: Option<f64>,
    /// Milliseconds, of the syncs that came to an end.
    avg_sync_time: Option<f64>,
    sync_count: i64,
    /// Syncs that failed.
    total_errors: i64,
    /// 0–1: failed ÷ syncs; null without syncs.
    error_rate: Option<f64>,
    /// Hours since the last good sync; null of one that was never synced, and of days before.
    freshness_hours: Option<f64>,
    /// 0–100: half of it the availability of streams, three tenths the syncs that succeeded, two tenths freshness; what is
    /// not known is left out, and the rest counts for it.
    reliability_score: Option<f64>,
}

impl From<&ProviderSummary> for SummaryFigures {
    fn from(summary: &ProviderSummary) -> Self {
        let (syncs, reliability) = (summary.syncs.as_ref(), &summary.reliability);
        Self {
            uptime_percentage: reliability.availability.map(|share| share * 100.0),
            coverage_percentage: summary.time.coverage().map(|share| share * 100.0),
            avg_sync_time: syncs.and_then(|sum| sum.mean_ms),
            sync_count: syncs.map_or(0, |sum| sum.runs),
            total_errors: syncs.map_or(0, |sum| sum.failed),
            error_rate: summary.error_rate(),
            freshness_hours: reliability.freshness_hours,
            reliability_score: reliability.score(),
        }
    }
}

/// All providers side by side, by name.
#[utoipa::path(get, path = "/api/analytics/providers/summary", tag = "health", params(PeriodParams),
    responses((status = 200, body = [ProviderSummaryView]), (status = 403, body = ApiError), (status = 422, body = ApiError)))]
pub(super) async fn summary(
    _admin: Admin,
    ctx: Data<Ctx>,
    edge: Data<Edge>,
    wanted: Query<PeriodParams>,
) -> Result<Json<Vec<ProviderSummaryView>>, Problem> {
    let (zone, period) = (edge.zone(), wanted.period(SUMMARY_DAYS, &ctx, &edge)?);
    let mut previous = BTreeMap::new();
    if wanted.is_compared()? {
        for mut summary in analysed::summary(&ctx, &period.previous().window_ms(&zone)).await? {
            // How old the list was then nobody knows.
            summary.reliability.freshness_hours = None;
            previous.insert(summary.id, SummaryFigures::from(&summary));
        }
    }
    let mut qualities = analysed::qualities(&ctx).await?;
    let summaries = analysed::summary(&ctx, &period.window_ms(&zone)).await?;
    let view = |summary: ProviderSummary| ProviderSummaryView {
        provider_id: summary.id.0,
        figures: SummaryFigures::from(&summary),
        quality: qualities
            .remove(&summary.id)
            .unwrap_or_default()
            .into_iter()
            .collect(),
        previous: previous.remove(&summary.id),
        provider_name: summary.name,
    };
    Ok(Json(summaries.into_iter().map(view).collect()))
}
