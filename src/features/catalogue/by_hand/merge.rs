use std::collections::HashSet;

use serde_json::json;

use super::Error;
use super::regrouping::{Follow, Placing, Regrouping};
use crate::ctx::Ctx;
use crate::features::audit::{self, Actor};
use crate::features::catalogue::apply;
use crate::support::ids::ChannelId;
use crate::support::validation::Invalid;

/// Puts the streams of a channel into another one for good, missing ones too, and new ones of their name with them.
/// Favourites, plays, the number and what people set go along. The channel that took them is the answer.
///
/// # Errors
/// [`Error::UnknownChannel`]; [`Error::Invalid`] if there is no channel `into`, or it is this one.
pub async fn merge(
    ctx: &Ctx,
    actor: &Actor,
    id: ChannelId,
    into: ChannelId,
    follow: Follow,
) -> Result<ChannelId, Error> {
    let mut change = Regrouping::begin(ctx).await?;
    let from = change.resolve(id).await?;
    let into = match change.resolve(into).await {
        Err(Error::UnknownChannel) => return Err(Invalid::field("into", "There is no such channel.").into()),
        found => found?,
    };
    if from == into {
        return Err(Invalid::field("into", "Choose another channel than this one.").into());
    }
    let (taken, kept) = (change.row(from).await?, change.row(into).await?);
    let streams = apply::streams_of(&mut change.tx, from).await?;
    if streams.is_empty() {
        return Err(Invalid::field("into", "This channel has no streams to merge.").into());
    }
    let count = streams.len();
    let mut placed: Vec<_> = streams
        .into_iter()
        .map(|stream| {
            let placing = Placing {
                channel: into,
                was_in: from,
                moved: true,
            };
            (stream, placing)
        })
        .collect();
    placed.extend(change.staying(into, &HashSet::new()).await?);
    change
        .decide(actor, "merge", (into, &kept.name), (from, &taken.name), placed)
        .await?;
    let moved = change.regroup(&[from, into]).await?;
    let details = json!({ "name": taken.name, "streams": count, "into": into, "into_name": kept.name });
    let resource = format!("channel:{from}");
    audit::record(
        &mut change.tx,
        change.now_ms,
        actor,
        "channel.merged",
        resource,
        details,
    )
    .await?;
    change.finish(ctx, &moved, follow).await?;
    Ok(into)
}
