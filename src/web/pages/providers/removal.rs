use actix_web::HttpRequest;
use actix_web::web::{Data, Path};
use askama::Template;

use crate::ctx::Ctx;
use crate::edge::Admin;
use crate::features::catalogue::line_up;
use crate::features::providers::{Provider, store};
use crate::support::ids::ProviderId;
use crate::web::kit::respond::{self, Answer};
use crate::web::kit::{Flash, Page, format};
use crate::web::ui;

#[derive(Template)]
#[template(path = "providers/removal.html")]
struct RemovalPage<'a> {
    page: Page,
    provider: &'a Provider,
}

#[derive(Template)]
#[template(path = "providers/_removal_dialog.html")]
struct RemovalDialog<'a> {
    provider: &'a Provider,
}

/// GET /providers/{id}/removal: names what is lost and what stays.
pub(super) async fn new(req: HttpRequest, _: Admin, ctx: Data<Ctx>, id: Path<ProviderId>) -> Answer {
    let provider = &store::get(&ctx.db, id.into_inner()).await?;
    let page = Page::new(&req, "Delete provider")
        .under("Providers", super::INDEX)
        .under(&provider.name, super::path(provider.id));
    respond::page_or(&req, &RemovalPage { page, provider }, &RemovalDialog { provider })
}

/// POST /providers/{id}/removal: deletes it.
pub(super) async fn create(req: HttpRequest, admin: Admin, ctx: Data<Ctx>, id: Path<ProviderId>) -> Answer {
    let provider = store::get(&ctx.db, id.into_inner()).await?;
    line_up::remove(&ctx, &admin.user.actor(), provider.id).await?;
    let message = format!(
        "“{}” is deleted. Its channels have left the line-up.",
        provider.name
    );
    respond::redirect(&req, super::INDEX, Some(Flash::success(message)))
}
