use std::path::Path;

use serde_json::json;

use crate::ctx::Ctx;
use crate::features::audit::{self, Actor};
use crate::features::settings;
use crate::jobs::{Enqueued, NewJob, kinds};

use super::LibraryError;

/// One run at a time.
pub const LIBRARY_KEY: &str = "library";
const ATTEMPTS: u32 = 3;

/// Queues a run, or names the one that is queued or running.
///
/// # Errors
/// [`LibraryError::NoPublicUrl`] before anything is queued.
pub async fn start(ctx: &Ctx, actor: &Actor) -> Result<Enqueued, LibraryError> {
    let job = NewJob::new(kinds::LIBRARY, json!({})).attempts(ATTEMPTS);
    queue(ctx, actor, job).await
}

/// As [`start`], for a command that runs the job itself; `root` is written to instead of the output folder.
///
/// # Errors
/// As [`start`].
pub async fn start_here(ctx: &Ctx, actor: &Actor, root: Option<&Path>) -> Result<Enqueued, LibraryError> {
    let payload = match root {
        Some(root) => json!({ "root": root.to_string_lossy() }),
        None => json!({}),
    };
    queue(ctx, actor, NewJob::new(kinds::LIBRARY, payload).only_here()).await
}

async fn queue(ctx: &Ctx, actor: &Actor, job: NewJob) -> Result<Enqueued, LibraryError> {
    if settings::load(ctx).await?.public_url.is_none() {
        return Err(LibraryError::NoPublicUrl);
    }
    let mut tx = ctx.db.begin().await?;
    let queued = ctx.jobs.enqueue(&mut tx, job.key(LIBRARY_KEY).by_hand()).await?;
    if queued.is_new() {
        let resource = format!("job:{}", queued.id());
        audit::record(
            &mut tx,
            ctx.clock.now_ms(),
            actor,
            "library.started",
            resource,
            json!({}),
        )
        .await?;
    }
    tx.commit().await?;
    ctx.jobs.wake();
    Ok(queued)
}
