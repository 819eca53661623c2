//! The users of the installation, for administrators.

use actix_web::web::{Data, Json, Path};
use actix_web::{HttpResponse, http::StatusCode};
use serde::Serialize;
use utoipa::ToSchema;

use super::list::{List, Window, WindowParams, envelope};
use super::openapi::ApiError;
use super::time::rfc3339;
use crate::ctx::Ctx;
use crate::edge::{Admin, Problem};
use crate::features::accounts::{User, UserChange, UserDraft, users};
use crate::support::ids::UserId;

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
        }
    }
}

/// The users by name.
#[utoipa::path(get, path = "/api/users", tag = "users", params(WindowParams), responses(
    (status = 200, body = List<UserView>), (status = 403, body = ApiError), (status = 422, body = ApiError)))]
pub(super) async fn index(_: Admin, ctx: Data<Ctx>, window: Window) -> Result<Json<List<UserView>>, Problem> {
    let listed = users::list(&ctx, window.0).await?;
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
    let keep = Some(admin.session);
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
