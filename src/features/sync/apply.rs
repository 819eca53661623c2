//! The last step, in one transaction: either all of it is seen or nothing.

use crate::ctx::Ctx;
use crate::db::Tx;
use crate::features::catalogue::{self, Applied, Changes, StoredStreams, store};
use crate::features::providers::{self, Status, url_values};
use crate::support::ids::ProviderId;

use super::plan::Plan;
use super::staging::Staging;
use super::{Error, MovedHook};

/// Applies a plan: catalogue, values of URLs, totals and status of the provider.
pub(super) async fn apply(
    tx: &mut Tx,
    ctx: &Ctx,
    provider: ProviderId,
    plan: &Plan,
    staging: &mut Staging,
    ahead: Option<StoredStreams>,
    hooks: &[MovedHook],
) -> Result<(), Error> {
    let added = catalogue(tx, provider, &plan.changes, staging, ahead, hooks).await?;
    if plan.is_of_panel {
        panel_values(tx, ctx, provider).await?;
    } else {
        let records = plan.records(staging, &added);
        let records = records
            .iter()
            .map(|(owner, record)| (*owner, staging.record(*record)));
        url_values::replace(tx, &ctx.keys, provider, &plan.recorded, records).await?;
        url_values::remember(tx, provider, &plan.learned, plan.changes.now_ms).await?;
    }
    providers::store::set_status(tx, provider, Status::Ok, None).await?;
    providers::store::set_last_sync(tx, provider, plan.changes.now_ms).await?;
    Ok(())
}

/// Applies differences to the catalogue and counts the provider's totals anew; the answer is the row of each added entry.
pub(super) async fn catalogue(
    tx: &mut Tx,
    provider: ProviderId,
    changes: &Changes,
    staging: &mut Staging,
    ahead: Option<StoredStreams>,
    hooks: &[MovedHook],
) -> Result<Vec<(u32, i64)>, Error> {
    if changes.is_empty() {
        return Ok(Vec::new());
    }
    let applied = catalogue::apply(tx, provider, changes, staging, ahead).await?;
    follow(tx, &applied, hooks).await?;
    store::provider::recount_totals(tx, provider).await?;
    Ok(applied.ids)
}

/// Lets what refers to channels and titles that were left empty follow.
pub(super) async fn follow(tx: &mut Tx, applied: &Applied, hooks: &[MovedHook]) -> Result<(), Error> {
    if applied.moved.is_empty() && applied.titles.is_empty() {
        return Ok(());
    }
    for hook in hooks {
        hook(tx, applied).await?;
    }
    Ok(())
}

/// All streams of a panel are where it answered, for the account as it is now.
async fn panel_values(tx: &mut Tx, ctx: &Ctx, id: ProviderId) -> Result<(), Error> {
    let provider = providers::store::get_in(tx, id).await?;
    let secrets = provider.secrets(&ctx.keys)?;
    if let Some(values) = provider.panel_values(&secrets) {
        url_values::replace_by_one(tx, &ctx.keys, id, &values).await?;
    }
    Ok(())
}
