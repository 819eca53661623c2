//! The table `channels` as the catalogue's own changes need it.

use crate::args;
use crate::db::{DbError, Tx, Value};
use crate::features::catalogue::play_order::State;
use crate::record;

record! {
    /// A stored channel.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct ChannelRow {
        pub id: i64,
        pub name: String,
        pub plain_name: String,
        pub name_key: String,
        pub sort_key: String,
        pub normalized_name: String,
        pub category: String,
        pub country: Option<String>,
        pub language: Option<String>,
        pub feed: Option<String>,
        pub number: Option<i64>,
        pub lineup_number: i64,
        pub logo_url: Option<String>,
        pub epg_id: Option<String>,
        pub enabled: bool,
        pub hand_edited: i64,
        /// The line-up number before a person gave it another one.
        pub given_number: Option<i64>,
        pub stream_count: i64,
        pub active_stream_count: i64,
        pub best_resolution: Option<String>,
        pub best_quality_score: Option<i64>,
        pub health: State,
        pub created_at: i64,
        /// Where its streams went, if it was left empty.
        pub merged_into: Option<i64>,
    }
}

/// Bits of `channels.hand_edited`: what a person set outlives every sync.
pub mod hand {
    pub const NAME: i64 = 1;
    pub const NUMBER: i64 = 2;
    pub const CATEGORY: i64 = 4;
    pub const LOGO: i64 = 8;
    pub const EPG_ID: i64 = 16;
    pub const ENABLED: i64 = 32;

    const NAMES: [(i64, &str); 6] = [
        (NAME, "name"),
        (NUMBER, "number"),
        (CATEGORY, "category"),
        (ENABLED, "enabled"),
        (LOGO, "logo_url"),
        (EPG_ID, "epg_id"),
    ];

    /// The fields that these bits mark, as the JSON names them.
    pub fn fields(bits: i64) -> impl Iterator<Item = &'static str> {
        let marked = NAMES.into_iter().filter(move |(bit, _)| bits & bit != 0);
        marked.map(|(_, name)| name)
    }
}

/// Hands the rows of these channels to `take`.
pub async fn each_of(
    tx: &mut Tx,
    ids: impl Iterator<Item = i64>,
    mut take: impl FnMut(ChannelRow) + Send,
) -> Result<(), DbError> {
    tx.each_in(
        "select id, name, plain_name, name_key, sort_key, normalized_name, category, country, language, feed, number, \
         lineup_number, logo_url, epg_id, enabled, hand_edited, given_number, stream_count, active_stream_count, \
         best_resolution, best_quality_score, health, created_at, merged_into from channels where id in",
        ids.map(Value::from),
        "",
        |row| {
            take(crate::db::FromRow::from_row(row)?);
            Ok(())
        },
    )
    .await
}

/// The row of a channel.
pub async fn find(tx: &mut Tx, id: i64) -> Result<Option<ChannelRow>, DbError> {
    let mut found = None;
    each_of(tx, std::iter::once(id), |row| found = Some(row)).await?;
    Ok(found)
}

/// Inserts channels, or replaces those that are there.
pub async fn write(tx: &mut Tx, channels: Vec<ChannelRow>) -> Result<u64, DbError> {
    let values = channels.into_iter().flat_map(values).collect();
    tx.insert_many(
        "insert into channels (id, name, plain_name, name_key, sort_key, normalized_name, category, country, language, \
         feed, number, lineup_number, logo_url, epg_id, enabled, hand_edited, given_number, stream_count, \
         active_stream_count, best_resolution, best_quality_score, health, created_at, merged_into)",
        24,
        values,
        "on conflict (id) do update set name = excluded.name, plain_name = excluded.plain_name, \
         name_key = excluded.name_key, sort_key = excluded.sort_key, normalized_name = excluded.normalized_name, \
         category = excluded.category, country = excluded.country, language = excluded.language, \
         feed = excluded.feed, number = excluded.number, lineup_number = excluded.lineup_number, \
         logo_url = excluded.logo_url, epg_id = excluded.epg_id, enabled = excluded.enabled, \
         hand_edited = excluded.hand_edited, given_number = excluded.given_number, \
         stream_count = excluded.stream_count, active_stream_count = excluded.active_stream_count, \
         best_resolution = excluded.best_resolution, best_quality_score = excluded.best_quality_score, \
         health = excluded.health, merged_into = excluded.merged_into",
    )
    .await
}

fn values(channel: ChannelRow) -> Vec<Value> {
    args![
        channel.id,
        channel.name,
        channel.plain_name,
        channel.name_key,
        channel.sort_key,
        channel.normalized_name,
        channel.category,
        channel.country,
        channel.language,
        channel.feed,
        channel.number,
        channel.lineup_number,
        channel.logo_url,
        channel.epg_id,
        channel.enabled,
        channel.hand_edited,
        channel.given_number,
        channel.stream_count,
        channel.active_stream_count,
        channel.best_resolution,
        channel.best_quality_score,
        channel.health.as_str(),
        channel.created_at,
        channel.merged_into,
    ]
}

/// Channels left without streams in use: hidden from every list, ids and numbers kept. The channel that took their
/// streams, or null, stands behind each id.
pub async fn empty(tx: &mut Tx, values: Vec<Value>) -> Result<u64, DbError> {
    tx.insert_many(
        "update channels set stream_count = 0, active_stream_count = 0, best_resolution = null, \
         best_quality_score = null, health = 'unknown', merged_into = v.column2 from (",
        2,
        values,
        ") as v where channels.id = v.column1",
    )
    .await
}

/// A channel left empty keeps the number its successor did not take, if any, and nothing that a person set.
pub async fn give_up(tx: &mut Tx, id: i64, number: Option<i64>, lineup_number: i64) -> Result<(), DbError> {
    tx.execute(
        "update channels set number = $2, lineup_number = $3, enabled = $4, hand_edited = 0, given_number = null \
         where id = $1",
        args![id, number, lineup_number, true],
    )
    .await?;
    Ok(())
}

/// Those of `numbers` that channels have already, with the channel.
pub async fn numbered(tx: &mut Tx, numbers: Vec<i64>) -> Result<Vec<(i64, i64)>, DbError> {
    let mut found = Vec::new();
    for sql in [
        "select number, id from channels where number in",
        "select lineup_number, id from channels where lineup_number in",
    ] {
        let keys = numbers.clone().into_iter().map(Value::from);
        found.extend(tx.all_in::<(i64, i64)>(sql, keys, "").await?);
    }
    Ok(found)
}

/// The numbers of the line-up from this one on.
pub async fn numbers_from(tx: &mut Tx, least: i64) -> Result<Vec<i64>, DbError> {
    let found: Vec<(i64,)> = tx
        .all(
            "select lineup_number from channels where lineup_number >= $1",
            args![least],
        )
        .await?;
    Ok(found.into_iter().map(|(number,)| number).collect())
}

/// Gives a channel another number of the line-up.
pub async fn renumber(tx: &mut Tx, id: i64, lineup_number: i64) -> Result<(), DbError> {
    tx.execute(
        "update channels set number = null, lineup_number = $2 where id = $1",
        args![id, lineup_number],
    )
    .await?;
    Ok(())
}
