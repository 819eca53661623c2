//! What a removed provider leaves: its entries go missing, identities, numbers and plays stay.

use serde_json::{Value, json};

use crate::ctx::Ctx;
use crate::events::Event;
use crate::features::catalogue::Changes;
use crate::features::providers::{self, url_values};
use crate::features::settings;
use crate::jobs::{JobError, JobRun};
use crate::support::ids::ProviderId;

use super::index::Index;
use super::staging::Staging;
use super::{Error, MovedHook, apply, held, read};

/// Takes a removed provider's entries out of the catalogue.
pub(super) async fn run(ctx: &Ctx, job: &JobRun, hooks: &[MovedHook]) -> Result<Value, JobError> {
    let provider = job
        .payload
        .get("provider_id")
        .and_then(Value::as_i64)
        .map(ProviderId);
    let provider = provider
        .ok_or_else(|| JobError::failed("payload", "The job does not say which provider was removed."))?;
    let removed = remove(ctx, job, hooks, provider).await.map_err(Error::into_job)?;
    if removed > 0 {
        ctx.events.publish(Event::CatalogueChanged);
    }
    Ok(json!({ "provider_id": provider, "removed": removed }))
}

async fn remove(ctx: &Ctx, job: &JobRun, hooks: &[MovedHook], provider: ProviderId) -> Result<usize, Error> {
    let fuzzy_threshold = settings::load(ctx).await?.fuzzy_match_threshold;
    job.progress.set(0, None, "Removing");
    let mut tx = ctx.db.begin().await?;
    job.hold(&mut tx).await.map_err(|_| Error::Cancelled)?;
    if providers::store::lock(&mut tx, provider).await? {
        return Ok(0);
    }
    // From here on no run of the provider can be applied: what is read now is everything there will be.
    let index = read::index(&ctx.db, provider).await?;
    let present = index.rows().filter(|row| !index.is_missing(*row));
    let changes = Changes {
        now_ms: ctx.clock.now_ms(),
        removed: present.map(|row| (index.kind(row), index.id(row))).collect(),
        fuzzy_threshold,
        ..Changes::default()
    };
    let mut nothing = Staging::new(Index::default(), ctx.config.data.dir.clone());
    apply::catalogue(&mut tx, provider, &changes, &mut nothing, None, hooks).await?;
    url_values::remove(&mut tx, provider).await?;
    held::supersede(&mut tx, provider).await?;
    tx.commit().await?;
    Ok(changes.removed.len())
}
