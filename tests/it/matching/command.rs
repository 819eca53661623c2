//! `match FILE.tsv [--explain]`.

use std::{
    path::{Path, PathBuf},
    process::{Command, Output},
};

/// Country and name of every row of the training table, where it is at hand.
pub(super) fn training_rows() -> Option<Vec<(String, String)>> {
    let text = std::fs::read_to_string(training_file()?).expect("the training table");
    let row = |line: &str| {
        let fields: Vec<&str> = line.split('\t').collect();
        (fields[0].to_owned(), fields[3].to_owned())
    };
    Some(text.lines().skip(1).map(row).collect())
}

fn training_file() -> Option<PathBuf> {
    let Some(folder) = std::env::var_os("STRM_TEST_DATA") else {
        eprintln!("skipped: STRM_TEST_DATA is not set");
        return None;
    };
    Some(Path::new(&folder).join("matching/train.tsv"))
}

fn run(file: &Path, flags: &[&str]) -> Output {
    let program = env!("CARGO_BIN_EXE_m3u-strm-processor");
    Command::new(program)
        .arg("match")
        .arg(file)
        .args(flags)
        .output()
        .expect("the program starts")
}

fn table(content: &[u8]) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("names.tsv");
    std::fs::write(&file, content).expect("a table");
    (folder, file)
}

fn rows(output: &Output) -> Vec<Vec<String>> {
    let text = String::from_utf8(output.stdout.clone()).expect("text");
    text.lines()
        .map(|line| line.split('\t').map(str::to_owned).collect())
        .collect()
}

#[test]
fn each_row_gets_cluster_method_confidence_and_reason() {
    let (_folder, file) =
        table("site\tname\tcountry\na\tESPN\tus\nb\tESPN HD\tus\nc\tESPN 2\tus\nd\tESPN\tuk\n".as_bytes());
    let output = run(&file, &[]);
    assert!(output.status.success());
    let rows = rows(&output);
    assert_eq!(rows.len(), 4);
    assert!(rows.iter().all(|row| row.len() == 5));
    assert_eq!(
        rows.iter().map(|row| row[0].as_str()).collect::<Vec<_>>(),
        ["1", "2", "3", "4"]
    );
    assert_eq!(rows[0][1], rows[1][1]);
    assert_ne!(rows[0][1], rows[2][1]);
    assert_ne!(rows[0][1], rows[3][1]);
    assert_eq!(
        rows[0][2..],
        ["exact_match", "100", "the same name without decoration"]
    );
    assert_eq!(rows[2][4], "no other name is like it");
}

#[test]
fn rows_of_two_known_countries_never_share_a_cluster() {
    let (_folder, file) = table("country\tname\nuk\tESPN\nus\tUK: ESPN\nxx\tESPN\nus\tESPN\n".as_bytes());
    let rows = rows(&run(&file, &[]));
    let mut clusters: Vec<&str> = rows.iter().map(|row| row[1].as_str()).collect();
    clusters.sort_unstable();
    clusters.dedup();
    assert_eq!(clusters.len(), 4);
}

#[test]
fn explaining_adds_the_rejected_candidates() {
    let (_folder, file) =
        table("country\tname\nus\tESPN\nus\tESPN 2\nus\tESPN Deportes\nuk\tESPN\nus\tZDF\n".as_bytes());
    let rows = rows(&run(&file, &["--explain"]));
    assert!(rows.iter().all(|row| row.len() == 6));
    let first = &rows[0][5];
    assert!(
        first.contains("not row 2 \"ESPN 2\": their numbers differ"),
        "{first}"
    );
    assert!(
        first.contains("not row 3 \"ESPN Deportes\": only one has \"deportes\""),
        "{first}"
    );
    assert!(
        first.contains("not row 4 \"ESPN\": its country is GB, not US"),
        "{first}"
    );
    assert_eq!(rows[4][5], "no other candidate");
}

#[test]
fn windows_line_ends_a_byte_order_mark_and_short_rows_are_read() {
    let (_folder, file) = table("\u{feff}Country\tName\r\nus\tESPN\r\nus\r\n\r\nus\tESPN HD\r\n".as_bytes());
    let output = run(&file, &[]);
    let rows = rows(&output);
    assert!(output.status.success());
    assert_eq!(rows.len(), 4);
    assert_eq!(rows[0][1], rows[3][1]);
    assert_ne!(rows[1][1], rows[2][1]);
}

#[test]
fn what_is_no_such_table_is_refused_in_one_sentence() {
    for (content, status, words) in [
        (&b""[..], 2, "is empty"),
        (b"country\ttitle\nus\tESPN\n", 2, "has no column name"),
        (b"name\nESPN\n", 2, "has no column country"),
        (b"country\tname\nus\tCaf\xe9\n", 2, "is not UTF-8 text"),
    ] {
        let (_folder, file) = table(content);
        let output = run(&file, &[]);
        let message = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(status), "{message}");
        assert!(
            message.contains(words) && message.trim().lines().count() == 1,
            "{message}"
        );
        assert!(output.stdout.is_empty());
    }
    let missing = run(Path::new("/no/such/table.tsv"), &[]);
    assert_eq!(missing.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&missing.stderr).contains("cannot be read"));
}

#[test]
fn the_training_names_are_clustered_well() {
    let Some(file) = training_file() else { return };
    let text = std::fs::read_to_string(&file).expect("the training table");
    let labels: Vec<Vec<&str>> = text
        .lines()
        .skip(1)
        .map(|line| line.split('\t').collect())
        .collect();
    let found = rows(&run(&file, &[]));
    assert_eq!(found.len(), labels.len());
    let (mut sizes, mut clusters, mut both) = (counts(), counts(), counts());
    let keys: Vec<[String; 2]> = labels
        .iter()
        .zip(&found)
        .map(|(label, row)| {
            [
                format!("{}\t{}", label[0], label[4]),
                format!("{}\t{}", label[0], row[1]),
            ]
        })
        .collect();
    for [label, cluster] in &keys {
        *sizes.entry(label.clone()).or_default() += 1.0;
        *clusters.entry(cluster.clone()).or_default() += 1.0;
        *both.entry(format!("{label}\n{cluster}")).or_default() += 1.0;
    }
    let shared = |[label, cluster]: &[String; 2]| both[&format!("{label}\n{cluster}")];
    let rows = keys.len() as f64;
    let precision = keys
        .iter()
        .map(|key| shared(key) / clusters[&key[1]])
        .sum::<f64>()
        / rows;
    let recall = keys.iter().map(|key| shared(key) / sizes[&key[0]]).sum::<f64>() / rows;
    let f1 = 2.0 * precision * recall / (precision + recall);
    assert!(precision >= 0.96, "precision {precision:.4}");
    assert!(f1 >= 0.90, "F1 {f1:.4}");
}

fn counts() -> std::collections::HashMap<String, f64> {
    std::collections::HashMap::new()
}
