use std::collections::HashSet;

use serde_json::json;

use super::Error;
use super::regrouping::{Follow, Placing, Regrouping};
use crate::ctx::Ctx;
use crate::features::audit::{self, Actor};
use crate::features::catalogue::apply;
use crate::features::catalogue::editing;
use crate::features::catalogue::names::{name_key, sort_key};
use crate::features::catalogue::store::channels::{self, hand};
use crate::features::catalogue::store::{choices, state};
use crate::support::ids::{ChannelId, StreamId};
use crate::support::validation::Invalid;

/// Makes a channel of its own of some streams of a channel, called `name` or else as its streams are. It gets them again
/// after every sync, together with new streams of their name. The new channel is the answer.
///
/// # Errors
/// [`Error::UnknownChannel`]; [`Error::Invalid`] for no streams, for all of them, for those of other channels, and for a
/// name that is none.
pub async fn split(
    ctx: &Ctx,
    actor: &Actor,
    id: ChannelId,
    chosen: &[StreamId],
    name: &str,
    follow: Follow,
) -> Result<ChannelId, Error> {
    let name = checked(name)?;
    let mut change = Regrouping::begin(ctx).await?;
    let channel = change.resolve(id).await?;
    let leaving: HashSet<StreamId> = chosen.iter().copied().collect();
    check(&choices::shown(&mut change.tx, channel).await?, chosen, &leaving)?;
    let kept = change.row(channel).await?;
    let new = ChannelId(state::take(&mut change.next.channel));
    let streams = apply::streams_of(&mut change.tx, channel).await?;
    let moved = streams.into_iter().filter(|stream| leaving.contains(&stream.id));
    let mut placed: Vec<_> = moved
        .map(|stream| {
            let placing = Placing {
                channel: new,
                was_in: channel,
                moved: true,
            };
            (stream, placing)
        })
        .collect();
    placed.extend(change.staying(channel, &leaving).await?);
    let called = name.as_deref().unwrap_or(&kept.name);
    change
        .decide(actor, "split", (channel, &kept.name), (new, called), placed)
        .await?;
    let moved = change.regroup(&[channel]).await?;
    if let Some(name) = &name {
        rename(&mut change, new, name).await?;
    }
    let details = json!({ "name": kept.name, "streams": chosen, "into": new, "into_name": called });
    let resource = format!("channel:{channel}");
    audit::record(
        &mut change.tx,
        change.now_ms,
        actor,
        "channel.split",
        resource,
        details,
    )
    .await?;
    change.finish(ctx, &moved, follow).await?;
    Ok(new)
}

/// A name as it is kept; `None` if none was given.
fn checked(name: &str) -> Result<Option<String>, Error> {
    if name.trim().is_empty() {
        return Ok(None);
    }
    let name = editing::name(name).map_err(|message| Invalid::field("name", message))?;
    Ok(Some(name))
}

fn check(shown: &[StreamId], chosen: &[StreamId], leaving: &HashSet<StreamId>) -> Result<(), Error> {
    let message = if chosen.is_empty() {
        "Choose the streams to split off.".to_owned()
    } else if let Some(stream) = chosen.iter().find(|stream| !shown.contains(stream)) {
        format!("Stream {stream} is not of this channel.")
    } else if shown.iter().all(|stream| leaving.contains(stream)) {
        "Leave at least one stream in the channel.".to_owned()
    } else {
        return Ok(());
    };
    Err(Invalid::field("stream_ids", message).into())
}

async fn rename(change: &mut Regrouping, id: ChannelId, name: &str) -> Result<(), Error> {
    let mut row = change.row(id).await?;
    row.name = name.to_owned();
    row.name_key = name_key(name);
    row.sort_key = sort_key(&row.name_key);
    row.hand_edited |= hand::NAME;
    channels::write(&mut change.tx, vec![row]).await?;
    Ok(())
}
