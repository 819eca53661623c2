//! One's own second factor: codes of an authenticator app.

use actix_web::http::{StatusCode, header};
use actix_web::web::{Data, Json};
use actix_web::{HttpRequest, HttpResponse};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::openapi::ApiError;
use super::time::rfc3339;
use crate::ctx::Ctx;
use crate::edge::{Edge, Member, Problem};
use crate::features::accounts::second_factor;

/// Whether it is on.
#[derive(Serialize, ToSchema)]
pub struct SecondFactorView {
    is_on: bool,
    since: Option<String>,
    recovery_codes_left: i64,
}

/// The present password, asked for again.
#[derive(Deserialize, ToSchema)]
pub struct PasswordProof {
    #[schema(value_type = String, format = Password)]
    password: SecretString,
}

/// A code of the authenticator app.
#[derive(Deserialize, ToSchema)]
pub struct CodeProof {
    code: String,
}

/// What the authenticator app has to learn; it counts once a code has confirmed it.
#[derive(Serialize, ToSchema)]
pub struct SetupView {
    /// In base 32.
    secret: String,
    /// `otpauth://totp/…`, for a QR code.
    uri: String,
}

/// Each opens the door once; they are shown this once.
#[derive(Serialize, ToSchema)]
pub struct RecoveryCodes {
    recovery_codes: Vec<String>,
}

/// Whether one's second factor is on.
#[utoipa::path(get, path = "/api/auth/second-factor", tag = "auth", responses(
    (status = 200, body = SecondFactorView), (status = 401, body = ApiError)))]
pub(super) async fn show(member: Member, ctx: Data<Ctx>) -> Result<Json<SecondFactorView>, Problem> {
    let status = second_factor::status(&ctx, member.user.id).await?;
    Ok(Json(SecondFactorView {
        is_on: status.since_ms.is_some(),
        since: status.since_ms.and_then(rfc3339),
        recovery_codes_left: status.codes_left,
    }))
}

/// Makes a secret for an authenticator app; it counts for nothing until it is confirmed.
#[utoipa::path(post, path = "/api/auth/second-factor", tag = "auth", request_body = PasswordProof, responses(
    (status = 201, body = SetupView), (status = 401, body = ApiError), (status = 403, body = ApiError),
    (status = 409, body = ApiError, description = "It is on already"), (status = 422, body = ApiError),
    (status = 429, body = ApiError)))]
pub(super) async fn create(
    req: HttpRequest,
    member: Member,
    ctx: Data<Ctx>,
    edge: Data<Edge>,
    proof: Json<PasswordProof>,
) -> Result<HttpResponse, Problem> {
    edge.asks_password(&req, &member)?;
    let setup = second_factor::begin(&ctx, &member.user, &proof.password).await?;
    let view = SetupView {
        secret: setup.secret.expose_secret().to_owned(),
        uri: setup.uri.expose_secret().to_owned(),
    };
    Ok(secret(StatusCode::CREATED).json(view))
}

/// Switches it on with the first code.
#[utoipa::path(post, path = "/api/auth/second-factor/confirmation", tag = "auth", request_body = CodeProof, responses(
    (status = 200, body = RecoveryCodes), (status = 401, body = ApiError), (status = 403, body = ApiError),
    (status = 404, body = ApiError, description = "Nothing was begun"), (status = 409, body = ApiError),
    (status = 422, body = ApiError), (status = 429, body = ApiError)))]
pub(super) async fn confirm(
    req: HttpRequest,
    member: Member,
    ctx: Data<Ctx>,
    edge: Data<Edge>,
    proof: Json<CodeProof>,
) -> Result<HttpResponse, Problem> {
    edge.asks_code(&req, &member)?;
    let codes = second_factor::confirm(&ctx, &member.user, &proof.code).await?;
    Ok(secret(StatusCode::OK).json(RecoveryCodes::of(&codes)))
}

/// Replaces one's recovery codes.
#[utoipa::path(post, path = "/api/auth/second-factor/recovery-codes", tag = "auth", request_body = PasswordProof,
    responses((status = 200, body = RecoveryCodes), (status = 401, body = ApiError), (status = 403, body = ApiError),
    (status = 404, body = ApiError, description = "It is off"), (status = 422, body = ApiError),
    (status = 429, body = ApiError)))]
pub(super) async fn renew_codes(
    req: HttpRequest,
    member: Member,
    ctx: Data<Ctx>,
    edge: Data<Edge>,
    proof: Json<PasswordProof>,
) -> Result<HttpResponse, Problem> {
    edge.asks_password(&req, &member)?;
    let codes = second_factor::renew_codes(&ctx, &member.user, &proof.password).await?;
    Ok(secret(StatusCode::OK).json(RecoveryCodes::of(&codes)))
}

/// Switches it off.
#[utoipa::path(delete, path = "/api/auth/second-factor", tag = "auth", request_body = PasswordProof, responses(
    (status = 204), (status = 401, body = ApiError), (status = 403, body = ApiError),
    (status = 404, body = ApiError, description = "It is off"), (status = 422, body = ApiError),
    (status = 429, body = ApiError)))]
pub(super) async fn delete(
    req: HttpRequest,
    member: Member,
    ctx: Data<Ctx>,
    edge: Data<Edge>,
    proof: Json<PasswordProof>,
) -> Result<HttpResponse, Problem> {
    edge.asks_password(&req, &member)?;
    second_factor::disable(&ctx, &member.user, &proof.password).await?;
    Ok(HttpResponse::NoContent().finish())
}

impl RecoveryCodes {
    fn of(codes: &[SecretString]) -> Self {
        Self {
            recovery_codes: codes.iter().map(|code| code.expose_secret().to_owned()).collect(),
        }
    }
}

fn secret(status: StatusCode) -> actix_web::HttpResponseBuilder {
    let mut answer = HttpResponse::build(status);
    answer.insert_header((header::CACHE_CONTROL, "no-store"));
    answer
}
