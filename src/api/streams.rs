use actix_web::web::{self, Json};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::ctx::Ctx;
use crate::edge::{Admin, Member, Problem};
use crate::features::catalogue::by_hand;
use crate::features::catalogue::detail::{self, StreamDetail};
use crate::features::catalogue::experience::Experience;
use crate::support::ids::{ChannelId, StreamId};
use crate::support::paging::{Listed, Slice};

use super::list::{List, Window, WindowParams, envelope};
use super::openapi::ApiError;
use super::time::rfc3339;

/// A stream of a channel. Its address is never shown.
#[derive(Serialize, ToSchema)]
pub struct StreamJson {
    id: i64,
    provider_id: i64,
    provider_name: String,
    /// As the rules of its provider name it.
    original_name: String,
    /// What the provider lists, where its rules name it otherwise; else null.
    listed_name: Option<String>,
    resolution: Option<String>,
    /// What ffprobe measured of it last, as are codec (of its picture, such as `h264`) and frames a second; null if it was
    /// never measured.
    bitrate_kbps: Option<i64>,
    codec: Option<String>,
    fps: Option<f64>,
    quality_score: Option<i64>,
    health_score: Option<i64>,
    state: &'static str,
    is_active: bool,
    /// Whether a person wants it played.
    enabled: bool,
    backup_order: i64,
    /// Whether a person gave it its place.
    placed_by_hand: bool,
    response_time_ms: Option<i64>,
    last_check: Option<String>,
    consecutive_failures: i64,
    failure_reason: Option<String>,
    /// What two looks in a row found wrong with what it shows: `slate`, `black`, `frozen`, `silent` or `low_bitrate`; and what was
    /// seen of it, in words. Null if nothing is.
    content_defect: Option<&'static str>,
    content_reason: Option<String>,
    /// What real plays of the last seven days told of it; null if there were none. Together with the health score it gives its
    /// place in the play order.
    experience: Option<ExperienceJson>,
    merge: MergeJson,
    order_reason: String,
}

/// How a stream did in real plays. What several viewers of one upstream saw at a time counts once.
#[derive(Serialize, ToSchema)]
pub struct ExperienceJson {
    /// 0–100; 100 less what each of the three cost.
    score: u32,
    /// How often it was shown, or asked for and did not begin.
    shows: u32,
    /// How often it did not begin, or ended before its viewers did.
    failures: u32,
    /// Pauses in which viewers waited for bytes.
    stalls: u32,
    watched_seconds: i64,
    /// The median time from asking for it to its first bytes; null if that was measured less than three times.
    startup_ms: Option<u32>,
    failure_points: u32,
    stall_points: u32,
    startup_points: u32,
}

/// How and why a stream belongs to its channel.
#[derive(Serialize, ToSchema)]
pub struct MergeJson {
    method: Option<String>,
    /// 0–100.
    confidence: Option<i64>,
    reason: Option<String>,
    /// Whether a person decided it.
    manual: bool,
}

/// In which order streams are played.
#[derive(Deserialize, ToSchema)]
pub struct OrderBody {
    /// The first is played first; those not named come behind, by their own merit. Empty: all by their own merit.
    #[schema(value_type = Vec<i64>, max_items = 1000)]
    stream_ids: Vec<StreamId>,
}

/// Whether a stream is played.
#[derive(Deserialize, ToSchema)]
pub struct StreamBody {
    enabled: bool,
}

/// The channel's streams in play order.
#[utoipa::path(get, path = "/api/channels/{id}/streams", tag = "catalogue", params(("id" = i64, Path), WindowParams),
    responses((status = 200, body = List<StreamJson>), (status = 404, body = ApiError),
        (status = 422, body = ApiError)))]
pub(super) async fn index(
    _member: Member,
    id: web::Path<i64>,
    window: Window,
    ctx: web::Data<Ctx>,
) -> Result<Json<List<StreamJson>>, Problem> {
    let id = detail::resolve(&ctx.db, ChannelId(*id)).await?;
    let id = id.ok_or_else(|| Problem::not_found("This channel"))?;
    listed(&ctx, id, window).await
}

