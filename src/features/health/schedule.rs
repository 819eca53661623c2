//! What is checked by itself: everything by the schedule, and what is due before it.

use serde_json::json;

use super::checker::Payload;
use super::{Target, attendance, incidents, maintenance};
use crate::ctx::Ctx;
use crate::db::DbError;
use crate::features::catalogue::sources::{self, Scope};
use crate::features::settings;
use crate::jobs::{NewJob, Planned, kinds};
use crate::support::cron::Cron;

/// The run of everything, while the settings want one.
///
/// # Errors
/// Whatever the database says.
pub async fn planned(ctx: &Ctx) -> Result<Option<Planned>, DbError> {
    let settings = settings::load(ctx).await?;
    if !settings.health_check_enabled {
        return Ok(None);
    }
    // What was stored was understood then.
    Ok(Cron::parse(&settings.health_check_schedule)
        .ok()
        .map(|cron| Planned {
            name: "health".to_owned(),
            cron,
            zone: settings.zone,
            // A run that is cut short begins anew.
            job: NewJob::new(kinds::HEALTH_CHECK, json!(Payload::default()))
                .key(Target::default().key())
                .attempts(2),
            unless: None,
        }))
}

/// Notes that this node is there, ends incidents that have lasted too long, acts on maintenance that began or ended, and queues checks of the streams that are due.
///
/// # Errors
/// Whatever the database says.
pub async fn tick(ctx: &Ctx) -> Result<(), DbError> {
    attendance::note(ctx).await?;
    incidents::pass(ctx).await?;
    maintenance::pass(ctx).await?;
    let by_ms = ctx.clock.now_ms();
    let is_wanted = settings::load(ctx).await?.health_check_enabled;
    if !is_wanted || sources::owners(&ctx.db, Scope::Due { by_ms }).await?.is_empty() {
        return Ok(());
    }
    let payload = Payload {
        due: true,
        ..Payload::default()
    };
    let job = NewJob::new(kinds::HEALTH_RECHECK, json!(payload)).key("due");
    ctx.jobs.enqueue_now(job).await?;
    Ok(())
}
