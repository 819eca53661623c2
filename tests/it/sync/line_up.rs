//! What is shown of providers that are switched off, on again, or removed: at once, before any job has run.

use m3u_strm_processor::args;
use m3u_strm_processor::features::catalogue::line_up;
use m3u_strm_processor::features::{providers, sync};
use m3u_strm_processor::simulator::Resource;
use m3u_strm_processor::support::ids::ProviderId;
use serde_json::json;

use super::{Synced, add_provider, entry};
use crate::on_both_engines;
use crate::support::ACTOR;

/// Everything that lists read of channels and titles.
type Counts = (
    Vec<(i64, String, i64, i64, i64, Option<String>, Option<i64>)>,
    Vec<(i64, i64, i64)>,
);

impl Synced {
    async fn switch(&self, provider: ProviderId, enabled: bool) {
        let sent = json!({ "enabled": enabled });
        line_up::update(self.ctx(), &ACTOR, provider, sent.as_object().unwrap())
            .await
            .unwrap();
    }

    async fn prefer(&self, provider: ProviderId, priority: i64) {
        let sent = json!({ "priority": priority });
        line_up::update(self.ctx(), &ACTOR, provider, sent.as_object().unwrap())
            .await
            .unwrap();
    }

    /// The streams of each channel in play order.
    async fn order(&self) -> Vec<(i64, String)> {
        let sql = "select backup_order, original_name from channel_streams where missing_since is null \
                   order by channel_id, backup_order, id";
        self.ctx().db.all(sql, args![]).await.unwrap()
    }

    async fn counts(&self) -> Counts {
        let db = &self.ctx().db;
        let channels = db.all(
            "select id, name, lineup_number, stream_count, active_stream_count, best_resolution, best_quality_score \
             from channels order by id",
            args![],
        );
        let titles = db.all(
            "select id, version_count, 0 from vod_movies union all select id + 1000, version_count, 1 from vod_episodes \
             union all select id + 2000, season_count, episode_count from vod_series order by 1",
            args![],
        );
        (channels.await.unwrap(), titles.await.unwrap())
    }

    /// Name, streams, streams in use and picture of the channels in lists.
    async fn shown(&self) -> Vec<(String, i64, i64, Option<String>)> {
        let sql = "select name, stream_count, active_stream_count, best_resolution from channels where listed \
                   order by sort_key";
        self.ctx().db.all(sql, args![]).await.unwrap()
    }

    async fn titles_shown(&self) -> i64 {
        self.count(
            "select (select count(*) from vod_movies where version_count > 0) \
             + (select count(*) from vod_episodes where version_count > 0) \
             + (select count(*) from vod_series where episode_count > 0)",
        )
        .await
    }

    async fn version(&self) -> i64 {
        self.count("select version from catalogue_state where id = 1")
            .await
    }

    /// A second provider that shares ESPN with the first one; the first one also has CNN, a film and an episode.
    async fn with_second(&self) -> ProviderId {
        self.lists(&[
            &entry("ESPN FHD", "http://h/1.ts"),
            &entry("CNN", "http://h/2.ts"),
            &entry("Heat (1995)", "http://h/movie/1.mkv"),
            &entry("Lost S01 E02", "http://h/series/2.mkv"),
        ]);
        self.sync().await;
        let other = add_provider(self.ctx(), "Two", &self.simulator.url("/other.m3u")).await;
        self.second_lists(&[&entry("ESPN HD", "http://o/1.ts")]);
        self.sync_of(other).await;
        assert_eq!(self.shown().await.len(), 2);
        assert_eq!(self.titles_shown().await, 3);
        other
    }

    fn second_lists(&self, entries: &[&str]) {
        let text = format!("#EXTM3U\n{}\n", entries.join("\n"));
        self.simulator.put("/other.m3u", Resource::bytes(text));
    }
}

fn espn() -> Vec<(String, i64, i64, Option<String>)> {
    vec![("ESPN".to_owned(), 1, 1, Some("720p".to_owned()))]
}

