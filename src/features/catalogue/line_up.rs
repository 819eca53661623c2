//! Showing, hiding and ranking all that a provider offers: identities, numbers and marks stay, lists, counts and play order
//! change at once.

use std::pin::Pin;

use super::play_order::{self, Standing};
use super::store::{recount, state, streams};
use crate::args;
use crate::ctx::Ctx;
use crate::db::{DbError, Tx};
use crate::events::Event;
use crate::features::audit::Actor;
use crate::features::providers::{self, Error, Provider, Relisted, Wish};
use crate::support::ids::ProviderId;

/// Changes a provider. If that switches it on or off, what it offers comes or goes in the same transaction; if it changes its
/// priority, its streams change their places.
///
/// # Errors
/// As [`providers::update`].
pub async fn update<'w>(
    ctx: &Ctx,
    actor: &Actor,
    id: ProviderId,
    wish: impl Into<Wish<'w>>,
) -> Result<Provider, Error> {
    let wish = wish.into();
    let sent = wish.fields;
    let provider = providers::update(ctx, actor, id, wish, relist).await?;
    if sent.contains_key("enabled") || sent.contains_key("priority") {
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
    relisted: Relisted,
    now_ms: i64,
) -> Pin<Box<dyn Future<Output = Result<(), DbError>> + Send + '_>> {
    Box::pin(async move {
        state::lock(tx, now_ms).await?;
        if relisted.is_shown_anew {
            recount::provider(tx, provider).await?;
        }
        if relisted.is_ranked_anew {
            rank(tx, provider).await?;
        }
        Ok(())
    })
}

/// Puts the streams of every channel that the provider has one in into play order.
async fn rank(tx: &mut Tx, provider: ProviderId) -> Result<(), DbError> {
    let placed = streams::placed_beside(tx, provider).await?;
    reorder(tx, &placed).await?;
    Ok(())
}

/// Puts the streams of whole channels, one after the other, into play order; how many changed their place.
pub(super) async fn reorder(tx: &mut Tx, placed: &[streams::Placed]) -> Result<u64, DbError> {
    let channels = placed.chunk_by(|one, other| one.channel_id == other.channel_id);
    let moved = channels.flat_map(|channel| {
        let mut ranked: Vec<&streams::Placed> = channel.iter().collect();
        ranked.sort_by_key(|stream| play_order::rank(&standing(stream)));
        let places = (0_i64..).zip(ranked);
        places.filter(|(place, stream)| stream.backup_order != *place)
    });
    let moved = moved.flat_map(|(place, stream)| args![stream.id, place]);
    streams::reorder(tx, moved.collect()).await
}

fn standing(stream: &streams::Placed) -> Standing {
    Standing::stored(
        stream.id,
        stream.manual_order,
        &stream.format,
        stream.resolution.as_deref(),
        stream.priority,
    )
    .in_condition(stream.condition())
}
