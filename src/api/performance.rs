//! How providers do over time.

use actix_web::web::{Data, Json, Path, Query};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::openapi::ApiError;
use super::time::rfc3339;
use crate::ctx::Ctx;
use crate::edge::{Admin, Edge, Problem};
use crate::features::health::performance::store::{self, Hour};
use crate::features::providers;
use crate::support::days::Period;
use crate::support::ids::ProviderId;
use crate::support::validation::Invalid;

/// Days if nobody says how many.
const USUAL_DAYS: i64 = 7;

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
    let (zone, ends) = (edge.zone(), (wanted.from.as_deref(), wanted.to.as_deref()));
    let period = Period::read(wanted.days, ends, USUAL_DAYS, ctx.clock.now_ms(), &zone)?;
    let hours = async |period: Period| -> Result<Vec<HourView>, Problem> {
        let hours = store::of_provider(&ctx.db, provider, &period.window_ms(&zone)).await?;
        Ok(hours.into_iter().map(HourView::from).collect())
    };
    let previous = match wanted.compare.as_deref().filter(|compare| !compare.is_empty()) {
        None => None,
        Some("previous") => Some(hours(period.previous()).await?),
        Some(_) => {
            let mut invalid = Invalid::default();
            invalid.add("compare", "Only previous can be compared with.");
            return Err(invalid.into());
        }
    };
    Ok(Json(PerformanceView {
        provider_id: provider.0,
        period_days: period.days(),
        data: hours(period).await?,
        previous,
    }))
}
