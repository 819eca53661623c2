use actix_web::HttpRequest;
use actix_web::web::{Data, Path};
use askama::Template;

use super::Run;
use super::show::find;
use crate::ctx::Ctx;
use crate::edge::{Admin, Problem};
use crate::features::sync::{self, Error};
use crate::support::ids::SyncId;
use crate::web::kit::respond::{self, Answer};
use crate::web::kit::{Flash, Page, format};
use crate::web::ui;

#[derive(Template)]
#[template(path = "syncs/approval.html")]
struct ApprovalPage<'a> {
    page: Page,
    run: &'a Run,
}

#[derive(Template)]
#[template(path = "syncs/_approval_dialog.html")]
struct ApprovalDialog<'a> {
    run: &'a Run,
}

/// GET /syncs/{id}/approval: names what will be lost.
pub(super) async fn confirm(req: HttpRequest, _: Admin, ctx: Data<Ctx>, id: Path<SyncId>) -> Answer {
    let run = &find(&ctx, id.into_inner()).await?;
    if !run.is_pending() {
        return Err(about(Error::Decided, run.row.id));
    }
    let page = Page::new(&req, "Approve sync")
        .under("Syncs", super::INDEX)
        .under(format!("Sync {}", run.row.id), super::path(run.row.id));
    respond::page_or(&req, &ApprovalPage { page, run }, &ApprovalDialog { run })
}

/// POST /syncs/{id}/approval: applies what is held.
pub(super) async fn approve(req: HttpRequest, admin: Admin, ctx: Data<Ctx>, id: Path<SyncId>) -> Answer {
    let id = id.into_inner();
    sync::approve(&ctx, id, &admin.user.actor())
        .await
        .map_err(|error| about(error, id))?;
    let message = "Approved. The changes are being applied.";
    respond::redirect(&req, &super::path(id), Some(Flash::success(message)))
}

/// POST /syncs/{id}/rejection: leaves the catalogue as it is.
pub(super) async fn reject(req: HttpRequest, admin: Admin, ctx: Data<Ctx>, id: Path<SyncId>) -> Answer {
    let id = id.into_inner();
    sync::reject(&ctx, id, &admin.user.actor())
        .await
        .map_err(|error| about(error, id))?;
    let message = "Rejected. The catalogue stays as it is; the next sync looks again.";
    respond::redirect(&req, &super::path(id), Some(Flash::success(message)))
}

/// The problem with the way back to the run, or on to the later one.
fn about(error: Error, id: SyncId) -> Problem {
    match error {
        Error::Running(job) => Problem::from(error).with_recovery("See what runs", format!("/jobs/{job}")),
        Error::Decided => Problem::from(error).with_recovery("See the sync", super::path(id)),
        error => error.into(),
    }
}