/// Sets the order in which the channel's streams are played; it outlives every sync.
#[utoipa::path(put, path = "/api/channels/{id}/streams/order", tag = "catalogue", params(("id" = i64, Path)),
    request_body = OrderBody,
    responses((status = 200, body = List<StreamJson>),
        (status = 403, body = ApiError), (status = 404, body = ApiError), (status = 422, body = ApiError)))]
pub(super) async fn order(
    admin: Admin,
    id: web::Path<i64>,
    body: Json<OrderBody>,
    ctx: web::Data<Ctx>,
) -> Result<Json<List<StreamJson>>, Problem> {
    let id = by_hand::order(&ctx, &admin.user.actor(), ChannelId(*id), &body.stream_ids).await?;
    listed(&ctx, id, Window(Slice::default())).await
}

/// Switches a stream on or off; this outlives every sync.
#[utoipa::path(patch, path = "/api/streams/{id}", tag = "catalogue", params(("id" = i64, Path)),
    request_body = StreamBody,
    responses((status = 200, body = StreamJson),
        (status = 403, body = ApiError), (status = 404, body = ApiError), (status = 422, body = ApiError)))]
pub(super) async fn update(
    admin: Admin,
    id: web::Path<i64>,
    body: Json<StreamBody>,
    ctx: web::Data<Ctx>,
) -> Result<Json<StreamJson>, Problem> {
    let id = StreamId(*id);
    let channel = by_hand::switch(&ctx, &admin.user.actor(), id, body.enabled).await?;
    let streams = detail::streams(&ctx.db, channel).await?;
    let stream = streams.into_iter().find(|stream| stream.id == id);
    Ok(Json(
        stream.ok_or_else(|| Problem::not_found("This stream"))?.into(),
    ))
}

async fn listed(ctx: &Ctx, id: ChannelId, window: Window) -> Result<Json<List<StreamJson>>, Problem> {
    let streams = detail::streams(&ctx.db, id).await?;
    Ok(envelope(Listed::cut(streams, window.0), window, StreamJson::from))
}

impl From<StreamDetail> for StreamJson {
    fn from(stream: StreamDetail) -> Self {
        Self {
            id: stream.id.0,
            provider_id: stream.provider_id.0,
            provider_name: stream.provider_name,
            original_name: stream.original_name,
            listed_name: stream.listed_name,
            resolution: stream.resolution,
            bitrate_kbps: stream.bitrate_kbps,
            codec: stream.codec,
            fps: stream.fps,
            quality_score: stream.quality_score,
            health_score: stream.health_score,
            state: stream.state.as_str(),
            is_active: stream.is_active,
            enabled: stream.enabled,
            backup_order: stream.backup_order,
            placed_by_hand: stream.is_placed,
            response_time_ms: stream.response_ms,
            last_check: stream.last_check.and_then(rfc3339),
            consecutive_failures: stream.consecutive_failures,
            failure_reason: stream.failure_reason,
            content_defect: stream.defect.as_ref().map(|found| found.defect.as_str()),
            content_reason: stream.defect.map(|found| found.reason),
            experience: stream.experience.map(ExperienceJson::from),
            merge: MergeJson {
                method: stream.merge_method,
                confidence: stream.merge_confidence,
                reason: stream.merge_reason,
                manual: stream.manual,
            },
            order_reason: stream.order_reason,
        }
    }
}

impl From<Experience> for ExperienceJson {
    fn from(told: Experience) -> Self {
        let parts = told.parts();
        Self {
            score: parts.score(),
            shows: told.shows,
            failures: told.failures,
            stalls: told.stalls,
            watched_seconds: told.watched_ms / 1_000,
            startup_ms: told.startup_ms,
            failure_points: parts.failures,
            stall_points: parts.stalls,
            startup_points: parts.slowness,
        }
    }
}
