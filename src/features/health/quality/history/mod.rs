//! How the quality of streams was, and when it fell.
//!
//! Every measurement is a line; what name or address state of the picture of a stream in use is one each night. A line is
//! compared with the last of the same method only: what a measurement finds of a stream that calls itself 4K says nothing of
//! how it became.

pub mod store;

use std::collections::HashMap;

use serde_json::{Value, json};

use crate::ctx::Ctx;
use crate::db::{DbError, Tx};
use crate::events::Event;
use crate::features::catalogue::measured::{Facts, Listed, listed};
use crate::features::catalogue::quality::{self, Tier};
use crate::features::settings;
use crate::jobs::{JobError, JobRun, NewJob, Planned, kinds};
use crate::support::cron::Cron;
use crate::support::ids::StreamId;

pub use store::Line;

const EACH_NIGHT: &str = "10 4 * * *";
/// Streams of one transaction.
const AT_ONCE: i64 = 500;
/// So many points less are a fall.
const FALL: i64 = 100;

/// How a quality was told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    Name,
    Url,
    Ffprobe,
}

impl Method {
    /// As it is stored and told.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Url => "url",
            Self::Ffprobe => "ffprobe",
        }
    }
}

impl From<Listed> for Method {
    fn from(listed: Listed) -> Self {
        match listed {
            Listed::Name => Self::Name,
            Listed::Url => Self::Url,
        }
    }
}

impl Line {
    fn new(stream: i64, at_ms: i64, method: Method, tier: Option<Tier>, kbps: Option<u32>) -> Self {
        Self {
            stream_id: stream,
            at: at_ms,
            resolution: tier.map(|tier| tier.name().to_owned()),
            bitrate_kbps: kbps.map(i64::from),
            codec: None,
            fps: None,
            score: quality::score(tier, kbps).map(i64::from),
            detection_method: method.as_str().to_owned(),
            is_repeat: false,
            fell: false,
            before_resolution: None,
            before_score: None,
        }
    }

    /// Of what was measured just now; none of a try that measured nothing.
    pub(super) fn measured(facts: &Facts) -> Option<Self> {
        let at_ms = facts.measured_at.filter(|at| *at == facts.tried_at)?;
        let line = Self::new(
            facts.stream_id,
            at_ms,
            Method::Ffprobe,
            facts.picture(),
            facts.kbps(),
        );
        Some(Self {
            codec: facts.codec.clone(),
            fps: facts.fps,
            ..line
        })
    }

    fn tier(&self) -> Option<Tier> {
        self.resolution.as_deref().and_then(Tier::from_word)
    }

    /// Whether it is worse than an earlier line of the same method. What either does not know is not compared.
    fn is_worse_than(&self, before: &Self) -> bool {
        let points = before.score.zip(self.score);
        let tiers = before.tier().zip(self.tier());
        points.is_some_and(|(before, now)| before - now >= FALL)
            || tiers.is_some_and(|(before, now)| now < before)
    }

    /// With what the last line of the same method makes of it.
    fn behind(mut self, last: Option<&Self>) -> Self {
        let Some(last) = last else { return self };
        self.fell = self.is_worse_than(last);
        if self.fell {
            self.before_resolution = last.resolution.clone();
            self.before_score = last.score;
        }
        let is_same = last.resolution == self.resolution && last.score == self.score;
        self.is_repeat = is_same && self.detection_method != Method::Ffprobe.as_str();
        self
    }
}

/// Adds lines, each of another stream; those streams whose quality fell.
///
/// # Errors
/// Whatever the database says.
pub(super) async fn add(tx: &mut Tx, lines: Vec<Line>) -> Result<Vec<StreamId>, DbError> {
    let streams = lines.iter().map(|line| line.stream_id).collect();
    let last: HashMap<(i64, String), Line> = store::last_of_each(tx, streams)
        .await?
        .into_iter()
        .map(|line| ((line.stream_id, line.detection_method.clone()), line))
        .collect();
    let lines: Vec<Line> = lines
        .into_iter()
        .map(|line| {
            let before = last.get(&(line.stream_id, line.detection_method.clone()));
            line.behind(before)
        })
        .collect();
    store::add(tx, &lines).await?;
    let fell = lines.iter().filter(|line| line.fell);
    Ok(fell.map(|line| StreamId(line.stream_id)).collect())
}

