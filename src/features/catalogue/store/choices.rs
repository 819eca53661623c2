//! What people decide of streams: their places, and whether they are played.

use crate::args;
use crate::db::{DbError, Tx, Value};
use crate::support::ids::{ChannelId, ProviderId, StreamId};

/// The streams that a channel shows, in play order.
pub async fn shown(tx: &mut Tx, channel: ChannelId) -> Result<Vec<StreamId>, DbError> {
    let rows: Vec<(StreamId,)> = tx
        .all(
            "select s.id from channel_streams s join providers p on p.id = s.provider_id \
             where s.channel_id = $1 and s.missing_since is null and p.deleted_at is null \
             order by s.backup_order, s.id",
            args![channel],
        )
        .await?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

/// Takes the places that people gave in a channel away, of missing streams too.
pub async fn release_order(tx: &mut Tx, channel: ChannelId) -> Result<u64, DbError> {
    tx.execute(
        "update channel_streams set manual_order = null, manual_in = null where channel_id = $1 and manual_in = $1",
        args![channel],
    )
    .await
}

/// Gives streams places in their channel: id and place of each, 0 first.
pub async fn give_order(tx: &mut Tx, values: Vec<Value>) -> Result<u64, DbError> {
    tx.insert_many(
        "update channel_streams set manual_order = v.column2, manual_in = channel_id from (",
        2,
        values,
        ") as v where channel_streams.id = v.column1",
    )
    .await
}

crate::record! {
    /// A stream as a person switches it.
    pub struct Switched {
        pub channel: ChannelId,
        pub provider: ProviderId,
        pub name: String,
        pub enabled: bool,
    }
}

/// A stream that its provider lists now.
pub async fn find(tx: &mut Tx, id: StreamId) -> Result<Option<Switched>, DbError> {
    tx.optional(
        "select s.channel_id, s.provider_id, s.original_name, s.enabled from channel_streams s \
         join providers p on p.id = s.provider_id \
         where s.id = $1 and s.missing_since is null and p.deleted_at is null",
        args![id],
    )
    .await
}

pub async fn switch(tx: &mut Tx, id: StreamId, enabled: bool) -> Result<(), DbError> {
    tx.execute(
        "update channel_streams set enabled = $2 where id = $1",
        args![id, enabled],
    )
    .await?;
    Ok(())
}
