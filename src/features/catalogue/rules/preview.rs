use std::collections::HashMap;

use super::change::check_provider;
use super::{Draft, Error, MergeRule};
use crate::ctx::Ctx;
use crate::db::{DbError, Tx};
use crate::features::catalogue::apply::{self, Effect};
use crate::features::catalogue::store::rules as store;
use crate::features::catalogue::store::{channels, streams};
use crate::features::settings;
use crate::support::ids::{ChannelId, MergeRuleId};

/// Changes of each kind that are named.
const SAMPLES: usize = 25;
/// Channels, or streams of one part, that are named of one change.
const NAMED: usize = 5;

/// What a rule would change if it were kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Preview {
    /// Present streams that the first and the second expression find; of a rule that joins, all that either finds are in
    /// the first number.
    pub found: [usize; 2],
    /// It finds so many streams under one key that it does not join them.
    pub is_too_broad: bool,
    /// How many channels would be merged, and into how many.
    pub merged: (usize, usize),
    /// The largest.
    pub merged_samples: Vec<Merged>,
    /// How many channels would be parted, and into how many.
    pub parted: (usize, usize),
    /// The first.
    pub parted_samples: Vec<Parted>,
}

/// Channels that would be one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Merged {
    /// Some of them, by name.
    pub channels: Vec<(ChannelId, String)>,
    /// How many they are.
    pub count: usize,
    pub streams: usize,
}

/// A channel that would be several.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parted {
    pub channel: ChannelId,
    pub name: String,
    /// Some of its parts.
    pub parts: Vec<Part>,
    /// How many parts there are.
    pub count: usize,
}

/// Streams that would be a channel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// Some of them, by name.
    pub names: Vec<String>,
    pub streams: usize,
}

/// What would change if `draft` were kept, as a new rule or in place of `id`; one that is switched off is tried as though it
/// were on. Changes nothing, and keeps nobody from changing anything.
///
/// # Errors
/// [`Error::Unknown`], [`Error::Invalid`] for a provider that there is not.
pub async fn preview(ctx: &Ctx, draft: &Draft, id: Option<MergeRuleId>) -> Result<Preview, Error> {
    check_provider(ctx, draft).await?;
    let threshold = settings::load(ctx).await?.fuzzy_match_threshold;
    let mut tx = ctx.db.snapshot().await?;
    let mut rules = store::list_in(&mut tx).await?;
    if id.is_some() && !rules.iter().any(|rule| Some(rule.id) == id) {
        return Err(Error::Unknown);
    }
    let wanted = as_rule(draft, id, ctx.clock.now_ms());
    rules.retain(|rule| Some(rule.id) != id);
    rules.push(wanted.clone());
    rules.sort_by_key(|rule| (std::cmp::Reverse(rule.priority), rule.id));
    let effect = apply::effect(&mut tx, rules, &wanted, threshold).await?;
    let preview = named(&mut tx, effect).await?;
    tx.rollback().await?;
    Ok(preview)
}

fn as_rule(draft: &Draft, id: Option<MergeRuleId>, now_ms: i64) -> MergeRule {
    MergeRule {
        // A new one comes after all others.
        id: id.unwrap_or(MergeRuleId(i64::MAX)),
        rule_type: draft.rule_type,
        pattern1: draft.pattern1.clone(),
        pattern2: draft.pattern2.clone(),
        region1: draft.region1.clone(),
        region2: draft.region2.clone(),
        provider_id: draft.provider_id,
        priority: draft.priority,
        enabled: true,
        reason: draft.reason.clone(),
        author: String::new(),
        created_at: now_ms,
    }
}

async fn named(tx: &mut Tx, effect: Effect) -> Result<Preview, DbError> {
    let merged: Vec<&(Vec<i64>, usize)> = effect.merged.iter().take(SAMPLES).collect();
    let parted: Vec<&(i64, Vec<Vec<i64>>)> = effect.parted.iter().take(SAMPLES).collect();
    let channels = channel_names(tx, &merged, &parted).await?;
    let streams = stream_names(tx, &parted).await?;
    let channel = |id: &i64| channels.get(id).cloned().unwrap_or_default();
    let stream = |id: &i64| streams.get(id).cloned().unwrap_or_default();
    let part = |part: &Vec<i64>| Part {
        names: part.iter().take(NAMED).map(stream).collect(),
        streams: part.len(),
    };
    let merged_samples = merged.iter().map(|(from, streams)| Merged {
        channels: from
            .iter()
            .take(NAMED)
            .map(|id| (ChannelId(*id), channel(id)))
            .collect(),
        count: from.len(),
        streams: *streams,
    });
    let parted_samples = parted.iter().map(|(id, parts)| Parted {
        channel: ChannelId(*id),
        name: channel(id),
        parts: parts.iter().take(NAMED).map(part).collect(),
        count: parts.len(),
    });
    Ok(Preview {
        found: effect.found,
        is_too_broad: effect.is_too_broad,
        merged: (
            effect.merged.iter().map(|(from, _)| from.len()).sum(),
            effect.merged.len(),
        ),
        merged_samples: merged_samples.collect(),
        parted: (
            effect.parted.len(),
            effect.parted.iter().map(|(_, parts)| parts.len()).sum(),
        ),
        parted_samples: parted_samples.collect(),
    })
}

async fn channel_names(
    tx: &mut Tx,
    merged: &[&(Vec<i64>, usize)],
    parted: &[&(i64, Vec<Vec<i64>>)],
) -> Result<HashMap<i64, String>, DbError> {
    let of_merged = merged.iter().flat_map(|(from, _)| from.iter().take(NAMED));
    let of_parted = parted.iter().map(|(channel, _)| channel);
    let ids: Vec<i64> = of_merged.chain(of_parted).copied().collect();
    let mut names = HashMap::new();
    channels::each_of(tx, ids.into_iter(), |row| {
        names.insert(row.id, row.name);
    })
    .await?;
    Ok(names)
}

async fn stream_names(
    tx: &mut Tx,
    parted: &[&(i64, Vec<Vec<i64>>)],
) -> Result<HashMap<i64, String>, DbError> {
    let parts = parted.iter().flat_map(|(_, parts)| parts.iter().take(NAMED));
    let ids: Vec<i64> = parts.flat_map(|part| part.iter().take(NAMED)).copied().collect();
    let mut names = HashMap::new();
    streams::each_of(tx, ids.into_iter(), |row| {
        names.insert(row.id, row.original_name);
    })
    .await?;
    Ok(names)
}
