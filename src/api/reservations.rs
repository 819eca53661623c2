//! Connections of a provider that are reserved for output credentials.

use actix_web::HttpResponse;
use actix_web::web::{Data, Json, Path};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::openapi::ApiError;
use crate::ctx::Ctx;
use crate::edge::{Admin, Problem};
use crate::features::providers::reservations::{self, Line, Standing, Wanted};
use crate::features::providers::store;
use crate::support::ids::{CredentialId, ProviderId};

/// How many connections are to be reserved.
#[derive(Deserialize, ToSchema)]
pub struct ReservationBody {
    /// With those for others no more than the provider allows at once.
    #[schema(minimum = 1, maximum = 1000)]
    connections: i64,
}

/// What of a provider's connections one credential has.
#[derive(Serialize, ToSchema)]
pub struct ReservationView {
    credential_id: i64,
    name: String,
    /// Null: the credential belongs to nobody.
    user: Option<String>,
    /// 0 where it only uses some.
    reserved: i64,
    /// What of it is kept: less than reserved where the provider allows fewer than are reserved, and nothing where it does not
    /// limit its connections.
    kept: i64,
    in_use: i64,
}

/// A provider's connections now, over all nodes.
#[derive(Serialize, ToSchema)]
pub struct ConnectionsView {
    /// How many the provider allows at once; null if it does not limit them.
    limit: Option<i64>,
    /// By viewers, checks and syncs together.
    in_use: i64,
    /// For all credentials together.
    reserved: i64,
    /// Those with a reservation first, the older ones before.
    credentials: Vec<ReservationView>,
}

impl From<Line> for ReservationView {
    fn from(line: Line) -> Self {
        Self {
            credential_id: line.credential.0,
            name: line.name,
            user: line.user,
            reserved: line.reserved,
            kept: line.kept,
            in_use: line.in_use,
        }
    }
}

impl From<Standing> for ConnectionsView {
    fn from(standing: Standing) -> Self {
        Self {
            limit: standing.limit,
            in_use: standing.in_use.total(),
            reserved: standing.reserved(),
            credentials: standing.lines.into_iter().map(ReservationView::from).collect(),
        }
    }
}

/// A provider's connections: what is allowed, in use and reserved, and for whom.
#[utoipa::path(get, path = "/api/providers/{id}/reservations", tag = "providers", params(("id" = i64, Path)), responses(
    (status = 200, body = ConnectionsView), (status = 403, body = ApiError), (status = 404, body = ApiError)))]
pub(super) async fn index(_: Admin, ctx: Data<Ctx>, id: Path<i64>) -> Result<Json<ConnectionsView>, Problem> {
    connections(&ctx, ProviderId(*id)).await
}

/// Reserves connections for a credential, or changes how many: nobody else and no check takes the last ones that are kept.
#[utoipa::path(put, path = "/api/providers/{id}/reservations/{credential_id}", tag = "providers",
    params(("id" = i64, Path), ("credential_id" = i64, Path)), request_body = ReservationBody, responses(
    (status = 200, body = ConnectionsView), (status = 403, body = ApiError), (status = 404, body = ApiError),
    (status = 422, body = ApiError)))]
pub(super) async fn update(
    admin: Admin,
    ctx: Data<Ctx>,
    ids: Path<(i64, i64)>,
    body: Json<ReservationBody>,
) -> Result<Json<ConnectionsView>, Problem> {
    let (provider, credential) = ids.into_inner();
    let wanted = Wanted {
        credential: Some(CredentialId(credential)),
        connections: Some(body.connections),
    };
    reservations::put(&ctx, &admin.user.actor(), ProviderId(provider), wanted).await?;
    connections(&ctx, ProviderId(provider)).await
}

/// Ends a reservation.
#[utoipa::path(delete, path = "/api/providers/{id}/reservations/{credential_id}", tag = "providers",
    params(("id" = i64, Path), ("credential_id" = i64, Path)), responses((status = 204), (status = 403, body = ApiError),
    (status = 404, body = ApiError)))]
pub(super) async fn delete(
    admin: Admin,
    ctx: Data<Ctx>,
    ids: Path<(i64, i64)>,
) -> Result<HttpResponse, Problem> {
    let (provider, credential) = ids.into_inner();
    let actor = admin.user.actor();
    reservations::remove(&ctx, &actor, ProviderId(provider), CredentialId(credential)).await?;
    Ok(HttpResponse::NoContent().finish())
}

async fn connections(ctx: &Ctx, provider: ProviderId) -> Result<Json<ConnectionsView>, Problem> {
    let provider = store::get(&ctx.db, provider).await?;
    Ok(Json(reservations::standing(ctx, &provider).await?.into()))
}
