//! The episodes of a panel's series, asked for one series at a time and a few at once: of those that are new or whose panel
//! says that they changed. What was read of some hundred series is applied in one transaction.

use futures_util::StreamExt;
use futures_util::stream;
use serde_json::{Value, json};

use crate::ctx::Ctx;
use crate::events::Event;
use crate::features::catalogue::entry::EntryKind;
use crate::features::catalogue::{self, Changes};
use crate::features::providers::renames::Renamer;
use crate::features::providers::store::series::{self, ListedSeries, Wanted};
use crate::features::providers::url_parts::ProviderSecrets;
use crate::features::providers::xtream::{Categories, Details, Entered, Panel, PanelError};
use crate::features::providers::{self, Kind, Provider};
use crate::features::settings;
use crate::features::sync::diff::{Stored, diff};
use crate::features::sync::index::Index;
use crate::features::sync::staging::Staging;
use crate::features::sync::{Error, MovedHook, apply, guard, intake, store};
use crate::jobs::{JobError, JobRun};
use crate::support::ids::ProviderId;

use super::desk::{Desk, Source};
use super::{facts, series_key};

/// Series that are applied at a time.
const SERIES: i64 = 100;
/// Series that are asked for at once: a panel has other people to serve.
const AT_ONCE: usize = 2;
/// After so many failures in a row the panel is left alone until the next sync.
const FAILURES: u32 = 8;

/// Reads what is wanted of a provider.
pub(in crate::features::sync) async fn run(
    ctx: &Ctx,
    job: &JobRun,
    hooks: &[MovedHook],
) -> Result<Value, JobError> {
    let provider = job
        .payload
        .get("provider_id")
        .and_then(Value::as_i64)
        .map(ProviderId);
    let provider =
        provider.ok_or_else(|| JobError::failed("payload", "The job does not say whose series to read."))?;
    match whole(ctx, job, hooks, provider).await {
        Ok(read) => Ok(
            json!({ "provider_id": provider, "series": read.series, "episodes": read.episodes, "failed": read.failed }),
        ),
        Err(error) => Err(error.into_job()),
    }
}

/// What was done so far.
#[derive(Default)]
struct Read {
    series: u64,
    /// New ones.
    episodes: usize,
    failed: u64,
    /// Failures since the last success.
    failed_in_a_row: u32,
    removed: u64,
}

struct Reading<'a> {
    ctx: &'a Ctx,
    job: &'a JobRun,
    hooks: &'a [MovedHook],
    provider: Provider,
    panel: Panel,
    entered: Entered,
    source: Source,
    fuzzy_threshold: u8,
    /// Episodes that may go missing before the guard objects.
    may_lose: u64,
}

async fn whole(ctx: &Ctx, job: &JobRun, hooks: &[MovedHook], id: ProviderId) -> Result<Read, Error> {
    let provider = providers::store::get(&ctx.db, id).await?;
    if !provider.enabled || provider.kind != Kind::Xtream {
        return Ok(Read::default());
    }
    let now = ctx.clock.now_ms();
    let mut wanted = super::series::wanted(now);
    let mut tx = ctx.db.begin().await?;
    let total = series::count_wanted(&mut tx, id, wanted).await?.cast_unsigned();
    tx.commit().await?;
    let mut read = Read::default();
    if total == 0 {
        return Ok(read);
    }
    job.progress.set(0, Some(total), "Connecting");
    let secrets = provider.secrets(&ctx.keys)?;
    let panel = Panel::new(&secrets, provider.user_agent.as_ref()).for_job(id.0, job.cancel.clone());
    let entered = panel.enter(&ctx.fetch).await?;
    if let Some(sentence) = entered.account.objection(now) {
        return Err(Error::Account {
            sentence,
            entered: Box::new(entered),
        });
    }
    let settings = settings::load(ctx).await?;
    let episodes = catalogue::store::vod::count_episode_versions(&ctx.db, id)
        .await?
        .cast_unsigned();
    let reading = Reading {
        ctx,
        job,
        hooks,
        panel,
        entered,
        source: Source {
            provider: id,
            hash: intake::hash(&ctx.keys),
            secrets: ProviderSecrets::account(&secrets.xstream_username, &secrets.xstream_password),
            this_year: crate::features::sync::year_of(now),
            // Only series of groups that are taken are asked for.
            reading: crate::features::providers::Reading::default(),
            renamer: Renamer::default(),
        },
        fuzzy_threshold: settings.fuzzy_match_threshold,
        may_lose: (episodes * u64::from(settings.sync_shrink_guard_percent) / 100)
            .max(guard::CATEGORY_ENTRIES),
        provider,
    };
    while reading.some(&mut wanted, &mut read).await? {
        job.progress
            .set(read.series + read.failed, Some(total), "Reading episodes");
    }
    reading.count().await?;
    Ok(read)
}

