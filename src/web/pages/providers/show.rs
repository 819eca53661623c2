use actix_web::HttpRequest;
use actix_web::web::{Data, Path};
use askama::Template;

use super::tests::TestResult;
use crate::ctx::Ctx;
use crate::edge::Admin;
use crate::features::providers::{self, Shown};
use crate::support::ids::ProviderId;
use crate::web::kit::respond::{self, Answer};
use crate::web::kit::{Htmx, Page, format};
use crate::web::ui;

#[derive(Template)]
#[template(path = "providers/show.html")]
struct Show {
    page: Page,
    shown: Shown,
    tested: Option<TestResult>,
}

/// GET /providers/{id}.
pub(super) async fn show(req: HttpRequest, _: Admin, ctx: Data<Ctx>, id: Path<ProviderId>) -> Answer {
    respond::html(&req, &view(&req, &ctx, id.into_inner(), None).await?)
}

/// The page with what a test found; under htmx that alone.
pub(super) async fn with_test(req: &HttpRequest, ctx: &Ctx, id: ProviderId, tested: TestResult) -> Answer {
    if Htmx::of(req).fragment {
        return respond::html(req, &tested);
    }
    respond::html(req, &view(req, ctx, id, Some(tested)).await?)
}

async fn view(
    req: &HttpRequest,
    ctx: &Ctx,
    id: ProviderId,
    tested: Option<TestResult>,
) -> Result<Show, providers::Error> {
    let shown = providers::show(ctx, id).await?;
    let mut page = Page::new(req, &shown.provider.name).under("Providers", super::INDEX);
    page.path = super::path(id);
    Ok(Show { page, shown, tested })
}
