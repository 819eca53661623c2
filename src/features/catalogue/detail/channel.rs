use crate::db::{Db, DbError, Tx};
use crate::features::catalogue::defect::Defect;
use crate::features::catalogue::experience::Experience;
use crate::features::catalogue::matching::Method;
use crate::features::catalogue::play_order::{self, Condition, Standing, State};
use crate::features::catalogue::store::channels::hand;
use crate::features::catalogue::store::tags as tag_store;
use crate::support::ids::{ChannelId, ProviderId, StreamId};

use super::store;

crate::record! {
    /// A channel by itself.
    #[derive(Debug, Clone)]
    pub struct ChannelDetail {
        pub id: ChannelId,
        pub name: String,
        pub category: String,
        pub country: Option<String>,
        pub language: Option<String>,
        pub feed: Option<String>,
        pub lineup_number: i64,
        pub logo_url: Option<String>,
        pub epg_id: Option<String>,
        pub enabled: bool,
        pub stream_count: i64,
        pub active_stream_count: i64,
        pub best_resolution: Option<String>,
        /// Where its streams went; it then has none of its own.
        pub merged_into: Option<ChannelId>,
        /// Milliseconds since the epoch, UTC.
        pub created_at: i64,
        /// Bits of what a person set, see [`ChannelDetail::by_hand`].
        pub hand_edited: i64,
    }
}

impl ChannelDetail {
    /// The fields that a person set, as the JSON names them.
    pub fn by_hand(&self) -> Vec<&'static str> {
        hand::fields(self.hand_edited).collect()
    }

    pub fn is_by_hand(&self, field: &str) -> bool {
        hand::fields(self.hand_edited).any(|name| name == field)
    }
}

/// A stream of a channel, with why it is there and why it stands where it stands.
#[derive(Debug, Clone)]
pub struct StreamDetail {
    pub id: StreamId,
    pub provider_id: ProviderId,
    pub provider_name: String,
    pub original_name: String,
    /// What its provider lists, where rules name it otherwise.
    pub listed_name: Option<String>,
    pub group_name: String,
    pub format: String,
    pub resolution: Option<String>,
    pub quality_score: Option<i64>,
    pub is_active: bool,
    /// Whether a person wants it played.
    pub enabled: bool,
    pub is_provider_enabled: bool,
    /// Whether a person gave it its place.
    pub is_placed: bool,
    pub backup_order: i64,
    pub merge_method: Option<String>,
    pub merge_confidence: Option<i64>,
    pub merge_reason: Option<String>,
    /// Whether a person decided where it belongs.
    pub manual: bool,
    pub order_reason: String,
    /// What checks found; of a stream that was never checked nothing is known.
    pub state: State,
    /// 0 to 100.
    pub health_score: Option<i64>,
    /// Until the first media bytes of the last good check.
    pub response_ms: Option<i64>,
    /// Milliseconds since the epoch, UTC.
    pub last_check: Option<i64>,
    pub consecutive_failures: i64,
    pub failure_reason: Option<String>,
    /// When it is checked again by itself, if before the schedule.
    pub next_check_at: Option<i64>,
    /// What ffprobe measured of it last; absent if it never did.
    pub bitrate_kbps: Option<i64>,
    /// Of its picture, as ffprobe names it.
    pub codec: Option<String>,
    /// Frames a second.
    pub fps: Option<f64>,
    /// What is wrong with what it shows, if anything is.
    pub defect: Option<Defective>,
    /// What plays of the last days told of it; absent if there were none.
    pub experience: Option<Experience>,
}

/// A defect that was confirmed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Defective {
    pub defect: Defect,
    /// What was seen of it, in words.
    pub reason: String,
    /// Since when it counts, in milliseconds since the epoch, UTC.
    pub since: i64,
}

/// The channel that `id` leads to now: itself, or the one that took its streams.
///
/// # Errors
/// Whatever the database says.
pub async fn resolve(db: &Db, id: ChannelId) -> Result<Option<ChannelId>, DbError> {
    store::resolve(db, id).await
}

/// As [`resolve`], within a transaction.
pub(in crate::features::catalogue) async fn resolve_in(
    tx: &mut Tx,
    id: ChannelId,
) -> Result<Option<ChannelId>, DbError> {
    store::resolve_in(tx, id).await
}

