//! Times in which a provider is at work on its service.

use actix_web::HttpResponse;
use actix_web::web::{Data, Json, Path};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::openapi::ApiError;
use super::time::rfc3339;
use crate::ctx::Ctx;
use crate::edge::{Admin, Problem};
use crate::features::health::maintenance::{self, Wanted, Window};
use crate::features::providers;
use crate::support::ids::{MaintenanceId, ProviderId};

/// A window that is wanted; instants as RFC 3339.
#[derive(Deserialize, ToSchema)]
pub struct MaintenanceBody {
    from: Option<String>,
    to: Option<String>,
    #[serde(default)]
    note: Option<String>,
}

/// A maintenance window.
#[derive(Serialize, ToSchema)]
pub struct MaintenanceView {
    id: i64,
    provider_id: i64,
    from: Option<String>,
    /// The first instant after it.
    to: Option<String>,
    note: Option<String>,
    /// `planned`, `running` or `over`.
    state: &'static str,
}

impl MaintenanceView {
    fn new(window: Window, now_ms: i64) -> Self {
        Self {
            id: window.id.0,
            provider_id: window.provider_id.0,
            from: rfc3339(window.from_at),
            to: rfc3339(window.to_at),
            state: window.phase(now_ms).as_str(),
            note: window.note,
        }
    }
}

/// The windows of a provider: those of the last 30 days, the running ones, those to come; in order of time.
#[utoipa::path(get, path = "/api/providers/{id}/maintenance", tag = "health", params(("id" = i64, Path)), responses(
    (status = 200, body = Vec<MaintenanceView>), (status = 403, body = ApiError), (status = 404, body = ApiError)))]
pub(super) async fn index(
    _: Admin,
    ctx: Data<Ctx>,
    id: Path<i64>,
) -> Result<Json<Vec<MaintenanceView>>, Problem> {
    let provider = providers::store::get(&ctx.db, ProviderId(*id)).await?.id;
    let now = ctx.clock.now_ms();
    let windows = maintenance::list(&ctx, provider).await?.into_iter();
    Ok(Json(
        windows.map(|window| MaintenanceView::new(window, now)).collect(),
    ))
}

/// Plans a window: nothing is asked of the provider's streams then, and nothing is held against them.
#[utoipa::path(post, path = "/api/providers/{id}/maintenance", tag = "health", params(("id" = i64, Path)),
    request_body = MaintenanceBody, responses((status = 201, body = MaintenanceView), (status = 403, body = ApiError),
    (status = 404, body = ApiError), (status = 422, body = ApiError)))]
pub(super) async fn create(
    admin: Admin,
    ctx: Data<Ctx>,
    id: Path<i64>,
    body: Json<MaintenanceBody>,
) -> Result<HttpResponse, Problem> {
    let body = body.into_inner();
    let read = |text: Option<String>| -> Option<i64> {
        let at: Timestamp = text?.parse().ok()?;
        Some(at.as_millisecond())
    };
    let wanted = Wanted {
        from_at: read(body.from),
        to_at: read(body.to),
        note: body.note.unwrap_or_default(),
    };
    let window = maintenance::create(&ctx, &admin.user.actor(), ProviderId(*id), &wanted).await?;
    let view = MaintenanceView::new(window, ctx.clock.now_ms());
    Ok(HttpResponse::Created().json(view))
}

/// Removes a window that has not begun or is over, and ends one that is running: its streams are checked then.
#[utoipa::path(delete, path = "/api/providers/{id}/maintenance/{window_id}", tag = "health",
    params(("id" = i64, Path), ("window_id" = i64, Path)), responses((status = 204), (status = 403, body = ApiError),
    (status = 404, body = ApiError)))]
pub(super) async fn delete(
    admin: Admin,
    ctx: Data<Ctx>,
    ids: Path<(i64, i64)>,
) -> Result<HttpResponse, Problem> {
    let (provider, window) = ids.into_inner();
    maintenance::end(
        &ctx,
        &admin.user.actor(),
        ProviderId(provider),
        MaintenanceId(window),
    )
    .await?;
    Ok(HttpResponse::NoContent().finish())
}
