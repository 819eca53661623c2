//! Asking for checks of many streams.

use serde_json::json;

use super::Error;
use super::checker::Payload;
use crate::ctx::Ctx;
use crate::features::audit::{self, Actor};
use crate::features::catalogue::sources;
use crate::jobs::{Enqueued, NewJob, kinds};

/// The dedupe key of a run: one at a time for the same streams.
pub fn key(wanted: Payload) -> String {
    match (wanted.channel_id, wanted.provider_id) {
        (Some(id), _) => format!("channel:{id}"),
        (None, Some(id)) => format!("provider:{id}"),
        (None, None) => "all".to_owned(),
    }
}

/// Queues a run for a person, unless one of the same streams is queued or running; then that is the answer.
///
/// # Errors
/// [`Error::NothingToCheck`] if there is no such stream.
pub async fn start(ctx: &Ctx, actor: &Actor, wanted: Payload) -> Result<Enqueued, Error> {
    queue(ctx, actor, wanted, false).await
}

/// As [`start`], for a command that runs the job itself.
///
/// # Errors
/// As [`start`].
pub async fn start_here(ctx: &Ctx, actor: &Actor, wanted: Payload) -> Result<Enqueued, Error> {
    queue(ctx, actor, wanted, true).await
}

async fn queue(ctx: &Ctx, actor: &Actor, wanted: Payload, only_here: bool) -> Result<Enqueued, Error> {
    if sources::owners(&ctx.db, wanted.scope()).await?.is_empty() {
        return Err(Error::NothingToCheck);
    }
    let wanted = Payload {
        by_hand: true,
        ..wanted
    };
    let mut job = NewJob::new(kinds::HEALTH_CHECK, json!(wanted))
        .key(key(wanted))
        .by_hand();
    job.only_here = only_here;
    let mut tx = ctx.db.begin().await?;
    let queued = ctx.jobs.enqueue(&mut tx, job).await?;
    let Enqueued::New(id) = queued else {
        return Ok(queued);
    };
    let now = ctx.clock.now_ms();
    let details = json!({ "streams": key(wanted) });
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
