use actix_web::HttpRequest;
use actix_web::web::{Data, Path};
use askama::Template;

use crate::ctx::Ctx;
use crate::edge::Admin;
use crate::features::accounts::{User, users};
use crate::support::ids::UserId;
use crate::web::kit::respond::{self, Answer};
use crate::web::kit::urls::USERS;
use crate::web::kit::{Flash, Page};
use crate::web::ui;

#[derive(Template)]
#[template(path = "accounts/users/removal.html")]
struct RemovalPage<'a> {
    page: Page,
    user: &'a User,
}

#[derive(Template)]
#[template(path = "accounts/users/_removal_dialog.html")]
struct RemovalDialog<'a> {
    user: &'a User,
}

/// GET /users/{id}/removal: names what is lost and what stays.
pub(super) async fn new(req: HttpRequest, _: Admin, ctx: Data<Ctx>, id: Path<UserId>) -> Answer {
    let user = &users::get(&ctx, id.into_inner()).await?;
    let page = super::below(Page::new(&req, "Delete user"), user);
    respond::page_or(&req, &RemovalPage { page, user }, &RemovalDialog { user })
}

/// POST /users/{id}/removal: deletes the user.
pub(super) async fn create(req: HttpRequest, admin: Admin, ctx: Data<Ctx>, id: Path<UserId>) -> Answer {
    let user = users::get(&ctx, id.into_inner()).await?;
    users::delete(&ctx, &admin.user.actor(), user.id).await?;
    let message = format!("“{}” is deleted.", user.username);
    respond::redirect(&req, USERS, Some(Flash::success(message)))
}
