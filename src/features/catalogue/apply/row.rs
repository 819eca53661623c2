//! The row of a channel as its streams make it.

use std::collections::HashSet;

use crate::features::catalogue::number::ChannelNumber;
use crate::features::catalogue::play_order::State;
use crate::features::catalogue::store::channels::ChannelRow;
use crate::features::catalogue::store::state;

use super::member::{Member, best_state};
use super::partition::Cluster;

/// What an entry without a group belongs to.
pub(in crate::features::catalogue) const UNCATEGORIZED: &str = "Uncategorized";

/// A channel that `best` is the first stream of; its name comes later.
pub(super) fn new_channel(cluster: &Cluster, best: &Member, now_ms: i64) -> ChannelRow {
    ChannelRow {
        id: cluster.channel,
        name: String::new(),
        plain_name: String::new(),
        name_key: String::new(),
        sort_key: String::new(),
        normalized_name: String::new(),
        category: if best.group.is_empty() {
            UNCATEGORIZED.to_owned()
        } else {
            best.group.clone()
        },
        country: None,
        language: None,
        feed: None,
        number: None,
        lineup_number: 0,
        logo_url: None,
        epg_id: None,
        enabled: true,
        hand_edited: 0,
        given_number: None,
        stream_count: 0,
        active_stream_count: 0,
        best_resolution: None,
        best_quality_score: None,
        health: State::Unknown,
        created_at: now_ms,
        merged_into: None,
    }
}

/// The new name of the group that gave the channel its category, if this change renamed it for all its streams.
pub(super) fn renamed_category(category: &str, ranked: &[&Member]) -> Option<String> {
    if ranked.iter().any(|member| member.group == category) {
        return None;
    }
    let was_of = |member: &&&Member| member.row.as_ref().is_some_and(|row| row.group_name == category);
    let renamed = ranked.iter().find(was_of)?;
    (!renamed.group.is_empty()).then(|| renamed.group.clone())
}

/// The next number of the line-up that nobody has; `taken` holds those ahead.
pub(super) fn next_number(next: &mut i64, taken: &HashSet<i64>) -> i64 {
    loop {
        let major = u32::try_from(state::take(next)).unwrap_or(u32::MAX);
        let Some(number) = ChannelNumber::new(major, 0) else {
            return i64::MAX;
        };
        if !taken.contains(&number.stored()) {
            return number.stored();
        }
    }
}

/// Sets what lists show of the streams.
pub(super) fn count(channel: &mut ChannelRow, ranked: &[&Member]) {
    let total = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
    channel.stream_count = total(ranked.iter().filter(|member| member.is_shown()).count());
    channel.active_stream_count = total(ranked.iter().filter(|member| member.is_in_use()).count());
    channel.health = best_state(ranked);
    let best = ranked
        .iter()
        .filter(|member| member.is_in_use())
        .max_by_key(|member| member.tier);
    channel.best_resolution = best
        .and_then(|member| member.tier)
        .map(|tier| tier.name().to_owned());
    channel.best_quality_score = ranked
        .iter()
        .filter(|member| member.is_in_use())
        .filter_map(|member| member.score)
        .max();
}
