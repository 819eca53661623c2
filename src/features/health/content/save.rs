//! What was seen of a stream becomes what is known of it.

use std::collections::{HashMap, HashSet};

use super::Finding;
use super::sample::{Sample, is_same_picture};
use super::store::{self, Line, Row};
use super::verdict::{self, Verdict};
use crate::ctx::Ctx;
use crate::db::{DbError, Tx};
use crate::events::Event;
use crate::features::catalogue::checks::{self, Results};
use crate::features::catalogue::defect::Defect;
use crate::features::catalogue::quality::Tier;
use crate::features::health::{Error, Shown, course_of, health_of};
use crate::features::settings;
use crate::jobs::JobRun;
use crate::support::ids::{ProviderId, StreamId};

const MINUTE_MS: i64 = 60_000;
const DAY_MS: i64 = 24 * 60 * MINUTE_MS;
/// How soon a defect is looked for again before it counts, and by when at the earliest another look is a second one.
const CONFIRM_MS: i64 = 5 * MINUTE_MS;
const APART_MS: i64 = 3 * MINUTE_MS;
/// How soon it is looked for after that: longer each time, up to a day.
const AGAIN_MS: i64 = 30 * MINUTE_MS;
/// So many other channels of a provider show what is no programme of any of them, if they showed it within this time.
const CHANNELS: usize = 2;
const SLATES_MS: i64 = 7 * DAY_MS;

/// What came of one stream.
pub(super) struct Found {
    pub stream: StreamId,
    /// Milliseconds since the epoch, UTC.
    pub at_ms: i64,
    /// Or why nothing could be seen, in words.
    pub result: Result<Sample, String>,
    pub by_hand: bool,
}

/// Stores what was found; that of a job only while it is still this node's. None of a stream that was removed meanwhile, or of
/// which nothing could be seen.
///
/// # Errors
/// Whatever the database says; [`Error::Cancelled`] if the job is another node's by now.
pub(super) async fn save(ctx: &Ctx, found: Found, job: Option<&JobRun>) -> Result<Option<Finding>, Error> {
    let (stream, at_ms) = (found.stream, found.at_ms);
    let floor_percent = settings::load(ctx).await?.bitrate_floor_percent;
    let mut tx = ctx.db.begin().await?;
    if let Some(job) = job {
        job.hold(&mut tx).await.map_err(|_| Error::Cancelled)?;
    }
    let results = checks::open(&mut tx, &[stream.0]).await?;
    let Some(known) = results.known.get(&stream.0).copied() else {
        return Ok(None);
    };
    let before = store::get(&mut tx, stream)
        .await?
        .unwrap_or_else(|| Row::of(stream));
    let sample = match found.result {
        Ok(sample) => sample,
        Err(reason) => {
            let row = Row {
                tried_at: at_ms,
                // What waits to be confirmed or cleared waits no longer for that.
                next_at: (before.in_a_row > 0).then_some(at_ms + AGAIN_MS),
                failure: Some(reason),
                ..before
            };
            store::write(&mut tx, &row).await?;
            tx.commit().await?;
            ctx.events.publish(Event::HealthChanged);
            return Ok(None);
        }
    };
    let picture = verdict::may_be_slate(&sample).then(|| sample.hash()).flatten();
    let slate = slate(&mut tx, (known.provider_id, stream), picture, at_ms).await?;
    let floor = floor(&mut tx, stream, floor_percent).await?;
    let Verdict { defect, evidence } = verdict::of(&sample, floor, slate);
    let row = before.after(defect, &evidence, picture, at_ms);
    let is_confirmed = defect.is_some() && row.in_a_row > 1;
    let shown = results.before.get(&stream.0).and_then(Shown::of);
    let after = after(shown.as_ref(), defect.filter(|_| is_confirmed), &evidence, &row);
    let other = |one: &Option<Shown>, than: &Option<Shown>| {
        one.as_ref().map(|shown| &shown.defect) != than.as_ref().map(|shown| &shown.defect)
    };
    let is_other = other(&after, &shown);
    let began = is_other && after.is_some();
    store::write(&mut tx, &row).await?;
    let line = Line {
        defect: row.defect.clone(),
        is_confirmed,
        began,
        by_hand: found.by_hand,
        ..Line::of(stream, at_ms, &sample, &evidence)
    };
    store::log(&mut tx, &line).await?;
    let mut is_changed = false;
    if is_other {
        is_changed = apply(ctx, &mut tx, &results, (stream, known.is_active), after).await?;
    }
    tx.commit().await?;
    if is_changed {
        ctx.events.publish(Event::CatalogueChanged);
    }
    ctx.events.publish(Event::HealthChanged);
    if began {
        ctx.events.publish(Event::ContentFailed(stream));
    }
    Ok(Some(Finding {
        at_ms,
        defect,
        evidence,
        is_confirmed,
    }))
}

