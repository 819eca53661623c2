use actix_web::HttpRequest;
use actix_web::web::{Data, Path};

use crate::ctx::Ctx;
use crate::edge::Admin;
use crate::features::accounts::{AccountsError, api_token};
use crate::support::ids::{ApiTokenId, UserId};
use crate::web::kit::Flash;
use crate::web::kit::respond::{self, Answer};

/// POST /users/{id}/tokens/{token}/revocation: ends one API token of a user.
pub(super) async fn revoke(
    req: HttpRequest,
    admin: Admin,
    ctx: Data<Ctx>,
    ids: Path<(UserId, ApiTokenId)>,
) -> Answer {
    let (id, token) = ids.into_inner();
    if api_token::get(&ctx, &admin.user, token).await?.user_id != id {
        return Err(AccountsError::NotFound.into());
    }
    let token = api_token::revoke(&ctx, &admin.user, token).await?;
    let message = format!("The API token “{}” is revoked.", token.name);
    respond::redirect(&req, &super::path(id), Some(Flash::success(message)))
}
