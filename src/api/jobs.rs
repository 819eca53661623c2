//! Long work: what is queued, running and done.

use actix_web::HttpResponse;
use actix_web::web::{Data, Json, Path, Query};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use super::list::{List, Window, WindowParams, envelope};
use super::openapi::ApiError;
use super::time::rfc3339;
use crate::ctx::Ctx;
use crate::edge::{Admin, Problem, cancel};
use crate::jobs::{Job, JobFilter};
use crate::support::ids::JobId;
use crate::support::paging::Listed;

/// A job as programs see one.
#[derive(Serialize, ToSchema)]
pub struct JobView {
    id: i64,
    kind: String,
    /// `queued`, `running`, `succeeded`, `failed` or `cancelled`.
    state: &'static str,
    progress: ProgressView,
    /// Whatever the kind of job answers with; null before it has succeeded.
    result: Option<Value>,
    error: Option<FailureView>,
    created_at: Option<String>,
    started_at: Option<String>,
    finished_at: Option<String>,
    cancel_requested: bool,
}

/// How far a job has come.
#[derive(Serialize, ToSchema)]
pub struct ProgressView {
    done: u64,
    /// Null while it is not known.
    total: Option<u64>,
    message: String,
}

/// Why a job failed.
#[derive(Serialize, ToSchema)]
pub struct FailureView {
    /// Stable, for programs, such as `interrupted`.
    code: String,
    message: String,
}

/// Work that was queued.
#[derive(Serialize, ToSchema)]
pub struct Queued {
    job_id: i64,
}

impl Queued {
    /// 202 with the job that does the work.
    pub(super) fn accepted(job: JobId) -> HttpResponse {
        HttpResponse::Accepted().json(Self { job_id: job.0 })
    }
}

/// Which jobs are wanted.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Filter {
    kind: Option<String>,
    /// `queued`, `running`, `succeeded`, `failed` or `cancelled`.
    state: Option<String>,
}

impl From<Job> for JobView {
    fn from(job: Job) -> Self {
        Self {
            id: job.id.0,
            kind: job.kind,
            state: job.state.as_str(),
            progress: ProgressView {
                done: job.progress.done,
                total: job.progress.total,
                message: job.progress.message,
            },
            result: job.result,
            error: job.error.map(|error| FailureView {
                code: error.code,
                message: error.message,
            }),
            created_at: rfc3339(job.created_at),
            started_at: job.started_at.and_then(rfc3339),
            finished_at: job.finished_at.and_then(rfc3339),
            cancel_requested: job.cancel_requested,
        }
    }
}

/// The jobs, newest first.
#[utoipa::path(get, path = "/api/jobs", tag = "jobs", params(WindowParams, Filter), responses(
    (status = 200, body = List<JobView>), (status = 403, body = ApiError), (status = 422, body = ApiError)))]
pub(super) async fn index(
    _: Admin,
    ctx: Data<Ctx>,
    window: Window,
    filter: Query<Filter>,
) -> Result<Json<List<JobView>>, Problem> {
    let Filter { kind, state } = filter.into_inner();
    let state = match state.as_deref().filter(|state| !state.is_empty()) {
        None => None,
        Some(text) => Some(text.parse().map_err(|()| unknown_state())?),
    };
    let filter = JobFilter {
        kind: kind.filter(|kind| !kind.is_empty()),
        state,
        skip: u64::try_from(window.0.skip).unwrap_or(0),
        limit: window.0.limit,
    };
    let (items, total) = ctx.jobs.list(&filter).await?;
    let total = i64::try_from(total).unwrap_or(i64::MAX);
    Ok(envelope(Listed { items, total }, window, JobView::from))
}

fn unknown_state() -> Problem {
    Problem::invalid_field("state", "Use queued, running, succeeded, failed or cancelled.")
}

/// One job; of a running one with the progress of this moment.
#[utoipa::path(get, path = "/api/jobs/{id}", tag = "jobs", params(("id" = i64, Path)), responses(
    (status = 200, body = JobView), (status = 403, body = ApiError), (status = 404, body = ApiError)))]
pub(super) async fn show(_: Admin, ctx: Data<Ctx>, id: Path<JobId>) -> Result<Json<JobView>, Problem> {
    let job = ctx.jobs.find(id.into_inner()).await?;
    Ok(Json(job.ok_or_else(|| Problem::not_found("This job"))?.into()))
}

/// Cancels a job: at once if it is queued, soon if it is running.
#[utoipa::path(delete, path = "/api/jobs/{id}", tag = "jobs", params(("id" = i64, Path)), responses(
    (status = 204), (status = 403, body = ApiError), (status = 404, body = ApiError),
    (status = 422, body = ApiError, description = "It has already ended")))]
pub(super) async fn delete(admin: Admin, ctx: Data<Ctx>, id: Path<JobId>) -> Result<HttpResponse, Problem> {
    cancel(&ctx, &admin.user.actor(), id.into_inner()).await?;
    Ok(HttpResponse::NoContent().finish())
}
