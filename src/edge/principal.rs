//! Who asks, and what they may.
//!
//! A person is a [`Member`], by session cookie, bearer token of a sign-in or API token; an [`Admin`] is one with the role. A handler says whom it
//! serves by taking one of them: without one it serves everybody. Players have a credential instead: see [`player`].

use std::ops::Deref;
use std::rc::Rc;

use actix_session::SessionExt;
use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::http::{StatusCode, header};
use actix_web::middleware::Next;
use actix_web::{Error, FromRequest, HttpMessage, HttpRequest, ResponseError, web};
use std::future::{Ready, ready};

use super::limits::LimitKey;
use super::sse::{Owner, Streams};
use super::{Face, Problem, sessions};
use crate::ctx::Ctx;
use crate::features::accounts::api_token::{self, Scope};
use crate::features::accounts::credential::{self, Player};
use crate::features::accounts::{AccountsError, User, session};
use crate::support::ids::{ApiTokenId, SessionId};

/// Where programs sign in; the only path of the API for everybody.
pub const API_SIGN_IN: &str = "/api/auth/login";
/// Before the id of an API token, where streams are registered by who opened them.
const TOKEN_OWNER: &str = "token-";
/// What may still be done while a new password is demanded.
const BEFORE_PASSWORD_CHANGE: [&str; 4] = ["/password", "/sign-in", "/sign-out", "/theme"];

/// A person who asks, by a sign-in or by an API token.
#[derive(Debug, Clone)]
pub struct Member {
    who: Rc<Who>,
    /// By cookie, so in a browser that other sites may try to steer.
    pub by_cookie: bool,
}

/// What is known of the person.
#[derive(Debug)]
pub struct Who {
    pub user: User,
    by: By,
}

#[derive(Debug, Clone, Copy)]
enum By {
    Session(SessionId),
    Token(ApiTokenId, Scope),
}

impl Member {
    /// The person who asks, if signed in.
    pub fn of(req: &HttpRequest) -> Option<Self> {
        req.extensions().get::<Self>().cloned()
    }

    /// The session in which the person asks; none where a program does with an API token.
    pub fn session(&self) -> Option<SessionId> {
        match self.who.by {
            By::Session(id) => Some(id),
            By::Token(..) => None,
        }
    }

    /// The session, for what only a person who signed in may do.
    ///
    /// # Errors
    /// 403 for an API token.
    pub fn signed_in(&self) -> Result<SessionId, Problem> {
        self.session().ok_or_else(|| {
            let message = "This needs a sign-in with name and password: an API token cannot do it.";
            Problem::new(StatusCode::FORBIDDEN, "sign_in_required", message)
        })
    }

    /// As whom this person's event streams are registered, so that the end of session or token ends them.
    pub fn owner(&self) -> Owner {
        Owner {
            session: match self.who.by {
                By::Session(id) => id.to_string(),
                By::Token(id, _) => format!("{TOKEN_OWNER}{id}"),
            },
            user: self.user.id,
        }
    }

    /// Whether an API token stands for the person that may only look.
    fn only_reads(&self) -> bool {
        matches!(self.who.by, By::Token(_, Scope::Read))
    }
}

impl Deref for Member {
    type Target = Who;

    fn deref(&self) -> &Who {
        &self.who
    }
}

impl FromRequest for Member {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Self::of(req).ok_or_else(Problem::unauthenticated))
    }
}

/// A person with the role of administrator; 403 for everybody else who is signed in.
#[derive(Debug, Clone)]
pub struct Admin(Member);

impl Deref for Admin {
    type Target = Member;

    fn deref(&self) -> &Member {
        &self.0
    }
}

impl FromRequest for Admin {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(match Member::of(req) {
            None => Err(Problem::unauthenticated()),
            Some(member) if !member.user.is_admin() => Err(Problem::forbidden()),
            Some(member) => Ok(Self(member)),
        })
    }
}

/// Who holds the token of an output credential.
///
/// # Errors
/// 401 in one wording for a wrong, a revoked and a missing token.
pub async fn player(ctx: &Ctx, token: &str) -> Result<Player, Problem> {
    let player = credential::authenticate(ctx, token).await?;
    player.ok_or_else(|| {
        let mut problem = Problem::unauthenticated();
        problem.message = "This link is not valid, or no longer: ask for a new one.".into();
        problem
    })
}

