//! What plays teach: how each stream did in those of the last days, weighed anew whenever one ends, so that the next viewer gets
//! what works.

mod evidence;
pub(super) mod store;

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::ops::Range;

use serde_json::{Value, json};

use crate::ctx::Ctx;
use crate::db::DbError;
use crate::features::catalogue::experience as catalogue;
use crate::features::health::trouble;
use crate::features::settings;
use crate::jobs::{JobError, JobRun, NewJob, Planned, kinds};
use crate::support::cron::Cron;
use crate::support::ids::ProviderId;

/// Plays that began before are too old to say anything, in days.
pub const DAYS: i64 = 7;
const DAY_MS: i64 = 86_400_000;
/// Streams of one transaction: whoever changes the catalogue waits for it.
const AT_ONCE: i64 = 100;
/// One weighs at a time: what it read first must not be written last.
const KEY: &str = "plays";
const EACH_HOUR: &str = "20 * * * *";

/// The weighing of everything each hour: what was seen grows old, and what excuses it may be found later.
///
/// # Errors
/// Whatever the database says.
pub async fn planned(ctx: &Ctx) -> Result<Option<Planned>, DbError> {
    let settings = settings::load(ctx).await?;
    Ok(Cron::parse(EACH_HOUR).ok().map(|cron| Planned {
        name: "experience".to_owned(),
        cron,
        zone: settings.zone,
        job: NewJob::new(kinds::EXPERIENCE, json!({ "all": true }))
            .key(KEY)
            .attempts(3),
        unless: None,
    }))
}

/// Queues the weighing of the streams that plays told something new of, if there are any.
///
/// # Errors
/// Whatever the database says.
pub async fn tick(ctx: &Ctx) -> Result<(), DbError> {
    if store::is_any_due(&ctx.db).await? {
        let job = NewJob::new(kinds::EXPERIENCE, json!({})).key(KEY);
        ctx.jobs.enqueue_now(job).await?;
    }
    Ok(())
}

/// Weighs what is due, with `all` after whatever was weighed before has become so, and forgets what is too old. When it is
/// stopped, what is left is still due.
///
/// # Errors
/// Whatever the database says.
pub async fn job(ctx: Ctx, job: JobRun) -> Result<Value, JobError> {
    let now_ms = ctx.clock.now_ms();
    let window = now_ms - DAYS * DAY_MS..now_ms + 1;
    if job.payload["all"] == json!(true) {
        while store::forget(&ctx.db, window.start, AT_ONCE).await? > 0 {
            job.check()?;
        }
        store::note_all(&ctx.db, now_ms).await?;
    }
    let mut weighed = 0;
    loop {
        job.check()?;
        job.progress.set(weighed, None, "Weighs what plays told");
        let due = store::due(&ctx.db, now_ms, AT_ONCE).await?;
        if due.is_empty() {
            return Ok(json!({ "streams": weighed }));
        }
        weigh(&ctx, &job, &due, &window).await?;
        weighed += due.len() as u64;
    }
}

/// Weighs some streams; they are due no more, but for what was told of them meanwhile.
async fn weigh(ctx: &Ctx, job: &JobRun, due: &[store::Due], window_ms: &Range<i64>) -> Result<(), JobError> {
    let mut told = Vec::with_capacity(due.len());
    let mut of_providers: BTreeMap<ProviderId, Vec<Range<i64>>> = BTreeMap::new();
    for one in due {
        let stream = one.stream_id;
        let Some(provider) = one.provider_id else { continue };
        if let Entry::Vacant(vacant) = of_providers.entry(provider) {
            vacant.insert(trouble::of_provider(&ctx.db, provider, window_ms).await?);
        }
        let mut excused = of_providers.get(&provider).cloned().unwrap_or_default();
        excused.extend(trouble::of_stream(&ctx.db, stream, window_ms).await?);
        let seen = store::seen(&ctx.db, stream, window_ms.start).await?;
        let failed_starts = store::failed_starts(&ctx.db, stream, window_ms.start).await?;
        told.push((stream, evidence::weigh(seen, failed_starts, &excused)));
    }
    let mut tx = ctx.db.begin().await?;
    job.hold(&mut tx).await?;
    catalogue::keep(&mut tx, &told, ctx.clock.now_ms()).await?;
    tx.commit().await?;
    // Apart from it: who writes plays never waits for the catalogue.
    store::done(&ctx.db, due).await?;
    Ok(())
}
