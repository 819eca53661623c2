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
    if settings::load(ctx).await?.public_url.is_none() {
        return Err(LibraryError::NoPublicUrl);
    }
    let mut tx = ctx.db.begin().await?;
    let job = NewJob::new(kinds::LIBRARY, json!({}))
        .key(LIBRARY_KEY)
        .attempts(ATTEMPTS)
        .by_hand();
    let queued = ctx.jobs.enqueue(&mut tx, job).await?;
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
