//! What checks found becomes what is known of streams, in one transaction.

use std::collections::{HashMap, HashSet};

use super::Checked;
use crate::ctx::Ctx;
use crate::events::Event;
use crate::features::catalogue::checks::{self, Health};
use crate::features::health::course::{Course, Finding, Observation, Rules};
use crate::features::health::store::{self, LogLine};
use crate::features::health::verdict::Verdict;
use crate::features::health::{Error, course_of, health_of};
use crate::features::settings;
use crate::jobs::JobRun;

/// Stores results; those of a job only while it is still this node's. A stream that was removed meanwhile is left out, and
/// of two results of one stream both count, in the order of their instants.
///
/// # Errors
/// Whatever the database says; [`Error::Cancelled`] if the job is another node's by now.
pub(super) async fn save(ctx: &Ctx, found: &[Checked], job: Option<&JobRun>) -> Result<(), Error> {
    let mut found: Vec<&Checked> = found.iter().filter(|checked| checked.is_told()).collect();
    if found.is_empty() {
        return Ok(());
    }
    found.sort_by_key(|checked| (checked.at_ms, checked.stream));
    let settings = settings::load(ctx).await?;
    let rules = Rules {
        threshold: settings.health_check_failure_threshold,
    };
    let now = ctx.clock.now_ms();
    let mut tx = ctx.db.begin().await?;
    if let Some(job) = job {
        job.hold(&mut tx).await.map_err(|_| Error::Cancelled)?;
    }
    let ids: HashSet<i64> = found.iter().map(|checked| checked.stream.0).collect();
    let mut ids: Vec<i64> = ids.into_iter().collect();
    ids.sort_unstable();
    let results = checks::open(&mut tx, &ids).await?;
    let mut courses: HashMap<i64, Course> = HashMap::with_capacity(ids.len());
    let mut lines = Vec::with_capacity(found.len());
    for checked in found {
        let stream = checked.stream.0;
        let Some(known) = results.known.get(&stream) else {
            continue;
        };
        let course = courses
            .entry(stream)
            .or_insert_with(|| course_of(results.before.get(&stream), known.is_active));
        let Some(observation) = checked.observation() else {
            continue;
        };
        *course = course.after(&observation, rules, false).0;
        lines.extend(LogLine::of(checked, &observation));
    }
    let health: Vec<Health> = courses
        .iter()
        .map(|(id, course)| health_of(*id, course))
        .collect();
    let active = courses
        .iter()
        .map(|(id, course)| (*id, !course.out_of_use))
        .collect();
    let is_changed = checks::keep(&mut tx, &results, &health, &active, now).await?;
    store::log(&mut tx, &lines).await?;
    tx.commit().await?;
    if is_changed {
        ctx.events.publish(Event::CatalogueChanged);
    }
    ctx.events.publish(Event::HealthChanged);
    Ok(())
}

impl Checked {
    /// Whether it says anything about its stream.
    fn is_told(&self) -> bool {
        !matches!(self.verdict, Verdict::Untestable(_))
    }

    /// As the stream's course takes it.
    fn observation(&self) -> Option<Observation> {
        let (finding, fault) = match &self.verdict {
            Verdict::Up => (Finding::Up, None),
            Verdict::Degraded(fault) => (Finding::Degraded, Some(fault.clone())),
            Verdict::Down(fault) => (Finding::Down, Some(fault.clone())),
            Verdict::Skipped => (Finding::Skipped, None),
            Verdict::Untestable(_) => return None,
        };
        Some(Observation {
            at_ms: self.at_ms,
            finding,
            response_ms: self.probe.as_ref().and_then(|probe| probe.latency_ms),
            fault,
            by_hand: self.by_hand,
        })
    }
}
