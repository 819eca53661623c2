//! Deciding about a run that is held.

use serde_json::{Value, json};

use crate::ctx::Ctx;
use crate::db::Tx;
use crate::events::Event;
use crate::features::audit::{self, Actor};
use crate::features::catalogue;
use crate::features::providers::{self, Status};
use crate::jobs::{JobError, JobRun, NewJob, kinds};
use crate::support::ids::{JobId, SyncId};

use super::log::{Decision, Outcome};
use super::store::SyncRow;
use super::{Error, MovedHook, apply, held, store};

/// How often an approval is tried: its staging outlives a crash.
const ATTEMPTS: u32 = 3;

/// Approves a held run; the job applies it.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Decided`], or [`Error::Running`] while a later run is under way.
pub async fn approve(ctx: &Ctx, sync: SyncId, actor: &Actor) -> Result<JobId, Error> {
    let (row, before) = undecided(ctx, sync).await?;
    let key = providers::sync_key(row.provider_id);
    if let Some(job) = ctx.jobs.active(kinds::SYNC, &key).await? {
        return Err(Error::Running(job));
    }
    let mut tx = ctx.db.begin().await?;
    decide(ctx, &mut tx, &row, before, Decision::Approved, actor).await?;
    let job = NewJob::new(kinds::SYNC_APPROVAL, json!({ "sync_id": sync }))
        .key(key)
        .attempts(ATTEMPTS)
        .by_hand();
    let id = ctx.jobs.enqueue(&mut tx, job).await?.id();
    tx.commit().await?;
    ctx.jobs.wake();
    ctx.events.publish(Event::SyncChanged {
        provider: row.provider_id,
        sync,
    });
    Ok(id)
}

/// Rejects a held run: the catalogue stays as it is.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Decided`].
pub async fn reject(ctx: &Ctx, sync: SyncId, actor: &Actor) -> Result<(), Error> {
    let (row, before) = undecided(ctx, sync).await?;
    let mut tx = ctx.db.begin().await?;
    decide(ctx, &mut tx, &row, before, Decision::Rejected, actor).await?;
    store::drop_staging(&mut tx, sync).await?;
    providers::store::set_status(&mut tx, row.provider_id, Status::Ok, None).await?;
    tx.commit().await?;
    ctx.events.publish(Event::SyncChanged {
        provider: row.provider_id,
        sync,
    });
    ctx.events.publish(Event::ProviderChanged(row.provider_id));
    Ok(())
}

/// The run and the decision that may be replaced. An approval whose job came to nothing may be given again.
async fn undecided(ctx: &Ctx, sync: SyncId) -> Result<(SyncRow, Decision), Error> {
    let row = store::find(&ctx.db, sync).await?.ok_or(Error::NotFound)?;
    let decision = match (row.outcome, row.decision) {
        (Outcome::Held, Some(decision @ (Decision::Pending | Decision::Approved))) => decision,
        _ => return Err(Error::Decided),
    };
    let key = providers::sync_key(row.provider_id);
    if decision == Decision::Approved && ctx.jobs.active(kinds::SYNC_APPROVAL, &key).await?.is_some() {
        return Err(Error::Decided);
    }
    Ok((row, decision))
}

async fn decide(
    ctx: &Ctx,
    tx: &mut Tx,
    row: &SyncRow,
    before: Decision,
    decision: Decision,
    actor: &Actor,
) -> Result<(), Error> {
    if !store::decide(tx, row.id, before, decision).await? {
        return Err(Error::Decided);
    }
    let action = match decision {
        Decision::Approved => "sync.approved",
        _ => "sync.rejected",
    };
    let details = json!({ "provider_id": row.provider_id });
    audit::record(
        tx,
        ctx.clock.now_ms(),
        actor,
        action,
        format!("sync:{}", row.id),
        details,
    )
    .await?;
    Ok(())
}

/// Applies an approved run.
pub(super) async fn run(ctx: &Ctx, job: &JobRun, hooks: &[MovedHook]) -> Result<Value, JobError> {
    let sync = job.payload.get("sync_id").and_then(Value::as_i64).map(SyncId);
    let sync =
        sync.ok_or_else(|| JobError::failed("payload", "The job does not say which sync to apply."))?;
    match applied(ctx, job, hooks, sync).await {
        Ok(row) => {
            ctx.events.publish(Event::SyncChanged {
                provider: row.provider_id,
                sync,
            });
            ctx.events.publish(Event::ProviderChanged(row.provider_id));
            ctx.events.publish(Event::CatalogueChanged);
            Ok(json!({ "outcome": Outcome::Applied, "sync_id": sync, "provider_id": row.provider_id }))
        }
        Err(error) => Err(error.into_job()),
    }
}

async fn applied(ctx: &Ctx, job: &JobRun, hooks: &[MovedHook], sync: SyncId) -> Result<SyncRow, Error> {
    let row = store::find(&ctx.db, sync).await?.ok_or(Error::NotFound)?;
    if row.outcome == Outcome::Applied {
        return Ok(row);
    }
    job.progress.set(0, Some(row.entries.cast_unsigned()), "Applying");
    let (plan, mut staging) = held::load(ctx, sync, ctx.config.data.dir.clone()).await?;
    let mut tx = ctx.db.begin().await?;
    job.hold(&mut tx).await.map_err(|_| Error::Cancelled)?;
    if !providers::store::lock(&mut tx, row.provider_id).await? || !store::approved(&mut tx, sync).await? {
        return Err(Error::Decided);
    }
    apply::apply(&mut tx, ctx, row.provider_id, &plan, &mut staging, None, hooks).await?;
    store::drop_staging(&mut tx, sync).await?;
    tx.commit().await?;
    catalogue::settle(&ctx.db, &plan.changes).await;
    Ok(row)
}
