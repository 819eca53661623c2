use m3u_strm_processor::args;
use m3u_strm_processor::features::catalogue::by_hand::{self, Decision, Error};
use m3u_strm_processor::features::catalogue::content::Content;
use m3u_strm_processor::features::catalogue::favourites;
use m3u_strm_processor::features::history;
use m3u_strm_processor::support::ids::{ChannelId, DecisionId, StreamId};

use super::super::{Synced, entry};
use crate::on_both_engines;
use crate::support::ACTOR;
use crate::support::ctx::acts;

impl Synced {
    pub async fn split(&self, names: &[&str], name: &str) -> Result<ChannelId, Error> {
        let mut ids = Vec::new();
        for name in names {
            ids.push(self.stream(name).await);
        }
        let channel = self.channel_of(names[0]).await;
        by_hand::split(self.ctx(), &ACTOR, channel, &ids, name, history::follow).await
    }

    /// The newest decision on a channel.
    pub async fn decision(&self, channel: ChannelId) -> Decision {
        let decisions = by_hand::decisions(&self.ctx().db, channel).await.unwrap();
        decisions.into_iter().next().unwrap()
    }

    pub async fn take_back(&self, channel: ChannelId) -> Result<Decision, Error> {
        let id = self.decision(channel).await.id;
        by_hand::take_back(self.ctx(), &ACTOR, channel, id, history::follow).await
    }

    /// How and why a stream is in its channel.
    pub async fn why(&self, name: &str) -> (String, i64, String) {
        let sql = "select merge_method, merge_confidence, merge_reason from channel_streams where id = $1";
        let id = self.stream(name).await;
        self.ctx().db.one(sql, args![id]).await.unwrap()
    }

    /// Lists entries by name and address, each address with a token.
    pub fn lists_with(&self, token: &str, entries: &[(&str, &str)]) {
        let entries: Vec<String> = entries
            .iter()
            .map(|(name, path)| entry(name, &format!("http://h/{path}.ts?token={token}")))
            .collect();
        self.lists(&entries.iter().map(String::as_str).collect::<Vec<_>>());
    }
}

pub fn channels(wanted: &[(&str, &[&str])]) -> Vec<(String, Vec<String>)> {
    wanted
        .iter()
        .map(|(name, streams)| {
            (
                (*name).to_owned(),
                streams.iter().map(|stream| (*stream).to_owned()).collect(),
            )
        })
        .collect()
}

const ARTE: [(&str, &str); 4] = [
    ("Arte FHD", "1"),
    ("Arte HD", "2"),
    ("Arte SD", "3"),
    ("CNN", "4"),
];

