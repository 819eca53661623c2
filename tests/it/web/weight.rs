//! How much a first visit loads, compressed: R15 allows 60 KB, the aim is 40.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;
use m3u_strm_processor::args;
use m3u_strm_processor::db::Engine;
use m3u_strm_processor::features::health::performance::store::{Hour, write};
use m3u_strm_processor::support::ids::ProviderId;
use m3u_strm_processor::support::statistics::histogram::Histogram;

use crate::support::{TestApp, seed};

const ALLOWED: usize = 60_000;

fn packed(text: &[u8]) -> usize {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(text).unwrap();
    encoder.finish().unwrap().len()
}

/// The addresses of everything of ours that a page loads by itself.
fn assets(html: &str) -> Vec<String> {
    let mut found: Vec<String> = html
        .match_indices("/static/")
        .map(|(at, _)| html[at..].split(['"', '#']).next().unwrap().to_owned())
        .collect();
    found.sort();
    found.dedup();
    found
}

/// Users with long names, tokens, and 10,000 acts.
async fn people(app: &TestApp, word: impl Fn(i64) -> String) {
    let mut tx = app.ctx.db.begin().await.unwrap();
    let users = (2..=80).flat_map(|id| {
        let name = format!("{}{}", word(id), word(id * 3));
        args![
            name.clone(),
            name,
            format!("{} {}", word(id * 5), word(id * 7)),
            "x",
            "viewer",
            true,
            false,
            0_i64
        ]
    });
    let head = "insert into users (username, username_key, full_name, password_hash, role, is_active, must_change_password, created_at)";
    tx.insert_many(head, 8, users.collect(), "").await.unwrap();
    let tokens = (0..50_u8).flat_map(|at| args![word(i64::from(at)), 1_i64, "read", [at; 32], 0_i64]);
    let head = "insert into api_tokens (name, user_id, scope, token_hash, created_at)";
    tx.insert_many(head, 5, tokens.collect(), "").await.unwrap();
    let acts = (0..10_000_i64).flat_map(|at| {
        let details = format!(
            "{{\"username\": \"{}\", \"changed\": [\"email\", \"role\"]}}",
            word(at)
        );
        args![
            1_i64,
            "admin",
            "user.updated",
            format!("user:{at}"),
            1_770_000_000_000 + at,
            details
        ]
    });
    let head = "insert into audit_log (user_id, actor, action, resource, at, details)";
    tx.insert_many(head, 6, acts.collect(), "").await.unwrap();
    tx.commit().await.unwrap();
}

/// A year of hours, none like another.
async fn hours(app: &TestApp, word: impl Fn(i64) -> String) {
    let last = app.ctx.clock.now_ms().div_euclid(3_600_000) - 1;
    let hour = |back: i64| {
        let odd = i64::from_str_radix(&word(back + 1)[..3], 16).unwrap();
        let latencies: Histogram = (0..40)
            .map(|at| u32::try_from(90 + (odd * (at % 7)) % 1_900).unwrap())
            .collect();
        Hour {
            provider_id: ProviderId(1),
            hour: (last - back) * 3_600_000,
            streams_total: 2_000,
            streams_active: 2_000 - odd % 90,
            streams_failed: odd % 90,
            checks_total: 40 + odd % 9,
            checks_passed: 40,
            checks_failed: odd % 9,
            mean_ms: None,
            p50_ms: None,
            p95_ms: None,
            latencies,
            uptime_percentage: None,
            working_ms: Some(2_000_000_000 - odd * 9_000),
            failing_ms: Some(odd * 9_000),
            maintenance_ms: Some(0),
            unknown_ms: Some(odd * 700),
        }
    };
    let hours: Vec<Hour> = (0..365 * 24).map(hour).collect();
    let mut tx = app.ctx.db.begin().await.unwrap();
    write(&mut tx, &hours).await.unwrap();
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn every_page_is_light_at_fifty_rows_with_real_names() {
    let app = TestApp::with(Engine::Sqlite, &[]).await;
    let db = &app.ctx.db;
    seed::provider(db, 1, "Living room").await;
    // Words that differ, so that compression finds no more than it would in a real list.
    let word = |n: i64| {
        format!(
            "{:x}",
            n.wrapping_mul(0x9E37_79B9_7F4A_7C15_u64 as i64) as u64 >> 20
        )
    };
    let categories: Vec<String> = (0..300)
        .map(|n| format!("{} | {}", word(n), word(n + 7)))
        .collect();
    let channels = (1..=2_000).map(|id| {
        let category = categories[id as usize % categories.len()].as_str();
        (id, format!("{} {} HD", word(id), word(id * 3)), category)
    });
    seed::channels(db, channels).await;
    seed::movies(
        db,
        (1..=200).map(|id| (id, format!("{} {}", word(id), word(id * 5)), 1980 + id % 40)),
    )
    .await;
    for id in 1..=60 {
        seed::series(db, id, &format!("{} {}", word(id), word(id * 9)), &[(1, 120)]).await;
    }
    let many = "update channel_streams set channel_id = 1 where id <= 50";
    db.execute(many, Vec::new()).await.unwrap();
    seed::runs(db, 60).await;
    people(&app, word).await;
    hours(&app, word).await;
    let token = app.admin_token().await;
    for path in [
        "/providers/1",
        "/providers/1/performance",
        "/providers/1/performance?hours=24",
        "/providers/1/performance?days=30",
        "/providers/1/performance?days=365",
        "/stream-health",
        "/streams/1",
        "/syncs",
        "/syncs/60",
        "/jobs",
        "/library",
        "/",
        "/channels",
        "/channels/1",
        "/movies",
        "/movies/1",
        "/series",
        "/series/1",
        "/favourites",
        "/users",
        "/users?q=a",
        "/account",
        "/audit",
        "/audit?action=user.updated&from=2026-01-01",
    ] {
        let page = app.page(&token, path, 200).await;
        let html = packed(page.as_bytes());
        let mut shared = 0;
        for asset in assets(&page) {
            shared += packed(&app.get(&asset).await.bytes().await.unwrap());
        }
        println!(
            "{path}: {html} bytes of HTML, {shared} shared, {} together",
            html + shared
        );
        assert!(shared > 20_000, "styles and scripts are counted");
        assert!(html + shared <= ALLOWED, "{path}: {} bytes", html + shared);
    }
}
