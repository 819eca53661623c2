//! Which handler does which kind of job: one line a kind.

use std::sync::Arc;

use crate::ctx::Ctx;
use crate::features::catalogue::favourites;
use crate::features::outputs::{conversion, library};
use crate::features::system::backup;
use crate::features::{history, sync};
use crate::jobs::{Handlers, kinds};

/// The handlers of every kind, with the context inside.
pub fn handlers(ctx: &Ctx) -> Handlers {
    let (runs, approvals, removals, details) = (ctx.clone(), ctx.clone(), ctx.clone(), ctx.clone());
    let (writes, conversions, backups) = (ctx.clone(), ctx.clone(), ctx.clone());
    Handlers::default()
        .on(kinds::SYNC, move |job| sync::run(runs.clone(), job, sync_hooks()))
        .on(kinds::SYNC_APPROVAL, move |job| {
            sync::run_approval(approvals.clone(), job, sync_hooks())
        })
        .on(kinds::PROVIDER_REMOVAL, move |job| {
            sync::run_removal(removals.clone(), job, sync_hooks())
        })
        .on(kinds::SERIES_DETAILS, move |job| {
            sync::run_details(details.clone(), job)
        })
        .on(kinds::LIBRARY, move |job| library::job(writes.clone(), job))
        .on(kinds::BACKUP, move |job| backup::job(backups.clone(), job))
        .on(kinds::STRM_FROM_PLAYLIST, move |job| {
            conversion::job(conversions.clone(), job)
        })
}

/// Who keeps references to channels and lets them follow when channels become one.
fn sync_hooks() -> Vec<sync::MovedHook> {
    vec![Arc::new(|tx, moved| {
        Box::pin(async move {
            for channel in moved {
                favourites::move_channel(tx, channel.from, channel.to).await?;
                history::move_channel(tx, channel.from, channel.to).await?;
            }
            Ok(())
        })
    })]
}
