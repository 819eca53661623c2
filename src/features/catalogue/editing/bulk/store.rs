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

/// Who has a number.
#[derive(Debug, Clone, Copy)]
pub struct Holder {
    pub id: i64,
    /// It was merged into another one and has no use for its number.
    pub is_merged: bool,
}

type Held = (i64, i64, bool);

/// Which channels have these numbers of the line-up.
pub async fn holders(tx: &mut Tx, numbers: &[i64]) -> Result<HashMap<i64, Holder>, DbError> {
    let keys: Vec<Value> = numbers.iter().map(|number| Value::from(*number)).collect();
    let select = "select lineup_number, id, merged_into is not null from channels where lineup_number in";
    Ok(by_number(tx.all_in(select, keys, "").await?))
}

/// As [`holders`], of all numbers from `first` up to `end`.
pub async fn holders_between(tx: &mut Tx, first: i64, end: i64) -> Result<HashMap<i64, Holder>, DbError> {
    let sql = "select lineup_number, id, merged_into is not null from channels \
               where lineup_number >= $1 and lineup_number < $2";
    Ok(by_number(tx.all(sql, args![first, end]).await?))
}

fn by_number(rows: Vec<Held>) -> HashMap<i64, Holder> {
    rows.into_iter()
        .map(|(number, id, is_merged)| (number, Holder { id, is_merged }))
        .collect()
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
