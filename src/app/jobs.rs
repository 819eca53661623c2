//! Which handler does which kind of job: one line a kind.

use std::sync::Arc;

use futures_util::future::BoxFuture;
use serde_json::Value;

use super::App;
use crate::ctx::Ctx;
use crate::features::catalogue::browse::Lists;
use crate::features::catalogue::editing::bulk;
use crate::features::catalogue::{favourites, rules};
use crate::features::outputs::{conversion, library};
use crate::features::system::backup;
use crate::features::{health, history, sync};
use crate::jobs::{Handlers, JobError, JobRun, kinds};

/// The handlers of every kind, with the context inside.
pub fn handlers(app: &App) -> Handlers {
    all(app, None)
}

/// As [`handlers`], where pages are served: what changes the catalogue ends with its lists ready to be looked at.
pub(super) fn serving(app: &App, lists: &Lists) -> Handlers {
    all(app, Some(lists.clone()))
}

fn all(app: &App, lists: Option<Lists>) -> Handlers {
    let App {
        ctx,
        leases,
        checker,
        measurer,
        tester,
        ..
    } = app;
    let (measurer, tester) = (measurer.clone(), tester.clone());
    let (leases, checker, rechecker) = (leases.clone(), checker.clone(), checker.clone());
    let shown = |handler| shown(lists.clone(), handler);
    Handlers::default()
        .on(
            kinds::SYNC,
            shown(with(ctx, move |ctx, job| {
                sync::run(ctx, job, sync_hooks(), leases.clone())
            })),
        )
        .on(
            kinds::SYNC_APPROVAL,
            shown(with(ctx, |ctx, job| sync::run_approval(ctx, job, sync_hooks()))),
        )
        .on(
            kinds::PROVIDER_REMOVAL,
            shown(with(ctx, |ctx, job| sync::run_removal(ctx, job, sync_hooks()))),
        )
        .on(kinds::CHANNELS, shown(with(ctx, bulk::job)))
        .on(
            kinds::MERGE_RULES,
            shown(with(ctx, |ctx, job| rules::job(ctx, job, history::follow))),
        )
        .on(
            kinds::SERIES_DETAILS,
            with(ctx, |ctx, job| sync::run_details(ctx, job, sync_hooks())),
        )
        .on(kinds::FILM_DETAILS, with(ctx, sync::run_films))
        .on(
            kinds::HEALTH_CHECK,
            shown(with(ctx, move |ctx, job| checker.clone().run(ctx, job))),
        )
        .on(
            kinds::HEALTH_RECHECK,
            shown(with(ctx, move |ctx, job| rechecker.clone().run(ctx, job))),
        )
        .on(
            kinds::QUALITY_MEASURE,
            shown(with(ctx, move |ctx, job| measurer.clone().run(ctx, job))),
        )
        .on(
            kinds::CONTENT_TEST,
            shown(with(ctx, move |ctx, job| tester.clone().run(ctx, job))),
        )
        .on(kinds::QUALITY_LOG, with(ctx, health::quality::history::job))
        .on(kinds::HEALTH_HOUR, with(ctx, health::performance::job))
        .on(kinds::HEALTH_RETENTION, with(ctx, health::retention::job))
        .on(kinds::EXPERIENCE, with(ctx, history::experience::job))
        .on(kinds::LIBRARY, with(ctx, library::job))
        .on(kinds::BACKUP, with(ctx, backup::job))
        .on(kinds::STRM_FROM_PLAYLIST, with(ctx, conversion::job))
}

type Handler = Box<dyn Fn(JobRun) -> BoxFuture<'static, Result<Value, JobError>> + Send + Sync>;

fn with<R>(ctx: &Ctx, run: impl Fn(Ctx, JobRun) -> R + Send + Sync + 'static) -> Handler
where
    R: Future<Output = Result<Value, JobError>> + Send + 'static,
{
    let ctx = ctx.clone();
    Box::new(move |job| Box::pin(run(ctx.clone(), job)))
}

/// A handler, and then the lists as it left them.
fn shown(lists: Option<Lists>, handler: Handler) -> Handler {
    Box::new(move |job| Box::pin(ready(lists.clone(), handler(job))))
}

async fn ready(
    lists: Option<Lists>,
    run: impl Future<Output = Result<Value, JobError>>,
) -> Result<Value, JobError> {
    let done = run.await?;
    if let Some(lists) = lists
        && let Err(error) = lists.renew().await
    {
        tracing::warn!(%error, "lists could not be indexed again");
    }
    Ok(done)
}

/// Who keeps references to channels and titles and lets them follow when these become one.
fn sync_hooks() -> Vec<sync::MovedHook> {
    vec![Arc::new(|tx, applied| {
        Box::pin(async move {
            for channel in &applied.moved {
                favourites::move_channel(tx, channel.from, channel.to).await?;
                history::move_channel(tx, channel.from, channel.to).await?;
            }
            for title in &applied.titles {
                favourites::move_title(tx, title.from, title.to).await?;
                history::move_title(tx, title.from, title.to).await?;
            }
            Ok(())
        })
    })]
}
