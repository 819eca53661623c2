use actix_session::Session as Cookie;
use actix_web::http::{StatusCode, header};
use actix_web::web::{Data, Form, Query};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use secrecy::SecretString;
use serde::Deserialize;

use crate::ctx::Ctx;
use crate::edge::{Client, Edge, Member, Problem, sessions};
use crate::features::accounts::session::Opened;
use crate::features::accounts::sign_in::{self, first_step};
use crate::features::accounts::{AccountsError, SessionKind, User};
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

/// Where the code is asked for.
pub(super) const SECOND_STEP: &str = "/sign-in/code";

/// The second step, where the second factor is on.
#[derive(Template)]
#[template(path = "accounts/sign_in_code.html")]
struct SecondStep {
    page: Page,
    ticket: String,
    next: String,
    invalid: Invalid,
}

#[derive(Deserialize)]
pub(super) struct Code {
    #[serde(default)]
    code: String,
    #[serde(default)]
    ticket: String,
    #[serde(default)]
    next: String,
}

/// POST /sign-in: opens a session and leads on, or asks for a code.
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
    let password = SecretString::from(password);
    let known = match first_step(&ctx, &username, &password).await {
        Ok(known) => known,
        Err(AccountsError::SignInRefused) => {
            let invalid = Invalid::field("", "The user name or the password is wrong.");
            return again(&req, StatusCode::UNPROCESSABLE_ENTITY, &username, &next, invalid);
        }
        Err(error) => return Err(error.into()),
    };
    let ticket = known.ticket(&ctx);
    match known.enter(&ctx, None, SessionKind::Browser, device(&req)).await {
        Ok((user, opened)) => begin(&req, &cookie, &user, &opened, &next),
        Err(AccountsError::CodeDemanded) => {
            second_step(&req, StatusCode::OK, ticket, &next, Invalid::default())
        }
        Err(AccountsError::SignInRefused) => {
            let invalid = Invalid::field("", "The user name or the password is wrong.");
            again(&req, StatusCode::UNPROCESSABLE_ENTITY, &username, &next, invalid)
        }
        Err(error) => Err(error.into()),
    }
}

/// GET /sign-in/code: a page that was left and comes back without its form begins again.
pub(super) async fn restart(req: HttpRequest) -> Answer {
    respond::redirect(&req, urls::SIGN_IN, None)
}

/// POST /sign-in/code: opens a session with the code and leads on.
pub(super) async fn finish(
    req: HttpRequest,
    cookie: Cookie,
    ctx: Data<Ctx>,
    edge: Data<Edge>,
    form: Form<Code>,
) -> Answer {
    let Code { code, ticket, next } = form.into_inner();
    let status = StatusCode::UNPROCESSABLE_ENTITY;
    let too_late = || Invalid::field("", "That took too long. Sign in again.");
    let known = match sign_in::second_step(&ctx, &ticket).await {
        Ok(known) => known,
        Err(AccountsError::TicketRefused) => return again(&req, status, "", &next, too_late()),
        Err(error) => return Err(error.into()),
    };
    if code.trim().is_empty() {
        let invalid = Invalid::field("code", "Type the code that your app shows.");
        return second_step(&req, status, ticket, &next, invalid);
    }
    if let Err(problem) = edge.sign_in.code(Client::of(&req).address, known.username()) {
        let invalid = Invalid::field("", problem.message.as_ref());
        let answer = second_step(&req, problem.status, ticket, &next, invalid)?;
        return Ok(with_wait(answer, &problem));
    }
    let entered = known
        .enter(&ctx, Some(&code), SessionKind::Browser, device(&req))
        .await;
    match entered {
        Ok((user, opened)) => begin(&req, &cookie, &user, &opened, &next),
        Err(AccountsError::CodeRefused) => {
            let message = "This code is wrong or was used before. Wait for the next one.";
            second_step(&req, status, ticket, &next, Invalid::field("code", message))
        }
        Err(AccountsError::SignInRefused) => again(&req, status, "", &next, too_late()),
        Err(error) => Err(error.into()),
    }
}

fn device(req: &HttpRequest) -> Option<&str> {
    let agent = req.headers().get(header::USER_AGENT);
    agent.and_then(|value| value.to_str().ok())
}

fn begin(req: &HttpRequest, cookie: &Cookie, user: &User, opened: &Opened, next: &str) -> Answer {
    sessions::begin(cookie, &opened.token)?;
    let next = urls::safe_next(Some(next));
    let next = if user.must_change_password {
        super::password::path_for(&next)
    } else {
        next
    };
    respond::redirect(req, &next, None)
}

fn second_step(
    req: &HttpRequest,
    status: StatusCode,
    ticket: String,
    next: &str,
    invalid: Invalid,
) -> Answer {
    let view = SecondStep {
        page: Page::new(req, "Second step").lead("Type the code that your authenticator app shows now."),
        ticket,
        next: urls::safe_next(Some(next)),
        invalid,
    };
    respond::with_status(req, status, &view)
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
    let answer = again(req, problem.status, username, next, invalid)?;
    Ok(with_wait(answer, problem))
}

/// The answer with when to come back.
fn with_wait(mut answer: HttpResponse, problem: &Problem) -> HttpResponse {
    if let Some(seconds) = problem.retry_after {
        let seconds = header::HeaderValue::from(seconds);
        answer.headers_mut().insert(header::RETRY_AFTER, seconds);
    }
    answer
}