/// Tells whoever listens of streams whose quality fell, once that is stored.
pub(super) fn tell(ctx: &Ctx, fell: &[StreamId]) {
    for stream in fell {
        ctx.events.publish(Event::QualityFell(*stream));
    }
}

/// The lines of each night.
///
/// # Errors
/// Whatever the database says.
pub async fn planned(ctx: &Ctx) -> Result<Option<Planned>, DbError> {
    let settings = settings::load(ctx).await?;
    Ok(Cron::parse(EACH_NIGHT).ok().map(|cron| Planned {
        name: "quality_log".to_owned(),
        cron,
        zone: settings.zone,
        job: NewJob::new(kinds::QUALITY_LOG, Value::Null).key("log"),
        unless: None,
    }))
}

/// Writes down what name or address state of the picture of each stream in use; when it is stopped, what is written stays.
///
/// # Errors
/// Whatever the database says.
pub async fn job(ctx: Ctx, job: JobRun) -> Result<Value, JobError> {
    let (mut after, mut written, mut worse) = (0, 0, 0);
    loop {
        job.check()?;
        let page = store::listed(&ctx.db, after, AT_ONCE).await?;
        let Some(last) = page.last() else { break };
        after = last.id;
        let at_ms = ctx.clock.now_ms();
        let lines = page.iter().filter_map(|stream| {
            let (tier, by) = listed(&stream.original_name, &stream.url_template)?;
            Some(Line::new(stream.id, at_ms, by.into(), Some(tier), None))
        });
        let lines: Vec<Line> = lines.collect();
        written += lines.len() as u64;
        let mut tx = ctx.db.begin().await?;
        job.hold(&mut tx).await?;
        let fell = add(&mut tx, lines).await?;
        tx.commit().await?;
        worse += fell.len() as u64;
        tell(&ctx, &fell);
        job.progress
            .set(written, None, "Writes down how streams are named");
    }
    if worse > 0 {
        ctx.events.publish(Event::HealthChanged);
    }
    Ok(json!({ "lines": written, "fell": worse }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(tier: Option<Tier>, kbps: Option<u32>) -> Line {
        Line::new(1, 0, Method::Ffprobe, tier, kbps)
    }

    #[test]
    fn a_hundred_points_less_or_a_smaller_picture_are_a_fall_and_more_is_none() {
        let (hd, full) = (Some(Tier::P720), Some(Tier::P1080));
        for (before, now, fell) in [
            ((full, Some(5_000)), (full, Some(4_700)), false), // 750 → 658
            ((full, Some(5_000)), (full, Some(4_600)), true),  // 750 → 644
            ((full, Some(2_000)), (hd, Some(2_500)), true),    // 280 → 650, a smaller picture
            ((hd, Some(2_500)), (full, Some(3_900)), true),    // 650 → 546, of a larger picture
            ((hd, Some(1_000)), (full, Some(5_000)), false),
            ((full, None), (None, None), false),
            ((None, None), (hd, None), false),
        ] {
            let fall = line(now.0, now.1).behind(Some(&line(before.0, before.1)));
            assert_eq!(fall.fell, fell, "{before:?} {now:?}");
            assert_eq!(fall.before_score.is_some(), fell);
        }
        assert!(!line(hd, None).behind(None).fell);
    }

    #[test]
    fn only_what_name_or_address_say_again_is_a_repeat() {
        let named = |tier| Line::new(1, 0, Method::Name, Some(tier), None);
        assert!(named(Tier::P720).behind(Some(&named(Tier::P720))).is_repeat);
        assert!(!named(Tier::P720).behind(Some(&named(Tier::P1080))).is_repeat);
        assert!(!named(Tier::P720).behind(None).is_repeat);
        let measured = line(Some(Tier::P720), Some(2_000));
        assert!(!measured.clone().behind(Some(&measured)).is_repeat);
    }
}
