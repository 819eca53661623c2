use actix_web::HttpRequest;
use actix_web::web::{Data, Form};
use secrecy::ExposeSecret;

use super::form::{FORM, FormDialog, FormFragment, FormPage, FormView, UserForm, about_fields, taken};
use super::password::Made;
use crate::ctx::Ctx;
use crate::edge::Admin;
use crate::features::accounts::{password, users};
use crate::support::validation::Invalid;
use crate::web::kit::respond::{self, Answer};
use crate::web::kit::urls::USERS;
use crate::web::kit::{Flash, Page};
use crate::web::ui;

/// GET /users/new: the form, in a dialog where scripts run.
pub(super) async fn new(req: HttpRequest, _: Admin) -> Answer {
    let view = FormView::new(UserForm::new(), None, false);
    respond::page_or(&req, &page(&req, &view), &FormDialog { view: &view })
}

/// POST /users: adds a user. A password that was made up is shown this once.
pub(super) async fn create(req: HttpRequest, admin: Admin, ctx: Data<Ctx>, form: Form<UserForm>) -> Answer {
    let form = form.into_inner();
    let made = form.password.is_empty().then(password::random);
    let typed = made
        .as_ref()
        .map_or(form.password.as_str(), |made| made.expose_secret());
    let invalid = match users::create(&ctx, &admin.user.actor(), form.draft(typed)).await {
        Ok(user) => {
            let message = format!("“{}” is added.", user.username);
            return match made {
                Some(made) => Made::answer(&req, &user, &made, &message),
                None => respond::redirect(&req, &super::path(user.id), Some(Flash::success(message))),
            };
        }
        Err(error) => about_fields(error)?,
    };
    let view = FormView::refused(form, invalid, None, false);
    respond::invalid(&req, &page(&req, &view), &FormFragment { view: &view })
}

/// POST /users/checks: the message of the one field that was left.
pub(super) async fn check(req: HttpRequest, _: Admin, ctx: Data<Ctx>, form: Form<UserForm>) -> Answer {
    let form = form.into_inner();
    let mut invalid = form.draft(&form.password).tidy().problems();
    if form.field == "password" && form.password.is_empty() {
        invalid = Invalid::default();
    }
    if form.field == "username" && users::find_by_name(&ctx, form.username.trim()).await?.is_some() {
        invalid.add("username", taken("username"));
    }
    message(&req, &form.field, &invalid)
}

/// The message of one field.
pub(super) fn message(req: &HttpRequest, field: &str, invalid: &Invalid) -> Answer {
    let field = ui::Field::text(field, "", "").in_form(FORM).errors(invalid);
    respond::html(req, &field.message())
}

pub(super) fn page<'v>(req: &HttpRequest, view: &'v FormView) -> FormPage<'v> {
    let page = Page::new(req, view.title());
    let page = match &view.user {
        Some(user) => super::below(page, user),
        None => page
            .lead("Everybody who watches or administers gets a name and a password of their own.")
            .under("Users", USERS),
    };
    FormPage { page, view }
}
