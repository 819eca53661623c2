use std::collections::HashSet;
use std::str::FromStr;

use serde_json::json;

use super::Error;
use crate::args;
use crate::ctx::Ctx;
use crate::db::Tx;
use crate::events::Event;
use crate::features::audit::{self, Actor};
use crate::features::catalogue::apply::rewrite;
use crate::features::catalogue::detail;
use crate::features::catalogue::store::{choices, state};
use crate::support::ids::{ChannelId, StreamId};
use crate::support::validation::Invalid;

/// Which way a stream moves by one place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    Up,
    Down,
}

impl FromStr for Direction {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        match text {
            "up" => Ok(Self::Up),
            "down" => Ok(Self::Down),
            _ => Err(()),
        }
    }
}

/// Has the streams of a channel played in the order of `wanted`; its others come behind, by their own merit. The channel
/// that `id` leads to is the answer.
///
/// # Errors
/// [`Error::UnknownChannel`]; [`Error::Invalid`] for a stream that is named twice or is not of this channel.
pub async fn order(ctx: &Ctx, actor: &Actor, id: ChannelId, wanted: &[StreamId]) -> Result<ChannelId, Error> {
    change(ctx, actor, id, |shown| {
        let (mut named, known) = (HashSet::new(), shown.iter().collect::<HashSet<_>>());
        for stream in wanted {
            let message = match (known.contains(stream), named.insert(stream)) {
                (false, _) => format!("Stream {stream} is not of this channel."),
                (true, false) => format!("Stream {stream} is named twice."),
                (true, true) => continue,
            };
            return Err(Invalid::field("stream_ids", message).into());
        }
        Ok(wanted.to_vec())
    })
    .await
}

/// Gives the order of a channel's streams back to their merits.
///
/// # Errors
/// [`Error::UnknownChannel`].
pub async fn give_back(ctx: &Ctx, actor: &Actor, id: ChannelId) -> Result<ChannelId, Error> {
    order(ctx, actor, id, &[]).await
}

/// Moves a stream by one place and thereby gives all of the channel the places they have; at either end it stays.
///
/// # Errors
/// [`Error::UnknownChannel`]; [`Error::UnknownStream`] if it is not of this channel.
pub async fn move_one(
    ctx: &Ctx,
    actor: &Actor,
    id: ChannelId,
    stream: StreamId,
    direction: Direction,
) -> Result<ChannelId, Error> {
    change(ctx, actor, id, |shown| {
        let mut places = shown.to_vec();
        let at = places.iter().position(|shown| *shown == stream);
        let at = at.ok_or(Error::UnknownStream)?;
        let other = match direction {
            Direction::Up => at.checked_sub(1),
            Direction::Down => Some(at + 1).filter(|next| *next < places.len()),
        };
        if let Some(other) = other {
            places.swap(at, other);
        }
        Ok(places)
    })
    .await
}

async fn change(
    ctx: &Ctx,
    actor: &Actor,
    id: ChannelId,
    wanted: impl FnOnce(&[StreamId]) -> Result<Vec<StreamId>, Error>,
) -> Result<ChannelId, Error> {
    let now = ctx.clock.now_ms();
    let mut tx = ctx.db.begin().await?;
    let mut next = state::lock(&mut tx, now).await?;
    let channel = detail::resolve_in(&mut tx, id).await?;
    let channel = channel.ok_or(Error::UnknownChannel)?;
    let wanted = wanted(&choices::shown(&mut tx, channel).await?)?;
    place(&mut tx, channel, &wanted).await?;
    rewrite(&mut tx, channel, now, &mut next).await?;
    state::keep(&mut tx, next).await?;
    let action = match wanted.is_empty() {
        true => "channel.order_given_back",
        false => "channel.streams_ordered",
    };
    let resource = format!("channel:{channel}");
    audit::record(
        &mut tx,
        now,
        actor,
        action,
        resource,
        json!({ "streams": wanted }),
    )
    .await?;
    tx.commit().await?;
    ctx.events.publish(Event::CatalogueChanged);
    Ok(channel)
}

async fn place(tx: &mut Tx, channel: ChannelId, wanted: &[StreamId]) -> Result<(), Error> {
    choices::release_order(tx, channel).await?;
    let places = (0_i64..).zip(wanted);
    let places = places.flat_map(|(place, stream)| args![*stream, place]);
    choices::give_order(tx, places.collect()).await?;
    Ok(())
}
