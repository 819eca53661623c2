//! Jobs that come by themselves. Only the name of a *schedule* and when it fired last are stored; what is scheduled is
//! read anew each time, from settings and rows of features.
//!
//! The name that is stored carries a digest of expression and zone: whoever changes either begins anew, so that no edit
//! fires anything. *Jitter* puts a fire off by a part of the pause, so that not everything begins in the same second; like
//! the next run it follows from name and time and is the same on every node.

use std::collections::{BTreeMap, BTreeSet};

use jiff::tz::TimeZone;
use sha2::{Digest, Sha256};

use super::{Enqueued, Jobs, NewJob, store};
use crate::db::DbError;
use crate::events::Event;
use crate::support::cron::Cron;
use crate::support::ids::JobId;

/// A job and when it comes.
#[derive(Debug, Clone)]
pub struct Planned {
    /// Of what is scheduled, such as `sync/7`; one schedule a name.
    pub name: String,
    pub cron: Cron,
    pub zone: TimeZone,
    pub job: NewJob,
    /// While a job of this kind with the same key is queued or running, a fire passes.
    pub unless: Option<&'static str>,
}

/// A fire is put off by at most this, or a tenth of the pause if that is less.
const MOST_JITTER_MS: i64 = 5 * 60_000;

impl Planned {
    /// The name under which it is stored.
    fn key(&self) -> String {
        let zone = self
            .zone
            .iana_name()
            .map_or_else(|| format!("{:?}", self.zone), str::to_owned);
        let digest = hash(&[self.cron.as_str(), &zone]);
        format!("{} {digest:016x}", self.name)
    }

    /// How long the fire at an instant is put off.
    fn jitter_ms(&self, fire: i64) -> i64 {
        let pause = self
            .cron
            .next_after(fire, &self.zone)
            .map_or(MOST_JITTER_MS, |next| next - fire);
        let most = u64::try_from((pause / 10).clamp(1, MOST_JITTER_MS)).unwrap_or(1);
        i64::try_from(hash(&[&self.key(), &fire.to_string()]) % most).unwrap_or_default()
    }

    /// The fire that is due, if one is; of several that were missed only the last.
    fn due(&self, last: i64, now: i64) -> Option<i64> {
        let fire = self.cron.last_until(now, &self.zone)?;
        (fire > last && fire + self.jitter_ms(fire) <= now).then_some(fire)
    }

    /// When it fires next, as things stand.
    fn next(&self, last: i64, now: i64) -> Option<i64> {
        let pending = self.cron.last_until(now, &self.zone).filter(|fire| *fire > last);
        let fire = match pending {
            Some(fire) => fire,
            None => self.cron.next_after(now, &self.zone)?,
        };
        Some((fire + self.jitter_ms(fire)).max(now))
    }
}

fn hash(parts: &[&str]) -> u64 {
    let digest = Sha256::digest(parts.join("\n").as_bytes());
    digest
        .iter()
        .take(8)
        .fold(0, |hash, byte| hash << 8 | u64::from(*byte))
}

impl Jobs {
    /// Queues the jobs of schedules that are due, each once over all nodes; what is seen for the first time fires from now on.
    ///
    /// # Errors
    /// Whatever the database says; then the rest is looked at the next time.
    pub async fn fire(&self, planned: &[Planned]) -> Result<Vec<JobId>, DbError> {
        let now = self.clock().now_ms();
        let fired: BTreeMap<String, i64> = store::fired(self.db()).await?.into_iter().collect();
        let mut queued = Vec::new();
        let mut present = BTreeSet::new();
        for plan in planned {
            let key = plan.key();
            match fired.get(&key) {
                None => store::begin_schedule(self.db(), &key, now).await?,
                Some(last) => {
                    if let Some(fire) = plan.due(*last, now) {
                        queued.extend(self.fire_one(plan, &key, *last, fire).await?);
                    }
                }
            }
            present.insert(key);
        }
        for gone in fired.keys().filter(|key| !present.contains(*key)) {
            store::end_schedule(self.db(), gone).await?;
        }
        Ok(queued)
    }

