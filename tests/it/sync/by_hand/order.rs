use m3u_strm_processor::features::catalogue::by_hand::{self, Direction, Error};
use m3u_strm_processor::features::catalogue::line_up;
use m3u_strm_processor::simulator::Resource;
use m3u_strm_processor::support::ids::{ChannelId, StreamId};
use serde_json::json;

use super::super::{Synced, add_provider, entry};
use crate::on_both_engines;
use crate::support::ACTOR;
use crate::support::ctx::acts;

impl Synced {
    async fn order_by_hand(&self, names: &[&str]) {
        let mut ids = Vec::new();
        for name in names {
            ids.push(self.stream(name).await);
        }
        let channel = self.channel_of(names[0]).await;
        by_hand::order(self.ctx(), &ACTOR, channel, &ids).await.unwrap();
    }

    async fn three_of_espn(&self) {
        self.unguarded().await;
        self.lists(&[
            &entry("ESPN FHD", "http://h/1.ts?token=a"),
            &entry("ESPN HD", "http://h/2.ts?token=b"),
            &entry("ESPN SD", "http://h/3.ts?token=c"),
        ]);
        self.sync().await;
        assert_eq!(self.played().await, ["ESPN FHD", "ESPN HD", "ESPN SD"]);
    }
}

on_both_engines! {
    async fn an_order_by_hand_outlives_new_tokens_new_names_and_returns(synced: Synced) {
        synced.three_of_espn().await;
        synced.order_by_hand(&["ESPN SD", "ESPN HD", "ESPN FHD"]).await;
        assert_eq!(synced.played().await, ["ESPN SD", "ESPN HD", "ESPN FHD"]);
        synced.lists(&[
            &entry("ESPN FHD", "http://h/1.ts?token=x"),
            &entry("ESPN HD+", "http://h/2.ts?token=y"),
            &entry("ESPN 4K", "http://h/4.ts?token=z"),
        ]);
        synced.sync().await;
        let channel = synced.channels().await.into_iter().find(|(name, _)| name == "ESPN").unwrap();
        assert_eq!(channel.1.last().unwrap(), "ESPN 4K", "a new stream stands behind: {channel:?}");
        synced.lists(&[
            &entry("ESPN FHD", "http://h/1.ts?token=k"),
            &entry("ESPN HD", "http://h/2.ts?token=l"),
            &entry("ESPN SD", "http://h/3.ts?token=m"),
        ]);
        synced.sync().await;
        assert_eq!(synced.played().await, ["ESPN SD", "ESPN HD", "ESPN FHD"], "back at its place");
    }

    async fn an_order_by_hand_counts_for_more_than_a_priority_until_it_is_given_back(synced: Synced) {
        synced.three_of_espn().await;
        let other = add_provider(synced.ctx(), "Two", &synced.simulator.url("/other.m3u")).await;
        let text = format!("#EXTM3U\n{}\n", entry("US: ESPN FHD", "http://o/1.ts"));
        synced.simulator.put("/other.m3u", Resource::bytes(text));
        synced.sync_of(other).await;
        synced.order_by_hand(&["ESPN SD", "ESPN FHD"]).await;
        let placed = ["ESPN SD", "ESPN FHD", "US: ESPN FHD", "ESPN HD"];
        assert_eq!(synced.played().await, placed);
        let sent = json!({ "priority": 99 });
        line_up::update(synced.ctx(), &ACTOR, other, sent.as_object().unwrap()).await.unwrap();
        assert_eq!(synced.played().await, placed);
        synced.sync_of(other).await;
        let channel = synced.channel_of("ESPN SD").await;
        by_hand::give_back(synced.ctx(), &ACTOR, channel).await.unwrap();
        assert_eq!(synced.played().await, ["US: ESPN FHD", "ESPN FHD", "ESPN HD", "ESPN SD"]);
        assert_eq!(acts(synced.ctx()).await.last().unwrap(), &format!("channel.order_given_back channel:{channel}"));
    }

    async fn a_place_holds_in_the_channel_in_which_it_was_given(synced: Synced) {
        synced.three_of_espn().await;
        synced.order_by_hand(&["ESPN SD", "ESPN HD", "ESPN FHD"]).await;
        synced.lists(&[
            &entry("ESPN FHD", "http://h/1.ts?token=a"),
            &entry("ESPN HD", "http://h/2.ts?token=b"),
            &entry("CNN SD", "http://h/3.ts?token=c"),
            &entry("CNN FHD", "http://h/4.ts"),
        ]);
        synced.sync().await;
        assert_eq!(synced.channels().await, [
            ("CNN".to_owned(), vec!["CNN FHD".to_owned(), "CNN SD".to_owned()]),
            ("ESPN".to_owned(), vec!["ESPN HD".to_owned(), "ESPN FHD".to_owned()]),
        ]);
    }

    async fn a_stream_moves_by_one_place_and_not_past_the_ends(synced: Synced) {
        synced.three_of_espn().await;
        let (channel, sd) = (synced.channel_of("ESPN SD").await, synced.stream("ESPN SD").await);
        let go = async |direction| by_hand::move_one(synced.ctx(), &ACTOR, channel, sd, direction).await.unwrap();
        go(Direction::Up).await;
        assert_eq!(synced.played().await, ["ESPN FHD", "ESPN SD", "ESPN HD"]);
        go(Direction::Up).await;
        go(Direction::Up).await;
        assert_eq!(synced.played().await, ["ESPN SD", "ESPN FHD", "ESPN HD"]);
        for _ in 0..3 {
            go(Direction::Down).await;
        }
        assert_eq!(synced.played().await, ["ESPN FHD", "ESPN HD", "ESPN SD"]);
        let unknown = by_hand::move_one(synced.ctx(), &ACTOR, channel, StreamId(99), Direction::Up).await;
        assert!(matches!(unknown, Err(Error::UnknownStream)));
    }

    async fn an_order_that_names_a_stream_twice_or_anothers_changes_nothing(synced: Synced) {
        synced.three_of_espn().await;
        let (channel, hd) = (synced.channel_of("ESPN HD").await, synced.stream("ESPN HD").await);
        let order = async |id, streams: &[StreamId]| by_hand::order(synced.ctx(), &ACTOR, id, streams).await;
        let before = synced.count("select version from catalogue_state").await;
        assert!(matches!(order(channel, &[hd, hd]).await, Err(Error::Invalid(_))));
        assert!(matches!(order(channel, &[StreamId(99)]).await, Err(Error::Invalid(_))));
        assert!(matches!(order(ChannelId(99), &[hd]).await, Err(Error::UnknownChannel)));
        assert_eq!(synced.count("select version from catalogue_state").await, before);
        assert_eq!(synced.count("select count(*) from channel_streams where manual_order is not null").await, 0);
    }
}
