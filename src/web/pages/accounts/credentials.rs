use actix_web::HttpRequest;
use actix_web::http::StatusCode;
use actix_web::web::{Data, Form, Path};
use askama::Template;
use serde::Deserialize;

use super::show;
use crate::ctx::Ctx;
use crate::edge::{Member, Problem};
use crate::features::accounts::credential::{self, CredentialDraft};
use crate::features::accounts::{AccountsError, OutputCredential};
use crate::support::ids::CredentialId;
use crate::support::validation::Invalid;
use crate::web::kit::respond::{self, Answer};
use crate::web::kit::{Flash, Page, urls};
use crate::web::ui;

#[derive(Template)]
#[template(path = "accounts/revoke_credential.html")]
struct RevokeCredential<'a> {
    page: Page,
    credential: &'a OutputCredential,
}

#[derive(Template)]
#[template(path = "accounts/_revoke_dialog.html")]
struct RevokeDialog<'a> {
    title: &'a str,
    credential: &'a OutputCredential,
}

#[derive(Deserialize)]
pub(super) struct NewCredential {
    #[serde(default)]
    name: String,
}

/// POST /account/credentials: makes a credential of one's own.
pub(super) async fn create(
    req: HttpRequest,
    member: Member,
    ctx: Data<Ctx>,
    form: Form<NewCredential>,
) -> Answer {
    let name = form.into_inner().name;
    let draft = CredentialDraft {
        name: name.clone(),
        user_id: None,
    };
    match credential::create(&ctx, &member.user, draft).await {
        Ok(made) => {
            let message = format!("The links for “{}” are ready.", made.name);
            let place = format!("{}#credential-{}", urls::ACCOUNT, made.id);
            respond::redirect(&req, &place, Some(Flash::success(message)))
        }
        Err(AccountsError::Invalid(invalid)) => {
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            show::render(&req, &member, &ctx, status, name, invalid).await
        }
        Err(AccountsError::Taken(field)) => {
            let taken = Invalid::field(field, "You have links of this name already.");
            show::render(&req, &member, &ctx, StatusCode::CONFLICT, name, taken).await
        }
        Err(error) => Err(error.into()),
    }
}

/// GET /account/credentials/{id}/revocation: says what will be lost.
pub(super) async fn confirm(
    req: HttpRequest,
    member: Member,
    ctx: Data<Ctx>,
    id: Path<CredentialId>,
) -> Answer {
    let credential = &own(&ctx, &member, id.into_inner()).await?;
    let title = if credential.is_personal {
        "Renew links"
    } else {
        "Revoke links"
    };
    let page = Page::new(&req, title).under("Your account", urls::ACCOUNT);
    let whole = RevokeCredential { page, credential };
    respond::page_or(&req, &whole, &RevokeDialog { title, credential })
}

/// POST /account/credentials/{id}/revocation: ends one of one's own credentials.
pub(super) async fn revoke(
    req: HttpRequest,
    member: Member,
    ctx: Data<Ctx>,
    id: Path<CredentialId>,
) -> Answer {
    let credential = own(&ctx, &member, id.into_inner()).await?;
    credential::remove(&ctx, &member.user, credential.id).await?;
    let message = if credential.is_personal {
        "The old links are dead. Here are your new ones.".to_owned()
    } else {
        format!("The links for “{}” are dead.", credential.name)
    };
    respond::redirect(&req, urls::ACCOUNT, Some(Flash::success(message)))
}

/// A credential of one's own; this page shows nobody else's, whatever one may do elsewhere.
async fn own(ctx: &Ctx, member: &Member, id: CredentialId) -> Result<OutputCredential, Problem> {
    let found = credential::get(ctx, id).await?;
    if found.user_id != Some(member.user.id) {
        return Err(AccountsError::NotFound.into());
    }
    Ok(found)
}
