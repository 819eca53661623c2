use m3u_strm_processor::features::catalogue::by_hand::{self, Error};
use m3u_strm_processor::features::providers::store;
use m3u_strm_processor::support::ids::StreamId;

use super::super::{Synced, entry};
use crate::on_both_engines;
use crate::support::ACTOR;

on_both_engines! {
    async fn a_stream_that_is_off_stays_off_through_every_sync(synced: Synced) {
        let list = |token: &str| [
            entry("ESPN FHD", &format!("http://h/1.ts?token={token}")),
            entry("ESPN HD", &format!("http://h/2.ts?token={token}")),
            entry("CNN", "http://h/3.ts"),
        ];
        let put = |entries: &[String]| synced.lists(&entries.iter().map(String::as_str).collect::<Vec<_>>());
        synced.unguarded().await;
        put(&list("a"));
        synced.sync().await;
        let stream = synced.stream("ESPN FHD").await;
        by_hand::switch(synced.ctx(), &ACTOR, stream, false).await.unwrap();
        let shown = "select active_stream_count * 10 + stream_count from channels where name = 'ESPN' and stream_count > 0";
        let tier = "select count(*) from channels where name = 'ESPN' and stream_count > 0 and best_resolution = '720p'";
        assert_eq!((synced.count(shown).await, synced.count(tier).await), (12, 1));
        let provider = store::get(&synced.ctx().db, synced.provider).await.unwrap();
        assert_eq!((provider.total_channels, provider.active_channels), (3, 2));
        put(&list("b"));
        synced.sync().await;
        put(&[entry("ESPN HD", "http://h/2.ts?token=c"), entry("CNN", "http://h/3.ts")]);
        synced.sync().await;
        let [_, hd, cnn] = list("c");
        put(&[entry("ESPN Ultra FHD", "http://h/1.ts?token=d"), hd, cnn]);
        synced.sync().await;
        put(&list("d"));
        synced.sync().await;
        assert_eq!(synced.stream("ESPN FHD").await, stream);
        assert_eq!(synced.count("select count(*) from channel_streams where not enabled").await, 1);
        assert_eq!(synced.count(shown).await, 12);
        by_hand::switch(synced.ctx(), &ACTOR, stream, true).await.unwrap();
        by_hand::switch(synced.ctx(), &ACTOR, stream, true).await.unwrap();
        assert_eq!(synced.count(shown).await, 22);
        let acts = "select count(*) from audit_log where action like 'stream.%'";
        assert_eq!(synced.count(acts).await, 2, "what changes nothing is no act");
        let unknown = by_hand::switch(synced.ctx(), &ACTOR, StreamId(99), false).await;
        assert!(matches!(unknown, Err(Error::UnknownStream)));
    }
}