on_both_engines! {
    async fn a_preferred_provider_is_played_first_at_once(synced: Synced) {
        synced.lists(&[
            &entry("ESPN HD", "http://h/1.ts"),
            &entry("CNN FHD", "http://h/2.ts"),
            &entry("Arte", "http://h/3.ts"),
        ]);
        synced.sync().await;
        let other = add_provider(synced.ctx(), "Two", &synced.simulator.url("/other.m3u")).await;
        synced.second_lists(&[
            &entry("US: ESPN HD", "http://o/1.ts"),
            &entry("CNN HD", "http://o/2.ts"),
        ]);
        synced.sync_of(other).await;
        let placed = |names: [&str; 5]| {
            let places = [0, 1, 0, 1, 0].into_iter();
            places.zip(names.map(str::to_owned)).collect::<Vec<_>>()
        };
        let before = placed(["ESPN HD", "US: ESPN HD", "CNN FHD", "CNN HD", "Arte"]);
        let preferred = placed(["US: ESPN HD", "ESPN HD", "CNN FHD", "CNN HD", "Arte"]);
        assert_eq!(synced.order().await, before);
        let version = synced.version().await;
        synced.prefer(other, 60).await;
        assert_eq!(synced.order().await, preferred, "the picture still counts for more");
        assert!(synced.version().await > version, "playlists are made anew");
        synced.sync_of(other).await;
        assert_eq!(synced.order().await, preferred);
        synced.prefer(other, 40).await;
        assert_eq!(synced.order().await, before);
    }

    async fn a_place_given_by_hand_counts_for_more_than_the_priority(synced: Synced) {
        let other = synced.with_second().await;
        let by_hand = "update channel_streams set manual_order = 0, manual_in = channel_id where original_name = $1";
        synced.ctx().db.execute(by_hand, args!["ESPN HD"]).await.unwrap();
        synced.prefer(other, 1).await;
        let espn = [(0, "ESPN HD".to_owned()), (1, "ESPN FHD".to_owned())];
        assert_eq!(synced.order().await[..2], espn);
    }

    async fn a_removed_provider_leaves_every_list_before_its_removal_has_run(synced: Synced) {
        synced.with_second().await;
        let version = synced.version().await;
        line_up::remove(synced.ctx(), &ACTOR, synced.provider).await.unwrap();
        assert_eq!(synced.shown().await, espn());
        assert_eq!(synced.titles_shown().await, 0);
        assert!(synced.version().await > version, "playlists are made again");
    }

    async fn a_disabled_provider_leaves_the_lists_and_comes_back_as_it_was(synced: Synced) {
        synced.with_second().await;
        let (before, version) = (synced.counts().await, synced.version().await);
        synced.switch(synced.provider, false).await;
        assert_eq!(synced.shown().await, espn());
        assert_eq!(synced.titles_shown().await, 0);
        let hidden = synced.version().await;
        assert!(hidden > version);
        synced.switch(synced.provider, true).await;
        assert_eq!(synced.counts().await, before);
        assert!(synced.version().await > hidden);
    }

    async fn a_sync_of_another_provider_does_not_count_a_disabled_one(synced: Synced) {
        let other = synced.with_second().await;
        synced.switch(synced.provider, false).await;
        synced.second_lists(&[&entry("ESPN 4K", "http://o/1.ts"), &entry("CNN SD", "http://o/2.ts"),
            &entry("Heat (1995) 4K", "http://o/movie/1.mkv")]);
        synced.sync_of(other).await;
        let shown: Vec<(String, i64, i64)> =
            synced.shown().await.into_iter().map(|(name, all, active, _)| (name, all, active)).collect();
        assert_eq!(shown, [("CNN".to_owned(), 1, 1), ("ESPN".to_owned(), 1, 1)]);
        assert_eq!(synced.titles_shown().await, 1);
        assert_eq!(synced.count("select max(version_count) from vod_movies").await, 1);
        synced.switch(synced.provider, true).await;
        let counts: Vec<i64> = synced.shown().await.into_iter().map(|(_, all, ..)| all).collect();
        assert_eq!(counts, [2, 2]);
        assert_eq!(synced.count("select max(version_count) from vod_movies").await, 2);
    }

    async fn a_disabled_provider_is_not_synced(synced: Synced) {
        synced.lists(&[&entry("ESPN", "http://h/1.ts")]);
        synced.switch(synced.provider, false).await;
        for by_hand in [true, false] {
            let refused = sync::start(synced.ctx(), synced.provider, &ACTOR, by_hand).await;
            assert!(matches!(&refused, Err(sync::Error::Disabled)), "{refused:?}");
        }
        let key = providers::sync_key(synced.provider);
        let queued = synced.ctx().jobs.active(m3u_strm_processor::jobs::kinds::SYNC, &key).await.unwrap();
        assert_eq!(queued, None);
        synced.switch(synced.provider, true).await;
        assert_eq!(synced.sync().await.added, 1);
    }
}
