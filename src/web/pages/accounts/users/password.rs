use actix_web::HttpRequest;
use actix_web::web::{Data, Form, Path};
use askama::Template;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

use crate::ctx::Ctx;
use crate::edge::Admin;
use crate::features::accounts::{User, UserChange, password, users};
use crate::support::ids::UserId;
use crate::support::validation::Invalid;
use crate::web::kit::respond::{self, Answer};
use crate::web::kit::{Flash, Page, urls};
use crate::web::ui;

#[derive(Deserialize)]
pub(super) struct Reset {
    /// Empty: one is made up.
    #[serde(default)]
    password: String,
    must_change_password: Option<String>,
}

struct ResetView {
    user: User,
    must_change: bool,
    invalid: Invalid,
}

#[derive(Template)]
#[template(path = "accounts/users/_password_form.html")]
struct ResetFragment<'v> {
    view: &'v ResetView,
}

#[derive(Template)]
#[template(path = "accounts/users/_password_dialog.html")]
struct ResetDialog<'v> {
    view: &'v ResetView,
}

#[derive(Template)]
#[template(path = "accounts/users/password.html")]
struct ResetPage<'v> {
    page: Page,
    view: &'v ResetView,
}

/// GET /users/{id}/password: the form, in a dialog where scripts run; for oneself the page that asks for the present one.
pub(super) async fn edit(req: HttpRequest, admin: Admin, ctx: Data<Ctx>, id: Path<UserId>) -> Answer {
    let id = id.into_inner();
    if id == admin.user.id {
        return respond::redirect(&req, urls::PASSWORD, None);
    }
    let view = &ResetView {
        user: users::get(&ctx, id).await?,
        must_change: true,
        invalid: Invalid::default(),
    };
    respond::page_or(&req, &page(&req, view), &ResetDialog { view })
}

/// POST /users/{id}/password: replaces the password and signs the user out everywhere.
pub(super) async fn update(
    req: HttpRequest,
    admin: Admin,
    ctx: Data<Ctx>,
    id: Path<UserId>,
    form: Form<Reset>,
) -> Answer {
    let (id, form) = (id.into_inner(), form.into_inner());
    if id == admin.user.id {
        return respond::redirect(&req, urls::PASSWORD, None);
    }
    let must_change = form.must_change_password.is_some();
    let made = form.password.is_empty().then(password::random);
    let new = made
        .as_ref()
        .map_or(form.password.as_str(), |made| made.expose_secret());
    let change = UserChange {
        password: Some(new.to_owned()),
        must_change_password: Some(must_change),
        ..UserChange::default()
    };
    let invalid = match users::update(&ctx, &admin.user.actor(), id, change, None).await {
        Ok(user) => {
            let message = format!("The password of “{}” is reset.", user.username);
            return match made {
                Some(made) => Made::answer(&req, &user, &made, &message),
                None => respond::redirect(&req, &super::path(id), Some(Flash::success(message))),
            };
        }
        Err(error) => super::form::about_fields(error)?,
    };
    let view = &ResetView {
        user: users::get(&ctx, id).await?,
        must_change,
        invalid,
    };
    respond::invalid(&req, &page(&req, view), &ResetFragment { view })
}

fn page<'v>(req: &HttpRequest, view: &'v ResetView) -> ResetPage<'v> {
    ResetPage {
        page: super::below(Page::new(req, "Reset password"), &view.user),
        view,
    }
}

/// A password that was made up, shown this once.
#[derive(Template)]
#[template(path = "accounts/users/_made.html")]
pub(super) struct Made<'v> {
    user: &'v User,
    password: &'v str,
    message: &'v str,
}

#[derive(Template)]
#[template(path = "accounts/users/made.html")]
struct MadePage<'v> {
    page: Page,
    user: &'v User,
    password: &'v str,
    message: &'v str,
}

impl<'v> Made<'v> {
    pub fn answer(req: &HttpRequest, user: &'v User, password: &'v SecretString, message: &'v str) -> Answer {
        let password = password.expose_secret();
        let whole = MadePage {
            page: super::below(Page::new(req, "Password"), user),
            user,
            password,
            message,
        };
        let fragment = Made {
            user,
            password,
            message,
        };
        respond::page_or(req, &whole, &fragment)
    }
}
