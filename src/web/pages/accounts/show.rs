use actix_web::HttpRequest;
use actix_web::http::StatusCode;
use actix_web::web::Data;
use askama::Template;

use super::sessions::SessionRow;
use super::tokens::TokenRow;
use crate::ctx::Ctx;
use crate::edge::Member;
use crate::features::accounts::second_factor::{self, Status};
use crate::features::accounts::session;
use crate::features::accounts::{OutputCredential, User, api_token, credential};
use crate::support::paging::{MAX_LIMIT, Slice};
use crate::support::validation::Invalid;
use crate::web::kit::page::base_url;
use crate::web::kit::respond::{self, Answer};
use crate::web::kit::{Page, format, urls};
use crate::web::ui;

#[derive(Template)]
#[template(path = "accounts/show.html")]
struct AccountShow {
    page: Page,
    user: User,
    sessions: Vec<SessionRow>,
    credentials: Vec<CredentialCard>,
    tokens: Vec<TokenRow>,
    second_factor: Status,
    /// What was typed as the name of a new credential, and what is wrong with it.
    name: String,
    invalid: Invalid,
}

struct CredentialCard {
    credential: OutputCredential,
    playlist: String,
    guide: String,
}

/// GET /account
pub(super) async fn show(req: HttpRequest, member: Member, ctx: Data<Ctx>) -> Answer {
    render(
        &req,
        &member,
        &ctx,
        StatusCode::OK,
        String::new(),
        Invalid::default(),
    )
    .await
}

/// The page, with the form for a new credential as it was left.
pub(super) async fn render(
    req: &HttpRequest,
    member: &Member,
    ctx: &Ctx,
    status: StatusCode,
    name: String,
    invalid: Invalid,
) -> Answer {
    let all = Slice {
        limit: MAX_LIMIT,
        ..Slice::default()
    };
    let sessions = session::list(ctx, member.user.id).await?.into_iter();
    let credentials = credential::list_own(ctx, member.user.id, all)
        .await?
        .items
        .into_iter();
    let tokens = api_token::list(ctx, member.user.id, all).await?.items.into_iter();
    let (base, now_ms) = (base_url(req), ctx.clock.now_ms());
    let page = AccountShow {
        page: Page::new(req, "Your account")
            .lead("Your password and second factor, where you are signed in, the links of your players, and API tokens."),
        user: member.user.clone(),
        sessions: sessions
            .map(|session| SessionRow::new(session, member.session(), "/account/sessions"))
            .collect(),
        credentials: credentials
            .map(|credential| CredentialCard {
                playlist: format!("{base}{}", credential.playlist_path()),
                guide: format!("{base}{}", credential.xmltv_path()),
                credential,
            })
            .collect(),
        second_factor: second_factor::status(ctx, member.user.id).await?,
        tokens: tokens
            .map(|token| TokenRow::new(token, now_ms, "/account/tokens"))
            .collect(),
        name,
        invalid,
    };
    respond::with_status(req, status, &page)
}
