//! What panels know of each film by itself, asked for once and kept: in the background, so many an hour, the newest films
//! first, or a film that somebody looks at before all others. Nobody waits for it.

use futures_util::StreamExt;
use futures_util::stream;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::args;
use crate::ctx::Ctx;
use crate::db::DbError;
use crate::events::Event;
use crate::features::catalogue::store::facts::{self, Unasked};
use crate::features::catalogue::store::state;
use crate::features::providers::url_parts::ProviderSecrets;
use crate::features::providers::xtream::{Panel, PanelError, address};
use crate::features::providers::{self, Facts, Kind, Provider, store::films};
use crate::features::settings;
use crate::features::sync::Error;
use crate::jobs::{JobError, JobRun, NewJob, Planned, kinds};
use crate::support::cron::Cron;
use crate::support::ids::{MovieId, ProviderId};

/// Runs an hour, each with its share of what may be asked.
const RUNS_AN_HOUR: i64 = 4;
const SCHEDULE: &str = "*/15 * * * *";
/// Films that are kept at a time: seldom, since each time may make all lists anew.
const FILMS: usize = 200;
/// Asked for at once.
const AT_ONCE: usize = 2;
/// After so many failures in a row the panel is left alone until the next run.
const FAILURES: u32 = 8;
const HOUR_MS: i64 = 3_600_000;
/// A film that failed is asked for again after an hour, then two, at last once a month.
const LONGEST_PAUSE_MS: i64 = 30 * 24 * HOUR_MS;

/// What a job is to do.
#[derive(Debug, Serialize, Deserialize)]
struct Payload {
    provider_id: ProviderId,
    /// Only this film.
    #[serde(skip_serializing_if = "Option::is_none")]
    movie_id: Option<MovieId>,
}

/// The job that asks a panel for its next films.
pub(super) fn job(provider: ProviderId) -> NewJob {
    let payload = json!(Payload {
        provider_id: provider,
        movie_id: None
    });
    NewJob::new(kinds::FILM_DETAILS, payload).key(providers::sync_key(provider))
}

/// The schedule of each panel that is still to be asked about films.
pub(in crate::features::sync) async fn planned(ctx: &Ctx) -> Result<Vec<Planned>, DbError> {
    let wanted = films::wanted(&ctx.db).await?;
    if wanted.is_empty() {
        return Ok(Vec::new());
    }
    let settings = settings::load(ctx).await?;
    let plan = |provider: ProviderId| {
        Some(Planned {
            name: format!("films/{provider}"),
            cron: Cron::parse(SCHEDULE).ok()?,
            zone: settings.zone.clone(),
            job: job(provider),
            unless: Some(kinds::SYNC),
        })
    };
    let is_off = settings.film_details_per_hour == 0;
    Ok(wanted.into_iter().filter(|_| !is_off).filter_map(plan).collect())
}

/// Has the panels asked about a film that somebody looks at, if they are still to be asked and may be.
///
/// # Errors
/// Whatever the database says.
pub(in crate::features::sync) async fn want(ctx: &Ctx, movie: MovieId) -> Result<(), DbError> {
    let now = ctx.clock.now_ms();
    let most = settings::load(ctx).await?.film_details_per_hour;
    let mut of = facts::wanted_of(&ctx.db, movie, now).await?;
    of.dedup_by_key(|one| one.provider);
    for one in of {
        let asked = facts::count_asked(&ctx.db, one.provider, now - HOUR_MS).await?;
        if asked < most {
            let payload = json!(Payload {
                provider_id: one.provider,
                movie_id: Some(movie)
            });
            let key = format!("film:{}:{movie}", one.provider);
            let job = NewJob::new(kinds::FILM_DETAILS, payload).key(key);
            ctx.jobs.enqueue_now(job).await?;
        }
    }
    Ok(())
}

/// Asks for what is wanted of a provider.
pub(in crate::features::sync) async fn run(ctx: &Ctx, job: &JobRun) -> Result<Value, JobError> {
    let payload: Payload = serde_json::from_value(job.payload.clone())
        .map_err(|_| JobError::failed("payload", "The job does not say whose films to ask about."))?;
    match whole(ctx, job, &payload).await {
        Ok(read) => {
            let provider = payload.provider_id;
            Ok(json!({ "provider_id": provider, "films": read.films, "failed": read.failed }))
        }
        Err(error) => Err(error.into_job()),
    }
}

/// What was done so far.
#[derive(Default)]
struct Read {
    films: u64,
    failed: u64,
    /// Failures of the panel since its last answer.
    failed_in_a_row: u32,
}

struct Asking<'a> {
    ctx: &'a Ctx,
    job: &'a JobRun,
    provider: Provider,
    panel: Panel,
    host: usize,
    secrets: ProviderSecrets,
}

