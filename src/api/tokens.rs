//! One's own API tokens.

use actix_web::web::{Data, Json, Path, Query};
use actix_web::{HttpResponse, http::StatusCode, http::header};
use secrecy::ExposeSecret;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::list::{List, Window, WindowParams, envelope};
use super::openapi::ApiError;
use super::time::rfc3339;
use crate::ctx::Ctx;
use crate::edge::{Member, Problem};
use crate::features::accounts::api_token::{self, ApiToken, TokenDraft};
use crate::features::accounts::users;
use crate::support::ids::{ApiTokenId, UserId};

/// A token, without what it is.
#[derive(Serialize, ToSchema)]
pub struct TokenView {
    id: i64,
    user_id: i64,
    name: String,
    /// `read` or `write`.
    scope: &'static str,
    created_at: Option<String>,
    /// Null: it does not end by itself.
    expires_at: Option<String>,
    last_used_at: Option<String>,
}

impl From<ApiToken> for TokenView {
    fn from(token: ApiToken) -> Self {
        Self {
            id: token.id.0,
            user_id: token.user_id.0,
            name: token.name,
            scope: token.scope.as_str(),
            created_at: rfc3339(token.created_at_ms),
            expires_at: token.expires_at_ms.and_then(rfc3339),
            last_used_at: token.last_used_at_ms.and_then(rfc3339),
        }
    }
}

/// A token that was just made.
#[derive(Serialize, ToSchema)]
pub struct MadeToken {
    #[serde(flatten)]
    stored: TokenView,
    /// Shown this once: send it as `Authorization: Bearer …`.
    token: String,
}

/// Whose tokens are wanted.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct OwnerParams {
    /// Somebody else's, for administrators; one's own if absent.
    user_id: Option<i64>,
}

/// One's own tokens, or those of a user for an administrator; the oldest first.
#[utoipa::path(get, path = "/api/tokens", tag = "tokens", params(OwnerParams, WindowParams), responses(
    (status = 200, body = List<TokenView>), (status = 401, body = ApiError), (status = 403, body = ApiError),
    (status = 404, body = ApiError), (status = 422, body = ApiError)))]
pub(super) async fn index(
    member: Member,
    ctx: Data<Ctx>,
    owner: Query<OwnerParams>,
    window: Window,
) -> Result<Json<List<TokenView>>, Problem> {
    let owner = owner.user_id.map_or(member.user.id, UserId);
    if owner != member.user.id {
        if !member.user.is_admin() {
            return Err(Problem::forbidden());
        }
        users::get(&ctx, owner).await?;
    }
    let listed = api_token::list(&ctx, owner, window.0).await?;
    Ok(envelope(listed, window, TokenView::from))
}

/// Makes a token for oneself; needs a sign-in, since no token makes another.
#[utoipa::path(post, path = "/api/tokens", tag = "tokens", request_body = TokenDraft, responses(
    (status = 201, body = MadeToken), (status = 401, body = ApiError), (status = 403, body = ApiError),
    (status = 409, body = ApiError, description = "The name is taken"), (status = 422, body = ApiError)))]
pub(super) async fn create(
    member: Member,
    ctx: Data<Ctx>,
    draft: Json<TokenDraft>,
) -> Result<HttpResponse, Problem> {
    member.signed_in()?;
    let made = api_token::create(&ctx, &member.user, draft.into_inner()).await?;
    let answer = MadeToken {
        stored: made.stored.into(),
        token: made.token.expose_secret().to_owned(),
    };
    Ok(HttpResponse::build(StatusCode::CREATED)
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .json(answer))
}

/// Ends a token at once; an administrator may end anybody's.
#[utoipa::path(delete, path = "/api/tokens/{id}", tag = "tokens", params(("id" = i64, Path)), responses(
    (status = 204), (status = 401, body = ApiError), (status = 403, body = ApiError), (status = 404, body = ApiError)))]
pub(super) async fn delete(
    member: Member,
    ctx: Data<Ctx>,
    id: Path<ApiTokenId>,
) -> Result<HttpResponse, Problem> {
    api_token::revoke(&ctx, &member.user, id.into_inner()).await?;
    Ok(HttpResponse::NoContent().finish())
}
