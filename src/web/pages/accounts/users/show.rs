use actix_web::HttpRequest;
use actix_web::web::{Data, Path};
use askama::Template;

use super::super::sessions::SessionRow;
use super::super::tokens::TokenRow;

use crate::ctx::Ctx;
use crate::edge::Admin;
use crate::features::accounts::{User, api_token, session, users};
use crate::support::ids::UserId;
use crate::support::paging::{MAX_LIMIT, Slice};
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
    tokens: Vec<TokenRow>,
}

/// GET /users/{id}
pub(super) async fn show(req: HttpRequest, admin: Admin, ctx: Data<Ctx>, id: Path<UserId>) -> Answer {
    let user = users::get(&ctx, id.into_inner()).await?;
    let sessions = session::list(&ctx, user.id).await?.into_iter();
    let all = Slice {
        limit: MAX_LIMIT,
        ..Slice::default()
    };
    let tokens = api_token::list(&ctx, user.id, all).await?.items.into_iter();
    let (below, now_ms) = (super::path(user.id), ctx.clock.now_ms());
    let page = UserShow {
        page: Page::new(&req, &user.username).under("Users", USERS),
        is_own: user.id == admin.user.id,
        sessions: sessions
            .map(|session| SessionRow::new(session, admin.session(), &format!("{below}/sessions")))
            .collect(),
        tokens: tokens
            .map(|token| TokenRow::new(token, now_ms, &format!("{below}/tokens")))
            .collect(),
        user,
    };
    respond::html(&req, &page)
}
