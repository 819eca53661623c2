use actix_web::HttpRequest;
use actix_web::web::{Data, Form, Path};

use super::create::{message, page};
use super::form::{FormDialog, FormFragment, FormView, UserForm, about_fields, taken};
use crate::ctx::Ctx;
use crate::edge::Admin;
use crate::features::accounts::users;
use crate::support::ids::UserId;
use crate::web::kit::Flash;
use crate::web::kit::respond::{self, Answer};

/// GET /users/{id}/edit: the form, in a dialog where scripts run.
pub(super) async fn edit(req: HttpRequest, admin: Admin, ctx: Data<Ctx>, id: Path<UserId>) -> Answer {
    let user = users::get(&ctx, id.into_inner()).await?;
    let is_own = user.id == admin.user.id;
    let view = FormView::new(UserForm::of(&user), Some(user), is_own);
    respond::page_or(&req, &page(&req, &view), &FormDialog { view: &view })
}

/// POST /users/{id}: changes names, address and role.
pub(super) async fn update(
    req: HttpRequest,
    admin: Admin,
    ctx: Data<Ctx>,
    id: Path<UserId>,
    form: Form<UserForm>,
) -> Answer {
    let (id, mut form) = (id.into_inner(), form.into_inner());
    let (actor, keep) = (admin.user.actor(), admin.session());
    let invalid = match users::update(&ctx, &actor, id, form.change(), keep).await {
        Ok(user) => {
            let message = format!("“{}” is saved.", user.username);
            return respond::redirect(&req, &super::path(id), Some(Flash::success(message)));
        }
        Err(error) => about_fields(error)?,
    };
    let user = users::get(&ctx, id).await?;
    let is_own = user.id == admin.user.id;
    if is_own {
        form.role = user.role.as_str().to_owned();
    }
    let view = FormView::refused(form, invalid, Some(user), is_own);
    respond::invalid(&req, &page(&req, &view), &FormFragment { view: &view })
}

/// POST /users/{id}/checks: the message of the one field that was left.
pub(super) async fn check(
    req: HttpRequest,
    _: Admin,
    ctx: Data<Ctx>,
    id: Path<UserId>,
    form: Form<UserForm>,
) -> Answer {
    let user = users::get(&ctx, id.into_inner()).await?;
    let mut invalid = form.change().tidy().problems(&user.username);
    if form.field == "username" {
        let holder = users::find_by_name(&ctx, form.username.trim()).await?;
        if holder.is_some_and(|holder| holder.id != user.id) {
            invalid.add("username", taken("username"));
        }
    }
    message(&req, &form.field, &invalid)
}
