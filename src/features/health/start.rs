//! Asking for checks of many streams.

use serde_json::json;

use super::checker::Payload;
use super::{Error, Target};
use crate::ctx::Ctx;
use crate::db::DbError;
use crate::features::audit::{self, Actor};
use crate::features::catalogue::sources;
use crate::jobs::{Enqueued, NewJob, kinds};
use crate::support::ids::StreamId;

/// Queues a run for a person, unless one of the same streams is queued or running; then that is the answer.
///
/// # Errors
/// [`Error::NothingToCheck`] if there is no such stream.
pub async fn start(ctx: &Ctx, actor: &Actor, target: Target) -> Result<Enqueued, Error> {
    queue(ctx, actor, target, false).await
}

/// As [`start`], for a command that runs the job itself.
///
/// # Errors
/// As [`start`].
pub async fn start_here(ctx: &Ctx, actor: &Actor, target: Target) -> Result<Enqueued, Error> {
    queue(ctx, actor, target, true).await
}

async fn queue(ctx: &Ctx, actor: &Actor, target: Target, only_here: bool) -> Result<Enqueued, Error> {
    if sources::owners(&ctx.db, target.scope()).await?.is_empty() {
        return Err(Error::NothingToCheck);
    }
    let payload = Payload {
        target,
        by_hand: true,
        due: false,
    };
    let mut job = NewJob::new(kinds::HEALTH_CHECK, json!(payload))
        .key(target.key())
        .by_hand();
    job.only_here = only_here;
    let mut tx = ctx.db.begin().await?;
    let queued = ctx.jobs.enqueue(&mut tx, job).await?;
    let Enqueued::New(id) = queued else {
        return Ok(queued);
    };
    let now = ctx.clock.now_ms();
    let details = json!({ "streams": target.key() });
    audit::record(
        &mut tx,
        now,
        actor,
        "health.checked",
        format!("job:{id}"),
        details,
    )
    .await?;
    tx.commit().await?;
    ctx.jobs.wake();
    Ok(queued)
}

/// Notes that a person has one stream checked or measured.
pub(super) async fn audit_one(
    ctx: &Ctx,
    actor: &Actor,
    action: &'static str,
    stream: StreamId,
) -> Result<(), DbError> {
    let mut tx = ctx.db.begin().await?;
    let (now, resource) = (ctx.clock.now_ms(), format!("stream:{stream}"));
    audit::record(&mut tx, now, actor, action, resource, json!({})).await?;
    tx.commit().await
}
