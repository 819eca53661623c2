//! Maintenance windows: times in which a provider is at work on its service. Nothing is asked of it then, nothing is held
//! against its streams, and the time counts neither for nor against their uptime. When a window ends its streams are checked.

pub mod store;

use serde_json::json;

use super::checker::Payload;
use super::{Error, Target};
use crate::ctx::Ctx;
use crate::db::{Db, DbError};
use crate::events::Event;
use crate::features::audit::{self, Actor};
use crate::features::providers;
use crate::jobs::{Enqueued, NewJob, kinds};
use crate::support::ids::{MaintenanceId, ProviderId};
use crate::support::validation::Invalid;

pub use store::Window;

const DAY_MS: i64 = 86_400_000;
/// A longer one is a provider that is switched off.
pub const LONGEST_MS: i64 = 30 * DAY_MS;
/// Of one provider, running or to come.
pub const MOST: i64 = 20;
/// Characters of a note.
pub const LONGEST_NOTE: usize = 200;
/// How long windows that are over are listed.
const LISTED_MS: i64 = 30 * DAY_MS;
const MOST_LISTED: i64 = 200;

/// Where a window is in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    Planned,
    Running,
    Over,
}

impl Phase {
    /// The word in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Planned => "planned",
            Self::Running => "running",
            Self::Over => "over",
        }
    }
}

impl Window {
    pub fn phase(&self, now_ms: i64) -> Phase {
        match now_ms {
            now if now < self.from_at => Phase::Planned,
            now if now < self.to_at => Phase::Running,
            _ => Phase::Over,
        }
    }
}

/// A window as somebody wants it; instants in milliseconds since the epoch, absent where they could not be read.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    pub from_at: Option<i64>,
    pub to_at: Option<i64>,
    pub note: String,
}

impl Wanted {
    /// # Errors
    /// What is wrong, by the names `from`, `to` and `note`.
    fn judge(&self, now_ms: i64) -> Result<(i64, i64), Invalid> {
        let mut invalid = Invalid::default();
        if self.note.chars().count() > LONGEST_NOTE {
            invalid.add("note", format!("At most {LONGEST_NOTE} characters."));
        }
        if self.from_at.is_none() {
            invalid.add("from", "Say when it begins, as date and time.");
        }
        if self.to_at.is_none() {
            invalid.add("to", "Say when it ends, as date and time.");
        }
        if let (Some(from), Some(to)) = (self.from_at, self.to_at) {
            if to <= from {
                invalid.add("to", "It has to end after it begins.");
            } else if to <= now_ms {
                invalid.add("to", "It is over already: it has to end in the future.");
            } else if to.saturating_sub(from) > LONGEST_MS {
                invalid.add(
                    "to",
                    "At most 30 days; disable the provider if it is away for longer.",
                );
            } else if invalid.is_empty() {
                return Ok((from, to));
            }
        }
        Err(invalid)
    }
}

/// Plans a window.
///
/// # Errors
/// [`Error::NotFound`] without such a provider, [`Error::Invalid`] with what is wrong.
pub async fn create(
    ctx: &Ctx,
    actor: &Actor,
    provider: ProviderId,
    wanted: &Wanted,
) -> Result<Window, Error> {
    let now = ctx.clock.now_ms();
    let known = providers::store::find(&ctx.db, provider).await?;
    known.ok_or(Error::NotFound("provider"))?;
    let span = wanted.judge(now).map_err(Error::Invalid)?;
    let note = Some(wanted.note.trim()).filter(|note| !note.is_empty());
    let mut tx = ctx.db.begin().await?;
    providers::store::lock(&mut tx, provider).await?;
    if store::count_open(&mut tx, provider, now).await? >= MOST {
        let mut invalid = Invalid::default();
        invalid.add("from", format!("There can be at most {MOST} windows at a time."));
        return Err(Error::Invalid(invalid));
    }
    let id = store::create(&mut tx, provider, span, note).await?;
    let window = Window {
        id,
        provider_id: provider,
        from_at: span.0,
        to_at: span.1,
        note: note.map(str::to_owned),
    };
    let details = json!({ "from": span.0, "to": span.1, "note": note });
    let resource = format!("provider:{provider}");
    audit::record(&mut tx, now, actor, "maintenance.planned", resource, details).await?;
    tx.commit().await?;
    ctx.events.publish(Event::HealthChanged);
    Ok(window)
}

