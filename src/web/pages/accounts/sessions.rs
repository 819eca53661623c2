use actix_session::Session as Cookie;
use actix_web::HttpRequest;
use actix_web::web::{Data, Path};

use super::device;
use crate::ctx::Ctx;
use crate::edge::{Member, sessions};
use crate::features::accounts::SessionKind;
use crate::features::accounts::session::{self, Session};
use crate::support::ids::SessionId;
use crate::web::kit::respond::{self, Answer};
use crate::web::kit::{Flash, urls};

/// One line of a list of sessions.
pub(super) struct SessionRow {
    pub session: Session,
    pub device: String,
    pub is_current: bool,
    /// Where it is ended.
    pub path: String,
}

impl SessionRow {
    /// `below` is the path of the list, `current` the session that looks at it.
    pub fn new(session: Session, current: Option<SessionId>, below: &str) -> Self {
        Self {
            device: device::words(session.device.as_deref()),
            is_current: Some(session.id) == current,
            path: format!("{below}/{}/revocation", session.id),
            session,
        }
    }

    pub fn kind(&self) -> &'static str {
        match self.session.kind {
            SessionKind::Browser => "Browser",
            SessionKind::Api => "Program",
        }
    }

    pub fn action(&self) -> String {
        if self.is_current {
            "Sign out here".to_owned()
        } else {
            format!("End the session of {}", self.device)
        }
    }
}

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
    if Some(id) == member.session() {
        sessions::end(&cookie);
        return respond::redirect(&req, urls::SIGN_IN, Some(Flash::success("You are signed out.")));
    }
    respond::redirect(
        &req,
        urls::ACCOUNT,
        Some(Flash::success("That session is ended.")),
    )
}
