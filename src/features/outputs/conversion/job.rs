use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use url::Url;

use super::{ConversionError, Draft};
use crate::ctx::Ctx;
use crate::features::audit::{self, Actor};
use crate::features::outputs::one_shot::{FetchedError, Options, Report, fetched, uploaded};
use crate::features::providers::uploads::{self, Checked};
use crate::fetch::{FetchError, FetchRequest, Guard};
use crate::jobs::{JobError, JobRun, NewJob, kinds};
use crate::support::ids::JobId;

/// The playlist's address holds credentials, and a job's payload stands in the database.
const PURPOSE: &str = "playlist to convert";

/// Queues the conversion.
///
/// # Errors
/// [`ConversionError::Invalid`], or [`ConversionError::Busy`] while the same folder is written to.
pub async fn start(
    ctx: &Ctx,
    actor: &Actor,
    mut draft: Draft,
    file: Option<Checked>,
) -> Result<JobId, ConversionError> {
    draft.invalid(file.is_some()).into_result()?;
    if let Some(file) = file {
        draft.upload = Some(uploads::stage(ctx, file).await?);
    }
    let queued = queue(ctx, actor, &draft).await;
    if let (Err(_), Some(upload)) = (&queued, draft.upload) {
        uploads::discard(ctx, upload.id).await;
    }
    queued
}

async fn queue(ctx: &Ctx, actor: &Actor, draft: &Draft) -> Result<JobId, ConversionError> {
    let plain = serde_json::to_vec(draft).map_err(|_| ConversionError::Payload)?;
    let sealed = STANDARD.encode(ctx.keys.encrypt(PURPOSE, &plain, b""));
    let job = NewJob::new(kinds::STRM_FROM_PLAYLIST, json!({ "sealed": sealed }))
        .key(format!("strm:{}", draft.output_path))
        .by_hand();
    let mut tx = ctx.db.begin().await?;
    let queued = ctx.jobs.enqueue(&mut tx, job).await?;
    if !queued.is_new() {
        return Err(ConversionError::Busy(queued.id()));
    }
    let resource = format!("job:{}", queued.id());
    let details = json!({ "output_path": draft.output_path });
    audit::record(
        &mut tx,
        ctx.clock.now_ms(),
        actor,
        "playlist.converted",
        resource,
        details,
    )
    .await?;
    tx.commit().await?;
    ctx.jobs.wake();
    Ok(queued.id())
}

/// The handler of [`kinds::STRM_FROM_PLAYLIST`].
pub async fn job(ctx: Ctx, job: JobRun) -> Result<Value, JobError> {
    let draft = opened(&ctx, &job.payload)?;
    let written = convert(&ctx, &job, &draft).await;
    if let Some(upload) = draft.upload {
        uploads::discard(&ctx, upload.id).await;
    }
    written
}

async fn convert(ctx: &Ctx, job: &JobRun, draft: &Draft) -> Result<Value, JobError> {
    let progress = job.progress.clone();
    let options = options(draft, ctx.clock.now_ms());
    let read = |bytes| progress.set(bytes, None, "Reading");
    let read = match draft.upload {
        Some(upload) => uploaded(ctx, upload, options, read).await,
        None => {
            let url = Url::parse(&draft.m3u_url).map_err(|_| ConversionError::Payload)?;
            let mut request = FetchRequest::new(vec![url], Guard::Typed);
            request.cancel = job.cancel.clone();
            fetched(&ctx.fetch, request, options, read).await
        }
    };
    let plan = match read {
        Err(FetchedError::Fetch(FetchError::Cancelled)) => return Err(JobError::Cancelled),
        result => result.map_err(ConversionError::from)?,
    };
    job.check()?;
    job.progress.set(0, None, "Writing");
    job.progress
        .log("The files hold the playlist's own links, with whatever credentials these carry.");
    let out = ctx.config.output.dir.join(&draft.output_path);
    let written = tokio::task::spawn_blocking(move || plan.write(&out)).await;
    let report = written
        .map_err(|_| ConversionError::WriterGone)?
        .map_err(ConversionError::from)?;
    Ok(result(&report, &draft.output_path))
}

fn opened(ctx: &Ctx, payload: &Value) -> Result<Draft, ConversionError> {
    let sealed = payload["sealed"].as_str().ok_or(ConversionError::Payload)?;
    let sealed = STANDARD.decode(sealed).map_err(|_| ConversionError::Payload)?;
    let plain = ctx.keys.decrypt(PURPOSE, &sealed, b"")?;
    serde_json::from_slice(&plain).map_err(|_| ConversionError::Payload)
}

fn options(draft: &Draft, now_ms: i64) -> Options {
    let now = jiff::Timestamp::from_millisecond(now_ms).unwrap_or_default();
    let year = now.to_zoned(jiff::tz::TimeZone::UTC).year();
    Options {
        preference: draft.preference(),
        by_category: draft.organize_by_category,
        // 0 to 1 by its rule.
        fuzzy_threshold: (draft.fuzzy_match_threshold * 100.0).round() as u8,
        merge: draft.merge_duplicates,
        clean: draft.clean_output_first,
        this_year: u16::try_from(year).unwrap_or(u16::MAX),
    }
}

fn result(report: &Report, output_path: &str) -> Value {
    let refused: u64 = report.refused.iter().map(|(_, count)| count).sum();
    json!({
        "channels_created": report.channels,
        "duplicates_removed": report.duplicates_removed,
        "categories_used": report.categories,
        "output_path": output_path,
        "entries": report.entries,
        "streams": report.streams,
        "films": report.films,
        "episodes": report.episodes,
        "refused": refused,
        "files_written": report.files_written,
        "files_unchanged": report.files_unchanged,
        "files_removed": report.files_removed,
    })
}
