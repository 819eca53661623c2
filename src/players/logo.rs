//! `/stream/{token}/logo/…`: the pictures that playlists and guides name.

use std::time::Duration;

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};

use crate::ctx::Ctx;
use crate::edge::principal::player;
use crate::edge::{Problem, picture};
use crate::features::catalogue::content::Content;
use crate::features::catalogue::pictures::{Found, Pictures, Size};
use crate::support::ids::ChannelId;

/// Players ask for a picture once and in the background.
const PATIENCE: Duration = Duration::from_secs(10);

/// `/stream/{token}/logo/{id}/{version}.jpg`: the logo of a channel; 503 while it is still being fetched.
pub async fn channel(
    req: HttpRequest,
    path: web::Path<(String, ChannelId, String)>,
    ctx: web::Data<Ctx>,
    pictures: web::Data<Pictures>,
) -> Result<HttpResponse, Problem> {
    let (token, id, _) = path.into_inner();
    player(&ctx, &token).await?;
    let found = pictures.find(Content::Channel(id), Size::Large, PATIENCE).await?;
    match found {
        Some(Found::Picture { bytes, hash }) => Ok(picture::jpeg(&req, bytes, &hash)),
        Some(Found::Name { is_final: false, .. }) => Ok(HttpResponse::ServiceUnavailable()
            .insert_header((header::RETRY_AFTER, "30"))
            .insert_header((header::CACHE_CONTROL, "no-store"))
            .finish()),
        Some(Found::Name { .. }) | None => Err(Problem::not_found("This logo")),
    }
}
