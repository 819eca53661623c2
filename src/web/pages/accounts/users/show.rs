use actix_web::HttpRequest;
use actix_web::web::{Data, Path};
use askama::Template;

use super::super::sessions::SessionRow;

use crate::ctx::Ctx;
use crate::edge::Admin;
use crate::features::accounts::{User, session, users};
use crate::support::ids::UserId;
use crate::web::kit::Page;
use crate::web::kit::respond::{self, Answer};
use crate::web::kit::urls::USERS;
use crate::web::ui;

#[derive(Template)]
#[template(path = "accounts/users/show.html")]
struct UserShow {
    page: Page,
    user: User,
    is_own: bool,
    sessions: Vec<SessionRow>,
}

/// GET /users/{id}
pub(super) async fn show(req: HttpRequest, admin: Admin, ctx: Data<Ctx>, id: Path<UserId>) -> Answer {
    let user = users::get(&ctx, id.into_inner()).await?;
    let sessions = session::list(&ctx, user.id).await?.into_iter();
    let below = format!("{}/sessions", super::path(user.id));
    let page = UserShow {
        page: Page::new(&req, &user.username).under("Users", USERS),
        is_own: user.id == admin.user.id,
        sessions: sessions
            .map(|session| SessionRow::new(session, admin.session, &below))
            .collect(),
        user,
    };
    respond::html(&req, &page)
}
