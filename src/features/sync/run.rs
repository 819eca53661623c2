//! One run, from its job to the catalogue.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::ctx::Ctx;
use crate::db::Tx;
use crate::events::Event;
use crate::features::catalogue::entry::EntryKind;
use crate::features::catalogue::{self, StoredStreams};
use crate::features::providers::groups::{self, Offered};
use crate::features::providers::leases::Leases;
use crate::features::providers::m3u::Summary;
use crate::features::providers::url_parts::ProviderSecrets;
use crate::features::providers::url_values::Collector;
use crate::features::providers::{self, Kind, Provider, Secrets, Status, url_values};
use crate::features::settings::{self, Settings};
use crate::jobs::{JobError, JobRun};
use crate::support::ids::{ProviderId, SyncId};

use super::arrival::Origin;
use super::changes::count;
use super::connection;
use super::diff::{Change, Diff, Stored, diff};
use super::excluded;
use super::found::Found;
use super::guard;
use super::intake::Source;
use super::log::{Counts, Outcome};
use super::panel::{self, News};
use super::plan::Plan;
use super::read::{self, List};
use super::staging::Staging;
use super::summing::{judge, refusals, settled};
use super::{Error, MovedHook, apply, changes, held, learn, losses, store};

/// What a sync job is to do.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Payload {
    pub provider_id: ProviderId,
    #[serde(default)]
    pub by_hand: bool,
}

/// Runs a sync job; the answer is its result.
pub(super) async fn run(
    ctx: &Ctx,
    job: &JobRun,
    hooks: &[MovedHook],
    leases: &Leases,
) -> Result<Value, JobError> {
    let payload: Payload = serde_json::from_value(job.payload.clone())
        .map_err(|_| JobError::failed("payload", "The job does not say which provider to sync."))?;
    let provider = payload.provider_id;
    let sync = open_log(ctx, job, &payload).await?;
    ctx.events.publish(Event::SyncChanged { provider, sync });
    let mut run = Run {
        ctx,
        job,
        hooks,
        leases,
        by_hand: payload.by_hand,
        sync,
        provider,
        counts: Counts::default(),
        refusals: Vec::new(),
        news: None,
        groups: Vec::new(),
    };
    let result = run.whole().await;
    let answer = match result {
        Ok(outcome) => {
            Ok(json!({ "outcome": outcome, "sync_id": sync, "provider_id": provider, "counts": run.counts }))
        }
        Err(error) => Err(run.fail(error).await),
    };
    ctx.events.publish(Event::SyncChanged { provider, sync });
    ctx.events.publish(Event::ProviderChanged(provider));
    answer
}

async fn open_log(ctx: &Ctx, job: &JobRun, payload: &Payload) -> Result<SyncId, JobError> {
    let now = ctx.clock.now_ms();
    let mut tx = ctx.db.begin().await?;
    store::settle_ended(&mut tx, payload.provider_id, job.id, now).await?;
    let sync = store::begin(&mut tx, payload.provider_id, job.id, payload.by_hand, now).await?;
    tx.commit().await?;
    Ok(sync)
}

struct Run<'a> {
    ctx: &'a Ctx,
    job: &'a JobRun,
    hooks: &'a [MovedHook],
    leases: &'a Leases,
    by_hand: bool,
    sync: SyncId,
    provider: ProviderId,
    counts: Counts,
    refusals: Vec<crate::db::Value>,
    /// What the list held, once it was read.
    groups: Vec<Offered>,
    /// What a panel said besides its lists.
    news: Option<News>,
}

