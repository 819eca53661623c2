//! Whether streams work: checking them, and how many do.

use actix_web::HttpResponse;
use actix_web::web::{Data, Json, Path};
use serde::{Deserialize, Serialize};
use tokio_util::sync::CancellationToken;
use utoipa::ToSchema;

use super::jobs::Queued;
use super::openapi::ApiError;
use super::time::rfc3339;
use crate::ctx::Ctx;
use crate::edge::{Admin, Member, Problem};
use crate::features::catalogue::detail;
use crate::features::health::checker::Checked;
use crate::features::health::verdict::Verdict;
use crate::features::health::{Checker, Overview, States, Target, incidents, start};
use crate::features::providers;
use crate::support::ids::{ChannelId, ProviderId, StreamId};
use crate::support::validation::Invalid;

/// Which streams are to be checked: all, if nothing is named.
#[derive(Deserialize, ToSchema)]
pub struct CheckBody {
    provider_id: Option<i64>,
    channel_id: Option<i64>,
}

/// What a check of one stream found.
#[derive(Serialize, ToSchema)]
pub struct CheckView {
    stream_id: i64,
    checked_at: Option<String>,
    /// `up`, `degraded`, `down`; `skipped` where the account had no free connection; `maintenance` where its provider is at work; `unknown` where it cannot be checked.
    state: &'static str,
    /// Of the provider's answer.
    status_code: Option<u16>,
    /// Until the first media bytes, in milliseconds.
    response_time_ms: Option<u32>,
    phases: PhasesView,
    /// Stable, for programs, such as `timed_out`.
    failure_code: Option<String>,
    failure_reason: Option<String>,
}

/// How long each part of a check took, in milliseconds; null where it was not measured.
#[derive(Serialize, ToSchema, Default)]
pub struct PhasesView {
    resolve_ms: Option<u32>,
    connect_ms: Option<u32>,
    first_byte_ms: Option<u32>,
    media_ms: Option<u32>,
}

/// What all streams that lists show are like.
#[derive(Serialize, ToSchema)]
pub struct StatusView {
    last_check: Option<String>,
    total_streams: i64,
    /// Those that are in use.
    active_streams: i64,
    /// Those that are down.
    failed_streams: i64,
    by_state: StatesView,
    /// Runs of failures that were confirmed and are not over: of streams, and of providers as a whole.
    incidents_open: i64,
}

/// Streams in each state.
#[derive(Serialize, ToSchema)]
pub struct StatesView {
    up: i64,
    degraded: i64,
    down: i64,
    unknown: i64,
    maintenance: i64,
}

/// Checks streams in the background: every one that is named, also those that are out of use or were checked a moment ago.
/// Where a check of the same streams runs already, its job is the answer.
#[utoipa::path(post, path = "/api/health/check", tag = "health", request_body = CheckBody, responses(
    (status = 202, body = Queued), (status = 403, body = ApiError), (status = 404, body = ApiError),
    (status = 409, body = ApiError, description = "There is no stream to check"), (status = 422, body = ApiError)))]
pub(super) async fn create(
    admin: Admin,
    ctx: Data<Ctx>,
    body: Json<CheckBody>,
) -> Result<HttpResponse, Problem> {
    if body.provider_id.is_some() && body.channel_id.is_some() {
        let mut invalid = Invalid::default();
        invalid.add("channel_id", "Name a provider or a channel, not both.");
        return Err(invalid.into());
    }
    let mut target = Target::default();
    if let Some(id) = body.provider_id {
        target.provider_id = Some(providers::store::get(&ctx.db, ProviderId(id)).await?.id);
    }
    if let Some(id) = body.channel_id {
        let found = detail::resolve(&ctx.db, ChannelId(id)).await?;
        target.channel_id = Some(found.ok_or_else(|| Problem::not_found("This channel"))?);
    }
    let job = start::start(&ctx, &admin.user.actor(), target).await?;
    Ok(Queued::accepted(job.id()))
}

/// Checks one stream now and answers with what was found; one good check brings a stream back into use.
#[utoipa::path(post, path = "/api/streams/{id}/check", tag = "health", params(("id" = i64, Path)), responses(
    (status = 200, body = CheckView), (status = 403, body = ApiError), (status = 404, body = ApiError)))]
pub(super) async fn check(
    admin: Admin,
    ctx: Data<Ctx>,
    checker: Data<Checker>,
    id: Path<i64>,
) -> Result<Json<CheckView>, Problem> {
    let cancel = CancellationToken::new();
    let _gone = cancel.clone().drop_guard();
    Ok(Json(
        checker
            .one(&ctx, &admin.user.actor(), StreamId(*id), cancel)
            .await?
            .into(),
    ))
}

/// How many streams work.
#[utoipa::path(get, path = "/api/health/status", tag = "health", responses((status = 200, body = StatusView)))]
pub(super) async fn status(
    _member: Member,
    ctx: Data<Ctx>,
    overview: Data<Overview>,
) -> Result<Json<StatusView>, Problem> {
    let status = States::of(&overview.providers(&ctx).await?);
    Ok(Json(StatusView {
        last_check: status.last_check.and_then(rfc3339),
        total_streams: status.total,
        active_streams: status.active,
        failed_streams: status.down,
        by_state: StatesView {
            up: status.up,
            degraded: status.degraded,
            down: status.down,
            unknown: status.unknown(),
            maintenance: status.maintenance,
        },
        incidents_open: incidents::store::count_open(&ctx.db).await?,
    }))
}

impl From<Checked> for CheckView {
    fn from(checked: Checked) -> Self {
        let phases = checked.probe.as_ref().map(|probe| &probe.phases);
        let (state, failure_code, failure_reason) = match checked.verdict {
            Verdict::Up => ("up", None, None),
            Verdict::Degraded(fault) => ("degraded", Some(fault.code), Some(fault.reason)),
            Verdict::Down(fault) => ("down", Some(fault.code), Some(fault.reason)),
            Verdict::Skipped => (
                "skipped",
                Some("no_free_connection".to_owned()),
                Some("its account has no free connection".to_owned()),
            ),
            Verdict::Maintenance { .. } => (
                "maintenance",
                Some("maintenance".to_owned()),
                Some("its provider is in maintenance: nothing was asked".to_owned()),
            ),
            Verdict::Untestable(reason) => ("unknown", Some("not_testable".to_owned()), Some(reason)),
        };
        Self {
            stream_id: checked.stream.0,
            checked_at: rfc3339(checked.at_ms),
            state,
            status_code: checked.probe.as_ref().and_then(|probe| probe.status),
            response_time_ms: checked.probe.as_ref().and_then(|probe| probe.latency_ms),
            phases: phases.map_or_else(PhasesView::default, |phases| PhasesView {
                resolve_ms: phases.resolve_ms,
                connect_ms: phases.connect_ms,
                first_byte_ms: phases.first_byte_ms,
                media_ms: phases.media_ms,
            }),
            failure_code,
            failure_reason,
        }
    }
}
