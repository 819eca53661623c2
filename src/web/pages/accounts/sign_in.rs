use actix_session::Session as Cookie;
use actix_web::http::{StatusCode, header};
use actix_web::web::{Data, Form, Query};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use secrecy::SecretString;
use serde::Deserialize;

use crate::ctx::Ctx;
use crate::edge::{Client, Edge, Member, Problem, sessions};
use crate::features::accounts::sign_in::sign_in;
use crate::features::accounts::{AccountsError, SessionKind};
use crate::support::validation::Invalid;
use crate::web::kit::respond::{self, Answer};
use crate::web::kit::{Page, urls};
use crate::web::ui;

#[derive(Template)]
#[template(path = "accounts/sign_in.html")]
struct SignIn {
    page: Page,
    username: String,
    next: String,
    invalid: Invalid,
}

impl SignIn {
    fn new(req: &HttpRequest, username: &str, next: &str, invalid: Invalid) -> Self {
        Self {
            page: Page::new(req, "Sign in"),
            username: username.to_owned(),
            next: urls::safe_next(Some(next)),
            invalid,
        }
    }
}

#[derive(Deserialize)]
pub(super) struct Wanted {
    #[serde(default)]
    next: String,
}

#[derive(Deserialize)]
pub(super) struct Credentials {
    #[serde(default)]
    username: String,
    #[serde(default)]
    password: String,
    #[serde(default)]
    next: String,
}

/// GET /sign-in: the form, or on to where one wanted to go if one is signed in.
pub(super) async fn new(req: HttpRequest, member: Option<Member>, wanted: Query<Wanted>) -> Answer {
    if member.is_some() {
        return respond::redirect(&req, &urls::safe_next(Some(&wanted.next)), None);
    }
    respond::html(&req, &SignIn::new(&req, "", &wanted.next, Invalid::default()))
}

/// POST /sign-in: opens a session and leads on.
pub(super) async fn create(
    req: HttpRequest,
    cookie: Cookie,
    ctx: Data<Ctx>,
    edge: Data<Edge>,
    form: Form<Credentials>,
) -> Answer {
    let Credentials {
        username,
        password,
        next,
    } = form.into_inner();
    let invalid = missing(&username, &password);
    if !invalid.is_empty() {
        return again(&req, StatusCode::UNPROCESSABLE_ENTITY, &username, &next, invalid);
    }
    if let Err(problem) = edge.sign_in.attempt(Client::of(&req).address, &username) {
        return too_many(&req, &problem, &username, &next);
    }
    let device = req
        .headers()
        .get(header::USER_AGENT)
        .and_then(|value| value.to_str().ok());
    let password = SecretString::from(password);
    match sign_in(&ctx, &username, &password, SessionKind::Browser, device).await {
        Ok((user, opened)) => {
            sessions::begin(&cookie, &opened.token)?;
            let next = urls::safe_next(Some(&next));
            let next = if user.must_change_password {
                super::password::path_for(&next)
            } else {
                next
            };
            respond::redirect(&req, &next, None)
        }
        Err(AccountsError::SignInRefused) => {
            let invalid = Invalid::field("", "The user name or the password is wrong.");
            again(&req, StatusCode::UNPROCESSABLE_ENTITY, &username, &next, invalid)
        }
        Err(error) => Err(error.into()),
    }
}

fn missing(username: &str, password: &str) -> Invalid {
    let mut invalid = Invalid::default();
    if username.trim().is_empty() {
        invalid.add("username", "Type your user name.");
    }
    if password.is_empty() {
        invalid.add("password", "Type your password.");
    }
    invalid
}

fn again(req: &HttpRequest, status: StatusCode, username: &str, next: &str, invalid: Invalid) -> Answer {
    respond::with_status(req, status, &SignIn::new(req, username, next, invalid))
}

fn too_many(req: &HttpRequest, problem: &Problem, username: &str, next: &str) -> Answer {
    let invalid = Invalid::field("", problem.message.as_ref());
    let mut answer: HttpResponse = again(req, problem.status, username, next, invalid)?;
    if let Some(seconds) = problem.retry_after {
        let seconds = header::HeaderValue::from(seconds);
        answer.headers_mut().insert(header::RETRY_AFTER, seconds);
    }
    Ok(answer)
}
