//! The table `channel_streams`.

use crate::args;
use crate::db::{Db, DbError, Row, Tx, Value};
use crate::features::catalogue::entry::{EntryKeys, EntryKind};
use crate::features::catalogue::play_order::{Condition, State};
use crate::record;
use crate::support::ids::{ChannelId, ProviderId};

record! {
    /// A stored stream with what its place in a channel depends on.
    #[derive(Debug, Clone)]
    pub struct StreamRow {
        pub id: i64,
        pub provider_id: i64,
        pub channel_id: i64,
        pub original_name: String,
        pub group_name: String,
        pub tvg_id: Option<String>,
        pub country: Option<String>,
        pub language: Option<String>,
        pub number: Option<i64>,
        pub logo_url: Option<String>,
        pub resolution: Option<String>,
        pub quality_score: Option<i64>,
        pub format: String,
        pub is_active: bool,
        pub enabled: bool,
        pub manual_order: Option<i64>,
        /// The channel in which a person gave it that place.
        pub manual_in: Option<i64>,
        pub backup_order: i64,
        pub merge_method: Option<String>,
        pub merge_confidence: Option<i64>,
        pub merge_reason: Option<String>,
        pub priority: i64,
        /// Whether its provider is enabled and not removed.
        pub is_shown: bool,
        pub channel_country: Option<String>,
        pub channel_stream_count: i64,
        pub state: State,
        pub health_score: Option<i64>,
        /// What plays told, 0 to 100.
        pub played: Option<i64>,
        pub response_ms: Option<i64>,
        pub bitrate_kbps: Option<i64>,
        /// The picture that was measured, and then the address too: `resolution` may be the one or what the other says.
        pub measured_tier: Option<String>,
        pub measured_url: Option<String>,
    }
}

impl StreamRow {
    pub fn condition(&self) -> Condition {
        Condition {
            state: self.state,
            score: self.health_score,
            played: self.played,
            response_ms: self.response_ms,
            bitrate_kbps: self.bitrate_kbps,
        }
    }
}

/// An entry as it was stored: what the next list is compared with.
#[derive(Debug, Clone, Copy)]
pub struct Stored {
    pub kind: EntryKind,
    pub id: i64,
    pub keys: EntryKeys,
    pub is_missing: bool,
}

/// Hands every stored live stream of a provider to `take`, by id.
pub async fn each_stored(
    db: &Db,
    provider: ProviderId,
    mut take: impl FnMut(Stored) + Send,
) -> Result<(), DbError> {
    db.each(
        "select id, identity_key, url_key, tvg_key, digest, missing_since from channel_streams \
         where provider_id = $1 order by id",
        args![provider],
        |row| {
            take(Stored {
                kind: EntryKind::Live,
                id: row.get(0)?,
                keys: keys(row)?,
                is_missing: row.get::<Option<i64>>(5)?.is_some(),
            });
            Ok(())
        },
    )
    .await
}

pub(super) fn keys(row: &Row<'_>) -> Result<EntryKeys, DbError> {
    Ok(EntryKeys {
        identity: row.get(1)?,
        url: row.get(2)?,
        tvg: row.get(3)?,
        digest: row.get(4)?,
    })
}

/// A stream with what ties it to others.
#[derive(Debug, Clone, Copy)]
pub struct Node<'a> {
    pub id: i64,
    pub channel: i64,
    pub is_missing: bool,
    /// As the column holds them.
    pub blocks: &'a [u8],
}

const NODES: &str = "/* scan: a change of the catalogue looks at the blocks of all streams, by an index that holds \
    no more */ select id, channel_id, missing_since, blocks from channel_streams order by id";