/// The channel that `id` leads to; `None` if there is none.
///
/// # Errors
/// Whatever the database says.
pub async fn channel(db: &Db, id: ChannelId) -> Result<Option<ChannelDetail>, DbError> {
    match store::resolve(db, id).await? {
        Some(id) => store::channel(db, id).await,
        None => Ok(None),
    }
}

/// The channel of a stream; none if its provider lists it no more.
///
/// # Errors
/// Whatever the database says.
pub async fn channel_of(db: &Db, stream: StreamId) -> Result<Option<ChannelId>, DbError> {
    store::channel_of(db, stream).await
}

/// The tags of a channel, by name.
///
/// # Errors
/// Whatever the database says.
pub async fn tags(db: &Db, id: ChannelId) -> Result<Vec<String>, DbError> {
    tag_store::of(db, id.0).await
}

/// The channel's present streams in play order.
///
/// # Errors
/// Whatever the database says.
pub async fn streams(db: &Db, id: ChannelId) -> Result<Vec<StreamDetail>, DbError> {
    let rows = store::streams(db, id).await?;
    let standings: Vec<Standing> = rows.iter().map(standing).collect();
    let reasons = (0..rows.len()).map(|at| {
        let before = at.checked_sub(1).and_then(|before| standings.get(before));
        standings
            .get(at)
            .map_or_else(String::new, |own| play_order::reason(own, before))
    });
    let reasons: Vec<String> = reasons.collect();
    Ok(rows
        .into_iter()
        .zip(reasons)
        .map(|(row, order_reason)| detail(row, order_reason))
        .collect())
}

fn standing(row: &store::StreamRow) -> Standing {
    let standing = Standing::stored(
        row.id.0,
        row.manual_order,
        &row.format,
        row.resolution.as_deref(),
        row.provider_priority,
    )
    .in_condition(Condition {
        state: row.state,
        score: row.health_score,
        played: row.played,
        response_ms: row.response_ms,
        bitrate_kbps: row.bitrate_kbps,
    });
    Standing {
        defect: row.content_defect.as_deref().and_then(Defect::from_word),
        experience: experience(row),
        ..standing
    }
}

fn defective(row: &store::StreamRow) -> Option<Defective> {
    Some(Defective {
        defect: Defect::from_word(row.content_defect.as_deref()?)?,
        reason: row.content_reason.clone()?,
        since: row.content_since?,
    })
}

fn experience(row: &store::StreamRow) -> Option<Experience> {
    let whole = |value: Option<i64>| value.and_then(|value| u32::try_from(value).ok());
    Some(Experience {
        shows: whole(row.shows)?,
        failures: whole(row.play_failures)?,
        stalls: whole(row.play_stalls)?,
        watched_ms: row.watched_ms?,
        startup_ms: whole(row.startup_ms),
    })
}

fn detail(row: store::StreamRow, order_reason: String) -> StreamDetail {
    StreamDetail {
        defect: defective(&row),
        experience: experience(&row),
        id: row.id,
        provider_id: row.provider_id,
        provider_name: row.provider_name,
        original_name: row.original_name,
        listed_name: row.listed_name,
        group_name: row.group_name,
        format: row.format,
        resolution: row.resolution,
        quality_score: row.quality_score,
        is_active: row.is_active,
        enabled: row.enabled,
        is_provider_enabled: row.is_provider_enabled,
        is_placed: row.manual_order.is_some(),
        backup_order: row.backup_order,
        manual: row.merge_method.as_deref().is_some_and(is_manual),
        merge_method: row.merge_method,
        merge_confidence: row.merge_confidence,
        merge_reason: row.merge_reason,
        order_reason,
        state: row.state,
        health_score: row.health_score,
        response_ms: row.response_ms,
        last_check: row.last_check,
        consecutive_failures: row.consecutive_failures.unwrap_or_default(),
        failure_reason: row.failure_reason,
        next_check_at: row.next_check_at,
        bitrate_kbps: row.bitrate_kbps,
        codec: row.codec,
        fps: row.fps,
    }
}

fn is_manual(method: &str) -> bool {
    matches!(
        Method::from_name(method),
        Some(Method::ManualMerge | Method::ManualSplit)
    )
}
