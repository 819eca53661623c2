//! What a list becomes: channels, films, series, and a log in which every entry is accounted for.

use m3u_strm_processor::features::sync::log::Outcome;

use super::{LIST, Synced, add_provider, entry, listed};
use crate::on_both_engines;

fn strings(channels: &[(String, Vec<String>)]) -> Vec<(&str, Vec<&str>)> {
    channels
        .iter()
        .map(|(name, streams)| (name.as_str(), streams.iter().map(String::as_str).collect()))
        .collect()
}

on_both_engines! {
    async fn streams_of_one_channel_are_merged_and_the_best_comes_first(synced: Synced) {
        let entries = [
            listed("ESPN HD", "", "Sport", "http://h/live/u/p/1.ts"),
            listed("UK: ESPN", "", "UK | Sport", "http://h/live/u/p/2.ts"),
            listed("UK: ESPN 4K", "", "UK | Sport", "http://h/live/u/p/3.ts"),
            listed("US | ESPN", "", "US | Sport", "http://h/live/u/p/4.ts"),
            listed("ESPN2", "", "Sport", "http://h/live/u/p/5.ts"),
        ];
        synced.lists(&entries.each_ref().map(String::as_str));
        let run = synced.sync().await;
        assert_eq!((run.outcome, run.added, run.streams), (Outcome::Applied, 5, 5));
        let channels = synced.channels().await;
        assert_eq!(
            strings(&channels),
            [
                ("ESPN (GB)", vec!["UK: ESPN 4K", "ESPN HD", "UK: ESPN"]),
                ("ESPN (US)", vec!["US | ESPN"]),
                ("ESPN2", vec!["ESPN2"]),
            ]
        );
    }

    async fn every_entry_is_accounted_for(synced: Synced) {
        let entries = [
            entry("One", "http://h/1.ts?token=one"),
            entry("One", "http://h/1.ts?token=other"),
            entry("=== Sports ===", "http://h/2.ts"),
            "#EXTINF:-1,Without".to_owned(),
            entry("Script", "javascript:alert(1)"),
            entry("Heat (1995)", "http://h/movie/u/p/7.mkv"),
            entry("Heat (1995) 4K", "http://h/movie/u/p/8.mkv"),
            entry("Fargo S01E02", "http://h/series/u/p/9.mkv"),
        ];
        synced.lists(&entries.each_ref().map(String::as_str));
        let run = synced.sync().await;
        assert_eq!(run.outcome, Outcome::Applied);
        assert_eq!((run.entries, run.streams, run.films, run.episodes, run.refused), (8, 1, 2, 1, 4));
        assert_eq!(run.entries, run.streams + run.films + run.episodes + run.refused);
        let refusals = m3u_strm_processor::features::sync::store::refusals(&synced.ctx().db, run.id).await.unwrap();
        let reasons: Vec<(&str, i64)> = refusals.iter().map(|(reason, count, _)| (reason.as_str(), *count)).collect();
        assert_eq!(reasons, [("duplicate", 1), ("no_url", 1), ("separator", 1), ("unsupported_scheme", 1)]);
        assert_eq!(synced.count("select count(*) from vod_movies where version_count = 2 and year = 1995").await, 1);
        assert_eq!(synced.count("select season_count + episode_count from vod_series where title = 'Fargo'").await, 2);
    }

    async fn films_and_series_of_two_providers_are_one_title_each(synced: Synced) {
        let entries = [entry("Heat (1995)", "http://h/movie/1.mkv"), entry("Fargo S01E02", "http://h/series/9.mkv")];
        synced.lists(&entries.each_ref().map(String::as_str));
        let other = add_provider(synced.ctx(), "Two", &synced.simulator.url(LIST)).await;
        synced.sync().await;
        let run = synced.sync_of(other).await;
        assert_eq!((run.outcome, run.films, run.episodes), (Outcome::Applied, 1, 1));
        assert_eq!(synced.count("select count(*) from vod_movies").await, 1);
        assert_eq!(synced.count("select version_count from vod_movies").await, 2);
        assert_eq!(synced.count("select version_count from vod_episodes").await, 2);
        assert_eq!(synced.count("select count(*) from vod_series where episode_count = 1").await, 1);
        assert_eq!(synced.count("select total_vod_movies + total_vod_series from providers where name = 'Two'").await, 2);
    }

    async fn numbers_are_those_of_the_list_and_otherwise_given_once(synced: Synced) {
        let entries = [
            entry("Free one", "http://h/1.ts"),
            "#EXTINF:-1 tvg-chno=\"7\",Zulu\nhttp://h/2.ts".to_owned(),
            "#EXTINF:-1 tvg-chno=\"7\",Alpha\nhttp://h/3.ts".to_owned(),
            "#EXTINF:-1 tvg-chno=\"2.1\",Sub\nhttp://h/4.ts".to_owned(),
        ];
        synced.lists(&entries.each_ref().map(String::as_str));
        synced.sync().await;
        let numbers: Vec<(String, Option<i64>, i64)> = synced
            .ctx()
            .db
            .all("select name, number, lineup_number from channels order by lineup_number", Vec::new())
            .await
            .unwrap();
        let expected = [("Sub", Some(20_001), 20_001), ("Alpha", Some(70_000), 70_000), ("Free one", None, 80_000), ("Zulu", None, 90_000)];
        let found: Vec<(&str, Option<i64>, i64)> =
            numbers.iter().map(|(name, number, lineup)| (name.as_str(), *number, *lineup)).collect();
        assert_eq!(found, expected);
    }
}

#[tokio::test]
async fn the_real_playlist_reconciles_and_again_writes_nothing() {
    use crate::support::OnEngine;
    let Some(folder) = std::env::var_os("STRM_TEST_DATA") else {
        eprintln!("skipped: STRM_TEST_DATA is not set");
        return;
    };
    let path = std::path::Path::new(&folder).join("m3u/iptv-org-a.m3u");
    let synced = Synced::on(m3u_strm_processor::db::Engine::Sqlite).await;
    let text = std::fs::read(path).unwrap();
    synced
        .simulator
        .put(LIST, m3u_strm_processor::simulator::Resource::bytes(text));
    let run = synced.sync().await;
    assert_eq!((run.outcome, run.entries), (Outcome::Applied, 7_545), "{run:?}");
    assert_eq!(run.entries, run.streams + run.films + run.episodes + run.refused);
    assert_eq!(run.added, run.streams + run.films + run.episodes);
    let again = synced.sync().await;
    assert_eq!(again.outcome, Outcome::Unchanged, "{again:?}");
    assert_eq!(again.unchanged, run.added);
}