/// Hands every stream of every provider to `take`, by id.
pub async fn each_node(db: &Db, mut take: impl FnMut(Node<'_>) + Send) -> Result<(), DbError> {
    db.each(NODES, args![], |row| node(row, &mut take)).await
}

/// As [`each_node`], within a transaction.
pub async fn each_node_in(tx: &mut Tx, mut take: impl FnMut(Node<'_>) + Send) -> Result<(), DbError> {
    tx.each(NODES, args![], |row| node(row, &mut take)).await
}

/// As [`each_node_in`], of one channel.
pub async fn each_node_of(
    tx: &mut Tx,
    channel: ChannelId,
    mut take: impl FnMut(Node<'_>) + Send,
) -> Result<(), DbError> {
    tx.each(
        "select id, channel_id, missing_since, blocks from channel_streams where channel_id = $1 order by id",
        args![channel],
        |row| node(row, &mut take),
    )
    .await
}

fn node(row: &Row<'_>, take: &mut impl FnMut(Node<'_>)) -> Result<(), DbError> {
    let (id, channel) = (row.get(0)?, row.get(1)?);
    let is_missing = row.get::<Option<i64>>(2)?.is_some();
    row.with_bytes(3, |blocks| {
        take(Node {
            id,
            channel,
            is_missing,
            blocks,
        })
    })
}

/// Hands the rows of these streams to `take`.
pub async fn each_of(
    tx: &mut Tx,
    ids: impl Iterator<Item = i64>,
    mut take: impl FnMut(StreamRow) + Send,
) -> Result<(), DbError> {
    tx.each_in(
        "select s.id, s.provider_id, s.channel_id, s.original_name, s.group_name, s.tvg_id, s.country, s.language, s.number, \
         s.logo_url, s.resolution, s.quality_score, s.format, s.is_active, s.enabled, s.manual_order, s.manual_in, s.backup_order, \
         s.merge_method, s.merge_confidence, s.merge_reason, p.priority, \
         p.enabled and p.deleted_at is null, c.country, c.stream_count, h.state, h.score, x.score, h.response_ms, \
         q.bitrate_kbps, q.tier, case when q.tier is not null then s.url_template end \
         from channel_streams s join providers p on p.id = s.provider_id join channels c on c.id = s.channel_id \
         left join stream_health h on h.stream_id = s.id left join stream_experience x on x.stream_id = s.id \
         left join stream_quality q on q.stream_id = s.id where s.id in",
        ids.map(Value::from),
        "",
        |row| {
            take(crate::db::FromRow::from_row(row)?);
            Ok(())
        },
    )
    .await
}

/// Values of one row for [`write`].
pub const WRITE_WIDTH: usize = 29;

/// Inserts streams, or replaces what a provider says of those that are there. What people and checks said stays.
pub async fn write(tx: &mut Tx, values: Vec<Value>) -> Result<u64, DbError> {
    tx.insert_many(
        "insert into channel_streams (id, provider_id, channel_id, identity_key, url_key, tvg_key, digest, \
         quality_score, resolution, backup_order, merge_method, merge_confidence, merge_reason, original_name, \
         group_name, tvg_id, country, language, number, logo_url, url_template, format, headers, metadata, blocks, \
         created_at, is_active, enabled, listed_name)",
        WRITE_WIDTH,
        values,
        "on conflict (id) do update set channel_id = excluded.channel_id, identity_key = excluded.identity_key, \
         url_key = excluded.url_key, tvg_key = excluded.tvg_key, digest = excluded.digest, \
         quality_score = excluded.quality_score, resolution = excluded.resolution, \
         backup_order = excluded.backup_order, merge_method = excluded.merge_method, \
         merge_confidence = excluded.merge_confidence, merge_reason = excluded.merge_reason, \
         original_name = excluded.original_name, group_name = excluded.group_name, tvg_id = excluded.tvg_id, \
         country = excluded.country, language = excluded.language, number = excluded.number, \
         logo_url = excluded.logo_url, url_template = excluded.url_template, format = excluded.format, \
         headers = excluded.headers, metadata = excluded.metadata, blocks = excluded.blocks, \
         listed_name = excluded.listed_name, missing_since = null",
    )
    .await
}

/// Moves streams to a channel and place: id, channel, backup order, method, confidence, reason of each.
pub async fn place(tx: &mut Tx, values: Vec<Value>) -> Result<u64, DbError> {
    tx.insert_many(
        "update channel_streams set channel_id = v.column2, backup_order = v.column3, merge_method = v.column4, \
         merge_confidence = v.column5, merge_reason = v.column6 from (",
        6,
        values,
        ") as v where channel_streams.id = v.column1",
    )
    .await
}

/// Says since when streams are missing, null for those that are there: id and instant of each.
pub async fn set_missing(tx: &mut Tx, values: Vec<Value>) -> Result<u64, DbError> {
    tx.insert_many(
        "update channel_streams set missing_since = v.column2 from (",
        2,
        values,
        ") as v where channel_streams.id = v.column1",
    )
    .await
}

record! {
    /// A stream that is there, with its place in its channel and what that depends on.
    #[derive(Debug, Clone)]
    pub struct Placed {
        pub id: i64,
        pub channel_id: i64,
        pub format: String,
        pub resolution: Option<String>,
        pub manual_order: Option<i64>,
        pub priority: i64,
        pub backup_order: i64,
        pub state: State,
        pub health_score: Option<i64>,
        /// What plays told, 0 to 100.
        pub played: Option<i64>,
        pub response_ms: Option<i64>,
        pub bitrate_kbps: Option<i64>,
    }
}

impl Placed {
    pub fn condition(&self) -> Condition {
        Condition {
            state: self.state,
            score: self.health_score,
            played: self.played,
            response_ms: self.response_ms,
            bitrate_kbps: self.bitrate_kbps,
        }
    }
}

/// The streams of the channels that these streams are in, by channel; some of them more than once.
pub async fn placed_with(tx: &mut Tx, ids: Vec<i64>) -> Result<Vec<Placed>, DbError> {
    let head = "select s.id, s.channel_id, s.format, s.resolution, \
         case when s.manual_in = s.channel_id then s.manual_order end, p.priority, s.backup_order, h.state, h.score, \
         x.score, h.response_ms, q.bitrate_kbps from channel_streams s join providers p on p.id = s.provider_id \
         left join stream_health h on h.stream_id = s.id left join stream_experience x on x.stream_id = s.id \
         left join stream_quality q on q.stream_id = s.id where s.missing_since is null \
         and s.channel_id in (select o.channel_id from channel_streams o where o.id in";
    tx.all_in(
        head,
        ids.into_iter().map(Value::from),
        ") order by s.channel_id, s.id",
    )
    .await
}

/// The streams of channels in which a provider's streams are not alone, by channel.
pub async fn placed_beside(tx: &mut Tx, provider: ProviderId) -> Result<Vec<Placed>, DbError> {
    tx.all(
        "select s.id, s.channel_id, s.format, s.resolution, case when s.manual_in = s.channel_id then s.manual_order end, \
         p.priority, s.backup_order, h.state, h.score, x.score, h.response_ms, q.bitrate_kbps \
         from channel_streams s join providers p on p.id = s.provider_id left join stream_health h on h.stream_id = s.id \
         left join stream_experience x on x.stream_id = s.id left join stream_quality q on q.stream_id = s.id \
         where s.missing_since is null and s.channel_id in (select o.channel_id from channel_streams o \
         where o.provider_id = $1 and o.missing_since is null) and exists (select 1 from channel_streams t \
         where t.channel_id = s.channel_id and t.provider_id <> $1 and t.missing_since is null) \
         order by s.channel_id, s.id",
        args![provider],
    )
    .await
}

/// Takes streams into use or out of it: id and whether each is. Those that already are so are not touched.
pub async fn set_active(tx: &mut Tx, values: Vec<Value>) -> Result<u64, DbError> {
    tx.insert_many(
        "update channel_streams set is_active = v.column2 from (",
        2,
        values,
        ") as v where channel_streams.id = v.column1 and channel_streams.is_active <> v.column2",
    )
    .await
}

/// Gives streams another place in their channel: id and backup order of each.
pub async fn reorder(tx: &mut Tx, values: Vec<Value>) -> Result<u64, DbError> {
    tx.insert_many(
        "update channel_streams set backup_order = v.column2 from (",
        2,
        values,
        ") as v where channel_streams.id = v.column1",
    )
    .await
}

/// The missing streams of channels that were left empty follow the others: old and new channel of each.
pub async fn follow(tx: &mut Tx, values: Vec<Value>) -> Result<u64, DbError> {
    tx.insert_many(
        "update channel_streams set channel_id = v.column2 from (",
        2,
        values,
        ") as v where channel_streams.channel_id = v.column1 and channel_streams.missing_since is not null",
    )
    .await
}