impl Run<'_> {
    async fn whole(&mut self) -> Result<Outcome, Error> {
        let provider = providers::store::get(&self.ctx.db, self.provider).await?;
        let settings = settings::load(self.ctx).await?;
        let runs_before = store::applied_count(&self.ctx.db, self.provider).await?;
        let secrets = provider.secrets(&self.ctx.keys)?;
        let connection = connection::of(self.leases, self.job, &provider, self.by_hand).await?;
        let Found {
            mut staging,
            mut summary,
            samples,
            groups,
            excluded,
            is_nothing_left,
            values,
            ahead,
            news,
            unread,
        } = match provider.kind {
            Kind::M3u => self.playlist(&provider, &secrets, &settings).await?,
            Kind::Xtream => panel::find(self.ctx, self.job, &provider, &secrets, &settings).await?,
        };
        connection::close(connection).await;
        self.news = news;
        self.count_list(&summary, excluded, &staging);
        self.refusals = refusals(self.sync, &summary, excluded, &samples);
        self.groups = groups;
        self.job
            .progress
            .set(self.counts.entries.cast_unsigned(), None, "Comparing");
        let stored = Stored {
            db: &self.ctx.db,
            keys: &self.ctx.keys,
            hash: super::intake::hash(&self.ctx.keys),
            provider: self.provider,
            has_own_ids: provider.kind == Kind::Xtream,
            has_rules: !provider.reading.rename_rules.is_empty(),
        };
        let choice = provider.reading.choice();
        let mut found = diff(&stored, &mut staging).await?;
        let left = excluded::leave_unread(&self.ctx.db, &mut found, &mut staging, &unread).await?;
        if is_nothing_left && left == 0 {
            return Err(Error::NothingChosen(excluded));
        }
        summary.accepted += left;
        summary.entries += left;
        self.count_list(&summary, excluded, &staging);
        excluded::set_apart(&self.ctx.db, &mut found, &staging, &choice).await?;
        let (recorded, learned) = match values {
            Some((mut collector, known)) => {
                let learned = learn::learn(&stored, &found, &mut staging, &mut collector, known).await?;
                (collector.finish(), learned)
            }
            None => (Collector::default().finish(), Vec::new()),
        };
        self.count_changes(&found, &staging);
        let percent = settings.sync_shrink_guard_percent;
        let losses = losses::losses(&self.ctx.db, &found, &staging, percent).await?;
        let objections = guard::objections(&losses, percent);
        let now = self.ctx.clock.now_ms();
        let plan = Plan {
            changes: found.changes(&staging, now, settings.fuzzy_match_threshold),
            settled: settled(&staging),
            recorded,
            learned,
            is_of_panel: provider.kind == Kind::Xtream,
            counts: self.counts,
        };
        self.job.check().map_err(|_| Error::Cancelled)?;
        if objections.is_empty() {
            self.apply(&plan, &found, &mut staging, ahead, runs_before).await
        } else {
            self.hold(&plan, &found, &mut staging, &objections).await
        }
    }

    async fn playlist(
        &self,
        provider: &Provider,
        secrets: &Secrets,
        settings: &Settings,
    ) -> Result<Found, Error> {
        let (source, known) = self.source(provider, secrets, settings).await?;
        let List {
            intake,
            staging,
            had_length,
            ahead,
        } = self.list(provider, secrets, source, settings).await?;
        judge(&intake.summary, had_length)?;
        Ok(Found {
            staging,
            is_nothing_left: intake.excluded == intake.summary.accepted,
            excluded: intake.excluded,
            groups: intake.groups,
            summary: intake.summary,
            samples: intake.samples,
            values: Some((intake.collector, known)),
            ahead,
            news: None,
            unread: Vec::new(),
        })
    }

    async fn source(
        &self,
        provider: &Provider,
        secrets: &Secrets,
        settings: &Settings,
    ) -> Result<(Source, ProviderSecrets), Error> {
        let mut known = ProviderSecrets::default();
        for url in secrets.playlist_urls() {
            known.add_playlist(&url);
        }
        for learned in url_values::learned(&self.ctx.db, self.provider).await? {
            known.learn(learned);
        }
        let this_year = super::year_of(self.ctx.clock.now_ms());
        Ok((
            Source::new(
                &self.ctx.keys,
                known.clone(),
                provider.reading.clone(),
                settings.playlist_max_bytes,
                this_year,
            ),
            known,
        ))
    }

    async fn list(
        &self,
        provider: &Provider,
        secrets: &Secrets,
        source: Source,
        settings: &Settings,
    ) -> Result<List, Error> {
        let max_bytes = settings.playlist_max_bytes;
        let origin = match &provider.source {
            providers::Source::Address => Origin::Web(read::request(provider, secrets, max_bytes, self.job)),
            providers::Source::Upload(uploaded) => Origin::Upload(*uploaded),
            providers::Source::Path(path) => Origin::Path(path.clone()),
        };
        read::list(
            self.ctx,
            self.job,
            self.provider,
            origin,
            source,
            settings.sync_timeout,
        )
        .await
    }

    fn count_list(&mut self, summary: &Summary, excluded: u64, staging: &Staging) {
        let number = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
        self.counts = Counts {
            entries: number(summary.entries),
            streams: number(staging.count(EntryKind::Live)),
            films: number(staging.count(EntryKind::Movie)),
            episodes: number(staging.count(EntryKind::Episode)),
            refused: number(summary.entries - summary.accepted + excluded),
            excluded: number(excluded),
            stray_lines: number(summary.stray_lines),
            bytes_read: number(summary.bytes),
            ..Counts::default()
        };
    }

    fn count_changes(&mut self, found: &Diff, staging: &Staging) {
        self.counts.added = count(found.added.len());
        self.counts.changed = count(found.count(Change::Changed));
        self.counts.renamed = count(found.count(Change::Renamed));
        self.counts.removed = count(found.removed.len());
        self.counts.newly_excluded = count(found.excluded.len());
        self.counts.returned = count(found.count(Change::Returned) + staging.returned.len());
        self.counts.unchanged = count(staging.settled.len() - staging.returned.len());
    }

    async fn apply(
        &mut self,
        plan: &Plan,
        found: &Diff,
        staging: &mut Staging,
        ahead: Option<StoredStreams>,
        runs_before: i64,
    ) -> Result<Outcome, Error> {
        self.job
            .progress
            .set(self.counts.entries.cast_unsigned(), None, "Applying");
        let outcome = if found.is_empty(staging) {
            Outcome::Unchanged
        } else {
            Outcome::Applied
        };
        let mut tx = self.begin().await?;
        if store::applied_count_in(&mut tx, self.provider).await? != runs_before {
            return Err(Error::Overtaken);
        }
        changes::list(&mut tx, &self.ctx.db, self.sync, found, staging).await?;
        held::supersede(&mut tx, self.provider).await?;
        if let Some(news) = &self.news {
            news.keep_account(&mut tx, self.provider).await?;
        }
        apply::apply(&mut tx, self.ctx, self.provider, plan, staging, ahead, self.hooks).await?;
        if let Some(news) = &self.news {
            news.keep_series(&mut tx, self.ctx, self.provider).await?;
        }
        self.finish(&mut tx, outcome, None).await?;
        tx.commit().await?;
        if self.news.is_some() {
            self.ctx.jobs.wake();
        }
        if outcome == Outcome::Applied {
            catalogue::settle(&self.ctx.db, &plan.changes).await;
            self.ctx.events.publish(Event::CatalogueChanged);
        }
        Ok(outcome)
    }

    /// The transaction that makes the run last: the job is still this node's, and the provider is still there.
    async fn begin(&self) -> Result<Tx, Error> {
        let mut tx = self.ctx.db.begin().await?;
        self.job.hold(&mut tx).await.map_err(|_| Error::Cancelled)?;
        if !providers::store::lock(&mut tx, self.provider).await? {
            return Err(providers::Error::NotFound.into());
        }
        Ok(tx)
    }

    async fn hold(
        &mut self,
        plan: &Plan,
        found: &Diff,
        staging: &mut Staging,
        objections: &[String],
    ) -> Result<Outcome, Error> {
        let mut tx = self.begin().await?;
        held::supersede(&mut tx, self.provider).await?;
        if let Some(news) = &self.news {
            news.keep_account(&mut tx, self.provider).await?;
        }
        changes::list(&mut tx, &self.ctx.db, self.sync, found, staging).await?;
        held::save(&mut tx, &self.ctx.keys, self.sync, plan, staging).await?;
        let message = objections.join(" ");
        providers::store::set_status(&mut tx, self.provider, Status::Held, Some(&message)).await?;
        self.finish(&mut tx, Outcome::Held, Some(objections)).await?;
        tx.commit().await?;
        Ok(Outcome::Held)
    }

    async fn finish(
        &mut self,
        tx: &mut Tx,
        outcome: Outcome,
        objections: Option<&[String]>,
    ) -> Result<(), Error> {
        if !self.refusals.is_empty() {
            store::insert_refusals(tx, std::mem::take(&mut self.refusals)).await?;
        }
        groups::store::replace(tx, self.provider, &self.groups).await?;
        let reasons = objections.map(|objections| json!(objections).to_string());
        let now = self.ctx.clock.now_ms();
        store::finish(
            tx,
            self.sync,
            outcome,
            &self.counts,
            self.news.as_ref().and_then(News::error),
            reasons.as_deref(),
            now,
        )
        .await?;
        Ok(())
    }

    /// Notes the failure; the catalogue was not touched.
    async fn fail(&self, error: Error) -> JobError {
        if matches!(error, Error::Cancelled) {
            // Whether a person or the end of the process did it, the job says.
            return error.into_job();
        }
        let (code, message) = (error.code(), error.to_string());
        if let Err(cause) = self.note_failure(&error, code, &message).await {
            tracing::error!(error = %cause, "the end of a sync could not be stored");
        }
        error.into_job()
    }

    async fn note_failure(&self, error: &Error, code: &str, message: &str) -> Result<(), Error> {
        let now = self.ctx.clock.now_ms();
        let mut tx = self.ctx.db.begin().await?;
        store::finish(
            &mut tx,
            self.sync,
            Outcome::Failed,
            &self.counts,
            Some((code, message)),
            None,
            now,
        )
        .await?;
        store::insert_refusals(&mut tx, self.refusals.clone()).await?;
        if !self.groups.is_empty() {
            groups::store::replace(&mut tx, self.provider, &self.groups).await?;
        }
        if let Error::Account { entered, .. } = error {
            providers::store::set_account(&mut tx, self.provider, entered.host, &entered.account).await?;
        }
        providers::store::set_status(&mut tx, self.provider, error.status(), Some(message)).await?;
        tx.commit().await?;
        Ok(())
    }
}
