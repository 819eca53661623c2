use actix_session::Session as Cookie;
use actix_web::HttpRequest;
use actix_web::web::Data;

use crate::ctx::Ctx;
use crate::edge::{Member, sessions};
use crate::features::accounts::session;
use crate::web::kit::respond::{self, Answer};
use crate::web::kit::{Flash, urls};

/// POST /sign-out: ends the session; somebody who has none is signed out already.
pub(super) async fn create(
    req: HttpRequest,
    member: Option<Member>,
    cookie: Cookie,
    ctx: Data<Ctx>,
) -> Answer {
    if let Some(member) = member {
        session::revoke(&ctx, member.user.id, member.signed_in()?).await?;
    }
    sessions::end(&cookie);
    respond::redirect(&req, urls::SIGN_IN, Some(Flash::success("You are signed out.")))
}