async fn whole(ctx: &Ctx, job: &JobRun, payload: &Payload) -> Result<Read, Error> {
    let provider = providers::store::get(&ctx.db, payload.provider_id).await?;
    let id = provider.id;
    let mut read = Read::default();
    // Also while a sync of it is still at work: what queued this has read the panel's lists.
    if !provider.enabled || provider.kind != Kind::Xtream {
        return Ok(read);
    }
    let now = ctx.clock.now_ms();
    let most = settings::load(ctx).await?.film_details_per_hour;
    let left = most - facts::count_asked(&ctx.db, id, now - HOUR_MS).await?;
    let wanted = match payload.movie_id {
        _ if left <= 0 => return Ok(read),
        Some(movie) => {
            let mut of = facts::wanted_of(&ctx.db, movie, now).await?;
            of.retain(|one| one.provider == id);
            of
        }
        None => {
            let share = (most / RUNS_AN_HOUR).max(1).min(left);
            facts::wanted(&ctx.db, id, now, share).await?
        }
    };
    if wanted.is_empty() {
        return done(ctx, payload).await.map(|()| read);
    }
    job.progress
        .set(0, Some(wanted.len() as u64), "Connecting to the panel");
    let secrets = provider.secrets(&ctx.keys)?;
    let panel = Panel::new(&secrets, provider.user_agent.as_ref()).for_job(id.0, job.cancel.clone());
    let entered = panel.enter(&ctx.fetch).await?;
    if let Some(sentence) = entered.account.objection(now) {
        return Err(Error::Account {
            sentence,
            entered: Box::new(entered),
        });
    }
    let asking = Asking {
        ctx,
        job,
        panel,
        host: entered.host,
        secrets: ProviderSecrets::account(&secrets.xstream_username, &secrets.xstream_password),
        provider,
    };
    for some in wanted.chunks(FILMS) {
        asking.some(some, wanted.len(), &mut read).await?;
    }
    done(ctx, payload).await?;
    Ok(read)
}

/// Says that a panel has told all, if it has: also of the films that it is asked about later because asking failed.
async fn done(ctx: &Ctx, payload: &Payload) -> Result<(), Error> {
    if payload.movie_id.is_some() {
        return Ok(());
    }
    let id = payload.provider_id;
    let mut tx = ctx.db.begin().await?;
    // A sync that brings films in waits for this, or this for the sync.
    if providers::store::lock(&mut tx, id).await? && !facts::is_any_wanted(&mut tx, id, i64::MAX).await? {
        films::set_wanted(&mut tx, id, false).await?;
        tx.commit().await?;
    }
    Ok(())
}

impl Asking<'_> {
    /// Asks for some of all films and keeps what was told, also of those before the panel was given up or somebody cancelled.
    async fn some(&self, films: &[Unasked], all: usize, read: &mut Read) -> Result<(), Error> {
        self.job.check().map_err(|_| Error::Cancelled)?;
        let mut answers = stream::iter(films)
            .map(|one| async move { (one, self.ask(one).await) })
            .buffered(AT_ONCE);
        let mut told = Vec::new();
        let mut ended = None;
        while let Some((one, answer)) = answers.next().await {
            match answer {
                Ok(facts) => {
                    read.films += 1;
                    read.failed_in_a_row = 0;
                    told.push((one, Some(facts)));
                }
                Err(PanelError::Cancelled) => {
                    ended = Some(Error::Cancelled);
                    break;
                }
                Err(problem) => {
                    read.failed += 1;
                    read.failed_in_a_row += u32::from(problem.is_ill());
                    self.job.progress.log(&format!("film {}: {problem}", one.movie));
                    told.push((one, None));
                    if read.failed_in_a_row >= FAILURES {
                        ended = Some(problem.into());
                        break;
                    }
                }
            }
            self.job
                .progress
                .set(read.films + read.failed, Some(all as u64), "Asking about films");
        }
        drop(answers);
        self.keep(&told).await?;
        ended.map_or(Ok(()), Err)
    }

    async fn ask(&self, one: &Unasked) -> Result<Facts, PanelError> {
        let Some(film) = address::id_of(&one.url_template) else {
            return Ok(Facts::default());
        };
        self.panel.film(&self.ctx.fetch, self.host, film).await
    }

    async fn keep(&self, told: &[(&Unasked, Option<Facts>)]) -> Result<(), Error> {
        let (ctx, id) = (self.ctx, self.provider.id);
        let now = ctx.clock.now_ms();
        let rows = told.iter().flat_map(|(one, facts)| {
            let facts = facts
                .as_ref()
                .map(|facts| super::facts::public(facts, &self.secrets));
            let failures = if facts.is_some() { 0 } else { one.failures + 1 };
            let retry_at = (failures > 0).then(|| now + pause_ms(failures));
            let rating = facts.as_ref().and_then(|facts| facts.rating);
            let stored = facts
                .filter(|facts| !facts.is_empty())
                .map(|facts| facts.stored());
            args![
                one.version,
                id,
                one.added,
                now,
                failures,
                retry_at,
                rating,
                stored
            ]
        });
        let mut tx = ctx.db.begin().await?;
        self.job.hold(&mut tx).await.map_err(|_| Error::Cancelled)?;
        if !providers::store::lock(&mut tx, id).await? {
            return Err(providers::Error::NotFound.into());
        }
        facts::write_movies(&mut tx, rows.collect()).await?;
        let movies = told.iter().map(|(one, _)| one.movie);
        let misrated = facts::misrated_movies(&mut tx, movies).await?;
        let is_seen = !misrated.is_empty();
        if is_seen {
            state::lock(&mut tx, now).await?;
            facts::rate_movies(&mut tx, misrated.into_iter()).await?;
        }
        tx.commit().await?;
        if is_seen {
            ctx.events.publish(Event::CatalogueChanged);
        }
        Ok(())
    }
}

fn pause_ms(failures: i64) -> i64 {
    let doublings = u32::try_from(failures - 1).unwrap_or(0).min(20);
    (HOUR_MS << doublings).min(LONGEST_PAUSE_MS)
}
