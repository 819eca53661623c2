use actix_web::HttpRequest;
use actix_web::web::{Data, Path};
use askama::Template;

use super::INDEX;
use crate::ctx::Ctx;
use crate::edge::Admin;
use crate::features::outputs::hdhomerun::{self, Device, Error};
use crate::support::ids::HdhomerunId;
use crate::web::kit::respond::{self, Answer};
use crate::web::kit::{Flash, Page};
use crate::web::ui;

#[derive(Template)]
#[template(path = "hdhomerun/removal.html")]
struct RemovalPage<'a> {
    page: Page,
    device: &'a Device,
}

#[derive(Template)]
#[template(path = "hdhomerun/_removal_dialog.html")]
struct RemovalDialog<'a> {
    device: &'a Device,
}

/// GET /hdhomerun/{id}/removal: names what ends and what stays.
pub(super) async fn new(req: HttpRequest, _: Admin, ctx: Data<Ctx>, id: Path<HdhomerunId>) -> Answer {
    let device = &hdhomerun::find(&ctx.db, *id).await?.ok_or(Error::Unknown)?;
    let page = Page::new(&req, format!("Remove {}", device.name)).under("HDHomeRun", INDEX);
    respond::page_or(&req, &RemovalPage { page, device }, &RemovalDialog { device })
}

/// POST /hdhomerun/{id}/removal: removes it.
pub(super) async fn create(req: HttpRequest, admin: Admin, ctx: Data<Ctx>, id: Path<HdhomerunId>) -> Answer {
    let device = hdhomerun::remove(&ctx, &admin.user.actor(), *id).await?;
    let message = format!("“{}” is gone, and what it played has ended.", device.name);
    respond::redirect(&req, INDEX, Some(Flash::success(message)))
}