/// Who holds the bearer token among `headers`, outside of pages and API.
///
/// # Errors
/// Whatever the database says.
pub async fn of_bearer(ctx: &Ctx, headers: &header::HeaderMap) -> Result<Option<User>, Problem> {
    let value = headers
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok());
    let token = value
        .and_then(|value| value.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
        .map(|(_, token)| token.trim());
    Ok(match token {
        None => None,
        Some(token) if token.starts_with(api_token::PREFIX) => {
            let bearer = api_token::authenticate(ctx, token).await?;
            bearer.map(|bearer| bearer.user)
        }
        Some(token) => {
            let signed_in = session::authenticate(ctx, token).await?;
            signed_in.map(|signed_in| signed_in.user)
        }
    })
}

/// Ends the event streams whose sessions are over, on whichever node that was decided.
///
/// # Errors
/// Whatever the database says; then nothing was ended.
pub async fn end_streams(ctx: &Ctx, streams: &Streams) -> Result<(), AccountsError> {
    for key in streams.sessions() {
        if !is_live(ctx, &key).await? {
            streams.end_session(&key);
        }
    }
    Ok(())
}

/// Whether the session or the token of this [`Owner`] still lives.
async fn is_live(ctx: &Ctx, key: &str) -> Result<bool, AccountsError> {
    match key.strip_prefix(TOKEN_OWNER) {
        Some(id) => match id.parse() {
            Ok(id) => api_token::is_live(ctx, id).await,
            Err(_) => Ok(false),
        },
        None => match key.parse() {
            Ok(id) => session::is_live(ctx, id).await,
            Err(_) => Ok(false),
        },
    }
}

/// Learns who asks, for pages and API; inside of [`sessions::middleware`], outside of the limits.
pub async fn identify(
    req: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    if Face::of(req.path()).is_limited() {
        match member(&req).await {
            Err(problem) => return Ok(req.into_response(problem.error_response())),
            Ok(None) => {}
            Ok(Some(member)) => {
                let key = LimitKey(format!("user {}", member.user.id));
                req.extensions_mut().insert(key);
                req.extensions_mut().insert(member);
            }
        }
    }
    next.call(req).await.map(ServiceResponse::map_into_boxed_body)
}

/// Keeps visitors out of the API, and everybody whose password must be changed to the page where that is done; the
/// innermost of all.
pub async fn admit(
    req: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    if let Some(problem) = refusal(&req) {
        return Ok(req.into_response(problem.error_response()));
    }
    next.call(req).await.map(ServiceResponse::map_into_boxed_body)
}

fn refusal(req: &ServiceRequest) -> Option<Problem> {
    let path = req.path();
    let face = Face::of(path);
    match Member::of(req.request()) {
        None => (face == Face::Api && path != API_SIGN_IN).then(Problem::unauthenticated),
        Some(member) if member.only_reads() && !req.method().is_safe() => Some(insufficient_scope()),
        Some(member) if member.user.must_change_password => {
            let is_open = path.starts_with("/api/auth/") || BEFORE_PASSWORD_CHANGE.contains(&path);
            (face.is_limited() && !is_open).then(password_change_required)
        }
        Some(_) => None,
    }
}

fn insufficient_scope() -> Problem {
    let message = "This API token may only read. Make one with the scope write for changes.";
    Problem::new(StatusCode::FORBIDDEN, "insufficient_scope", message)
}

fn password_change_required() -> Problem {
    let message = "Choose a password of your own before you go on.";
    Problem::new(StatusCode::FORBIDDEN, "password_change_required", message)
        .with_recovery("Choose a password", "/password")
}

/// A bearer token beats the cookie, and never falls back to it: bearer requests pass the origin check.
async fn member(req: &ServiceRequest) -> Result<Option<Member>, Problem> {
    let (token, by_cookie) = match bearer(req) {
        Some(token) => (token, false),
        None => match sessions::token(&req.get_session()) {
            Some(token) => (token, true),
            None => return Ok(None),
        },
    };
    let ctx = req
        .app_data::<web::Data<Ctx>>()
        .ok_or_else(|| Problem::internal("no Ctx among the app's data"))?;
    let who = match token.starts_with(api_token::PREFIX) && !by_cookie {
        // Pages are for people.
        true if Face::of(req.path()) != Face::Api => None,
        true => api_token::authenticate(ctx, &token).await?.map(|bearer| Who {
            user: bearer.user,
            by: By::Token(bearer.token, bearer.scope),
        }),
        false => session::authenticate(ctx, &token).await?.map(|signed_in| Who {
            user: signed_in.user,
            by: By::Session(signed_in.session),
        }),
    };
    Ok(who.map(|who| Member {
        who: Rc::new(who),
        by_cookie,
    }))
}

/// The bearer token; empty where the header has that scheme but no token.
fn bearer(req: &ServiceRequest) -> Option<String> {
    let value = req.headers().get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme
        .eq_ignore_ascii_case("bearer")
        .then(|| token.trim().to_owned())
}
