use actix_web::HttpRequest;
use actix_web::web::{Data, Path};

use crate::ctx::Ctx;
use crate::edge::Admin;
use crate::features::accounts::{session, users};
use crate::support::ids::{SessionId, UserId};
use crate::web::kit::respond::{self, Answer};
use crate::web::kit::{Flash, format};

/// POST /users/{id}/sessions/{session}/revocation: ends one session of a user.
pub(super) async fn revoke(
    req: HttpRequest,
    admin: Admin,
    ctx: Data<Ctx>,
    ids: Path<(UserId, SessionId)>,
) -> Answer {
    let (id, ended) = ids.into_inner();
    let user = users::get(&ctx, id).await?;
    session::revoke_of(&ctx, &admin.user.actor(), &user, ended).await?;
    let message = "That session is ended.";
    respond::redirect(&req, &super::path(id), Some(Flash::success(message)))
}

/// POST /users/{id}/sessions/revocation: ends every session of a user but the one in which it is asked for.
pub(super) async fn revoke_all(req: HttpRequest, admin: Admin, ctx: Data<Ctx>, id: Path<UserId>) -> Answer {
    let user = users::get(&ctx, id.into_inner()).await?;
    let ended = session::revoke_all_of(&ctx, &admin.user.actor(), &user, admin.session()).await?;
    let ended = i64::try_from(ended).unwrap_or(i64::MAX);
    let message = match ended {
        0 => "There was no session to end.".to_owned(),
        1 => "1 session is ended.".to_owned(),
        _ => format!("{} are ended.", format::count(ended, "session", "sessions")),
    };
    respond::redirect(&req, &super::path(user.id), Some(Flash::success(message)))
}
