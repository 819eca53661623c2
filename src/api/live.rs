//! Who watches what now.

use actix_web::HttpResponse;
use actix_web::web::{Data, Json, Path};
use serde::Serialize;
use utoipa::ToSchema;

use super::openapi::ApiError;
use super::time::rfc3339;
use crate::ctx::Ctx;
use crate::edge::{Admin, Problem};
use crate::features::history::Journal;
use crate::features::history::live::{self, LivePlay};
use crate::support::ids::PlayId;

/// What runs on all nodes.
#[derive(Serialize, ToSchema)]
pub struct LiveJson {
    viewers: usize,
    /// Streams of channels that are watched, each once.
    streams: usize,
    /// To all viewers.
    kbps: i64,
    items: Vec<LivePlayJson>,
}

/// A play that runs.
#[derive(Serialize, ToSchema)]
pub struct LivePlayJson {
    id: i64,
    /// channel, movie or episode
    kind: String,
    content_id: Option<i64>,
    title: String,
    user: Option<String>,
    credential: Option<String>,
    device: Option<String>,
    /// metered or manifest
    measurement: String,
    provider_id: Option<i64>,
    provider_name: Option<String>,
    stream_id: Option<i64>,
    started_at: Option<String>,
    /// Over the last seconds.
    kbps: i64,
    /// Null where it is not known.
    buffer_ms: Option<i64>,
    bytes: i64,
    stalls: i64,
    switches: i64,
}

impl From<LivePlay> for LivePlayJson {
    fn from(play: LivePlay) -> Self {
        Self {
            buffer_ms: play.behind_ms(),
            id: play.id.0,
            kind: play.kind,
            content_id: play.content_id,
            title: play.title,
            user: play.user,
            credential: play.credential,
            device: play.device,
            measurement: play.measurement,
            provider_id: play.provider_id,
            provider_name: play.provider,
            stream_id: play.stream_id,
            started_at: rfc3339(play.started_at),
            kbps: play.kbps,
            bytes: play.bytes,
            stalls: play.stalls,
            switches: play.switches,
        }
    }
}

/// Everything that plays now, what began last first; a thousand at most.
#[utoipa::path(get, path = "/api/live/plays", tag = "analytics", responses((status = 200, body = LiveJson), (status = 403, body = ApiError)))]
pub(super) async fn index(_: Admin, ctx: Data<Ctx>) -> Result<Json<LiveJson>, Problem> {
    let plays = live::list(&ctx).await?;
    let totals = live::totals(&plays);
    Ok(Json(LiveJson {
        viewers: totals.viewers,
        streams: totals.streams,
        kbps: totals.kbps,
        items: plays.into_iter().map(LivePlayJson::from).collect(),
    }))
}

/// Stops a play, on whichever node it runs.
#[utoipa::path(delete, path = "/api/live/plays/{id}", tag = "analytics", params(("id" = i64, Path)),
    responses((status = 204), (status = 403, body = ApiError), (status = 404, body = ApiError)))]
pub(super) async fn delete(
    admin: Admin,
    journal: Data<Journal>,
    id: Path<PlayId>,
) -> Result<HttpResponse, Problem> {
    journal.stop(&admin.user.actor(), *id).await?;
    Ok(HttpResponse::NoContent().finish())
}
