//! The users of the installation, for administrators.

use actix_web::web::{Data, Json, Path, Query};
use actix_web::{HttpResponse, http::StatusCode};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::auth::SessionView;
use super::list::{List, Window, WindowParams, envelope};
use super::openapi::ApiError;
use super::time::rfc3339;
use crate::ctx::Ctx;
use crate::edge::{Admin, Problem};
use crate::features::accounts::{User, UserChange, UserDraft, second_factor, session, users};
use crate::support::ids::{SessionId, UserId};

/// A user as programs see one.
#[derive(Serialize, ToSchema)]
pub struct UserView {
    id: i64,
    username: String,
    email: Option<String>,
    full_name: Option<String>,
    /// `admin` or `viewer`.
    role: &'static str,
    is_active: bool,
    must_change_password: bool,
    created_at: Option<String>,
    last_login: Option<String>,
    /// Whether codes of an authenticator app are asked for at sign-in.
    has_second_factor: bool,
}

impl From<User> for UserView {
    fn from(user: User) -> Self {
        Self {
            id: user.id.0,
            username: user.username,
            email: user.email,
            full_name: user.full_name,
            role: user.role.as_str(),
            is_active: user.is_active,
            must_change_password: user.must_change_password,
            created_at: rfc3339(user.created_at_ms),
            last_login: user.last_login_ms.and_then(rfc3339),
            has_second_factor: user.second_factor_since_ms.is_some(),
        }
    }
}

/// Which users are wanted.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct UserFilter {
    /// Words that name, full name or address hold.
    #[param(max_length = 200)]
    q: Option<String>,
}

/// The users by name.
#[utoipa::path(get, path = "/api/users", tag = "users", params(UserFilter, WindowParams), responses(
    (status = 200, body = List<UserView>), (status = 403, body = ApiError), (status = 422, body = ApiError)))]
pub(super) async fn index(
    _: Admin,
    ctx: Data<Ctx>,
    filter: Query<UserFilter>,
    window: Window,
) -> Result<Json<List<UserView>>, Problem> {
    let q = filter.into_inner().q.unwrap_or_default();
    if q.chars().count() > 200 {
        return Err(Problem::invalid_field("q", "Use at most 200 characters."));
    }
    let listed = users::search(&ctx, &q, window.0).await?;
    Ok(envelope(listed, window, UserView::from))
}

/// Adds a user.
#[utoipa::path(post, path = "/api/users", tag = "users", request_body = UserDraft, responses(
    (status = 201, body = UserView), (status = 403, body = ApiError),
    (status = 409, body = ApiError, description = "The name or the e-mail address is taken"),
    (status = 422, body = ApiError)))]
pub(super) async fn create(
    admin: Admin,
    ctx: Data<Ctx>,
    draft: Json<UserDraft>,
) -> Result<HttpResponse, Problem> {
    let user = users::create(&ctx, &admin.user.actor(), draft.into_inner()).await?;
    Ok(HttpResponse::build(StatusCode::CREATED).json(UserView::from(user)))
}

/// One user.
#[utoipa::path(get, path = "/api/users/{id}", tag = "users", params(("id" = i64, Path)), responses(
    (status = 200, body = UserView), (status = 403, body = ApiError), (status = 404, body = ApiError)))]
pub(super) async fn show(_: Admin, ctx: Data<Ctx>, id: Path<UserId>) -> Result<Json<UserView>, Problem> {
    Ok(Json(users::get(&ctx, id.into_inner()).await?.into()))
}

/// Changes a user; what is absent stays, null empties.
#[utoipa::path(patch, path = "/api/users/{id}", tag = "users", params(("id" = i64, Path)), request_body = UserChange,
    responses((status = 200, body = UserView), (status = 403, body = ApiError), (status = 404, body = ApiError),
    (status = 409, body = ApiError, description = "Taken, one's own rights, or the last administrator"),
    (status = 422, body = ApiError)))]
pub(super) async fn update(
    admin: Admin,
    ctx: Data<Ctx>,
    id: Path<UserId>,
    change: Json<UserChange>,
) -> Result<Json<UserView>, Problem> {
    let actor = admin.user.actor();
    let keep = admin.session();
    let user = users::update(&ctx, &actor, id.into_inner(), change.into_inner(), keep).await?;
    Ok(Json(user.into()))
}

/// Removes a user with everything that only the user owns.
#[utoipa::path(delete, path = "/api/users/{id}", tag = "users", params(("id" = i64, Path)), responses(
    (status = 204), (status = 403, body = ApiError), (status = 404, body = ApiError),
    (status = 409, body = ApiError, description = "Oneself, or the last administrator")))]
pub(super) async fn delete(admin: Admin, ctx: Data<Ctx>, id: Path<UserId>) -> Result<HttpResponse, Problem> {
    users::delete(&ctx, &admin.user.actor(), id.into_inner()).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// The sessions of a user, the last used first.
#[utoipa::path(get, path = "/api/users/{id}/sessions", tag = "users", params(("id" = i64, Path)), responses(
    (status = 200, body = Vec<SessionView>), (status = 403, body = ApiError), (status = 404, body = ApiError)))]
pub(super) async fn sessions(
    admin: Admin,
    ctx: Data<Ctx>,
    id: Path<UserId>,
) -> Result<Json<Vec<SessionView>>, Problem> {
    let user = users::get(&ctx, id.into_inner()).await?;
    let sessions = session::list(&ctx, user.id).await?.into_iter();
    let views = sessions.map(|session| SessionView::of(session, admin.session()));
    Ok(Json(views.collect()))
}

/// Ends every session of a user but the one that asks, and what it has open.
#[utoipa::path(delete, path = "/api/users/{id}/sessions", tag = "users", params(("id" = i64, Path)), responses(
    (status = 204), (status = 403, body = ApiError), (status = 404, body = ApiError)))]
pub(super) async fn end_sessions(
    admin: Admin,
    ctx: Data<Ctx>,
    id: Path<UserId>,
) -> Result<HttpResponse, Problem> {
    let user = users::get(&ctx, id.into_inner()).await?;
    session::revoke_all_of(&ctx, &admin.user.actor(), &user, admin.session()).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Ends one session of a user, and what it has open.
#[utoipa::path(delete, path = "/api/users/{id}/sessions/{session_id}", tag = "users",
    params(("id" = i64, Path), ("session_id" = i64, Path)), responses(
    (status = 204), (status = 403, body = ApiError), (status = 404, body = ApiError)))]
pub(super) async fn end_session(
    admin: Admin,
    ctx: Data<Ctx>,
    ids: Path<(UserId, SessionId)>,
) -> Result<HttpResponse, Problem> {
    let (id, ended) = ids.into_inner();
    let user = users::get(&ctx, id).await?;
    session::revoke_of(&ctx, &admin.user.actor(), &user, ended).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Switches the second factor of a user off: the way back in for who lost app and recovery codes.
#[utoipa::path(delete, path = "/api/users/{id}/second-factor", tag = "users", params(("id" = i64, Path)), responses(
    (status = 204), (status = 403, body = ApiError), (status = 404, body = ApiError, description = "No user, or it is off")))]
pub(super) async fn disable_second_factor(
    admin: Admin,
    ctx: Data<Ctx>,
    id: Path<UserId>,
) -> Result<HttpResponse, Problem> {
    let user = users::get(&ctx, id.into_inner()).await?;
    second_factor::disable_of(&ctx, &admin.user.actor(), &user).await?;
    Ok(HttpResponse::NoContent().finish())
}
