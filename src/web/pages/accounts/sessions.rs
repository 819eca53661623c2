use actix_session::Session as Cookie;
use actix_web::HttpRequest;
use actix_web::web::{Data, Path};

use crate::ctx::Ctx;
use crate::edge::{Member, sessions};
use crate::features::accounts::session;
use crate::support::ids::SessionId;
use crate::web::kit::respond::{self, Answer};
use crate::web::kit::{Flash, urls};

/// POST /account/sessions/{id}/revocation: ends one of one's own sessions.
pub(super) async fn revoke(
    req: HttpRequest,
    member: Member,
    cookie: Cookie,
    ctx: Data<Ctx>,
    id: Path<SessionId>,
) -> Answer {
    let id = id.into_inner();
    session::revoke(&ctx, member.user.id, id).await?;
    if id == member.session {
        sessions::end(&cookie);
        return respond::redirect(&req, urls::SIGN_IN, Some(Flash::success("You are signed out.")));
    }
    respond::redirect(
        &req,
        urls::ACCOUNT,
        Some(Flash::success("That session is ended.")),
    )
}
