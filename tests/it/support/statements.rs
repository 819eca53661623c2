//! Every statement that ran, per engine, in files that `tests/run` has checked at its end.

use std::collections::BTreeSet;
use std::io::Write;
use std::path::PathBuf;
use std::sync::{LazyLock, Mutex};

use m3u_strm_processor::db::{Engine, Statements, dialect};

/// Where the statements of a run are kept; none outside the test command.
pub fn folder() -> Option<PathBuf> {
    std::env::var_os("STRM_TEST_STATEMENTS")
        .filter(|folder| !folder.is_empty())
        .map(PathBuf::from)
}

/// The file of one engine below [`folder`]: one statement a line.
pub fn file_name(engine: Engine) -> &'static str {
    match engine {
        Engine::Sqlite => "sqlite.sql",
        Engine::Postgres => "postgres.sql",
    }
}

/// Adds what one test ran.
pub fn keep(engine: Engine, statements: &Statements) {
    static KEPT: LazyLock<Mutex<BTreeSet<(&str, String)>>> = LazyLock::new(Mutex::default);
    let Some(folder) = folder() else { return };
    let file = file_name(engine);
    let Ok(mut kept) = KEPT.lock() else { return };
    for text in statements.all().into_keys() {
        let text = normal(&text);
        if kept.insert((file, text.clone())) {
            let mut out = std::fs::OpenOptions::new()
                .create(true)
                .append(true)
                .open(folder.join(file))
                .unwrap();
            out.write_all(format!("{text}\n").as_bytes()).unwrap();
        }
    }
}

/// One text for the statements that differ in white space, in the number of rows or by dialect only.
pub fn normal(text: &str) -> String {
    let text = text
        .replace(dialect::skip_locked(Engine::Postgres), "")
        .replace(dialect::for_update(Engine::Postgres), "");
    let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
    one_row(&words)
}

/// `values ($1, $2), ($3, $4)` as `values ($1, $2)`.
fn one_row(text: &str) -> String {
    let Some((head, rows)) = text.split_once(" values ($1") else {
        return text.to_owned();
    };
    let end_of_rows = rows
        .char_indices()
        .find(|&(at, char)| char == ')' && !rows[at + 1..].starts_with(", ($"))
        .map_or(rows.len(), |(at, _)| at + 1);
    let end_of_first = rows.find(')').map_or(rows.len(), |at| at + 1);
    format!(
        "{head} values ($1{}{}",
        &rows[..end_of_first],
        &rows[end_of_rows..]
    )
}

#[test]
fn statements_that_differ_in_their_number_of_rows_count_as_one() {
    let one = normal("insert into t (a, b)  values ($1, $2) on conflict do nothing");
    let many = normal("insert into t (a, b)\n values ($1, $2), ($3, $4), ($5, $6) on conflict do nothing");
    assert_eq!(one, many);
    assert_eq!(normal("select 1 for update skip locked"), "select 1");
    assert_ne!(
        normal("insert into t values ($1)"),
        normal("insert into t values ($1, $2)")
    );
}
