//! The last check of the test command: what ran on one engine ran on the other, and nothing walks a big table.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

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

/// Statements of the product that mean the same on both engines.
fn is_portable(text: &str) -> bool {
    ![
        "pragma",
        "sqlite_master",
        "information_schema",
        "pg_",
        "explain",
        "analyze",
        "vacuum",
        "_sqlx_migrations",
    ]
    .iter()
    .any(|word| text.contains(word))
}

/// What the tests themselves ask of a database stands in their own text.
struct TestsText(String);

impl TestsText {
    fn read() -> Self {
        let mut text = String::new();
        collect(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it"), &mut text);
        Self(one_line(&text.replace("\\\n", " ").replace("\\\"", "\"")))
    }

    fn hold(&self, statement: &str) -> bool {
        // A statement of many rows was cut to its first one.
        let text = statement.split(" values ($1").next().unwrap_or(statement);
        self.0.contains(text)
    }
}

fn collect(folder: &Path, text: &mut String) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, text);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            text.push_str(&std::fs::read_to_string(path).unwrap());
        }
    }
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The parts of a statement that lists put together one by one, such as conditions: each of them has to run on both
/// engines, not every combination. Placeholders lose their numbers, and a list of them its length.
fn parts(text: &str) -> Vec<String> {
    let mut plain = String::new();
    let mut digits = false;
    for char in text.chars() {
        digits = char.is_ascii_digit() && (digits || plain.ends_with('$'));
        if !digits {
            plain.push(char);
        }
    }
    while plain.contains("$, $") {
        plain = plain.replace("$, $", "$");
    }
    for joint in [" where ", " and ", " order by ", " limit ", " then 0 when "] {
        plain = plain.replace(joint, "\n");
    }
    plain.lines().map(str::to_owned).collect()
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
    let tests = TestsText::read();
    let of_product = |statements: BTreeSet<String>| -> BTreeMap<String, String> {
        statements
            .into_iter()
            .filter(|text| is_portable(text) && !tests.hold(text))
            .flat_map(|text| {
                parts(&text)
                    .into_iter()
                    .map(move |part| (part, text.clone()))
                    .collect::<Vec<_>>()
            })
            .collect()
    };
    let (sqlite, postgres) = (of_product(sqlite), of_product(postgres));
    let one_sided: Vec<String> = [(&sqlite, &postgres), (&postgres, &sqlite)]
        .into_iter()
        .flat_map(|(here, there)| here.iter().filter(|(part, _)| !there.contains_key(*part)))
        .map(|(part, text)| format!("{part}\n    in {text}"))
        .collect();
    assert!(
        !sqlite.is_empty() && one_sided.is_empty(),
        "ran on one engine only:\n{}",
        one_sided.join("\n")
    );
}

#[tokio::test]
async fn no_recorded_statement_walks_a_big_table() {
    let Some(recorded) = recorded(Engine::Sqlite).filter(|_| is_final_check()) else {
        return;
    };
    let test = TestDb::on(Engine::Sqlite).await;
    let (tests, mut walks) = (TestsText::read(), Vec::new());
    for text in recorded
        .into_iter()
        .filter(|text| is_portable(text) && !text.contains("/* scan:") && !tests.hold(text))
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

#[test]
fn a_statement_falls_into_the_parts_it_was_put_together_from() {
    let two = parts(
        "select id from channels where not hidden and name_key like $1 and id in ($2, $3) order by id limit $10",
    );
    let one = parts("select id from channels where not hidden and id in ($1) order by id limit $2");
    assert!(one.iter().all(|part| two.contains(part)), "{one:?} {two:?}");
    assert!(two.contains(&"name_key like $".to_owned()) && !one.contains(&"name_key like $".to_owned()));
}
