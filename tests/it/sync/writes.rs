//! What a sync writes: what changed, and nothing else.

use m3u_strm_processor::features::sync::log::Outcome;
use m3u_strm_processor::simulator::{Playlist, Resource};

use super::{LIST, Synced, entry};
use crate::on_both_engines;

const ENTRIES: usize = 1_000;

fn playlist(token: &str) -> Playlist {
    Playlist {
        token: Some(token.to_owned()),
        ..Playlist::new(1, ENTRIES)
    }
}

impl Synced {
    fn lists_playlist(&self, playlist: &Playlist) {
        self.simulator.put(LIST, Resource::bytes(playlist.to_bytes()));
    }

    /// The tables that statements wrote to since the record was cleared.
    fn written(&self) -> Vec<String> {
        let written = |text: &String| {
            let mut words = text.split_whitespace();
            match (words.next()?, words.next()?) {
                ("insert", "into") | ("delete", "from") => words.next(),
                ("update", table) => Some(table),
                _ => None,
            }
            .map(str::to_owned)
        };
        let all = self.test.db.statements.all();
        let mut tables: Vec<String> = all.keys().filter_map(written).collect();
        tables.sort_unstable();
        tables.dedup();
        tables
    }
}

on_both_engines! {
    async fn the_same_list_shuffled_with_fresh_tokens_writes_no_entry(synced: Synced) {
        synced.lists_playlist(&playlist("one"));
        let first = synced.sync().await;
        assert_eq!((first.outcome, first.added), (Outcome::Applied, ENTRIES as i64));
        assert_eq!((first.streams, first.films, first.episodes, first.refused), (700, 200, 100, 0));
        let before = synced.catalogue().await;
        let mut rotated = Playlist { shuffle: Some(3), ..playlist("two") };
        (rotated.user, rotated.password) = ("other".to_owned(), "rotated".to_owned());
        rotated.base_url = "http://moved.provider.example:8081".to_owned();
        synced.lists_playlist(&rotated);
        synced.test.db.statements.clear();
        let again = synced.sync().await;
        assert_eq!((again.outcome, again.unchanged), (Outcome::Unchanged, ENTRIES as i64), "{again:?}");
        assert_eq!(
            synced.written(),
            ["jobs", "provider_sync_log", "provider_url_values", "providers"],
            "the run, its log, and the values of the addresses"
        );
        assert_eq!(synced.catalogue().await, before);
    }

    async fn the_very_same_list_writes_not_even_values(synced: Synced) {
        synced.lists_playlist(&playlist("one"));
        synced.sync().await;
        synced.test.db.statements.clear();
        assert_eq!(synced.sync().await.outcome, Outcome::Unchanged);
        assert_eq!(synced.written(), ["jobs", "provider_sync_log", "providers"]);
    }

    async fn one_percent_changed_is_all_that_is_written(synced: Synced) {
        synced.lists_playlist(&playlist("one"));
        synced.sync().await;
        let created = "select count(*) from channel_streams";
        let streams = synced.count(created).await;
        let changed = Playlist { shuffle: Some(5), run: 1, changed: 0.01, ..playlist("two") };
        let counts = changed.write(&mut std::io::sink()).unwrap();
        assert!((3..40).contains(&counts.changed), "{counts:?}");
        synced.lists_playlist(&changed);
        let run = synced.sync().await;
        assert_eq!((run.outcome, run.changed), (Outcome::Applied, counts.changed as i64), "{run:?}");
        assert_eq!((run.unchanged, run.added, run.removed), (ENTRIES as i64 - run.changed, 0, 0));
        assert_eq!(synced.count(created).await, streams);
    }

    async fn counts_are_those_of_the_list_at_every_run(synced: Synced) {
        let film = entry("Heat (1995)", "http://h/movie/1.mkv");
        let episode = |n: u32| entry(&format!("Fargo S01E{n:02}"), &format!("http://h/series/{n}.mkv"));
        synced.lists(&[&film, &episode(1)]);
        synced.sync().await;
        synced.lists(&[&film, &episode(1), &episode(2)]);
        let run = synced.sync().await;
        assert_eq!((run.films, run.episodes, run.added, run.unchanged), (1, 2, 1, 2), "{run:?}");
        assert_eq!(synced.count("select episode_count from vod_series").await, 2, "a new episode of a known series");
        assert_eq!(synced.count("select total_vod_movies + total_vod_series from providers").await, 2);
    }
}