/// What counts of a stream after a look: what it confirmed, or nothing once it was good. A defect that was not confirmed yet
/// changes nothing.
fn after(shown: Option<&Shown>, confirmed: Option<Defect>, evidence: &str, row: &Row) -> Option<Shown> {
    row.defect.as_ref()?;
    let Some(defect) = confirmed else {
        return shown.cloned();
    };
    let before = shown
        .filter(|shown| Defect::from_word(&shown.defect).is_some_and(|before| before.agrees_with(defect)));
    Some(Shown {
        defect: defect.as_str().to_owned(),
        reason: evidence.to_owned(),
        since_ms: before.map_or(row.tried_at, |before| before.since_ms),
    })
}

/// Gives a stream the state that follows from what it shows. The answer is whether lists or players see anything of it.
async fn apply(
    ctx: &Ctx,
    tx: &mut Tx,
    results: &Results,
    (stream, is_active): (StreamId, bool),
    shown: Option<Shown>,
) -> Result<bool, DbError> {
    let course = course_of(results.before.get(&stream.0), is_active);
    let health = health_of(stream.0, &course, shown);
    let active = HashMap::from([(stream.0, is_active)]);
    checks::keep(tx, results, &[health], &active, ctx.clock.now_ms()).await
}

/// How many other channels of the provider show this picture, if that are enough for a sign.
async fn slate(
    tx: &mut Tx,
    (provider, stream): (ProviderId, StreamId),
    picture: Option<i64>,
    at_ms: i64,
) -> Result<Option<usize>, DbError> {
    let Some(picture) = picture else { return Ok(None) };
    let others = store::pictures(tx, provider, stream, at_ms - SLATES_MS).await?;
    let same = others
        .into_iter()
        .filter(|(_, other)| is_same_picture(picture, *other));
    let channels: HashSet<i64> = same.map(|(channel, _)| channel).collect();
    Ok(Some(channels.len()).filter(|count| *count >= CHANNELS))
}

/// What a picture of the stream's kind has at least, in kilobits a second; none where nothing is expected of it.
async fn floor(tx: &mut Tx, stream: StreamId, percent: u32) -> Result<Option<u32>, DbError> {
    let resolution = store::resolution(tx, stream).await?;
    let expected = resolution
        .as_deref()
        .and_then(Tier::from_word)
        .and_then(Tier::expected_kbps);
    Ok(expected
        .map(|expected| expected * percent / 100)
        .filter(|floor| *floor > 0))
}

impl Row {
    /// After a look that found this.
    fn after(self, defect: Option<Defect>, evidence: &str, picture: Option<i64>, at_ms: i64) -> Self {
        let before = self.defect.as_deref().and_then(Defect::from_word);
        let is_same = before
            .zip(defect)
            .is_some_and(|(before, now)| now.agrees_with(before));
        let is_apart = self.tested_at.is_none_or(|last| at_ms - last >= APART_MS);
        let in_a_row = match defect {
            None => 0,
            Some(_) if is_same && is_apart => self.in_a_row + 1,
            Some(_) if is_same => self.in_a_row,
            Some(_) => 1,
        };
        let pause = match in_a_row {
            0 => None,
            1 => Some(CONFIRM_MS),
            more => Some((AGAIN_MS << (more - 2).clamp(0, 16)).min(DAY_MS)),
        };
        Self {
            defect: defect.map(|defect| defect.as_str().to_owned()),
            evidence: Some(evidence.to_owned()),
            in_a_row,
            picture,
            // The look that a second one is measured against stays the first.
            tested_at: if is_same && !is_apart {
                self.tested_at
            } else {
                Some(at_ms)
            },
            tried_at: at_ms,
            next_at: pause.map(|pause| at_ms + pause),
            failure: None,
            stream_id: self.stream_id,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn looked(row: Row, at_min: i64, defect: Option<Defect>) -> Row {
        row.after(defect, "", None, at_min * MINUTE_MS)
    }

    #[test]
    fn a_defect_counts_at_the_second_look_some_minutes_later_and_a_good_one_ends_it() {
        let row = looked(Row::of(StreamId(1)), 0, Some(Defect::Black));
        assert_eq!((row.in_a_row, row.next_at), (1, Some(5 * MINUTE_MS)));
        let row = looked(row, 1, Some(Defect::Black));
        assert_eq!(row.in_a_row, 1, "the same moment is no second look");
        let row = looked(row, 3, Some(Defect::Frozen));
        assert_eq!((row.in_a_row, row.next_at), (2, Some(33 * MINUTE_MS)));
        let row = looked(row, 40, Some(Defect::Slate));
        assert_eq!((row.in_a_row, row.next_at), (3, Some(100 * MINUTE_MS)));
        let other = looked(row.clone(), 100, Some(Defect::Silent));
        assert_eq!(other.in_a_row, 1, "what was found before is another thing");
        let good = looked(row, 100, None);
        assert_eq!((good.in_a_row, good.next_at), (0, None));
    }

    #[test]
    fn the_pauses_end_at_a_day() {
        let row = Row {
            in_a_row: 60,
            defect: Some("black".to_owned()),
            ..Row::of(StreamId(1))
        };
        assert_eq!(looked(row, 0, Some(Defect::Black)).next_at, Some(DAY_MS));
    }
}
