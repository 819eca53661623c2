//! Signing in and out, one's own password and sessions, and who one is.

use actix_session::Session as Cookie;
use actix_web::http::header;
use actix_web::web::{Data, Json, Path};
use actix_web::{HttpRequest, HttpResponse};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::openapi::ApiError;
use super::time::rfc3339;
use super::users::UserView;
use crate::ctx::Ctx;
use crate::edge::{Client, Edge, Member, Problem, sessions as cookies};
use crate::features::accounts::session::{self, Session};
use crate::features::accounts::sign_in::first_step;
use crate::features::accounts::{SessionKind, credential, users};
use crate::support::ids::SessionId;

/// Name and password, and a code where the second factor is on.
#[derive(Deserialize, ToSchema)]
pub struct Login {
    username: String,
    #[schema(value_type = String, format = Password)]
    password: SecretString,
    /// Of the authenticator app, or a recovery code; needed where the second factor is on.
    #[serde(default)]
    code: Option<String>,
}

/// A token that opens the API until it is not used for 30 days.
#[derive(Serialize, ToSchema)]
pub struct LoggedIn {
    token: String,
    expires_at: Option<String>,
    user: UserView,
}

/// Exchanges name and password for a token. Where the second factor is on, 401 `code_required` without a code and
/// `invalid_code` with a wrong one.
#[utoipa::path(post, path = "/api/auth/login", tag = "auth", request_body = Login, security(()), responses(
    (status = 200, body = LoggedIn), (status = 401, body = ApiError), (status = 422, body = ApiError),
    (status = 429, body = ApiError, description = "Too many attempts; `Retry-After` says when to come back")))]
pub(super) async fn login(
    req: HttpRequest,
    ctx: Data<Ctx>,
    edge: Data<Edge>,
    login: Json<Login>,
) -> Result<HttpResponse, Problem> {
    let Login {
        username,
        password,
        code,
    } = login.into_inner();
    edge.sign_in.attempt(Client::of(&req).address, &username)?;
    let device = req
        .headers()
        .get(header::USER_AGENT)
        .and_then(|value| value.to_str().ok());
    let known = first_step(&ctx, &username, &password).await?;
    if code.is_some() {
        edge.sign_in.code(Client::of(&req).address, known.username())?;
    }
    let (user, opened) = known
        .enter(&ctx, code.as_deref(), SessionKind::Api, device)
        .await?;
    let answer = LoggedIn {
        token: opened.token.expose_secret().to_owned(),
        expires_at: rfc3339(opened.expires_at_ms),
        user: user.into(),
    };
    Ok(HttpResponse::Ok()
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .json(answer))
}

/// Ends the session that asks.
#[utoipa::path(post, path = "/api/auth/logout", tag = "auth", responses(
    (status = 204), (status = 401, body = ApiError), (status = 403, body = ApiError, description = "An API token")))]
pub(super) async fn logout(member: Member, ctx: Data<Ctx>, cookie: Cookie) -> Result<HttpResponse, Problem> {
    session::revoke(&ctx, member.user.id, member.signed_in()?).await?;
    if member.by_cookie {
        cookies::end(&cookie);
    }
    Ok(HttpResponse::NoContent().finish())
}

/// The password as it is and as it shall be.
#[derive(Deserialize, ToSchema)]
pub struct PasswordChange {
    #[schema(value_type = String, format = Password)]
    current_password: SecretString,
    #[schema(value_type = String, format = Password)]
    new_password: SecretString,
}

/// Replaces one's own password; every other session of oneself ends.
#[utoipa::path(post, path = "/api/auth/password", tag = "auth", request_body = PasswordChange, responses(
    (status = 204), (status = 401, body = ApiError), (status = 403, body = ApiError, description = "An API token"),
    (status = 422, body = ApiError), (status = 429, body = ApiError)))]
pub(super) async fn password(
    req: HttpRequest,
    member: Member,
    ctx: Data<Ctx>,
    edge: Data<Edge>,
    change: Json<PasswordChange>,
) -> Result<HttpResponse, Problem> {
    let keep = edge.asks_password(&req, &member)?;
    let PasswordChange {
        current_password,
        new_password,
    } = change.into_inner();
    users::change_password(&ctx, &member.user, keep, &current_password, &new_password).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Oneself, with the paths of one's own playlist and guide.
#[derive(Serialize, ToSchema)]
pub struct Me {
    #[serde(flatten)]
    user: UserView,
    playlist_url: Option<String>,
    xmltv_url: Option<String>,
}

/// Who one is.
#[utoipa::path(get, path = "/api/auth/me", tag = "auth", responses(
    (status = 200, body = Me), (status = 401, body = ApiError)))]
pub(super) async fn me(member: Member, ctx: Data<Ctx>) -> Result<Json<Me>, Problem> {
    let own = credential::personal(&ctx, member.user.id).await?;
    Ok(Json(Me {
        user: member.user.clone().into(),
        playlist_url: own.as_ref().map(|own| own.playlist_path()),
        xmltv_url: own.as_ref().map(|own| own.xmltv_path()),
    }))
}

/// One session of a user.
#[derive(Serialize, ToSchema)]
pub struct SessionView {
    id: i64,
    /// `browser` or `api`.
    kind: &'static str,
    /// What the client said it is.
    device: Option<String>,
    created_at: Option<String>,
    last_seen_at: Option<String>,
    expires_at: Option<String>,
    /// Whether this request belongs to it.
    is_current: bool,
}

impl SessionView {
    pub(super) fn of(session: Session, current: Option<SessionId>) -> Self {
        Self {
            id: session.id.0,
            kind: session.kind.as_str(),
            device: session.device,
            created_at: rfc3339(session.created_at_ms),
            last_seen_at: rfc3339(session.last_seen_at_ms),
            expires_at: rfc3339(session.expires_at_ms),
            is_current: Some(session.id) == current,
        }
    }
}

/// One's own sessions, the last used first.
#[utoipa::path(get, path = "/api/auth/sessions", tag = "auth", responses(
    (status = 200, body = Vec<SessionView>), (status = 401, body = ApiError)))]
pub(super) async fn sessions(member: Member, ctx: Data<Ctx>) -> Result<Json<Vec<SessionView>>, Problem> {
    let sessions = session::list(&ctx, member.user.id).await?.into_iter();
    let views = sessions.map(|session| SessionView::of(session, member.session()));
    Ok(Json(views.collect()))
}

/// Ends one of one's own sessions.
#[utoipa::path(delete, path = "/api/auth/sessions/{id}", tag = "auth", params(("id" = i64, Path)), responses(
    (status = 204), (status = 401, body = ApiError), (status = 403, body = ApiError, description = "An API token"),
    (status = 404, body = ApiError)))]
pub(super) async fn end_session(
    member: Member,
    ctx: Data<Ctx>,
    id: Path<SessionId>,
) -> Result<HttpResponse, Problem> {
    member.signed_in()?;
    session::revoke(&ctx, member.user.id, id.into_inner()).await?;
    Ok(HttpResponse::NoContent().finish())
}
