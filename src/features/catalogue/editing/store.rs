use std::collections::HashMap;

use crate::args;
use crate::db::{Db, DbError, Tx, Value};
use crate::features::catalogue::store::channels::{self, ChannelRow};

use super::given::Given;

crate::record! {
    /// Who has a number.
    pub struct Holder {
        pub id: i64,
        pub name: String,
        pub merged_into: Option<i64>,
    }
}

const HOLDER: &str = "select id, name, merged_into from channels where lineup_number = $1 limit 1";

pub async fn holder(db: &Db, number: i64) -> Result<Option<Holder>, DbError> {
    db.optional(HOLDER, args![number]).await
}

pub async fn holder_in(tx: &mut Tx, number: i64) -> Result<Option<Holder>, DbError> {
    tx.optional(HOLDER, args![number]).await
}

pub async fn get(tx: &mut Tx, id: i64) -> Result<ChannelRow, DbError> {
    channels::find(tx, id).await?.ok_or(DbError::NotFound)
}

/// What the streams of these channels say; those that are missing stand behind the others.
pub async fn given(tx: &mut Tx, channels: impl Iterator<Item = i64>) -> Result<HashMap<i64, Given>, DbError> {
    let mut found: HashMap<i64, Given> = HashMap::new();
    tx.each_in(
        "select channel_id, group_name, logo_url, tvg_id, number from channel_streams where channel_id in",
        channels.map(Value::from),
        "order by channel_id, missing_since is not null, backup_order, id",
        |row| {
            let given = found.entry(row.get(0)?).or_default();
            if given.group.is_none() {
                given.group = Some(row.get(1)?);
            }
            if given.logo_url.is_none() {
                given.logo_url = row.get(2)?;
            }
            if given.epg_id.is_none() {
                given.epg_id = row.get(3)?;
            }
            if given.number.is_none() {
                given.number = row.get(4)?;
            }
            Ok(())
        },
    )
    .await?;
    Ok(found)
}
