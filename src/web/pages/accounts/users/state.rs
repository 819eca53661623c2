use actix_web::HttpRequest;
use actix_web::web::{Data, Path};
use askama::Template;

use crate::ctx::Ctx;
use crate::edge::{Admin, Problem};
use crate::features::accounts::{User, UserChange, users};
use crate::support::ids::UserId;
use crate::web::kit::respond::{self, Answer};
use crate::web::kit::{Flash, Page};
use crate::web::ui;

#[derive(Template)]
#[template(path = "accounts/users/deactivation.html")]
struct DeactivationPage<'a> {
    page: Page,
    user: &'a User,
}

#[derive(Template)]
#[template(path = "accounts/users/_deactivation_dialog.html")]
struct DeactivationDialog<'a> {
    user: &'a User,
}

/// GET /users/{id}/deactivation: says what ends and what stays.
pub(super) async fn confirm(req: HttpRequest, _: Admin, ctx: Data<Ctx>, id: Path<UserId>) -> Answer {
    let user = &users::get(&ctx, id.into_inner()).await?;
    let page = super::below(Page::new(&req, "Deactivate user"), user);
    respond::page_or(
        &req,
        &DeactivationPage { page, user },
        &DeactivationDialog { user },
    )
}

/// POST /users/{id}/deactivation: ends everything that the user has open; nothing is lost.
pub(super) async fn deactivate(req: HttpRequest, admin: Admin, ctx: Data<Ctx>, id: Path<UserId>) -> Answer {
    let user = switch(&admin, &ctx, id.into_inner(), false).await?;
    let message = format!(
        "“{}” is deactivated and signed out everywhere. Links of players have stopped too.",
        user.username
    );
    respond::redirect(&req, &super::path(user.id), Some(Flash::success(message)))
}

/// POST /users/{id}/activation: the user may sign in and play again.
pub(super) async fn activate(req: HttpRequest, admin: Admin, ctx: Data<Ctx>, id: Path<UserId>) -> Answer {
    let user = switch(&admin, &ctx, id.into_inner(), true).await?;
    let message = format!("“{}” may sign in and play again.", user.username);
    respond::redirect(&req, &super::path(user.id), Some(Flash::success(message)))
}

async fn switch(admin: &Admin, ctx: &Ctx, id: UserId, is_active: bool) -> Result<User, Problem> {
    let change = UserChange {
        is_active: Some(is_active),
        ..UserChange::default()
    };
    Ok(users::update(ctx, &admin.user.actor(), id, change, admin.session()).await?)
}
