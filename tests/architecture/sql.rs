//! Rules 3 and 4: SQL text stands in stores, and a table is written by its owner's store only.

use std::collections::BTreeMap;

use super::files::{File, below};
use super::source::module;
use super::text::split;

fn is_store(path: &str) -> bool {
    let in_feature =
        path.starts_with("src/features/") && (path.ends_with("/store.rs") || path.contains("/store/"));
    in_feature || path.starts_with("src/jobs/store") || path.starts_with("src/db/")
}

/// Statements are written in one case; prose begins with a capital.
fn is_sql(text: &str) -> bool {
    let text = text.trim_start();
    let lower = text.to_lowercase();
    let in_one_case = text
        .split_whitespace()
        .next()
        .is_some_and(|word| word.chars().all(char::is_lowercase) || word.chars().all(char::is_uppercase));
    let has = |first: &str, then: &str| lower.starts_with(first) && lower.contains(then);
    in_one_case
        && (has("select ", " from ")
            || has("insert into ", "")
            || has("update ", " set ")
            || has("delete from ", "")
            || has("with ", " as (")
            || has("create ", " table ")
            || has("create ", " index "))
}

fn misplaced(file: &File) -> Vec<String> {
    if is_store(&file.path) {
        return Vec::new();
    }
    let (_, strings) = split(&file.text);
    strings
        .iter()
        .filter(|text| is_sql(text))
        .map(|text| format!("{} holds SQL: {text}", file.path))
        .collect()
}

/// The tables of each migration belong to the area in its name.
fn owners() -> BTreeMap<String, String> {
    let mut owners = BTreeMap::new();
    for migration in below("migrations/sqlite", ".sql") {
        let area = migration
            .path
            .trim_end_matches(".sql")
            .rsplit_once('_')
            .map_or("", |(_, area)| area);
        let owner = match area {
            "favourites" => "catalogue",
            "leases" => "providers",
            area => area,
        };
        let words: Vec<&str> = migration.text.split_whitespace().collect();
        for window in words.windows(3) {
            if window[..2] == ["create", "table"] {
                owners.insert(window[2].trim_matches('(').to_owned(), owner.to_owned());
            }
        }
    }
    owners
}

fn foreign_writes(file: &File, owners: &BTreeMap<String, String>) -> Vec<String> {
    let home = module(&file.path);
    let area = match home.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["features", area, ..] => area,
        [room, ..] => room,
        [] => "",
    };
    if area == "db" {
        return Vec::new();
    }
    let (_, strings) = split(&file.text);
    strings
        .iter()
        .flat_map(|text| written_tables(text))
        .filter(|table| owners.get(table).is_some_and(|owner| owner != area))
        .map(|table| format!("{} writes the table {table} of {}", file.path, owners[&table]))
        .collect()
}

fn written_tables(text: &str) -> Vec<String> {
    let lower = text.to_lowercase().replace("\\n", " ");
    let words: Vec<&str> = lower.split_whitespace().filter(|word| *word != "\\").collect();
    words
        .windows(3)
        .filter_map(|window| match window {
            ["insert", "into", table] | ["delete", "from", table] => Some(*table),
            ["update", table, "set" | "as"] => Some(*table),
            _ => None,
        })
        .map(|table| table.trim_matches(['(', ';', ',']).to_owned())
        .collect()
}

#[test]
fn sql_stands_in_stores() {
    super::assert_none(&below("src", ".rs").iter().flat_map(misplaced).collect::<Vec<_>>());
}

#[test]
fn a_table_is_written_by_its_owner() {
    let owners = owners();
    assert_eq!(owners.get("jobs").map(String::as_str), Some("jobs"));
    super::assert_none(
        &below("src", ".rs")
            .iter()
            .flat_map(|file| foreign_writes(file, &owners))
            .collect::<Vec<_>>(),
    );
}

fn file(path: &str, text: &str) -> File {
    File {
        path: path.to_owned(),
        text: text.to_owned(),
    }
}

#[test]
fn sql_in_the_wrong_place_is_seen() {
    for text in [
        "\"select id from jobs\"",
        "r#\"insert into jobs (id) values ($1)\"#",
        "\"  update jobs set state = $1\"",
        "\"DELETE FROM jobs\"",
        "\"with newest as (select 1) select 2\"",
    ] {
        assert!(
            !misplaced(&file("src/features/sync/plan.rs", text)).is_empty(),
            "{text}"
        );
        assert!(
            misplaced(&file("src/features/sync/store.rs", text)).is_empty(),
            "{text}"
        );
        assert!(
            misplaced(&file("src/features/sync/store/list.rs", text)).is_empty(),
            "{text}"
        );
    }
    for prose in [
        "\"Select a file from the list\"",
        "\"update\"",
        "// select id from jobs",
        "\"select-all\"",
    ] {
        assert!(misplaced(&file("src/web/mod.rs", prose)).is_empty(), "{prose}");
    }
}

#[test]
fn a_write_to_a_table_of_another_is_seen() {
    let owners = BTreeMap::from([("channels".to_owned(), "catalogue".to_owned())]);
    for text in [
        "\"update channels set name = $1\"",
        "\"insert into channels (id)\"",
        "\"delete from channels where id = 1\"",
    ] {
        assert!(
            !foreign_writes(&file("src/features/sync/store.rs", text), &owners).is_empty(),
            "{text}"
        );
        assert!(
            foreign_writes(&file("src/features/catalogue/store.rs", text), &owners).is_empty(),
            "{text}"
        );
    }
    let reads = file("src/features/sync/store.rs", "\"select id from channels\"");
    assert!(foreign_writes(&reads, &owners).is_empty());
}
