//! What checks found becomes what is known of streams, in one transaction.

use std::collections::{HashMap, HashSet};

use super::Checked;
use crate::ctx::Ctx;
use crate::events::Event;
use crate::features::catalogue::checks::{self, Health};
use crate::features::health::course::{Course, Finding, Observation, Rules};
use crate::features::health::incidents::{Seen, Turned, Watched};
use crate::features::health::store::{self, LogLine};
use crate::features::health::verdict::Verdict;
use crate::features::health::{Error, Shown, course_of, health_of};
use crate::features::settings;
use crate::jobs::JobRun;
use crate::support::ids::ProviderId;

/// Stores results; those of a job only while it is still this node's. A stream that was removed meanwhile is left out, and
/// of two results of one stream both count, in the order of their instants.
///
/// # Errors
/// Whatever the database says; [`Error::Cancelled`] if the job is another node's by now.
pub(super) async fn save(ctx: &Ctx, found: &[Checked], job: Option<&JobRun>) -> Result<(), Error> {
    let mut found: Vec<&Checked> = found.iter().collect();
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
    let told: Vec<(&Checked, ProviderId, Observation)> = found
        .iter()
        .filter_map(|checked| {
            let known = results.known.get(&checked.stream.0)?;
            Some((*checked, known.provider_id, checked.observation()?))
        })
        .collect();
    let before: HashMap<i64, Course> = results
        .known
        .iter()
        .map(|(id, known)| (*id, course_of(results.before.get(id), known.is_active)))
        .collect();
    let told = once_each(told, &before);
    let watched = Watched::through(&mut tx, &seen(&told, &before)).await?;
    let mut courses: HashMap<i64, Course> = HashMap::with_capacity(ids.len());
    let (mut lines, mut turned) = (Vec::with_capacity(told.len()), Vec::new());
    for (checked, provider, observation) in &told {
        let Some(before) = before.get(&checked.stream.0) else {
            continue;
        };
        let course = courses.entry(checked.stream.0).or_insert_with(|| before.clone());
        let is_shielded = watched.shields(*provider, observation.at_ms);
        let (after, turn) = course.after(observation, rules, is_shielded);
        *course = after;
        lines.extend(LogLine::of(checked, observation));
        turned.extend(turn.map(|turn| Turned {
            stream: checked.stream,
            provider: *provider,
            at_ms: observation.at_ms,
            turn,
            fault: observation.fault.clone(),
        }));
    }
    for checked in found.iter().filter(|checked| checked.is_untestable()) {
        // Asking again would tell nothing either.
        let stream = checked.stream.0;
        if let (true, Some(known)) = (results.before.contains_key(&stream), before.get(&stream)) {
            courses
                .entry(stream)
                .or_insert_with(|| known.clone())
                .next_check_ms = None;
        }
    }
    let health: Vec<Health> = courses
        .iter()
        .map(|(id, course)| health_of(*id, course, results.before.get(id).and_then(Shown::of)))
        .collect();
    let active = courses
        .iter()
        .map(|(id, course)| (*id, !course.out_of_use))
        .collect();
    let is_changed = checks::keep(&mut tx, &results, &health, &active, now).await?;
    store::log(&mut tx, &lines).await?;
    watched.keep(&mut tx, &turned, now).await?;
    tx.commit().await?;
    if is_changed {
        ctx.events.publish(Event::CatalogueChanged);
    }
    ctx.events.publish(Event::HealthChanged);
    Ok(())
}

/// Without failures of checks that had begun before the last result of their stream was known: two checks at the same time
/// see one failure, not two in a row.
fn once_each<'a>(
    mut told: Vec<(&'a Checked, ProviderId, Observation)>,
    before: &HashMap<i64, Course>,
) -> Vec<(&'a Checked, ProviderId, Observation)> {
    let mut last: HashMap<i64, Option<i64>> = before
        .iter()
        .map(|(id, course)| (*id, course.last_check_ms))
        .collect();
    told.retain(|(checked, _, observation)| {
        let last = last.entry(checked.stream.0).or_default();
        let is_same = last.is_some_and(|last| checked.began_ms < last);
        if observation.finding != Finding::Skipped {
            *last = (*last).max(Some(observation.at_ms));
        }
        observation.finding != Finding::Down || !is_same
    });
    told
}

/// What checks found of whether each stream works, as outages of a provider are told by it. A check that ended before the last
/// one known says nothing any more.
fn seen<'a>(told: &'a [(&Checked, ProviderId, Observation)], before: &HashMap<i64, Course>) -> Vec<Seen<'a>> {
    let mut last: HashMap<i64, (Option<i64>, bool)> = before
        .iter()
        .map(|(id, course)| (*id, (course.last_check_ms, course.works())))
        .collect();
    let mut seen = Vec::with_capacity(told.len());
    for (checked, provider, observation) in told {
        let Some((last_check_ms, works)) = last.get_mut(&checked.stream.0) else {
            continue;
        };
        if last_check_ms.is_some_and(|last| observation.at_ms < last) {
            continue;
        }
        seen.push(Seen {
            stream: checked.stream,
            provider: *provider,
            worked: *works,
            observation,
        });
        if let Some(state) = observation.finding.state() {
            *last_check_ms = Some(observation.at_ms);
            *works = state.is_working();
        }
    }
    seen
}

impl Checked {
    fn is_untestable(&self) -> bool {
        matches!(self.verdict, Verdict::Untestable(_))
    }

    /// As the stream's course takes it.
    fn observation(&self) -> Option<Observation> {
        let (finding, fault) = match &self.verdict {
            Verdict::Up => (Finding::Up, None),
            Verdict::Degraded(fault) => (Finding::Degraded, Some(fault.clone())),
            Verdict::Down(fault) => (Finding::Down, Some(fault.clone())),
            Verdict::Skipped => (Finding::Skipped, None),
            Verdict::Maintenance { .. } => (Finding::Maintenance, None),
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
