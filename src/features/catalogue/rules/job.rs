use serde_json::{Value, json};

use crate::ctx::Ctx;
use crate::features::catalogue::apply::{self, Ruling};
use crate::features::catalogue::by_hand::{Error, Follow, Regrouping};
use crate::jobs::{JobError, JobRun};

/// The handler of [`crate::jobs::kinds::MERGE_RULES`]: groups the streams that rules find, or found, as they say now.
///
/// # Errors
/// Why they are grouped as before.
pub async fn job(ctx: Ctx, job: JobRun, follow: Follow) -> Result<Value, JobError> {
    job.progress.set(0, None, "Looking through the names of streams");
    let ahead = Ruling::ahead(&ctx.db).await?;
    job.check()?;
    job.progress.set(0, None, "Grouping them");
    let mut change = Regrouping::begin(&ctx).await.map_err(failed)?;
    job.hold(&mut change.tx).await?;
    let (threshold, now) = (change.fuzzy_threshold, change.now_ms);
    let done = apply::rule_all(&mut change.tx, Some(ahead), threshold, now, &mut change.next);
    let done = done.await.map_err(|error| failed(error.into()))?;
    change.finish(&ctx, &done.moved, follow).await.map_err(failed)?;
    Ok(json!({ "channels_merged": done.moved.len(), "channels_made": done.made }))
}

fn failed(error: Error) -> JobError {
    JobError::retry("merge_rules", error.to_string())
}
