use std::collections::HashMap;

use crate::args;
use crate::db::{DbError, Tx, Value};
use crate::features::catalogue::store::channels::{self, ChannelRow};

/// The rows of these channels, in this order; those that are gone are left out.
pub async fn rows(tx: &mut Tx, ids: &[i64]) -> Result<Vec<ChannelRow>, DbError> {
    let mut found = HashMap::with_capacity(ids.len());
    channels::each_of(tx, ids.iter().copied(), |row| {
        found.insert(row.id, row);
    })
    .await?;
    Ok(ids.iter().filter_map(|id| found.remove(id)).collect())
}

/// Which channels have these numbers of the line-up.
pub async fn holders(tx: &mut Tx, numbers: &[i64]) -> Result<HashMap<i64, i64>, DbError> {
    let keys: Vec<Value> = numbers.iter().map(|number| Value::from(*number)).collect();
    let select = "select lineup_number, id from channels where lineup_number in";
    Ok(tx.all_in(select, keys, "").await?.into_iter().collect())
}

/// As [`holders`], of all numbers from `first` up to `end`.
pub async fn holders_between(tx: &mut Tx, first: i64, end: i64) -> Result<HashMap<i64, i64>, DbError> {
    let sql = "select lineup_number, id from channels where lineup_number >= $1 and lineup_number < $2";
    let rows: Vec<(i64, i64)> = tx.all(sql, args![first, end]).await?;
    Ok(rows.into_iter().collect())
}

/// The keys of the tags of these channels.
pub async fn tags(tx: &mut Tx, ids: &[i64]) -> Result<HashMap<i64, Vec<String>>, DbError> {
    let mut found: HashMap<i64, Vec<String>> = HashMap::new();
    let keys: Vec<Value> = ids.iter().map(|id| Value::from(*id)).collect();
    tx.each_in(
        "select channel_id, tag_key from channel_tags where channel_id in",
        keys,
        "",
        |row| {
            found.entry(row.get(0)?).or_default().push(row.get(1)?);
            Ok(())
        },
    )
    .await?;
    Ok(found)
}
