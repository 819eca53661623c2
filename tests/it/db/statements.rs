//! The last check of the test command: what ran on one engine ran on the other, and nothing walks a big table.

use std::collections::BTreeSet;

use crate::support::{OnEngine, TestDb, statements};
use m3u_strm_processor::db::Engine;

/// Tables that grow with catalogues or with use. A statement that has to walk one says why in a comment: `/* scan: … */`.
const BIG_TABLES: &[&str] = &[
    "job_logs",
    "channels",
    "channel_streams",
    "vod_movies",
    "vod_series",
    "vod_episodes",
    "vod_versions",
    "viewing_history",
    "audit_log",
    "user_favorites",
    "provider_sync_log",
    "sync_changes",
    "sync_staging",
];

fn recorded(engine: Engine) -> Option<BTreeSet<String>> {
    let file = statements::folder()?.join(statements::file_name(engine));
    Some(
        std::fs::read_to_string(file)
            .unwrap_or_default()
            .lines()
            .map(str::to_owned)
            .collect(),
    )
}

/// Statements of the product, not of a test that looks behind the scenes of one engine.
fn is_portable(text: &str) -> bool {
    !["pragma", "sqlite_master", "information_schema", "pg_", "explain"]
        .iter()
        .any(|word| text.contains(word))
}

fn is_final_check() -> bool {
    std::env::var_os("STRM_TEST_FINAL").is_some()
}

#[test]
fn every_statement_ran_on_both_engines() {
    let (Some(sqlite), Some(postgres)) = (recorded(Engine::Sqlite), recorded(Engine::Postgres)) else {
        return;
    };
    if !is_final_check() {
        return;
    }
    let one_sided: Vec<&String> = sqlite
        .symmetric_difference(&postgres)
        .filter(|text| is_portable(text))
        .collect();
    assert!(
        !sqlite.is_empty() && one_sided.is_empty(),
        "ran on one engine only:\n{one_sided:#?}"
    );
}

#[tokio::test]
async fn no_recorded_statement_walks_a_big_table() {
    let Some(recorded) = recorded(Engine::Sqlite).filter(|_| is_final_check()) else {
        return;
    };
    let test = TestDb::on(Engine::Sqlite).await;
    let mut walks = Vec::new();
    for text in recorded
        .into_iter()
        .filter(|text| is_portable(text) && !text.contains("/* scan:"))
    {
        // Statements about tables that a test made for itself cannot be explained here.
        let Ok(plan) = test.db.explain(&text, Vec::new()).await else {
            continue;
        };
        // In the order of the key up to a limit, most rows are never looked at.
        if text.contains(" limit ") && !plan.iter().any(|step| step.contains("TEMP B-TREE")) {
            continue;
        }
        walks.extend(
            plan.iter()
                .filter(|step| walks_big_table(&text, step))
                .map(|step| format!("{text}\n  {step}")),
        );
    }
    assert!(walks.is_empty(), "walks a big table:\n{}", walks.join("\n"));
}

/// A plan names a table by its alias where the statement gives one.
fn walks_big_table(text: &str, step: &str) -> bool {
    let mut words = step.split_whitespace();
    if words.next() != Some("SCAN") || step.contains("USING") {
        return false;
    }
    let Some(name) = words.next() else { return false };
    BIG_TABLES.contains(&name)
        || BIG_TABLES.iter().any(|table| {
            [format!(" {table} {name} "), format!(" {table} as {name} ")]
                .iter()
                .any(|declared| format!("{text} ").contains(declared))
        })
}

#[test]
fn a_walk_is_told_from_a_search() {
    let text = "select c.id from channels c join settings on true";
    assert!(walks_big_table(text, "SCAN channels"));
    assert!(walks_big_table(text, "SCAN c"));
    assert!(!walks_big_table(
        text,
        "SCAN c USING COVERING INDEX channels_by_number"
    ));
    assert!(!walks_big_table(
        text,
        "SEARCH c USING INTEGER PRIMARY KEY (rowid=?)"
    ));
    assert!(!walks_big_table(text, "SCAN settings"));
}
