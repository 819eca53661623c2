//! What was measured becomes what is known of streams, in one transaction for many.

use std::collections::BTreeMap;

use crate::ctx::Ctx;
use crate::events::Event;
use crate::features::catalogue::measured::{self, Facts};
use crate::features::health::Error;
use crate::features::health::ffprobe::Measured;
use crate::features::health::quality::history::{self, Line};
use crate::jobs::JobRun;
use crate::support::ids::StreamId;

/// What came of one stream.
pub(super) struct Found {
    pub stream: StreamId,
    /// Milliseconds since the epoch, UTC.
    pub at_ms: i64,
    /// Or why nothing could be measured, in words.
    pub result: Result<Measured, String>,
}

/// Stores what was found; that of a job only while it is still this node's. A stream that was removed meanwhile is left out,
/// and of two results of one stream the last counts.
///
/// # Errors
/// Whatever the database says; [`Error::Cancelled`] if the job is another node's by now.
pub(super) async fn save(ctx: &Ctx, found: &[Found], job: Option<&JobRun>) -> Result<(), Error> {
    if found.is_empty() {
        return Ok(());
    }
    let now = ctx.clock.now_ms();
    let found: BTreeMap<i64, &Found> = found.iter().map(|found| (found.stream.0, found)).collect();
    let ids: Vec<i64> = found.keys().copied().collect();
    let mut tx = ctx.db.begin().await?;
    if let Some(job) = job {
        job.hold(&mut tx).await.map_err(|_| Error::Cancelled)?;
    }
    let open = measured::open(&mut tx, &ids).await?;
    let facts: Vec<Facts> = found
        .iter()
        .filter(|(id, _)| open.known.contains_key(id))
        .map(|(id, found)| after(open.before.get(id), found))
        .collect();
    let is_changed = measured::keep(&mut tx, &open, &facts, now).await?;
    let lines = facts.iter().filter_map(Line::measured).collect();
    let fell = history::add(&mut tx, lines).await?;
    tx.commit().await?;
    history::tell(ctx, &fell);
    if is_changed {
        ctx.events.publish(Event::CatalogueChanged);
    }
    ctx.events.publish(Event::HealthChanged);
    Ok(())
}

/// What is known of a stream now. What could not be measured this time stays as it was.
fn after(before: Option<&Facts>, found: &Found) -> Facts {
    match &found.result {
        Ok(measured) => {
            let picture = measured.picture.as_ref();
            Facts {
                stream_id: found.stream.0,
                tier: picture.map(|picture| picture.tier.name().to_owned()),
                width: picture.map(|picture| picture.width.into()),
                height: picture.map(|picture| picture.height.into()),
                codec: picture.map(|picture| picture.codec.clone()),
                sound: measured.sound.clone(),
                fps: picture.and_then(|picture| picture.fps),
                bitrate_kbps: measured.bitrate_kbps.map(i64::from),
                measured_at: Some(found.at_ms),
                tried_at: found.at_ms,
                failure: None,
            }
        }
        Err(reason) => Facts {
            stream_id: found.stream.0,
            tried_at: found.at_ms,
            failure: Some(reason.clone()),
            ..before.cloned().unwrap_or_default()
        },
    }
}
