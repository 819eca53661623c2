//! How much a first visit loads, compressed: R15 allows 60 KB, the aim is 40.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;
use m3u_strm_processor::args;
use m3u_strm_processor::db::Engine;

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
    let token = app.admin_token().await;
    for path in [
        "/providers/1",
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