on_both_engines! {
    async fn a_split_outlives_tokens_names_and_streams_that_go_and_come_back(synced: Synced) {
        synced.unguarded().await;
        synced.lists_with("a", &ARTE);
        synced.sync().await;
        let arte = synced.channel_of("Arte FHD").await;
        let new = synced.split(&["Arte SD"], "Arte old").await.unwrap();
        let parted = channels(&[("Arte", &["Arte FHD", "Arte HD"]), ("Arte old", &["Arte SD"]), ("CNN", &["CNN"])]);
        assert_eq!(synced.channels().await, parted);
        assert_eq!(synced.channel_of("Arte HD").await, arte, "what stays goes on as it was");
        assert_eq!(synced.why("Arte SD").await,
            ("manual_split".to_owned(), 100, "split off from \"Arte\" by (terminal) on 2026-01-01".to_owned()));
        assert_eq!(synced.why("Arte HD").await.2, "stayed here when (terminal) split off \"Arte old\" on 2026-01-01");
        synced.sync().await;
        synced.lists_with("b", &ARTE);
        synced.sync().await;
        assert_eq!(synced.channels().await, parted, "new tokens");
        synced.lists_with("c", &[ARTE[0], ARTE[1], ("Arte Retro", "3"), ARTE[3]]);
        synced.sync().await;
        assert_eq!(synced.channel_of("Arte Retro").await, new, "another name");
        synced.lists_with("d", &[("Arte Neu FHD", "1"), ARTE[1], ARTE[2], ARTE[3]]);
        synced.sync().await;
        assert_ne!(synced.channel_of("Arte Neu FHD").await, new, "others that are renamed do not go there");
        assert_eq!(synced.channel_of("Arte SD").await, new);
        synced.lists_with("e", &[ARTE[0], ARTE[1], ARTE[3]]);
        synced.sync().await;
        assert_eq!(synced.channels().await, channels(&[("Arte", &["Arte FHD", "Arte HD"]), ("CNN", &["CNN"])]));
        synced.lists_with("f", &ARTE);
        synced.sync().await;
        assert_eq!(synced.channels().await, parted, "back again");
        synced.lists_with("g", &[ARTE[2], ARTE[3]]);
        synced.sync().await;
        synced.lists_with("h", &ARTE);
        synced.sync().await;
        assert_eq!(synced.channels().await, parted, "the others were gone meanwhile");
        assert_eq!((synced.channel_of("Arte SD").await, synced.channel_of("Arte HD").await), (new, arte));
    }

    async fn new_streams_join_the_part_that_bears_their_name(synced: Synced) {
        let wrongly = |name: &str, path: &str| format!("#EXTINF:-1 tvg-id=\"arte.de\",{name}\nhttp://h/{path}.ts");
        let first = [wrongly("Arte", "1"), wrongly("Arte HD", "2"), wrongly("Arte TV", "3")];
        let list = |entries: &[String]| synced.lists(&entries.iter().map(String::as_str).collect::<Vec<_>>());
        list(&first);
        synced.sync().await;
        assert_eq!(synced.channels().await.len(), 1, "{:?}", synced.channels().await);
        let new = synced.split(&["Arte TV"], "Other").await.unwrap();
        let more: Vec<String> = first.into_iter().chain([wrongly("Arte FHD", "4"), wrongly("Arte TV FHD", "5")]).collect();
        list(&more);
        synced.sync().await;
        assert_eq!(synced.channels().await, channels(&[
            ("Arte", &["Arte FHD", "Arte HD", "Arte"]),
            ("Other", &["Arte TV FHD", "Arte TV"]),
        ]));
        assert_eq!(synced.channel_of("Arte TV FHD").await, new);
    }

    async fn a_split_is_taken_back_with_what_people_marked(synced: Synced) {
        synced.lists_with("a", &ARTE);
        synced.sync().await;
        let before = synced.channels().await;
        let arte = synced.channel_of("Arte FHD").await;
        let new = synced.split(&["Arte FHD", "Arte HD"], "").await.unwrap();
        assert_eq!(synced.channels().await, channels(&[
            ("Arte", &["Arte SD"]), ("Arte (2)", &["Arte FHD", "Arte HD"]), ("CNN", &["CNN"]),
        ]), "a name is no must, and two are told apart");
        let db = &synced.ctx().db;
        let user = synced.user("ann").await;
        favourites::mark(synced.ctx(), user, Content::Channel(new)).await.unwrap();
        let taken = synced.take_back(new).await.unwrap();
        assert_eq!((taken.kind.as_str(), taken.streams), ("split", 2));
        assert_eq!(synced.channels().await, before);
        assert_eq!(synced.channel_of("Arte FHD").await, arte, "the smaller part goes on as it was");
        assert_eq!(synced.why("Arte FHD").await.0, "exact_match");
        assert!(favourites::find_id(db, user, Content::Channel(arte)).await.unwrap().is_some());
        let moved = "select count(*) from channels where merged_into is not null and stream_count = 0";
        assert_eq!(synced.count(moved).await, 1, "its link leads on");
        synced.lists_with("b", &ARTE);
        synced.sync().await;
        assert_eq!(synced.channels().await, before);
        assert!(by_hand::decisions(db, arte).await.unwrap().is_empty());
        assert_eq!(acts(synced.ctx()).await[1..], [format!("channel.split channel:{arte}"), format!("channel.split_taken_back channel:{arte}")]);
    }

    async fn what_a_split_took_goes_where_its_channel_went_since(synced: Synced) {
        synced.lists_with("a", &ARTE);
        synced.sync().await;
        let (arte, cnn) = (synced.channel_of("Arte FHD").await, synced.channel_of("CNN").await);
        let new = synced.split(&["Arte SD"], "Old").await.unwrap();
        let split = synced.decision(new).await.id;
        let user = synced.user("ann").await;
        favourites::mark(synced.ctx(), user, Content::Channel(new)).await.unwrap();
        by_hand::merge(synced.ctx(), &ACTOR, arte, cnn, history::follow).await.unwrap();
        by_hand::take_back(synced.ctx(), &ACTOR, new, split, history::follow).await.unwrap();
        let marks = synced.marks(user).await;
        assert_eq!(marks, [synced.channel_of("Arte SD").await.0], "a mark is on what is shown");
    }

    async fn decisions_are_taken_back_in_any_order_that_makes_sense(synced: Synced) {
        synced.lists_with("a", &ARTE);
        synced.sync().await;
        let before = synced.channels().await;
        let arte = synced.channel_of("Arte FHD").await;
        let old = synced.split(&["Arte SD"], "Old").await.unwrap();
        let first = synced.decision(old).await.id;
        let high = synced.split(&["Arte HD"], "High").await.unwrap();
        by_hand::take_back(synced.ctx(), &ACTOR, arte, first, history::follow).await.unwrap();
        assert_eq!(synced.channels().await, channels(&[
            ("Arte", &["Arte FHD", "Arte SD"]), ("CNN", &["CNN"]), ("High", &["Arte HD"]),
        ]));
        synced.take_back(high).await.unwrap();
        assert_eq!(synced.channels().await, before);
        let pair = synced.split(&["Arte HD", "Arte SD"], "Pair").await.unwrap();
        let lower = synced.decision(pair).await.id;
        let one = synced.split(&["Arte SD"], "One").await.unwrap();
        let refused = by_hand::take_back(synced.ctx(), &ACTOR, pair, lower, history::follow).await;
        assert!(matches!(refused, Err(Error::BuiltUpon)), "{refused:?}");
        synced.take_back(one).await.unwrap();
        assert_eq!(synced.channel_of("Arte SD").await, pair);
        synced.take_back(pair).await.unwrap();
        assert_eq!(synced.channels().await, before);
    }

    async fn what_cannot_be_split_is_refused_and_changes_nothing(synced: Synced) {
        synced.lists_with("a", &ARTE);
        synced.sync().await;
        let (arte, sd, cnn) = (synced.channel_of("Arte SD").await, synced.stream("Arte SD").await, synced.stream("CNN").await);
        let version = synced.count("select version from catalogue_state").await;
        let split = async |id, streams: &[StreamId], name: &str|
            by_hand::split(synced.ctx(), &ACTOR, id, streams, name, history::follow).await;
        assert!(matches!(split(arte, &[], "x").await, Err(Error::Invalid(_))));
        assert!(matches!(split(arte, &[cnn], "x").await, Err(Error::Invalid(_))));
        assert!(matches!(split(arte, &[sd], "two\nlines").await, Err(Error::Invalid(_))));
        assert!(matches!(split(arte, &[sd], "a\u{202e}b").await, Err(Error::Invalid(_))), "as when it is renamed");
        assert!(matches!(split(arte, &[sd], &"x".repeat(256)).await, Err(Error::Invalid(_))));
        assert!(matches!(split(ChannelId(99), &[sd], "x").await, Err(Error::UnknownChannel)));
        let all = [synced.stream("Arte FHD").await, synced.stream("Arte HD").await, sd];
        assert!(matches!(split(arte, &all, "x").await, Err(Error::Invalid(_))));
        let back = by_hand::take_back(synced.ctx(), &ACTOR, arte, DecisionId(99), history::follow).await;
        assert!(matches!(back, Err(Error::UnknownDecision)));
        assert_eq!(synced.count("select version from catalogue_state").await, version);
        assert_eq!(synced.count("select count(*) from hand_decisions").await, 0);
    }
}