    async fn fire_one(
        &self,
        plan: &Planned,
        key: &str,
        last: i64,
        fire: i64,
    ) -> Result<Option<JobId>, DbError> {
        let mut tx = self.db().begin().await?;
        if !store::claim_fire(&mut tx, key, last, fire).await? {
            return Ok(None);
        }
        let is_busy = match (plan.unless, &plan.job.dedupe_key) {
            (Some(kind), Some(key)) => store::active_in(&mut tx, kind, key).await?.is_some(),
            _ => false,
        };
        let queued = match is_busy {
            true => None,
            false => Some(self.enqueue(&mut tx, plan.job.clone()).await?),
        };
        tx.commit().await?;
        self.wake();
        let Some(Enqueued::New(id)) = queued else {
            tracing::info!(schedule = %plan.name, "passes: the same is under way");
            return Ok(None);
        };
        tracing::info!(schedule = %plan.name, job = %id, "fires");
        self.events().publish(Event::JobChanged(id));
        Ok(Some(id))
    }

    /// When a schedule fires next.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn next_fire(&self, plan: &Planned) -> Result<Option<i64>, DbError> {
        let now = self.clock().now_ms();
        let last = store::fired_last(self.db(), &plan.key()).await?;
        Ok(plan.next(last.unwrap_or(now), now))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2026-01-01T00:00:00Z.
    const MIDNIGHT: i64 = 1_767_225_600_000;
    const HOUR: i64 = 3_600_000;

    fn plan(expression: &str) -> Planned {
        Planned {
            name: "sync/7".to_owned(),
            cron: Cron::parse(expression).unwrap(),
            zone: TimeZone::UTC,
            job: NewJob::new("test", serde_json::Value::Null),
            unless: None,
        }
    }

    #[test]
    fn a_fire_comes_with_its_jitter_and_only_once() {
        let plan = plan("0 */6 * * *");
        let fire = MIDNIGHT + 6 * HOUR;
        let jitter = plan.jitter_ms(fire);
        assert!((0..MOST_JITTER_MS).contains(&jitter));
        assert_eq!(plan.due(MIDNIGHT, fire + jitter - 1), None);
        assert_eq!(plan.due(MIDNIGHT, fire + jitter), Some(fire));
        assert_eq!(plan.due(fire, fire + 5 * HOUR), None);
        assert_eq!(plan.next(MIDNIGHT, fire + jitter - 1), Some(fire + jitter));
    }

    #[test]
    fn of_what_was_missed_only_the_last_fires() {
        let plan = plan("0 */6 * * *");
        let now = MIDNIGHT + 75 * HOUR;
        assert_eq!(plan.due(MIDNIGHT, now), Some(MIDNIGHT + 72 * HOUR));
        assert_eq!(plan.due(MIDNIGHT + 72 * HOUR, now), None);
    }

    #[test]
    fn fires_of_one_time_are_spread_over_what_is_scheduled() {
        let jitters: BTreeSet<i64> = (0..50)
            .map(|id| {
                let mut plan = plan("0 4 * * *");
                plan.name = format!("sync/{id}");
                plan.jitter_ms(MIDNIGHT + 4 * HOUR)
            })
            .collect();
        assert!(jitters.len() > 40, "{jitters:?}");
        let quick = plan("*/15 * * * *");
        assert!(quick.jitter_ms(MIDNIGHT) < 90_000, "a tenth of the pause at most");
    }

    #[test]
    fn another_expression_or_zone_is_another_schedule() {
        let (one, mut other) = (plan("0 4 * * *"), plan("0 4 * * *"));
        assert_eq!(one.key(), other.key());
        other.zone = TimeZone::get("Asia/Tokyo").unwrap();
        assert_ne!(one.key(), other.key());
        assert_ne!(one.key(), plan("0 5 * * *").key());
    }
}
