//! Rows of a catalogue as a sync would leave them.

use m3u_strm_processor::args;
use m3u_strm_processor::db::{Db, Value};
use m3u_strm_processor::support::text::{name_key, sort_key};

pub async fn provider(db: &Db, id: i64, name: &str) {
    db.execute(
        "insert into providers (id, name, type, secrets, total_channels, active_channels, last_sync, created_at, updated_at)
         values ($1, $2, 'm3u', $3, 10, 9, 1, 0, 0)",
        args![id, name, &b"x"[..]],
    )
    .await
    .unwrap();
}

/// Channels with one stream each of provider 1: id, name, category.
pub async fn channels<'a>(db: &Db, channels: impl IntoIterator<Item = (i64, String, &'a str)>) {
    let (mut rows, mut streams): (Vec<Value>, Vec<Value>) = Default::default();
    for (id, name, category) in channels {
        let key = name_key(&name);
        rows.extend::<Vec<Value>>(args![
            id,
            name.as_str(),
            name.as_str(),
            key.as_str(),
            sort_key(&key),
            key.as_str(),
            category,
            id * 10_000,
            1i64,
            1i64,
            "1080p",
            0i64
        ]);
        streams.extend::<Vec<Value>>(args![
            id,
            1i64,
            id,
            id,
            id,
            id,
            name.as_str(),
            category,
            "1080p",
            "",
            "hls",
            "exact_match",
            100i64,
            "the same name without decoration",
            &b""[..],
            0i64
        ]);
    }
    let mut tx = db.begin().await.unwrap();
    let head = "insert into channels (id, name, plain_name, name_key, sort_key, normalized_name, category,
         lineup_number, stream_count, active_stream_count, best_resolution, created_at)";
    tx.insert_many(head, 12, rows, "").await.unwrap();
    let head = "insert into channel_streams (id, provider_id, channel_id, identity_key, url_key, digest,
         original_name, group_name, resolution, url_template, format, merge_method, merge_confidence, merge_reason,
         blocks, created_at)";
    tx.insert_many(head, 16, streams, "").await.unwrap();
    tx.commit().await.unwrap();
}

/// Films with one version each of provider 1: id, title, year.
pub async fn movies(db: &Db, movies: impl IntoIterator<Item = (i64, String, i64)>) {
    let (mut rows, mut versions): (Vec<Value>, Vec<Value>) = Default::default();
    for (id, title, year) in movies {
        let key = name_key(&title);
        let (title, key) = (title.as_str(), key.as_str());
        rows.extend::<Vec<Value>>(args![id, title, key, key, sort_key(key), year, "Drama", 1i64, id]);
        versions.extend::<Vec<Value>>(args![id, 1i64, id, id, id, id, title, "Films", "mkv", "", 0i64]);
    }
    let mut tx = db.begin().await.unwrap();
    let head =
        "insert into vod_movies (id, title, normalized_title, name_key, sort_key, year, genre, version_count,
         created_at)";
    tx.insert_many(head, 9, rows, "").await.unwrap();
    let head =
        "insert into vod_versions (id, provider_id, movie_id, identity_key, url_key, digest, original_name,
         group_name, format, url_template, created_at)";
    tx.insert_many(head, 11, versions, "").await.unwrap();
    tx.commit().await.unwrap();
}

/// A series with the given number of episodes in each season.
pub async fn series(db: &Db, id: i64, title: &str, seasons: &[(i64, i64)]) {
    let key = name_key(title);
    let episodes: i64 = seasons.iter().map(|(_, episodes)| episodes).sum();
    let count = i64::try_from(seasons.len()).unwrap();
    let row: Vec<Value> = args![
        id,
        title,
        key.as_str(),
        sort_key(&key),
        2001i64,
        "Drama",
        count,
        episodes
    ];
    let mut tx = db.begin().await.unwrap();
    tx.execute(
        "insert into vod_series (id, title, normalized_title, name_key, sort_key, year, genre, season_count,
             episode_count, created_at)
         values ($1, $2, $3, $3, $4, $5, $6, $7, $8, 0)",
        row,
    )
    .await
    .unwrap();
    let mut rows: Vec<Value> = Vec::new();
    let mut at = id * 100_000;
    for (season, episodes) in seasons {
        for episode in 1..=*episodes {
            at += 1;
            rows.extend::<Vec<Value>>(args![
                at,
                id,
                *season,
                episode,
                format!("Part {episode}"),
                1i64,
                0i64
            ]);
        }
    }
    let head = "insert into vod_episodes (id, series_id, season, episode, title, version_count, created_at)";
    tx.insert_many(head, 7, rows, "").await.unwrap();
    tx.commit().await.unwrap();
}

/// Provider 1 with `count` channels, films and series.
pub async fn catalogue(db: &Db, count: i64) {
    provider(db, 1, "Living room").await;
    let name = |kind: &str, id: i64| format!("{kind} {id}");
    let category = |id: i64| if id % 2 == 0 { "News" } else { "Sport" };
    channels(db, (1..=count).map(|id| (id, name("Channel", id), category(id)))).await;
    movies(db, (1..=count).map(|id| (id, name("Film", id), 1990 + id % 30))).await;
    for id in 1..=count.min(60) {
        series(db, id, &name("Series", id), &[(1, 2), (2, 1)]).await;
    }
}

/// Runs of provider 1, each with its job and 50 differences, the last one held; and as many files in the trash.
pub async fn runs(db: &Db, count: i64) {
    let (mut jobs, mut runs, mut changes, mut trash): (Vec<Value>, Vec<Value>, Vec<Value>, Vec<Value>) =
        Default::default();
    let lines: Vec<serde_json::Value> = (0..50)
        .map(|at| serde_json::json!({ "kind": "live", "name": format!("Station {at} HD"), "group": "News" }))
        .collect();
    let body = serde_json::Value::from(lines).to_string();
    for id in 1..=count {
        let (outcome, decision) = if id == count {
            ("held", Some("pending"))
        } else {
            ("applied", None)
        };
        jobs.extend::<Vec<Value>>(args![
            id,
            "sync",
            "{}",
            "provider:1",
            "succeeded",
            true,
            1i64,
            0i64,
            id,
            id
        ]);
        runs.extend::<Vec<Value>>(args![
            id,
            1i64,
            id,
            true,
            id,
            id,
            outcome,
            decision,
            1_000i64,
            1_000i64,
            50i64,
            "[\"too much\"]"
        ]);
        changes.extend::<Vec<Value>>(args![id, 0i64, "removed", 50i64, body.as_str()]);
        let path = format!("Live TV/News/Station {id}.strm");
        trash.extend::<Vec<Value>>(args!["/srv", path, &b"x"[..], id]);
    }
    let mut tx = db.begin().await.unwrap();
    let head =
        "insert into jobs (id, kind, payload, dedupe_key, state, by_hand, attempts, due_at, created_at,
         finished_at)";
    tx.insert_many(head, 10, jobs, "").await.unwrap();
    let head =
        "insert into provider_sync_log (id, provider_id, job_id, by_hand, started_at, finished_at, outcome,
         decision, entries, streams, removed, held_reasons)";
    tx.insert_many(head, 12, runs, "").await.unwrap();
    let head = "insert into provider_sync_changes (sync_id, position, change, entries, body)";
    tx.insert_many(head, 5, changes, "").await.unwrap();
    let head = "insert into library_trash (root, path, bytes, trashed_at)";
    tx.insert_many(head, 4, trash, "").await.unwrap();
    tx.commit().await.unwrap();
}
