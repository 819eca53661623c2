//! Output credentials: one's own; for administrators everybody's.

use actix_web::web::{Data, Json, Path};
use actix_web::{HttpResponse, http::StatusCode};
use secrecy::ExposeSecret;
use serde::Serialize;
use utoipa::ToSchema;

use super::list::{List, Window, WindowParams, envelope};
use super::openapi::ApiError;
use super::time::rfc3339;
use crate::ctx::Ctx;
use crate::edge::{Member, Problem};
use crate::features::accounts::OutputCredential;
use crate::features::accounts::credential::{self, CredentialDraft};
use crate::support::ids::CredentialId;

/// A credential with its token, and the paths it opens.
#[derive(Serialize, ToSchema)]
pub struct CredentialView {
    id: i64,
    name: String,
    /// Null: it belongs to nobody.
    user_id: Option<i64>,
    token: String,
    playlist_url: String,
    xmltv_url: String,
    /// Whether it is the one in its user's own links; removing it makes a new one.
    is_personal: bool,
    created_at: Option<String>,
    last_used_at: Option<String>,
}

impl From<OutputCredential> for CredentialView {
    fn from(credential: OutputCredential) -> Self {
        Self {
            id: credential.id.0,
            user_id: credential.user_id.map(i64::from),
            token: credential.token.expose_secret().to_owned(),
            playlist_url: credential.playlist_path(),
            xmltv_url: credential.xmltv_path(),
            is_personal: credential.is_personal,
            created_at: rfc3339(credential.created_at_ms),
            last_used_at: credential.last_used_at_ms.and_then(rfc3339),
            name: credential.name,
        }
    }
}

/// One's own credentials; an administrator sees all, and reading those of others is kept in the audit log.
#[utoipa::path(get, path = "/api/output-credentials", tag = "output credentials", params(WindowParams), responses(
    (status = 200, body = List<CredentialView>), (status = 401, body = ApiError), (status = 422, body = ApiError)))]
pub(super) async fn index(
    member: Member,
    ctx: Data<Ctx>,
    window: Window,
) -> Result<Json<List<CredentialView>>, Problem> {
    let listed = if member.user.is_admin() {
        credential::list_all(&ctx, &member.user, window.0).await?
    } else {
        credential::list_own(&ctx, member.user.id, window.0).await?
    };
    Ok(envelope(listed, window, CredentialView::from))
}

/// Makes a credential for oneself; an administrator may name another user, or null for nobody.
#[utoipa::path(post, path = "/api/output-credentials", tag = "output credentials", request_body = CredentialDraft,
    responses((status = 201, body = CredentialView), (status = 403, body = ApiError), (status = 409, body = ApiError),
        (status = 422, body = ApiError)))]
pub(super) async fn create(
    member: Member,
    ctx: Data<Ctx>,
    draft: Json<CredentialDraft>,
) -> Result<HttpResponse, Problem> {
    let made = credential::create(&ctx, &member.user, draft.into_inner()).await?;
    Ok(HttpResponse::build(StatusCode::CREATED).json(CredentialView::from(made)))
}

/// Ends a credential; every link with its token is dead at once.
#[utoipa::path(delete, path = "/api/output-credentials/{id}", tag = "output credentials", params(("id" = i64, Path)),
    responses((status = 204), (status = 401, body = ApiError), (status = 404, body = ApiError)))]
pub(super) async fn delete(
    member: Member,
    ctx: Data<Ctx>,
    id: Path<CredentialId>,
) -> Result<HttpResponse, Problem> {
    credential::remove(&ctx, &member.user, id.into_inner()).await?;
    Ok(HttpResponse::NoContent().finish())
}
