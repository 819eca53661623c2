use actix_web::HttpRequest;
use actix_web::http::StatusCode;
use actix_web::web::{Data, Form, Query};
use askama::Template;
use serde::Deserialize;

use crate::ctx::Ctx;
use crate::edge::{Edge, Member};
use crate::features::accounts::{AccountsError, password, users};
use crate::support::validation::Invalid;
use crate::web::kit::respond::{self, Answer};
use crate::web::kit::{Flash, Page, urls};
use crate::web::ui;

/// Changing the password of one's own accord, within the frame.
#[derive(Template)]
#[template(path = "accounts/password.html")]
struct EditPassword {
    page: Page,
    form: PasswordForm,
}

/// The same where it is demanded: there is nowhere else to go.
#[derive(Template)]
#[template(path = "accounts/password_demanded.html")]
struct DemandedPassword {
    page: Page,
    form: PasswordForm,
}

struct PasswordForm {
    username: String,
    next: String,
    invalid: Invalid,
}

#[derive(Deserialize)]
pub(super) struct Wanted {
    #[serde(default)]
    next: String,
}

#[derive(Deserialize)]
pub(super) struct Change {
    #[serde(default)]
    current_password: String,
    #[serde(default)]
    new_password: String,
    #[serde(default)]
    repeated_password: String,
    #[serde(default)]
    next: String,
}

/// The page on which the password is changed before one goes on to `next`.
pub(super) fn path_for(next: &str) -> String {
    if next == urls::HOME {
        return urls::PASSWORD.to_owned();
    }
    let next: String = url::form_urlencoded::byte_serialize(next.as_bytes()).collect();
    format!("{}?next={next}", urls::PASSWORD)
}

/// GET /password
pub(super) async fn edit(req: HttpRequest, member: Member, wanted: Query<Wanted>) -> Answer {
    render(&req, StatusCode::OK, &member, &wanted.next, Invalid::default())
}

/// POST /password: every other session of this user ends.
pub(super) async fn update(
    req: HttpRequest,
    member: Member,
    ctx: Data<Ctx>,
    edge: Data<Edge>,
    form: Form<Change>,
) -> Answer {
    let form = form.into_inner();
    let invalid = missing(&form);
    if !invalid.is_empty() {
        return render(
            &req,
            StatusCode::UNPROCESSABLE_ENTITY,
            &member,
            &form.next,
            invalid,
        );
    }
    let keep = edge.asks_password(&req, &member)?;
    let (current, new) = (form.current_password.into(), form.new_password.into());
    match users::change_password(&ctx, &member.user, keep, &current, &new).await {
        Ok(()) => {
            let next = match form.next.as_str() {
                "" if member.user.must_change_password => urls::HOME.to_owned(),
                "" => urls::ACCOUNT.to_owned(),
                next => urls::safe_next(Some(next)),
            };
            let message = "Your password is changed. Everywhere else you are signed out.";
            respond::redirect(&req, &next, Some(Flash::success(message)))
        }
        Err(AccountsError::Invalid(invalid)) => render(
            &req,
            StatusCode::UNPROCESSABLE_ENTITY,
            &member,
            &form.next,
            invalid,
        ),
        Err(error) => Err(error.into()),
    }
}

fn missing(form: &Change) -> Invalid {
    let mut invalid = Invalid::default();
    if form.current_password.is_empty() {
        invalid.add("current_password", "Type your present password.");
    }
    if form.new_password.is_empty() {
        invalid.add("new_password", "Type a new password.");
    } else if form.new_password != form.repeated_password {
        invalid.add("repeated_password", "This differs from the new password above.");
    }
    invalid
}

fn render(req: &HttpRequest, status: StatusCode, member: &Member, next: &str, invalid: Invalid) -> Answer {
    let form = PasswordForm {
        username: member.user.username.clone(),
        next: Some(next)
            .filter(|next| !next.is_empty())
            .map(|next| urls::safe_next(Some(next)))
            .unwrap_or_default(),
        invalid,
    };
    if member.user.must_change_password {
        let page = Page::new(req, "Choose a password")
            .lead("The first password was made for you. Choose one of your own before you go on.");
        return respond::with_status(req, status, &DemandedPassword { page, form });
    }
    let page = Page::new(req, "Change password")
        .lead("A new password signs you out everywhere else. Links for players keep working.")
        .under("Your account", urls::ACCOUNT);
    respond::with_status(req, status, &EditPassword { page, form })
}
