use actix_web::HttpRequest;
use actix_web::web::{Data, Path};
use askama::Template;

use crate::ctx::Ctx;
use crate::edge::Admin;
use crate::features::accounts::{User, second_factor, users};
use crate::support::ids::UserId;
use crate::web::kit::respond::{self, Answer};
use crate::web::kit::{Flash, Page};
use crate::web::ui;

#[derive(Template)]
#[template(path = "accounts/users/second_factor.html")]
struct RemovalPage<'a> {
    page: Page,
    user: &'a User,
}

#[derive(Template)]
#[template(path = "accounts/users/_second_factor_dialog.html")]
struct RemovalDialog<'a> {
    user: &'a User,
}

/// GET /users/{id}/second-factor: says what switching it off means.
pub(super) async fn confirm(req: HttpRequest, _: Admin, ctx: Data<Ctx>, id: Path<UserId>) -> Answer {
    let user = &users::get(&ctx, id.into_inner()).await?;
    let page = super::below(Page::new(&req, "Switch off second factor"), user);
    respond::page_or(&req, &RemovalPage { page, user }, &RemovalDialog { user })
}

/// POST /users/{id}/second-factor: switches it off for who lost app and codes.
pub(super) async fn disable(req: HttpRequest, admin: Admin, ctx: Data<Ctx>, id: Path<UserId>) -> Answer {
    let user = users::get(&ctx, id.into_inner()).await?;
    second_factor::disable_of(&ctx, &admin.user.actor(), &user).await?;
    let message = format!("The second factor of “{}” is off.", user.username);
    respond::redirect(&req, &super::path(user.id), Some(Flash::success(message)))
}
