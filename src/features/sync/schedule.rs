//! When providers are synced by themselves: as for all, by a schedule of their own, or never.

use serde_json::json;

use super::panel::films;
use super::{Error, run, store};
use crate::ctx::Ctx;
use crate::db::DbError;
use crate::events::Event;
use crate::features::audit::{self, Actor};
use crate::features::providers::{self, Provider};
use crate::features::settings::{self, Settings};
use crate::jobs::{NewJob, Planned, kinds};
use crate::support::cron::Cron;
use crate::support::ids::ProviderId;
use crate::support::validation::Invalid;

/// What somebody chose for a provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Choice {
    /// By the settings, as all that have no choice of their own.
    AsAll,
    /// By an expression of its own.
    Own(String),
    Never,
}

impl Choice {
    pub fn name(&self) -> &'static str {
        match self {
            Self::AsAll => "all",
            Self::Own(_) => "own",
            Self::Never => "never",
        }
    }

    /// # Errors
    /// The message of the field `mode` or `schedule`.
    pub fn parse(mode: &str, expression: &str) -> Result<Self, Invalid> {
        match mode {
            "all" => Ok(Self::AsAll),
            "never" => Ok(Self::Never),
            "own" => match Cron::parse(expression) {
                Ok(cron) => Ok(Self::Own(cron.as_str().to_owned())),
                Err(message) => Err(Invalid::field("schedule", message)),
            },
            _ => Err(Invalid::field("mode", "Choose one: all, own or never.")),
        }
    }
}

/// When a provider is synced by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rhythm {
    pub choice: Choice,
    /// The expression in force; absent where nothing comes by itself.
    pub expression: Option<String>,
    pub next_run: Option<i64>,
}

/// The schedule of each provider that has one, and of each panel that is to be asked about films.
///
/// # Errors
/// Whatever the database says.
pub async fn planned(ctx: &Ctx) -> Result<Vec<Planned>, DbError> {
    let settings = settings::load(ctx).await?;
    let choices = store::choices(&ctx.db).await?;
    let plans = choices.into_iter();
    let mut planned: Vec<Planned> = plans
        .filter_map(|(provider, choice)| plan(provider, &choice, &settings))
        .collect();
    planned.extend(films::planned(ctx).await?);
    Ok(planned)
}

/// When a provider is synced by itself.
///
/// # Errors
/// [`Error::Provider`] if there is no such provider.
pub async fn of(ctx: &Ctx, id: ProviderId) -> Result<Rhythm, Error> {
    let provider = providers::store::get(&ctx.db, id).await?;
    rhythm(ctx, &provider).await
}

async fn rhythm(ctx: &Ctx, provider: &Provider) -> Result<Rhythm, Error> {
    let choice = store::choice(&ctx.db, provider.id).await?;
    let plan = plan(provider.id, &choice, &settings::load(ctx).await?);
    Ok(Rhythm {
        next_run: match &plan {
            Some(plan) if provider.enabled => ctx.jobs.next_fire(plan).await?,
            _ => None,
        },
        expression: plan.map(|plan| plan.cron.as_str().to_owned()),
        choice,
    })
}

/// Chooses when a provider is synced by itself, with an audit line. It starts nothing.
///
/// # Errors
/// [`Error::Provider`] if there is no such provider.
pub async fn choose(ctx: &Ctx, actor: &Actor, id: ProviderId, choice: &Choice) -> Result<Rhythm, Error> {
    let now = ctx.clock.now_ms();
    let mut tx = ctx.db.begin().await?;
    let provider = providers::store::get_in(&mut tx, id).await?;
    if store::choose(&mut tx, id, choice).await? {
        let details = json!({ "name": provider.name, "mode": choice.name(), "schedule": match choice {
            Choice::Own(expression) => Some(expression),
            Choice::AsAll | Choice::Never => None,
        } });
        let resource = format!("provider:{id}");
        audit::record(&mut tx, now, actor, "provider.scheduled", resource, details).await?;
    }
    tx.commit().await?;
    ctx.events.publish(Event::ProviderChanged(id));
    rhythm(ctx, &provider).await
}

fn plan(id: ProviderId, choice: &Choice, settings: &Settings) -> Option<Planned> {
    let expression = match choice {
        Choice::Own(expression) => expression,
        Choice::AsAll if settings.auto_sync_enabled => &settings.auto_sync_schedule,
        Choice::AsAll | Choice::Never => return None,
    };
    let payload = json!(run::Payload {
        provider_id: id,
        by_hand: false
    });
    Some(Planned {
        name: format!("sync/{id}"),
        // What was stored was understood then.
        cron: Cron::parse(expression).ok()?,
        zone: settings.zone.clone(),
        job: NewJob::new(kinds::SYNC, payload).key(providers::sync_key(id)),
        unless: Some(kinds::SYNC_APPROVAL),
    })
}
