//! Asking for measurements of many streams, and their schedule.

use serde_json::json;

use super::{Payload, store};
use crate::ctx::Ctx;
use crate::db::DbError;
use crate::features::audit::{self, Actor};
use crate::features::health::{Error, Target};
use crate::features::settings;
use crate::jobs::{Enqueued, NewJob, Planned, kinds};
use crate::support::cron::Cron;

/// Minutes after the hour, when its summing up is over.
const EACH_HOUR: &str = "20 * * * *";

/// The dedupe key of the sample: beside the streams that people name.
pub const DUE: &str = "due";

/// The sample of each hour, while the settings want one.
///
/// # Errors
/// Whatever the database says.
pub async fn planned(ctx: &Ctx) -> Result<Option<Planned>, DbError> {
    let settings = settings::load(ctx).await?;
    if !settings.enable_bitrate_analysis {
        return Ok(None);
    }
    let payload = Payload {
        due: true,
        ..Payload::default()
    };
    Ok(Cron::parse(EACH_HOUR).ok().map(|cron| Planned {
        name: "quality".to_owned(),
        cron,
        zone: settings.zone,
        job: NewJob::new(kinds::QUALITY_MEASURE, json!(payload)).key(DUE),
        unless: None,
    }))
}

/// Queues a run for a person, unless one of the same streams is queued or running; then that is the answer.
///
/// # Errors
/// [`Error::NothingToCheck`] if there is no such stream, or all are known to be down.
pub async fn start(ctx: &Ctx, actor: &Actor, target: Target) -> Result<Enqueued, Error> {
    if store::of_scope(&ctx.db, target.scope(), 1).await?.is_empty() {
        return Err(Error::NothingToCheck);
    }
    let payload = Payload { target, due: false };
    let job = NewJob::new(kinds::QUALITY_MEASURE, json!(payload))
        .key(target.key())
        .by_hand();
    let mut tx = ctx.db.begin().await?;
    let queued = ctx.jobs.enqueue(&mut tx, job).await?;
    let Enqueued::New(id) = queued else {
        return Ok(queued);
    };
    let (now, resource) = (ctx.clock.now_ms(), format!("job:{id}"));
    let details = json!({ "streams": target.key() });
    audit::record(&mut tx, now, actor, "quality.measured", resource, details).await?;
    tx.commit().await?;
    ctx.jobs.wake();
    Ok(queued)
}
