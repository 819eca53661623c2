use serde_json::json;

use super::Error;
use super::regrouping::{Follow, Regrouping};
use crate::ctx::Ctx;
use crate::features::audit::{self, Actor};
use crate::features::catalogue::apply;
use crate::features::catalogue::store::decisions::{self, Decision};
use crate::support::ids::{ChannelId, DecisionId};

/// Takes a decision back: its streams are where they were before it, unless names or other decisions say otherwise. After
/// a split the new channel's favourites and plays come back; after a merge they stay with the channel that took them,
/// since nobody can tell whose they were. The answer: what was taken back.
///
/// # Errors
/// [`Error::UnknownChannel`]; [`Error::UnknownDecision`], also if it is neither one of `channel` nor of the channel that it
/// leads to; [`Error::BuiltUpon`].
pub async fn take_back(
    ctx: &Ctx,
    actor: &Actor,
    channel: ChannelId,
    id: DecisionId,
    follow: Follow,
) -> Result<Decision, Error> {
    let mut change = Regrouping::begin(ctx).await?;
    let own = [channel, change.resolve(channel).await?];
    let decision = decisions::find(&mut change.tx, id).await?;
    let decision = decision
        .filter(|found| own.contains(&found.kept) || own.contains(&found.other))
        .ok_or(Error::UnknownDecision)?;
    if decision.is_built_upon {
        return Err(Error::BuiltUpon);
    }
    decisions::remove(&mut change.tx, id).await?;
    let mut moved = change.regroup(&[decision.kept, decision.other]).await?;
    if decision.kind == "split" {
        // It may have been merged into another one since.
        let taker = change.resolve(decision.kept).await?;
        moved.extend(apply::retire(&mut change.tx, decision.other, taker).await?);
    }
    let action = match decision.kind.as_str() {
        "split" => "channel.split_taken_back",
        _ => "channel.merge_taken_back",
    };
    let details =
        json!({ "name": decision.kept_name, "other": decision.other, "other_name": decision.other_name });
    let resource = format!("channel:{}", decision.kept);
    audit::record(&mut change.tx, change.now_ms, actor, action, resource, details).await?;
    change.finish(ctx, &moved, follow).await?;
    Ok(decision)
}
