//! Which handler does which kind of job: one line a kind.

use std::sync::Arc;

use serde_json::Value;

use crate::ctx::Ctx;
use crate::features::catalogue::browse::Lists;
use crate::features::catalogue::editing::bulk;
use crate::features::catalogue::favourites;
use crate::features::outputs::{conversion, library};
use crate::features::system::backup;
use crate::features::{history, sync};
use crate::jobs::{Handlers, JobError, kinds};

/// The handlers of every kind, with the context inside.
pub fn handlers(ctx: &Ctx) -> Handlers {
    all(ctx, None)
}

/// As [`handlers`], where pages are served: what changes the catalogue ends with its lists ready to be looked at.
pub(super) fn serving(ctx: &Ctx, lists: &Lists) -> Handlers {
    all(ctx, Some(lists.clone()))
}

fn all(ctx: &Ctx, lists: Option<Lists>) -> Handlers {
    let (runs, approvals, removals, details) = (ctx.clone(), ctx.clone(), ctx.clone(), ctx.clone());
    let (writes, conversions, backups, changes) = (ctx.clone(), ctx.clone(), ctx.clone(), ctx.clone());
    let (ran, approved, removed, changed) = (lists.clone(), lists.clone(), lists.clone(), lists);
    let films = ctx.clone();
    Handlers::default()
        .on(kinds::SYNC, move |job| {
            ready(ran.clone(), sync::run(runs.clone(), job, sync_hooks()))
        })
        .on(kinds::SYNC_APPROVAL, move |job| {
            ready(
                approved.clone(),
                sync::run_approval(approvals.clone(), job, sync_hooks()),
            )
        })
        .on(kinds::PROVIDER_REMOVAL, move |job| {
            ready(
                removed.clone(),
                sync::run_removal(removals.clone(), job, sync_hooks()),
            )
        })
        .on(kinds::SERIES_DETAILS, move |job| {
            sync::run_details(details.clone(), job, sync_hooks())
        })
        .on(kinds::CHANNELS, move |job| {
            ready(changed.clone(), bulk::job(changes.clone(), job))
        })
        .on(kinds::FILM_DETAILS, move |job| {
            sync::run_films(films.clone(), job)
        })
        .on(kinds::LIBRARY, move |job| library::job(writes.clone(), job))
        .on(kinds::BACKUP, move |job| backup::job(backups.clone(), job))
        .on(kinds::STRM_FROM_PLAYLIST, move |job| {
            conversion::job(conversions.clone(), job)
        })
}

/// What runs, and then the lists as it left them.
async fn ready(
    lists: Option<Lists>,
    run: impl Future<Output = Result<Value, JobError>>,
) -> Result<Value, JobError> {
    let done = run.await;
    if let Some(lists) = lists
        && let Err(error) = lists.renew().await
    {
        tracing::warn!(%error, "lists could not be indexed again");
    }
    done
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
