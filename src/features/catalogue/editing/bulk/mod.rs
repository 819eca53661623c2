//! One change to many channels at once: those chosen, or all that a filter finds. It is a job: it begins with the list as it
//! is then, changes it part by part, and what was changed stays changed when it is stopped.

mod draft;
mod job;
mod numbers;
mod store;

pub use draft::{Action, Bulk, Selection};
pub use job::job;

use serde_json::{Map, Value, json};

use crate::ctx::Ctx;
use crate::db::DbError;
use crate::features::audit::{self, Actor};
use crate::jobs::{Enqueued, NewJob, kinds};
use crate::support::ids::JobId;
use crate::support::validation::Invalid;

/// One change to many channels at a time.
const KEY: &str = "channels";

/// Why a change to many channels did not begin.
#[derive(Debug, thiserror::Error)]
pub enum BulkError {
    #[error(transparent)]
    Invalid(#[from] Invalid),
    /// Another one is queued or running.
    #[error("many channels are being changed already")]
    Busy(JobId),
    #[error(transparent)]
    Db(#[from] DbError),
}

/// Queues the change that was sent, as the JSON says it.
///
/// # Errors
/// [`BulkError`]; nothing is queued then.
pub async fn start(ctx: &Ctx, actor: &Actor, sent: &Map<String, Value>) -> Result<JobId, BulkError> {
    let bulk = Bulk::read(sent)?;
    let mut tx = ctx.db.begin().await?;
    let job = NewJob::new(kinds::CHANNELS, json!(bulk)).key(KEY).by_hand();
    let id = match ctx.jobs.enqueue(&mut tx, job).await? {
        Enqueued::New(id) => id,
        Enqueued::AlreadyQueued(id) => return Err(BulkError::Busy(id)),
    };
    let details = json!({ "action": bulk.action.name() });
    let now = ctx.clock.now_ms();
    audit::record(
        &mut tx,
        now,
        actor,
        "channels.changed",
        format!("job:{id}"),
        details,
    )
    .await?;
    tx.commit().await?;
    ctx.jobs.wake();
    Ok(id)
}
