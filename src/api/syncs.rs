//! Syncs: starting one, what each found, and the decision about one that is held.

use actix_web::HttpResponse;
use actix_web::web::{Data, Json, Path, Query};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::jobs::Queued;
use super::list::{List, Window, WindowParams, envelope};
use super::openapi::ApiError;
use super::time::rfc3339;
use crate::ctx::Ctx;
use crate::edge::{Admin, Problem};
use crate::features::sync::log::{Decision, Difference, Outcome};
use crate::features::sync::{self, ChangeShown, Error, Refused, Shown, Started};
use crate::support::ids::{ProviderId, SyncId};

/// A sync as programs see one. Every entry is accounted for: `entries` = `streams` + `films` + `episodes` + all `refused`.
#[derive(Serialize, ToSchema)]
pub struct SyncView {
    id: i64,
    provider_id: i64,
    job_id: i64,
    /// Whether a person asked for it.
    by_hand: bool,
    started_at: Option<String>,
    finished_at: Option<String>,
    /// Null while it runs.
    duration_ms: Option<i64>,
    /// `running`, `applied`, `unchanged`, `held`, `failed`, `cancelled` or `interrupted`.
    outcome: &'static str,
    /// Of a sync that was held: `pending`, `approved`, `rejected` or `superseded`.
    decision: Option<&'static str>,
    /// Why it was held, a sentence each.
    held_reasons: Vec<String>,
    entries: i64,
    streams: i64,
    films: i64,
    episodes: i64,
    unchanged: i64,
    added: i64,
    changed: i64,
    renamed: i64,
    removed: i64,
    /// Entries that had been removed and are listed again.
    returned: i64,
    /// Entries that the catalogue had shown and whose group is left out now.
    newly_excluded: i64,
    refused: Vec<RefusedView>,
    /// Lines that belong to no entry.
    stray_lines: i64,
    bytes_read: i64,
    errors: Vec<SyncFailure>,
}

/// Entries that were refused for one reason.
#[derive(Serialize, ToSchema)]
pub struct RefusedView {
    /// `no_url`, `bad_url`, `unsupported_scheme`, `duplicate`, `too_long`, `separator`; or `excluded`, if its group is left
    /// out.
    reason: String,
    count: i64,
    /// The first few; in lists of syncs there are none.
    samples: Vec<SampleView>,
}

/// A refused entry.
#[derive(Serialize, ToSchema)]
pub struct SampleView {
    /// Of the playlist, counted from 1.
    line: u64,
    name: String,
}

/// Why a sync failed.
#[derive(Serialize, ToSchema)]
pub struct SyncFailure {
    /// Stable, for programs, such as `unreachable`.
    code: String,
    message: String,
}

/// One sync with a part of its changes.
#[derive(Serialize, ToSchema)]
pub struct SyncDetail {
    #[serde(flatten)]
    sync: SyncView,
    changes: List<ChangeView>,
}

/// One difference to the sync before.
#[derive(Serialize, ToSchema)]
pub struct ChangeView {
    /// `added`, `changed`, `renamed`, `removed`, `returned` or `excluded`.
    change: &'static str,
    /// `live`, `movie` or `episode`.
    kind: String,
    name: String,
    group: String,
    /// The name before, of what was renamed.
    was: Option<String>,
}

/// Which changes are wanted.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ChangeFilter {
    /// `added`, `changed`, `renamed`, `removed`, `returned` or `excluded`; all if absent.
    change: Option<String>,
}

impl From<Shown> for SyncView {
    fn from(shown: Shown) -> Self {
        let (held_reasons, duration_ms) = (shown.held_reasons(), shown.duration_ms());
        let Shown { run, refused } = shown;
        let failure = |(code, message)| SyncFailure { code, message };
        Self {
            id: run.id.0,
            provider_id: run.provider_id.0,
            job_id: run.job_id.0,
            by_hand: run.by_hand,
            started_at: rfc3339(run.started_at),
            finished_at: run.finished_at.and_then(rfc3339),
            duration_ms,
            outcome: Outcome::as_str(run.outcome),
            decision: run.decision.map(Decision::as_str),
            held_reasons,
            entries: run.entries,
            streams: run.streams,
            films: run.films,
            episodes: run.episodes,
            unchanged: run.unchanged,
            added: run.added,
            changed: run.changed,
            renamed: run.renamed,
            removed: run.removed,
            returned: run.returned,
            newly_excluded: run.newly_excluded,
            refused: refused.into_iter().map(RefusedView::from).collect(),
            stray_lines: run.stray_lines,
            bytes_read: run.bytes_read,
            errors: run
                .error_code
                .zip(run.error_message)
                .map(failure)
                .into_iter()
                .collect(),
        }
    }
}

