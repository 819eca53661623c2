use serde_json::json;

use super::Error;
use crate::ctx::Ctx;
use crate::events::Event;
use crate::features::audit::{self, Actor};
use crate::features::catalogue::apply::rewrite;
use crate::features::catalogue::store::{choices, provider, state};
use crate::features::providers;
use crate::support::ids::{ChannelId, StreamId};

/// Switches a stream on or off: off, it keeps its place and is neither played nor in playlists. Its channel is the answer.
///
/// # Errors
/// [`Error::UnknownStream`], also if its provider does not list it at present.
pub async fn switch(ctx: &Ctx, actor: &Actor, id: StreamId, enabled: bool) -> Result<ChannelId, Error> {
    let now = ctx.clock.now_ms();
    let mut tx = ctx.db.begin().await?;
    let stream = choices::find(&mut tx, id).await?.ok_or(Error::UnknownStream)?;
    // The totals of its provider change: whoever holds a provider waits for the catalogue, never the other way round.
    if !providers::store::lock(&mut tx, stream.provider).await? {
        return Err(Error::UnknownStream);
    }
    let mut next = state::lock(&mut tx, now).await?;
    let stream = choices::find(&mut tx, id).await?.ok_or(Error::UnknownStream)?;
    if stream.enabled == enabled {
        return Ok(stream.channel);
    }
    choices::switch(&mut tx, id, enabled).await?;
    rewrite(&mut tx, stream.channel, now, &mut next).await?;
    provider::recount_totals(&mut tx, stream.provider).await?;
    state::keep(&mut tx, next).await?;
    let action = match enabled {
        true => "stream.enabled",
        false => "stream.disabled",
    };
    let details = json!({ "name": stream.name, "channel": stream.channel });
    audit::record(&mut tx, now, actor, action, format!("stream:{id}"), details).await?;
    tx.commit().await?;
    ctx.events.publish(Event::CatalogueChanged);
    Ok(stream.channel)
}
