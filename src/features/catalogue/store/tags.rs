//! The table `channel_tags`: what people call channels by, each tag once a channel whatever its case.

use crate::args;
use crate::db::{Db, DbError, Tx, Value};
use crate::support::text::folded;

/// The tags of a channel, by name.
pub async fn of(db: &Db, channel: i64) -> Result<Vec<String>, DbError> {
    Ok(names(db.all(OF, args![channel]).await?))
}

/// As [`of`], within a transaction.
pub async fn of_in(tx: &mut Tx, channel: i64) -> Result<Vec<String>, DbError> {
    Ok(names(tx.all(OF, args![channel]).await?))
}

const OF: &str = "select tag from channel_tags where channel_id = $1 order by tag_key";

/// Every tag in use, by name: one spelling of each.
pub async fn all(db: &Db) -> Result<Vec<String>, DbError> {
    // Goes from one tag to the next in the index instead of through every row.
    let sql = "with recursive tags (tag_key) as (
                   select min(tag_key) from channel_tags
                   union all
                   select (select min(t.tag_key) from channel_tags t where t.tag_key > tags.tag_key)
                   from tags where tags.tag_key is not null
               )
               select (select min(t.tag) from channel_tags t where t.tag_key = tags.tag_key) from tags
               where tags.tag_key is not null order by tags.tag_key";
    Ok(names(db.all(sql, args![]).await?))
}

/// The channel has these tags and no others.
pub async fn replace(tx: &mut Tx, channel: i64, tags: &[String]) -> Result<(), DbError> {
    tx.execute("delete from channel_tags where channel_id = $1", args![channel])
        .await?;
    let values = tags.iter().flat_map(|tag| args![channel, folded(tag), tag]);
    add(tx, values.collect()).await?;
    Ok(())
}

/// Adds tags that are not there yet: channel, key, tag of each.
pub async fn add(tx: &mut Tx, values: Vec<Value>) -> Result<u64, DbError> {
    tx.insert_many(
        "insert into channel_tags (channel_id, tag_key, tag)",
        3,
        values,
        "on conflict do nothing",
    )
    .await
}

/// Takes a tag away from those of these channels that have it.
pub async fn remove(tx: &mut Tx, channels: &[i64], key: &str) -> Result<u64, DbError> {
    tx.insert_many(
        "delete from channel_tags where (channel_id, tag_key) in (",
        2,
        channels.iter().flat_map(|id| args![*id, key]).collect(),
        ")",
    )
    .await
}

/// The tags of channels that were left empty go to those that took their streams.
pub async fn follow(tx: &mut Tx, moves: &[(i64, i64)]) -> Result<(), DbError> {
    tx.insert_many(
        "insert into channel_tags (channel_id, tag_key, tag) select v.column2, t.tag_key, t.tag from (",
        2,
        moves.iter().flat_map(|(from, to)| args![*from, *to]).collect(),
        ") as v join channel_tags t on t.channel_id = v.column1 where true on conflict do nothing",
    )
    .await?;
    let left: Vec<Value> = moves.iter().map(|(from, _)| Value::from(*from)).collect();
    tx.update_in("delete from channel_tags where channel_id in", left)
        .await
}

fn names(rows: Vec<(String,)>) -> Vec<String> {
    rows.into_iter().map(|(name,)| name).collect()
}
