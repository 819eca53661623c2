use actix_web::HttpResponse;
use actix_web::web::{self, Json};
use serde::Serialize;
use utoipa::ToSchema;

use crate::ctx::Ctx;
use crate::edge::{Member, Problem};
use crate::features::catalogue::favourites::{self, Favourite};
use crate::support::ids::FavouriteId;
use crate::support::paging::Listed;

use super::content::ContentBody;
use super::list::{List, Window, WindowParams, envelope};
use super::openapi::ApiError;
use super::time::rfc3339;

/// A mark of one's own.
#[derive(Serialize, ToSchema)]
pub struct FavouriteJson {
    id: i64,
    /// channel, movie or series
    kind: String,
    content_id: i64,
    title: String,
    created_at: Option<String>,
}

impl From<Favourite> for FavouriteJson {
    fn from(favourite: Favourite) -> Self {
        Self {
            id: favourite.id.0,
            kind: favourite.kind,
            content_id: favourite.content_id,
            title: favourite.title,
            created_at: rfc3339(favourite.created_at),
        }
    }
}

/// One's own favourites, newest first.
#[utoipa::path(get, path = "/api/favorites", tag = "people", params(WindowParams),
    responses((status = 200, body = List<FavouriteJson>), (status = 422, body = ApiError)))]
pub(super) async fn index(
    member: Member,
    window: Window,
    ctx: web::Data<Ctx>,
) -> Result<Json<List<FavouriteJson>>, Problem> {
    let (items, total) =
        favourites::list(&ctx, member.user.id, window.0.skip, i64::from(window.0.limit)).await?;
    Ok(envelope(Listed { items, total }, window, FavouriteJson::from))
}

/// Marks a channel, film or series.
#[utoipa::path(post, path = "/api/favorites", tag = "people", request_body = ContentBody,
    responses((status = 201, body = FavouriteJson), (status = 404, body = ApiError), (status = 409, body = ApiError), (status = 422, body = ApiError)))]
pub(super) async fn create(
    member: Member,
    body: Json<ContentBody>,
    ctx: web::Data<Ctx>,
) -> Result<HttpResponse, Problem> {
    let favourite = favourites::mark(&ctx, member.user.id, body.read()?).await?;
    Ok(HttpResponse::Created().json(FavouriteJson::from(favourite)))
}

/// Takes a mark away.
#[utoipa::path(delete, path = "/api/favorites/{id}", tag = "people", params(("id" = i64, Path)),
    responses((status = 204), (status = 404, body = ApiError)))]
pub(super) async fn destroy(
    member: Member,
    id: web::Path<i64>,
    ctx: web::Data<Ctx>,
) -> Result<HttpResponse, Problem> {
    favourites::unmark(&ctx, member.user.id, FavouriteId(*id)).await?;
    Ok(HttpResponse::NoContent().finish())
}
