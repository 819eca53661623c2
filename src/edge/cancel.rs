//! Cancelling long work by hand, from a page or a program.

use actix_web::http::StatusCode;
use serde_json::json;

use super::Problem;
use crate::ctx::Ctx;
use crate::features::audit::{self, Actor};
use crate::jobs::{Cancellation, Job};
use crate::support::ids::JobId;

/// Cancels a queued job, or tells a running one to stop, and leaves an audit line.
///
/// # Errors
/// 404 if there is no such job, 422 `already_ended`.
pub async fn cancel(ctx: &Ctx, actor: &Actor, id: JobId) -> Result<Job, Problem> {
    let job = ctx
        .jobs
        .find(id)
        .await?
        .ok_or_else(|| Problem::not_found("This job"))?;
    if ctx.jobs.cancel(id).await? == Cancellation::AlreadyEnded {
        let message = "This job has already ended.";
        return Err(Problem::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "already_ended",
            message,
        ));
    }
    let mut tx = ctx.db.begin().await?;
    let details = json!({ "kind": job.kind });
    audit::record(
        &mut tx,
        ctx.clock.now_ms(),
        actor,
        "job.cancelled",
        format!("job:{id}"),
        details,
    )
    .await?;
    tx.commit().await?;
    Ok(job)
}
