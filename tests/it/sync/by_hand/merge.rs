use m3u_strm_processor::args;
use m3u_strm_processor::features::catalogue::by_hand::{self, Error};
use m3u_strm_processor::features::history;
use m3u_strm_processor::support::ids::ChannelId;

use super::super::{Synced, entry};
use super::split::channels;
use crate::on_both_engines;
use crate::support::ACTOR;
use crate::support::ctx::acts;

impl Synced {
    async fn merge(&self, from: ChannelId, into: ChannelId) -> Result<ChannelId, Error> {
        by_hand::merge(self.ctx(), &ACTOR, from, into, history::follow).await
    }

    async fn merged(&self, from: &str, into: &str) -> (ChannelId, ChannelId) {
        let (from, into) = (self.channel_of(from).await, self.channel_of(into).await);
        assert_eq!(self.merge(from, into).await.unwrap(), into);
        (from, into)
    }
}

const LIST: [(&str, &str); 4] = [
    ("Kabel Eins HD", "1"),
    ("Kabel Eins SD", "2"),
    ("K1 Fernsehen", "3"),
    ("CNN", "4"),
];

on_both_engines! {
    async fn a_merge_outlives_tokens_names_and_streams_that_go_and_come_back(synced: Synced) {
        synced.unguarded().await;
        synced.lists_with("a", &LIST);
        synced.sync().await;
        let (from, into) = synced.merged("Kabel Eins HD", "K1 Fernsehen").await;
        let joined = channels(&[("CNN", &["CNN"]), ("Kabel Eins", &["Kabel Eins HD", "Kabel Eins SD", "K1 Fernsehen"])]);
        assert_eq!(synced.channels().await, joined, "the smaller channel was asked for and goes on");
        assert_eq!(synced.channel_of("Kabel Eins SD").await, into);
        assert_eq!(synced.why("Kabel Eins SD").await,
            ("manual_merge".to_owned(), 100, "came with \"Kabel Eins\", which (terminal) merged in on 2026-01-01".to_owned()));
        assert_eq!(synced.why("K1 Fernsehen").await.0, "exact_match", "it was there for its own reasons");
        synced.lists_with("b", &LIST);
        synced.sync().await;
        assert_eq!(synced.channels().await, joined);
        synced.lists_with("c", &[("Kabel 1 Classics", "1"), LIST[1], LIST[2], LIST[3], ("Kabel Eins FHD", "5")]);
        synced.sync().await;
        assert_eq!(synced.channel_of("Kabel 1 Classics").await, into, "renamed, it stays");
        assert_eq!(synced.channel_of("Kabel Eins FHD").await, into, "a new one of the same name comes along");
        synced.lists_with("d", &[LIST[3]]);
        synced.sync().await;
        synced.lists_with("e", &[LIST[1], LIST[3]]);
        synced.sync().await;
        assert_eq!(synced.channel_of("Kabel Eins SD").await, into, "back before the others");
        synced.lists_with("f", &LIST);
        synced.sync().await;
        assert_eq!(synced.channels().await, joined);
        assert_eq!(acts(synced.ctx()).await.last().unwrap(), &format!("channel.merged channel:{from}"));
    }

    async fn a_renamed_stream_does_not_draw_the_channel_of_its_new_name_along(synced: Synced) {
        synced.lists_with("a", &[("Kabel Eins HD", "1"), ("K1 Fernsehen", "2"), ("CNN FHD", "3"), ("CNN HD", "4")]);
        synced.sync().await;
        let (_, into) = synced.merged("Kabel Eins HD", "K1 Fernsehen").await;
        synced.lists_with("b", &[("CNN SD", "1"), ("K1 Fernsehen", "2"), ("CNN FHD", "3"), ("CNN HD", "4")]);
        synced.sync().await;
        assert_eq!(synced.channel_of("CNN SD").await, into, "a person put it there");
        assert_ne!(synced.channel_of("CNN FHD").await, into);
    }

    async fn a_merge_is_taken_back_and_both_go_on_as_they_were(synced: Synced) {
        synced.lists(&[
            "#EXTINF:-1 tvg-chno=\"7\",Kabel Eins HD\nhttp://h/1.ts",
            &entry("Kabel Eins SD", "http://h/2.ts"),
            &entry("K1 Fernsehen", "http://h/3.ts"),
        ]);
        synced.sync().await;
        let before = synced.channels().await;
        let (from, into) = synced.merged("Kabel Eins HD", "K1 Fernsehen").await;
        let number = "select number from channels where id = $1";
        let (number,): (Option<i64>,) = synced.ctx().db.one(number, args![into]).await.unwrap();
        assert_eq!(number, Some(70_000), "the number goes along");
        let leads = "select merged_into from channels where id = $1";
        let (leads_to,): (Option<ChannelId>,) = synced.ctx().db.one(leads, args![from]).await.unwrap();
        assert_eq!(leads_to, Some(into));
        synced.take_back(into).await.unwrap();
        assert_eq!(synced.channels().await, before);
        assert_eq!((synced.channel_of("Kabel Eins SD").await, synced.channel_of("K1 Fernsehen").await), (from, into));
        let (leads_to,): (Option<ChannelId>,) = synced.ctx().db.one(leads, args![from]).await.unwrap();
        assert_eq!(leads_to, None);
        synced.sync().await;
        assert_eq!(synced.channels().await, before);
        assert_eq!(synced.why("Kabel Eins SD").await.0, "exact_match");
    }

    async fn what_was_split_off_is_merged_back_by_hand(synced: Synced) {
        synced.lists_with("a", &LIST);
        synced.sync().await;
        let before = synced.channels().await;
        let whole = synced.channel_of("Kabel Eins HD").await;
        let part = synced.split(&["Kabel Eins SD"], "Part").await.unwrap();
        synced.merge(part, whole).await.unwrap();
        let together = |channels: Vec<(String, Vec<String>)>| channels.into_iter().map(|(_, streams)| streams).collect::<Vec<_>>();
        assert_eq!(together(synced.channels().await), together(before));
        synced.lists_with("b", &LIST);
        synced.sync().await;
        assert_eq!(synced.channel_of("Kabel Eins SD").await, whole);
        synced.take_back(whole).await.unwrap();
        assert_eq!(synced.channel_of("Kabel Eins SD").await, part, "the split holds again");
    }

    async fn what_cannot_be_merged_is_refused_and_changes_nothing(synced: Synced) {
        synced.lists_with("a", &LIST);
        synced.sync().await;
        let (cnn, before) = (synced.channel_of("CNN").await, synced.channels().await);
        assert!(matches!(synced.merge(cnn, cnn).await, Err(Error::Invalid(_))));
        assert!(matches!(synced.merge(cnn, ChannelId(99)).await, Err(Error::Invalid(_))));
        assert!(matches!(synced.merge(ChannelId(99), cnn).await, Err(Error::UnknownChannel)));
        assert_eq!(synced.channels().await, before);
        assert_eq!(synced.count("select count(*) from hand_decisions").await, 0);
    }
}
