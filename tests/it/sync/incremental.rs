//! Applying difference after difference ends where one sync of the last list alone would.

use std::collections::BTreeSet;

use m3u_strm_processor::features::sync::log::Outcome;
use m3u_strm_processor::simulator::{Playlist, Resource};

use super::{LIST, Synced, entry};
use crate::on_both_engines;
use crate::support::OnEngine;

/// Which streams are together under which name, and why each is where it is.
type Channels = BTreeSet<(String, Vec<(String, String)>)>;

impl Synced {
    async fn takes(&self, text: Vec<u8>) {
        self.simulator.put(LIST, Resource::bytes(text));
        let run = self.sync().await;
        assert!(
            matches!(run.outcome, Outcome::Applied | Outcome::Unchanged),
            "{run:?}"
        );
    }

    async fn partition(&self) -> Channels {
        let sql = "select c.plain_name, c.id, s.original_name, s.merge_method, s.backup_order from channels c \
                   join channel_streams s on s.channel_id = c.id where s.missing_since is null \
                   order by c.id, s.original_name, s.url_key";
        let rows: Vec<(String, i64, String, String, i64)> = self.ctx().db.all(sql, Vec::new()).await.unwrap();
        rows.chunk_by(|one, other| one.1 == other.1)
            .map(|rows| {
                let streams = rows.iter().map(|row| (row.2.clone(), row.3.clone())).collect();
                (rows[0].0.clone(), streams)
            })
            .collect()
    }

    /// Stored counts, which must be those of the streams.
    async fn wrong_counts(&self) -> i64 {
        let sql = "select count(*) from channels c where c.stream_count <> (select count(*) from channel_streams s \
                   where s.channel_id = c.id and s.missing_since is null)";
        self.count(sql).await
    }

    /// Places in play order that are not 0, 1, 2 …
    async fn wrong_places(&self) -> i64 {
        let sql = "select count(*) from (select channel_id, count(*) as n, count(distinct backup_order) as d, \
                   max(backup_order) as m from channel_streams where missing_since is null group by channel_id) p \
                   where n <> d or m <> n - 1";
        self.count(sql).await
    }
}

on_both_engines! {
    async fn difference_after_difference_ends_where_one_sync_would(synced: Synced) {
        let first = Playlist::new(1, 1_500);
        synced.takes(first.to_bytes()).await;
        let mut last = first.clone();
        for run in 1..5 {
            last = Playlist { run, changed: 0.02, renamed: 0.02, removed: 0.03, shuffle: Some(run), ..first.clone() };
            synced.takes(last.to_bytes()).await;
            assert_eq!((synced.wrong_counts().await, synced.wrong_places().await), (0, 0), "run {run}");
        }
        let fresh = Synced::on(synced.ctx().db.engine()).await;
        fresh.takes(last.to_bytes()).await;
        let (one, other) = (synced.partition().await, fresh.partition().await);
        let apart: Vec<_> = one.symmetric_difference(&other).take(6).collect();
        assert!(apart.is_empty(), "{apart:#?}");
    }

    async fn another_picture_number_or_address_changes_the_channel_and_no_other(synced: Synced) {
        let with = |attributes: &str, url: &str| {
            let entries = [
                format!("#EXTINF:-1 {attributes},ESPN HD\n{url}"),
                entry("ESPN 4K", "http://h/2.ts"),
                entry("CNN", "http://h/3.ts"),
            ];
            synced.lists(&entries.each_ref().map(String::as_str));
        };
        with("", "http://h/1.ts");
        synced.sync().await;
        let espn = synced.channel("ESPN").await;
        with("tvg-logo=\"http://logos/espn.png\" tvg-chno=\"7\"", "http://h/10.ts");
        let run = synced.sync().await;
        assert_eq!((run.changed, run.added, run.unchanged), (1, 0, 2), "{run:?}");
        let sql = "select name, logo_url, number, stream_count from channels order by id";
        let rows: Vec<(String, Option<String>, Option<i64>, i64)> = synced.ctx().db.all(sql, Vec::new()).await.unwrap();
        assert_eq!(rows[0], ("ESPN".to_owned(), Some("http://logos/espn.png".to_owned()), Some(70_000), 2));
        assert_eq!(rows[1], ("CNN".to_owned(), None, None, 1));
        assert_eq!(synced.channel("ESPN").await, espn);
        assert_eq!(synced.channels().await[1], ("ESPN".to_owned(), vec!["ESPN 4K".to_owned(), "ESPN HD".to_owned()]));
        with("", "http://h/10.ts");
        synced.sync().await;
        let rows: Vec<(String, Option<String>, Option<i64>, i64)> = synced.ctx().db.all(sql, Vec::new()).await.unwrap();
        assert_eq!((rows[0].1.clone(), rows[0].2), (None, Some(70_000)), "a number stays");
    }

    async fn a_stream_without_country_ties_those_that_have_one(synced: Synced) {
        let kept: Vec<String> = (10..20).map(|n| entry(&format!("Kept {n}"), &format!("http://h/{n}.ts"))).collect();
        let with = |more: &[String]| synced.lists(&kept.iter().chain(more).map(String::as_str).collect::<Vec<_>>());
        let (uk, uk2, us, plain) = (
            entry("UK: Fox", "http://h/1.ts"), entry("UK: Fox HD", "http://h/2.ts"),
            entry("US: Fox", "http://h/3.ts"), entry("Fox", "http://h/4.ts"),
        );
        let streams = |channels: &[(String, Vec<String>)], name: &str| -> usize {
            channels.iter().find(|(known, _)| known == name).map_or(0, |(_, streams)| streams.len())
        };
        with(&[uk.clone(), us.clone(), plain.clone()]);
        synced.sync().await;
        let channels = synced.channels().await;
        assert_eq!((streams(&channels, "Fox (GB)"), streams(&channels, "Fox (US)")), (2, 1), "ties by code: {channels:?}");
        with(&[us.clone(), plain.clone()]);
        synced.sync().await;
        assert_eq!(synced.channels().await.iter().filter(|(name, _)| name.starts_with("Fox")).count(), 1, "it goes to the other");
        with(&[uk, uk2, us, plain]);
        synced.sync().await;
        let channels = synced.channels().await;
        assert_eq!(streams(&channels, "Fox (GB)") + streams(&channels, "Fox (US)"), 4, "{channels:?}");
        assert_eq!(synced.wrong_counts().await, 0);
    }
}
