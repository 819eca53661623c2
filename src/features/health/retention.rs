//! What is forgotten in time: each night, in small batches.

use serde_json::{Value, json};

use super::quality::history;
use super::{attendance, content, incidents, maintenance, performance, store};
use crate::ctx::Ctx;
use crate::db::DbError;
use crate::features::settings;
use crate::jobs::{JobError, JobRun, NewJob, Planned, kinds};
use crate::support::cron::Cron;

const EACH_NIGHT: &str = "40 4 * * *";
const DAY_MS: i64 = 86_400_000;
/// Rows of one transaction.
const AT_ONCE: i64 = 500;
/// For so long each night's line of a name that stays the same is kept, in days.
const REPEATS_DAYS: i64 = 30;

/// The nightly clean-up.
///
/// # Errors
/// Whatever the database says.
pub async fn planned(ctx: &Ctx) -> Result<Option<Planned>, DbError> {
    let settings = settings::load(ctx).await?;
    Ok(Cron::parse(EACH_NIGHT).ok().map(|cron| Planned {
        name: "health_retention".to_owned(),
        cron,
        zone: settings.zone,
        job: NewJob::new(kinds::HEALTH_RETENTION, Value::Null)
            .key("retention")
            .attempts(3),
        unless: None,
    }))
}

/// Forgets checks, hours, quality, looks and incidents that are older than the settings say, and what nobody asks for any more; when
/// it is stopped, what is gone is gone.
///
/// # Errors
/// Whatever the database says.
pub async fn job(ctx: Ctx, job: JobRun) -> Result<Value, JobError> {
    let settings = settings::load(&ctx).await?;
    let before = |days: i64| ctx.clock.now_ms() - days * DAY_MS;
    let (checks_before, hours_before) = (
        before(settings.health_check_retention_days),
        before(settings.performance_retention_days),
    );
    let (mut checks, mut hours, mut lines, mut others) = (0, 0, 0, 0);
    loop {
        job.check()?;
        let gone = store::prune(&ctx.db, checks_before, AT_ONCE).await?;
        checks += gone;
        job.progress.set(checks, None, "Forgets old checks");
        if gone == 0 {
            break;
        }
    }
    loop {
        job.check()?;
        let gone = performance::store::prune(&ctx.db, hours_before, AT_ONCE).await?;
        hours += gone;
        if gone == 0 {
            break;
        }
    }
    loop {
        job.check()?;
        let gone = incidents::store::prune(&ctx.db, hours_before, AT_ONCE).await?
            + maintenance::store::prune(&ctx.db, hours_before, AT_ONCE).await?
            // Who was there matters for as long as there are checks.
            + attendance::prune(&ctx.db, checks_before, AT_ONCE).await?;
        others += gone;
        if gone == 0 {
            break;
        }
    }
    loop {
        job.check()?;
        let old = before(settings.quality_retention_days);
        let gone = history::store::prune(&ctx.db, old, AT_ONCE).await?
            + history::store::prune_repeats(&ctx.db, before(REPEATS_DAYS), AT_ONCE).await?
            + content::store::prune(&ctx.db, old, AT_ONCE).await?;
        lines += gone;
        if gone == 0 {
            break;
        }
    }
    Ok(json!({
        "checks_removed": checks,
        "hours_removed": hours,
        "quality_lines_removed": lines,
        "others_removed": others,
    }))
}
