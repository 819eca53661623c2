use actix_web::HttpResponse;
use actix_web::web::{self, Json};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::ctx::Ctx;
use crate::edge::{Admin, Problem};
use crate::features::catalogue::by_hand::{self, Decision};
use crate::features::catalogue::detail;
use crate::features::history;
use crate::support::ids::{ChannelId, DecisionId, StreamId};

use super::channels::ChannelJson;
use super::openapi::ApiError;
use super::time::rfc3339;

/// Streams that become a channel of their own.
#[derive(Deserialize, ToSchema)]
pub struct SplitBody {
    #[schema(value_type = Vec<i64>)]
    stream_ids: Vec<StreamId>,
    /// What it is called; without one as its streams are.
    name: Option<String>,
}

/// The channel that takes the streams.
#[derive(Deserialize, ToSchema)]
pub struct MergeBody {
    #[schema(value_type = i64)]
    into: ChannelId,
}

/// What a person decided of which streams are one channel.
#[derive(Serialize, ToSchema)]
pub struct DecisionJson {
    id: i64,
    /// split or merge
    kind: String,
    /// The channel that was split, or that took the streams of the other.
    channel_id: i64,
    channel_name: String,
    /// The channel that was split off, or whose streams were taken.
    other_id: i64,
    other_name: String,
    /// How many streams it moved.
    stream_count: i64,
    /// Who decided it.
    by: String,
    created_at: Option<String>,
    /// Whether a later decision has to be taken back first.
    built_upon: bool,
}

/// Makes a channel of its own of some of its streams; this outlives every sync.
#[utoipa::path(post, path = "/api/channels/{id}/split", tag = "catalogue", params(("id" = i64, Path)),
    request_body = SplitBody,
    responses((status = 201, body = ChannelJson, description = "The new channel"),
        (status = 403, body = ApiError), (status = 404, body = ApiError),
        (status = 422, body = ApiError)))]
pub(super) async fn split(
    admin: Admin,
    id: web::Path<i64>,
    body: Json<SplitBody>,
    ctx: web::Data<Ctx>,
) -> Result<HttpResponse, Problem> {
    let (actor, body) = (admin.user.actor(), body.into_inner());
    let name = body.name.unwrap_or_default();
    let id = ChannelId(*id);
    let new = by_hand::split(&ctx, &actor, id, &body.stream_ids, &name, history::follow).await?;
    Ok(HttpResponse::Created().json(channel(&ctx, new).await?))
}

/// Puts its streams into another channel; this outlives every sync.
#[utoipa::path(post, path = "/api/channels/{id}/merge", tag = "catalogue", params(("id" = i64, Path)),
    request_body = MergeBody,
    responses((status = 200, body = ChannelJson, description = "The channel that took them"),
        (status = 403, body = ApiError), (status = 404, body = ApiError), (status = 422, body = ApiError)))]
pub(super) async fn merge(
    admin: Admin,
    id: web::Path<i64>,
    body: Json<MergeBody>,
    ctx: web::Data<Ctx>,
) -> Result<Json<ChannelJson>, Problem> {
    let actor = admin.user.actor();
    let into = by_hand::merge(&ctx, &actor, ChannelId(*id), body.into, history::follow).await?;
    Ok(Json(channel(&ctx, into).await?))
}

/// The splits and merges that made the channel what it is, newest first.
#[utoipa::path(get, path = "/api/channels/{id}/decisions", tag = "catalogue", params(("id" = i64, Path)),
    responses((status = 200, body = Vec<DecisionJson>),
        (status = 403, body = ApiError), (status = 404, body = ApiError)))]
pub(super) async fn index(
    _admin: Admin,
    id: web::Path<i64>,
    ctx: web::Data<Ctx>,
) -> Result<Json<Vec<DecisionJson>>, Problem> {
    let id = detail::resolve(&ctx.db, ChannelId(*id)).await?;
    let id = id.ok_or_else(|| Problem::not_found("This channel"))?;
    let decisions = by_hand::decisions(&ctx.db, id).await?;
    Ok(Json(decisions.into_iter().map(DecisionJson::from).collect()))
}

/// Takes a split or a merge back.
#[utoipa::path(delete, path = "/api/channels/{id}/decisions/{decision_id}", tag = "catalogue",
    params(("id" = i64, Path), ("decision_id" = i64, Path)),
    responses((status = 204), (status = 403, body = ApiError), (status = 404, body = ApiError),
        (status = 409, body = ApiError, description = "A later decision moved the same streams")))]
pub(super) async fn delete(
    admin: Admin,
    ids: web::Path<(i64, i64)>,
    ctx: web::Data<Ctx>,
) -> Result<HttpResponse, Problem> {
    let (id, decision) = ids.into_inner();
    let (channel, actor) = (ChannelId(id), admin.user.actor());
    by_hand::take_back(&ctx, &actor, channel, DecisionId(decision), history::follow).await?;
    Ok(HttpResponse::NoContent().finish())
}

async fn channel(ctx: &Ctx, id: ChannelId) -> Result<ChannelJson, Problem> {
    let channel = detail::channel(&ctx.db, id).await?;
    Ok(channel.ok_or_else(|| Problem::not_found("This channel"))?.into())
}

impl From<Decision> for DecisionJson {
    fn from(decision: Decision) -> Self {
        Self {
            id: decision.id.0,
            kind: decision.kind,
            channel_id: decision.kept.0,
            channel_name: decision.kept_name,
            other_id: decision.other.0,
            other_name: decision.other_name,
            stream_count: decision.streams,
            by: decision.actor,
            created_at: rfc3339(decision.at_ms),
            built_upon: decision.is_built_upon,
        }
    }
}
