//! The STRM library: writing it, and what was taken out of it.

use actix_web::HttpResponse;
use actix_web::web::{Data, Json, Path};
use serde::Serialize;
use utoipa::ToSchema;

use super::jobs::Queued;
use super::list::{List, Window, WindowParams, envelope};
use super::openapi::ApiError;
use super::time::rfc3339;
use crate::ctx::Ctx;
use crate::edge::{Admin, Problem};
use crate::features::outputs::library::{self, Trashed};
use crate::support::ids::TrashId;

/// A file that was taken out of the library.
#[derive(Serialize, ToSchema)]
pub struct TrashedView {
    id: i64,
    /// Below the library's root.
    path: String,
    trashed_at: Option<String>,
}

/// A file that was brought back.
#[derive(Serialize, ToSchema)]
pub struct Restored {
    id: i64,
    path: String,
}

impl From<Trashed> for TrashedView {
    fn from(file: Trashed) -> Self {
        Self {
            id: file.id.0,
            path: file.path,
            trashed_at: rfc3339(file.trashed_at),
        }
    }
}

/// Writes the library; where a run is queued or running, that one.
#[utoipa::path(post, path = "/api/vod/generate-strm", tag = "outputs", responses(
    (status = 202, body = Queued), (status = 403, body = ApiError), (status = 409, body = ApiError)))]
pub(super) async fn generate(admin: Admin, ctx: Data<Ctx>) -> Result<HttpResponse, Problem> {
    let queued = library::start(&ctx, &admin.user.actor()).await?;
    Ok(Queued::accepted(queued.id()))
}

/// The trash, the latest first.
#[utoipa::path(get, path = "/api/library/trash", tag = "outputs", params(WindowParams), responses(
    (status = 200, body = List<TrashedView>), (status = 403, body = ApiError), (status = 422, body = ApiError)))]
pub(super) async fn trash(
    _: Admin,
    ctx: Data<Ctx>,
    window: Window,
) -> Result<Json<List<TrashedView>>, Problem> {
    Ok(envelope(
        library::list_trash(&ctx, window.0).await?,
        window,
        TrashedView::from,
    ))
}

/// Brings a file back to its place. No later run removes it.
#[utoipa::path(post, path = "/api/library/trash/{id}/restore", tag = "outputs", params(("id" = i64, Path)), responses(
    (status = 200, body = Restored), (status = 403, body = ApiError), (status = 404, body = ApiError),
    (status = 409, body = ApiError)))]
pub(super) async fn restore(admin: Admin, ctx: Data<Ctx>, id: Path<i64>) -> Result<Json<Restored>, Problem> {
    let path = library::restore(&ctx, &admin.user.actor(), TrashId(*id)).await?;
    Ok(Json(Restored { id: *id, path }))
}