/// Removes a window that has not begun or is over, and ends one that is running.
///
/// # Errors
/// [`Error::NotFound`] if the provider has no such window.
pub async fn end(ctx: &Ctx, actor: &Actor, provider: ProviderId, id: MaintenanceId) -> Result<Phase, Error> {
    let now = ctx.clock.now_ms();
    let mut tx = ctx.db.begin().await?;
    providers::store::lock(&mut tx, provider).await?;
    let window = store::find(&mut tx, provider, id).await?;
    let window = window.ok_or(Error::NotFound("maintenance window"))?;
    let phase = window.phase(now);
    match phase {
        // One that began this very moment has been acted on, too.
        Phase::Running => store::cut(&mut tx, id, now.max(window.from_at + 1)).await?,
        _ => store::remove(&mut tx, id).await?,
    }
    let resource = format!("provider:{provider}");
    let details = json!({ "from": window.from_at, "to": window.to_at, "was": phase.as_str() });
    audit::record(&mut tx, now, actor, "maintenance.ended", resource, details).await?;
    tx.commit().await?;
    ctx.events.publish(Event::HealthChanged);
    Ok(phase)
}

/// The windows of a provider: those of the last 30 days, the running ones, those to come; in order of time.
///
/// # Errors
/// Whatever the database says.
pub async fn list(ctx: &Ctx, provider: ProviderId) -> Result<Vec<Window>, DbError> {
    let since = ctx.clock.now_ms() - LISTED_MS;
    store::list(&ctx.db, provider, since, MOST_LISTED).await
}

/// Until when a provider is in maintenance, if it is; milliseconds since the epoch.
///
/// # Errors
/// Whatever the database says.
pub async fn until(db: &Db, provider: ProviderId, at_ms: i64) -> Result<Option<i64>, DbError> {
    store::ends_at(db, provider, at_ms).await
}

/// Queues what follows where a window began or ended: its streams are marked, or checked. Where their provider's run is queued
/// or running already, this waits for the next tick, since that run may have passed them before.
///
/// # Errors
/// Whatever the database says.
pub(super) async fn pass(ctx: &Ctx) -> Result<(), DbError> {
    for (id, provider, is_over) in store::edges(&ctx.db, ctx.clock.now_ms()).await? {
        let target = Target::of_provider(provider);
        let payload = Payload {
            target,
            ..Payload::default()
        };
        let job = NewJob::new(kinds::HEALTH_CHECK, json!(payload))
            .key(target.key())
            .attempts(2);
        let mut tx = ctx.db.begin().await?;
        if let Enqueued::New(_) = ctx.jobs.enqueue(&mut tx, job).await? {
            store::passed(&mut tx, id, is_over).await?;
            tx.commit().await?;
            ctx.jobs.wake();
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_800_000_000_000;

    fn wanted(from_at: i64, to_at: i64) -> Wanted {
        Wanted {
            from_at: Some(from_at),
            to_at: Some(to_at),
            note: String::new(),
        }
    }

    #[test]
    fn a_window_ends_after_it_begins_and_after_now_and_is_no_longer_than_a_month() {
        for (from, to, fine) in [
            (NOW, NOW + 1, true),
            (NOW - DAY_MS, NOW + 1, true),
            (NOW, NOW, false),
            (NOW + 1, NOW, false),
            (NOW - 2, NOW, false),
            (NOW, NOW + LONGEST_MS, true),
            (NOW, NOW + LONGEST_MS + 1, false),
            (i64::MIN, i64::MAX, false),
        ] {
            assert_eq!(wanted(from, to).judge(NOW).is_ok(), fine, "{from} to {to}");
        }
        assert!(Wanted::default().judge(NOW).is_err());
        let long = Wanted {
            note: "é".repeat(LONGEST_NOTE + 1),
            ..wanted(NOW, NOW + 1)
        };
        assert!(long.judge(NOW).is_err());
    }

    #[test]
    fn a_window_is_planned_then_running_then_over() {
        let window = Window {
            id: MaintenanceId(1),
            provider_id: ProviderId(1),
            from_at: 10,
            to_at: 20,
            note: None,
        };
        let phases = [9, 10, 19, 20].map(|at| window.phase(at).as_str());
        assert_eq!(phases, ["planned", "running", "running", "over"]);
    }
}
