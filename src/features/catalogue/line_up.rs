//! Showing and hiding all that a provider offers: identities, numbers and marks stay, lists and counts change at once.

use std::pin::Pin;

use serde_json::{Map, Value};

use super::store::{recount, state};
use crate::ctx::Ctx;
use crate::db::{DbError, Tx};
use crate::events::Event;
use crate::features::audit::Actor;
use crate::features::providers::{self, Error, Provider};
use crate::support::ids::ProviderId;

/// Changes a provider; if that switches it on or off, what it offers comes or goes in the same transaction.
///
/// # Errors
/// As [`providers::update`].
pub async fn update(
    ctx: &Ctx,
    actor: &Actor,
    id: ProviderId,
    sent: &Map<String, Value>,
) -> Result<Provider, Error> {
    let provider = providers::update(ctx, actor, id, sent, relist).await?;
    if sent.contains_key("enabled") {
        ctx.events.publish(Event::CatalogueChanged);
    }
    Ok(provider)
}

/// Removes a provider with all that it offers from every list, in one transaction.
///
/// # Errors
/// As [`providers::remove`].
pub async fn remove(ctx: &Ctx, actor: &Actor, id: ProviderId) -> Result<(), Error> {
    providers::remove(ctx, actor, id, relist).await?;
    ctx.events.publish(Event::CatalogueChanged);
    Ok(())
}

fn relist(
    tx: &mut Tx,
    provider: ProviderId,
    now_ms: i64,
) -> Pin<Box<dyn Future<Output = Result<(), DbError>> + Send + '_>> {
    Box::pin(async move {
        state::lock(tx, now_ms).await?;
        recount::provider(tx, provider).await
    })
}
