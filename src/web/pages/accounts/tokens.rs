use actix_web::HttpRequest;
use actix_web::web::{Data, Form, Path};
use askama::Template;
use secrecy::ExposeSecret;
use serde::Deserialize;

use crate::ctx::Ctx;
use crate::edge::{Member, Problem};
use crate::features::accounts::AccountsError;
use crate::features::accounts::api_token::{self, ApiToken, Scope, TokenDraft};
use crate::support::clock::rfc3339;
use crate::support::ids::ApiTokenId;
use crate::support::validation::Invalid;
use crate::web::kit::respond::{self, Answer};
use crate::web::kit::{Flash, Page, urls};
use crate::web::ui;

pub(super) const INDEX: &str = "/account/tokens";
const DAY_MS: i64 = 24 * 60 * 60 * 1000;

/// One line of a list of tokens.
pub(super) struct TokenRow {
    pub token: ApiToken,
    pub is_expired: bool,
    /// Where it is revoked.
    pub path: String,
}

impl TokenRow {
    /// `below` is the path of the list.
    pub fn new(token: ApiToken, now_ms: i64, below: &str) -> Self {
        Self {
            is_expired: token.is_expired(now_ms),
            path: format!("{below}/{}/revocation", token.id),
            token,
        }
    }

    pub fn scope(&self) -> &'static str {
        match self.token.scope {
            Scope::Read => "Read",
            Scope::Write => "Read and write",
        }
    }
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct TokenForm {
    name: String,
    scope: String,
    /// Days until it ends; empty: never.
    days: String,
}

struct FormView {
    form: TokenForm,
    invalid: Invalid,
}

#[derive(Template)]
#[template(path = "accounts/tokens/_form.html")]
struct FormFragment<'v> {
    view: &'v FormView,
}

#[derive(Template)]
#[template(path = "accounts/tokens/_form_dialog.html")]
struct FormDialog<'v> {
    view: &'v FormView,
}

#[derive(Template)]
#[template(path = "accounts/tokens/form.html")]
struct FormPage<'v> {
    page: Page,
    view: &'v FormView,
}

/// A token that was just made, shown this once.
#[derive(Template)]
#[template(path = "accounts/tokens/_made.html")]
struct Made<'v> {
    name: &'v str,
    token: &'v str,
}

#[derive(Template)]
#[template(path = "accounts/tokens/made.html")]
struct MadePage<'v> {
    page: Page,
    name: &'v str,
    token: &'v str,
}

#[derive(Template)]
#[template(path = "accounts/tokens/revocation.html")]
struct RevocationPage<'v> {
    page: Page,
    token: &'v ApiToken,
}

#[derive(Template)]
#[template(path = "accounts/tokens/_revocation_dialog.html")]
struct RevocationDialog<'v> {
    token: &'v ApiToken,
}

/// GET /account/tokens/new: the form, in a dialog where scripts run.
pub(super) async fn new(req: HttpRequest, _: Member) -> Answer {
    let form = TokenForm {
        days: "90".to_owned(),
        ..TokenForm::default()
    };
    let view = &FormView {
        form,
        invalid: Invalid::default(),
    };
    respond::page_or(&req, &form_page(&req, view), &FormDialog { view })
}

/// POST /account/tokens: makes a token and shows it once.
pub(super) async fn create(
    req: HttpRequest,
    member: Member,
    ctx: Data<Ctx>,
    form: Form<TokenForm>,
) -> Answer {
    let form = form.into_inner();
    let invalid = match made(&ctx, &member, &form).await {
        Ok(made) => {
            let (name, token) = (made.stored.name.as_str(), made.token.expose_secret());
            let page = Page::new(&req, "API token").under("Your account", urls::ACCOUNT);
            return respond::page_or(&req, &MadePage { page, name, token }, &Made { name, token });
        }
        Err(AccountsError::Invalid(invalid)) => invalid,
        Err(AccountsError::Taken(field)) => Invalid::field(field, "You have a token of this name already."),
        Err(error) => return Err(error.into()),
    };
    let view = &FormView { form, invalid };
    respond::invalid(&req, &form_page(&req, view), &FormFragment { view })
}

async fn made(ctx: &Ctx, member: &Member, form: &TokenForm) -> Result<api_token::Made, AccountsError> {
    let expires_at = match form.days.as_str() {
        "" => None,
        days => {
            let days = days.parse::<i64>().ok().filter(|days| (1..=3650).contains(days));
            let days = days.ok_or_else(|| Invalid::field("days", "Choose when it ends."))?;
            Some(rfc3339(ctx.clock.now_ms() + days * DAY_MS))
        }
    };
    let draft = TokenDraft {
        name: form.name.clone(),
        scope: Some(form.scope.clone()),
        expires_at,
    };
    api_token::create(ctx, &member.user, draft).await
}

/// GET /account/tokens/{id}/revocation: says what will stop.
pub(super) async fn confirm(
    req: HttpRequest,
    member: Member,
    ctx: Data<Ctx>,
    id: Path<ApiTokenId>,
) -> Answer {
    let token = &own(&ctx, &member, id.into_inner()).await?;
    let page = Page::new(&req, "Revoke API token").under("Your account", urls::ACCOUNT);
    respond::page_or(&req, &RevocationPage { page, token }, &RevocationDialog { token })
}

/// POST /account/tokens/{id}/revocation: ends one of one's own tokens.
pub(super) async fn revoke(req: HttpRequest, member: Member, ctx: Data<Ctx>, id: Path<ApiTokenId>) -> Answer {
    let token = own(&ctx, &member, id.into_inner()).await?;
    api_token::revoke(&ctx, &member.user, token.id).await?;
    let message = format!("The API token “{}” is revoked.", token.name);
    respond::redirect(
        &req,
        &format!("{}#tokens", urls::ACCOUNT),
        Some(Flash::success(message)),
    )
}

/// A token of one's own; this page shows nobody else's, whatever one may do elsewhere.
async fn own(ctx: &Ctx, member: &Member, id: ApiTokenId) -> Result<ApiToken, Problem> {
    let found = api_token::get(ctx, &member.user, id).await?;
    if found.user_id != member.user.id {
        return Err(AccountsError::NotFound.into());
    }
    Ok(found)
}

fn form_page<'v>(req: &HttpRequest, view: &'v FormView) -> FormPage<'v> {
    FormPage {
        page: Page::new(req, "New API token")
            .lead("For a program or script of yours, so that it never needs your password.")
            .under("Your account", urls::ACCOUNT),
        view,
    }
}
