//! Equal names among the channels that are shown.

use crate::db::{DbError, Tx, Value};
use crate::record;

record! {
    /// A channel whose plain name others have too.
    #[derive(Debug, Clone)]
    pub struct Namesake {
        pub id: i64,
        pub name: String,
        pub plain_name: String,
        pub normalized_name: String,
        pub country: Option<String>,
        pub feed: Option<String>,
        pub hand_edited: i64,
    }
}

/// Channels with streams that have one of these normalised names, by name and id; also those whose providers are
/// disabled, so that names stay apart when these are enabled again.
pub async fn with_names(tx: &mut Tx, names: Vec<String>) -> Result<Vec<Namesake>, DbError> {
    tx.all_in(
        "select id, name, plain_name, normalized_name, country, feed, hand_edited from channels \
         where (stream_count > 0 or exists (select 1 from channel_streams s where s.channel_id = channels.id \
         and s.missing_since is null)) and normalized_name in",
        names.into_iter().map(Value::from),
        "order by normalized_name, id",
    )
    .await
}

/// New names: id, name, name key, sort key of each.
pub async fn rename(tx: &mut Tx, values: Vec<Value>) -> Result<u64, DbError> {
    tx.insert_many(
        "update channels set name = v.column2, name_key = v.column3, sort_key = v.column4 from (",
        4,
        values,
        ") as v where channels.id = v.column1",
    )
    .await
}