impl From<Refused> for RefusedView {
    fn from(refused: Refused) -> Self {
        let sample = |sample: sync::Sample| SampleView {
            line: sample.line,
            name: sample.name,
        };
        Self {
            reason: refused.reason,
            count: refused.count,
            samples: refused.samples.into_iter().map(sample).collect(),
        }
    }
}

impl From<ChangeShown> for ChangeView {
    fn from(shown: ChangeShown) -> Self {
        Self {
            change: shown.change.as_str(),
            kind: shown.line.kind,
            name: shown.line.name,
            group: shown.line.group,
            was: shown.line.was,
        }
    }
}

/// Starts a sync of a provider: at most ten an hour.
#[utoipa::path(post, path = "/api/providers/{id}/sync", tag = "syncs", params(("id" = i64, Path)), responses(
    (status = 202, body = Queued), (status = 403, body = ApiError), (status = 404, body = ApiError),
    (status = 409, body = ApiError, description = "One is running: `job_id` beside `error` names its job; or the provider is disabled"),
    (status = 429, body = ApiError)))]
pub(super) async fn create(
    admin: Admin,
    ctx: Data<Ctx>,
    id: Path<ProviderId>,
) -> Result<HttpResponse, Problem> {
    match sync::start(&ctx, id.into_inner(), &admin.user.actor(), true).await? {
        Started::New(job) => Ok(Queued::accepted(job)),
        Started::Running(job) => Err(Error::Running(job).into()),
    }
}

/// The syncs of a provider, newest first.
#[utoipa::path(get, path = "/api/providers/{id}/syncs", tag = "syncs", params(("id" = i64, Path), WindowParams),
    responses((status = 200, body = List<SyncView>), (status = 403, body = ApiError),
    (status = 404, body = ApiError), (status = 422, body = ApiError)))]
pub(super) async fn index(
    _: Admin,
    ctx: Data<Ctx>,
    id: Path<ProviderId>,
    window: Window,
) -> Result<Json<List<SyncView>>, Problem> {
    let listed = sync::list(&ctx, id.into_inner(), window.0).await?;
    Ok(envelope(listed, window, SyncView::from))
}

/// One sync; `skip` and `limit` choose among its changes.
#[utoipa::path(get, path = "/api/syncs/{id}", tag = "syncs",
    params(("id" = i64, Path), WindowParams, ChangeFilter), responses(
    (status = 200, body = SyncDetail), (status = 403, body = ApiError), (status = 404, body = ApiError),
    (status = 422, body = ApiError)))]
pub(super) async fn show(
    _: Admin,
    ctx: Data<Ctx>,
    id: Path<SyncId>,
    window: Window,
    filter: Query<ChangeFilter>,
) -> Result<Json<SyncDetail>, Problem> {
    let change = filter.into_inner().change.filter(|change| !change.is_empty());
    let change: Option<Difference> = change.map(|word| word.parse()).transpose().map_err(|()| {
        Problem::invalid_field(
            "change",
            "Use added, changed, renamed, removed, returned or excluded.",
        )
    })?;
    let id = id.into_inner();
    let sync = sync::show(&ctx, id).await?.into();
    let listed = sync::differences(&ctx, id, change, window.0).await?;
    let Json(changes) = envelope(listed, window, ChangeView::from);
    Ok(Json(SyncDetail { sync, changes }))
}

/// Applies a sync that is held.
#[utoipa::path(post, path = "/api/syncs/{id}/approval", tag = "syncs", params(("id" = i64, Path)), responses(
    (status = 202, body = Queued), (status = 403, body = ApiError), (status = 404, body = ApiError),
    (status = 409, body = ApiError, description = "It does not wait any more, or another sync is running")))]
pub(super) async fn approve(admin: Admin, ctx: Data<Ctx>, id: Path<SyncId>) -> Result<HttpResponse, Problem> {
    let job = sync::approve(&ctx, id.into_inner(), &admin.user.actor()).await?;
    Ok(Queued::accepted(job))
}

/// Rejects a sync that is held: the catalogue stays as it is.
#[utoipa::path(delete, path = "/api/syncs/{id}/approval", tag = "syncs", params(("id" = i64, Path)), responses(
    (status = 204), (status = 403, body = ApiError), (status = 404, body = ApiError),
    (status = 409, body = ApiError, description = "It does not wait any more")))]
pub(super) async fn reject(admin: Admin, ctx: Data<Ctx>, id: Path<SyncId>) -> Result<HttpResponse, Problem> {
    sync::reject(&ctx, id.into_inner(), &admin.user.actor()).await?;
    Ok(HttpResponse::NoContent().finish())
}
