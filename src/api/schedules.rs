//! When providers are synced by themselves, for administrators.

use actix_web::web::{Data, Json, Path};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::openapi::ApiError;
use super::time::rfc3339;
use crate::ctx::Ctx;
use crate::edge::{Admin, Problem};
use crate::features::sync::schedule::{self, Choice, Rhythm};
use crate::support::ids::ProviderId;

/// When a provider is synced by itself.
#[derive(Serialize, ToSchema)]
pub struct ScheduleView {
    /// `all`: by the settings `auto_sync_enabled` and `auto_sync_schedule`; `own`; `never`.
    mode: &'static str,
    /// The cron expression in force; null where nothing comes by itself.
    schedule: Option<String>,
    /// With its jitter; null where nothing comes by itself.
    next_run_at: Option<String>,
}

/// A choice.
#[derive(Deserialize, ToSchema)]
pub struct ScheduleChoice {
    /// `all`, `own` or `never`.
    mode: String,
    /// Five fields of cron, for `own`; at least 15 minutes apart.
    #[serde(default)]
    schedule: Option<String>,
}

impl From<Rhythm> for ScheduleView {
    fn from(rhythm: Rhythm) -> Self {
        Self {
            mode: rhythm.choice.name(),
            schedule: rhythm.expression,
            next_run_at: rhythm.next_run.and_then(rfc3339),
        }
    }
}

/// When a provider is synced by itself.
#[utoipa::path(get, path = "/api/providers/{id}/schedule", tag = "providers", params(("id" = i64, Path)), responses(
    (status = 200, body = ScheduleView), (status = 403, body = ApiError), (status = 404, body = ApiError)))]
pub(super) async fn show(
    _: Admin,
    ctx: Data<Ctx>,
    id: Path<ProviderId>,
) -> Result<Json<ScheduleView>, Problem> {
    Ok(Json(schedule::of(&ctx, id.into_inner()).await?.into()))
}

/// Chooses when a provider is synced by itself; it starts nothing.
#[utoipa::path(put, path = "/api/providers/{id}/schedule", tag = "providers", params(("id" = i64, Path)),
    request_body = ScheduleChoice, responses(
    (status = 200, body = ScheduleView), (status = 403, body = ApiError), (status = 404, body = ApiError),
    (status = 422, body = ApiError)))]
pub(super) async fn update(
    admin: Admin,
    ctx: Data<Ctx>,
    id: Path<ProviderId>,
    sent: Json<ScheduleChoice>,
) -> Result<Json<ScheduleView>, Problem> {
    let choice = Choice::parse(&sent.mode, sent.schedule.as_deref().unwrap_or_default())?;
    let rhythm = schedule::choose(&ctx, &admin.user.actor(), id.into_inner(), &choice).await?;
    Ok(Json(rhythm.into()))
}