impl Reading<'_> {
    /// Reads and applies the next series; false after the last.
    async fn some(&self, wanted: &mut Wanted, read: &mut Read) -> Result<bool, Error> {
        self.job.check().map_err(|_| Error::Cancelled)?;
        let (ctx, id) = (self.ctx, self.provider.id);
        let asked = series::wanted(&ctx.db, id, *wanted, SERIES).await?;
        let Some(last) = asked.last() else {
            return Ok(false);
        };
        wanted.after = last.series;
        let mut answers = stream::iter(&asked)
            .map(|one| async move {
                (
                    one,
                    self.panel
                        .details(&ctx.fetch, self.entered.host, one.series)
                        .await,
                )
            })
            .buffered(AT_ONCE);
        let (mut known, mut failed) = (Vec::new(), Vec::new());
        let mut given_up = None;
        while let Some((one, answer)) = answers.next().await {
            match answer {
                Ok(details) => {
                    known.push((one, details));
                    read.failed_in_a_row = 0;
                }
                Err(PanelError::Cancelled) => return Err(Error::Cancelled),
                Err(problem) => {
                    read.failed += 1;
                    self.job.progress.log(&format!("{}: {problem}", one.title));
                    failed.push(one.series);
                    read.failed_in_a_row += u32::from(problem.is_ill());
                    if read.failed_in_a_row >= FAILURES {
                        given_up = Some(problem);
                        break;
                    }
                }
            }
        }
        drop(answers);
        self.apply(&known, &mut failed, read).await?;
        match given_up {
            Some(problem) => Err(problem.into()),
            None => Ok(true),
        }
    }

    async fn apply(
        &self,
        known: &[(&ListedSeries, Details)],
        failed: &mut Vec<i64>,
        read: &mut Read,
    ) -> Result<(), Error> {
        let (ctx, id) = (self.ctx, self.provider.id);
        let runs_before = store::applied_count(&ctx.db, id).await?;
        let under = |one: &ListedSeries| series_key(&self.source.hash, id, one.series);
        let mut index = Index::default();
        let keys = known.iter().map(|(one, _)| under(one));
        catalogue::store::vod::each_under(&ctx.db, keys, |stored| index.push(stored)).await?;
        index.seal();
        let mut staging = Staging::new(index, ctx.config.data.dir.clone());
        let mut desk = Desk::new(&self.source, Categories::new(), self.entered.account.output);
        let mut states = Vec::new();
        for (one, details) in known {
            if details.episodes.is_empty()
                && staging.keep(EntryKind::Episode, |key| key == Some(under(one))) > 0
            {
                // It had episodes: an empty answer is none.
                failed.push(one.series);
                continue;
            }
            for episode in &details.episodes {
                desk.episode(
                    one,
                    details.year.map(i64::from),
                    details.cover.as_deref(),
                    episode,
                );
            }
            states.push((one.series, one.state.as_str()));
        }
        staging.take(&desk.batch)?;
        let stored = Stored {
            db: &ctx.db,
            keys: &ctx.keys,
            hash: self.source.hash,
            provider: id,
            has_own_ids: true,
            has_rules: false,
        };
        let found = diff(&stored, &mut staging).await?;
        let now = ctx.clock.now_ms();
        let mut changes: Changes = found.changes(&staging, now, self.fuzzy_threshold);
        let lost = read.removed + changes.removed.len() as u64;
        if lost > self.may_lose {
            self.job.progress.log(&format!(
                "{} episodes that are not listed any more were kept: too many went at once.",
                changes.removed.len()
            ));
            changes.removed.clear();
        } else {
            read.removed = lost;
        }
        let mut tx = ctx.db.begin().await?;
        self.job.hold(&mut tx).await.map_err(|_| Error::Cancelled)?;
        if !providers::store::lock(&mut tx, id).await? {
            return Err(providers::Error::NotFound.into());
        }
        if store::applied_count_in(&mut tx, id).await? != runs_before {
            return Err(Error::Overtaken);
        }
        let is_changed = !changes.is_empty();
        if is_changed {
            let applied = catalogue::apply(&mut tx, id, &changes, &mut staging, None).await?;
            apply::follow(&mut tx, &applied, self.hooks).await?;
        }
        let is_rated = facts::keep(&mut tx, &self.source, known, now).await?;
        series::set_read(&mut tx, id, &states, now).await?;
        series::set_asked(&mut tx, id, failed, now).await?;
        tx.commit().await?;
        read.series += states.len() as u64;
        read.episodes += changes.added.len();
        if is_changed || is_rated {
            ctx.events.publish(Event::CatalogueChanged);
        }
        Ok(())
    }

    /// Counts the provider's totals again.
    async fn count(&self) -> Result<(), Error> {
        let mut tx = self.ctx.db.begin().await?;
        self.job.hold(&mut tx).await.map_err(|_| Error::Cancelled)?;
        catalogue::store::provider::recount_totals(&mut tx, self.provider.id).await?;
        tx.commit().await?;
        self.ctx.events.publish(Event::ProviderChanged(self.provider.id));
        Ok(())
    }
}
