//! What people decide of streams, through syncs with new tokens, new names, and streams that go and come back.

mod merge;
mod order;
mod split;
mod switch;

pub use split::channels;

use m3u_strm_processor::args;
use m3u_strm_processor::features::settings;
use m3u_strm_processor::support::ids::{ChannelId, StreamId};

use serde_json::json;

use super::Synced;
use crate::support::ACTOR;

impl Synced {
    /// Lets lists lose as much as a test wants.
    pub(in crate::sync) async fn unguarded(&self) {
        let values = json!({ "sync_shrink_guard_percent": 100 });
        settings::set(self.ctx(), &ACTOR, values.as_object().unwrap())
            .await
            .unwrap();
    }

    async fn stream(&self, name: &str) -> StreamId {
        let sql =
            "select id from channel_streams where original_name = $1 order by missing_since is not null, id";
        let (id,): (StreamId,) = self.ctx().db.one(sql, args![name]).await.unwrap();
        id
    }

    pub async fn channel_of(&self, name: &str) -> ChannelId {
        let sql = "select channel_id from channel_streams where id = $1";
        let id = self.stream(name).await;
        let (channel,): (ChannelId,) = self.ctx().db.one(sql, args![id]).await.unwrap();
        channel
    }

    /// The streams that are there, in play order.
    async fn played(&self) -> Vec<String> {
        let channels = self.channels().await;
        channels.into_iter().flat_map(|(_, streams)| streams).collect()
    }
}
