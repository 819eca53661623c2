//! The files of the tree, and what holds for each whatever its kind.

use std::fs;
use std::path::{Path, PathBuf};

/// A file by its path from the top of the tree, with slashes.
pub struct File {
    pub path: String,
    pub text: String,
}

/// Every file below `folder` whose name ends so, vendored ones apart.
pub fn below(folder: &str, ending: &str) -> Vec<File> {
    let top = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut paths = Vec::new();
    collect(&top.join(folder), ending, &mut paths);
    paths.sort();
    paths
        .into_iter()
        .map(|path| File {
            text: fs::read_to_string(&path).unwrap(),
            path: path
                .strip_prefix(top)
                .unwrap()
                .to_string_lossy()
                .replace('\\', "/"),
        })
        .collect()
}

fn collect(folder: &Path, ending: &str, paths: &mut Vec<PathBuf>) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for path in entries.map(|entry| entry.unwrap().path()) {
        if path.is_dir() {
            if path.file_name().is_some_and(|name| name != "vendor") {
                collect(&path, ending, paths);
            }
        } else if path.to_string_lossy().ends_with(ending) {
            paths.push(path);
        }
    }
}

/// A longer file has swallowed a whole flow.
const MOST_LINES: usize = 420;

fn too_long(file: &File) -> Option<String> {
    let lines = file.text.lines().count();
    (lines > MOST_LINES).then(|| format!("{} has {lines} lines, more than {MOST_LINES}", file.path))
}

/// `expect` with a reason complains once it is no longer needed.
fn silenced(file: &File) -> Option<String> {
    let attribute = ["#[", "allow"].concat();
    let of_crate = ["#![", "allow"].concat();
    (file.text.contains(&attribute) || file.text.contains(&of_crate)).then(|| {
        format!(
            "{} silences a lint with {attribute}: use expect with a reason",
            file.path
        )
    })
}

#[test]
fn no_file_is_longer_than_one_room() {
    let kinds = [
        ("src", ".rs"),
        ("tests", ".rs"),
        ("benches", ".rs"),
        ("templates", ".html"),
        ("static", ".css"),
        ("static", ".js"),
    ];
    let wrong: Vec<String> = kinds
        .iter()
        .flat_map(|(folder, ending)| below(folder, ending))
        .filter_map(|file| too_long(&file))
        .collect();
    crate::assert_none(&wrong);
}

#[test]
fn no_lint_is_silenced_for_good() {
    let files = below("src", ".rs").into_iter().chain(below("tests", ".rs"));
    crate::assert_none(&files.filter_map(|file| silenced(&file)).collect::<Vec<_>>());
}

#[test]
fn both_engines_have_the_same_migrations() {
    let names = |engine: &str| -> Vec<String> {
        let folder = format!("migrations/{engine}");
        below(&folder, ".sql")
            .iter()
            .map(|file| file.path[folder.len()..].to_owned())
            .collect()
    };
    assert!(!names("sqlite").is_empty());
    assert_eq!(names("sqlite"), names("postgres"));
}

#[test]
fn a_long_or_silenced_file_is_seen() {
    let file = |text: String| File {
        path: "src/a.rs".to_owned(),
        text,
    };
    assert!(too_long(&file("\n".repeat(MOST_LINES + 1))).is_some());
    assert!(too_long(&file("\n".repeat(MOST_LINES))).is_none());
    assert!(silenced(&file(["#[", "allow(dead_code)]"].concat())).is_some());
    assert!(silenced(&file("#[expect(dead_code)]".to_owned())).is_none());
}
