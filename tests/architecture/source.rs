//! The paths a source file uses, whether imported or written out.

use super::files::File;
use super::text::split;

/// A path of ours from the crate's root (`features`, `sync`, `plan`), or of another crate (`askama`, `Template`).
pub type Path = Vec<String>;

/// The module a file is: `src/features/sync/mod.rs` is `features`, `sync`.
pub fn module(file: &str) -> Path {
    let inner = file.trim_start_matches("src/").trim_end_matches(".rs");
    let inner = inner.strip_suffix("/mod").unwrap_or(inner);
    match inner {
        "lib" => Vec::new(),
        other => other.split('/').map(str::to_owned).collect(),
    }
}

/// Every path of our crate that a file names, from the root.
pub fn own_paths(file: &File) -> Vec<Path> {
    let (code, _) = split(&file.text);
    let home = module(&file.path);
    let mut paths = Vec::new();
    for (at, root) in roots(&code) {
        let (base, tree) = match root {
            "super" => {
                let (levels, tree) = supers(&code[at..]);
                (home[..home.len().saturating_sub(levels)].to_vec(), tree)
            }
            root => (Vec::new(), &code[at + root.len() + 2..]),
        };
        expand(tree, base, &mut paths);
    }
    paths
}

/// Whether a file names a crate whose name begins so.
pub fn names_crate(file: &File, beginning: &str) -> bool {
    let (code, _) = split(&file.text);
    code.match_indices(beginning).any(|(at, _)| {
        let before = code[..at].chars().next_back();
        let path_goes_on = code[at..].trim_start_matches(is_word).starts_with("::");
        path_goes_on && !before.is_some_and(|char| is_word(char) || char == ':')
    })
}

fn is_word(char: char) -> bool {
    char.is_alphanumeric() || char == '_'
}

fn roots(code: &str) -> Vec<(usize, &'static str)> {
    let mut found = Vec::new();
    for root in ["crate", "super", "m3u_strm_processor"] {
        for (at, _) in code.match_indices(&format!("{root}::")) {
            let before = code[..at].chars().next_back();
            if !before.is_some_and(|char| is_word(char) || char == ':') {
                found.push((at, root));
            }
        }
    }
    found
}

fn supers(mut tree: &str) -> (usize, &str) {
    let mut levels = 0;
    while let Some(rest) = tree.strip_prefix("super::") {
        levels += 1;
        tree = rest;
    }
    (levels, tree)
}

/// Adds `base` followed by each path of a use tree: `a::{b, c::d}` is two.
fn expand(tree: &str, base: Path, paths: &mut Vec<Path>) -> usize {
    let word = tree.len() - tree.trim_start_matches(is_word).len();
    let mut path = base;
    if word > 0 {
        path.push(tree[..word].to_owned());
        if tree[word..].starts_with("::") {
            return word + 2 + expand(&tree[word + 2..], path, paths);
        }
        paths.push(path);
        return word;
    }
    if !tree.starts_with('{') {
        paths.push(path);
        return 0;
    }
    let mut at = 1;
    while at < tree.len() && !tree[at..].starts_with('}') {
        let gap = tree[at..].len()
            - tree[at..]
                .trim_start_matches([' ', '\n', '\t', '\r', ',', '*'])
                .len();
        at += gap;
        let used = if tree[at..].starts_with(|char| is_word(char) || char == '{') {
            expand(&tree[at..], path.clone(), paths)
        } else {
            0
        };
        at += used;
        if gap + used == 0 {
            break;
        }
    }
    at + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paths(path: &str, text: &str) -> Vec<String> {
        let file = File {
            path: path.to_owned(),
            text: text.to_owned(),
        };
        let mut paths: Vec<String> = own_paths(&file).iter().map(|path| path.join("::")).collect();
        paths.sort();
        paths
    }

    #[test]
    fn every_way_to_name_a_path_is_seen() {
        let text = "use crate::{db::{Db, Tx}, features::sync};\nuse super::store;\nuse super::super::history as h;\n\
                    fn f() -> crate::jobs::Job<'_> { <crate::edge::Problem>::new(super::plan::Plan) }\n\
                    macro_rules! m { () => { $crate::fetch::get() } }";
        assert_eq!(
            paths("src/features/catalogue/merge.rs", text),
            [
                "db::Db",
                "db::Tx",
                "edge::Problem",
                "features::catalogue::plan::Plan",
                "features::catalogue::store",
                "features::history",
                "features::sync",
                "fetch::get",
                "jobs::Job",
            ]
        );
    }

    #[test]
    fn the_parent_of_a_folder_module_is_the_folder_above() {
        assert_eq!(
            paths("src/features/sync/mod.rs", "use super::history::Play;"),
            ["features::history::Play"]
        );
        assert_eq!(
            paths("src/features/sync/plan/mod.rs", "use super::store::*;"),
            ["features::sync::store"]
        );
    }

    #[test]
    fn another_crate_is_told_from_a_word_of_ours() {
        let names = |text: &str| {
            names_crate(
                &File {
                    path: "src/a.rs".to_owned(),
                    text: text.to_owned(),
                },
                "actix_",
            )
        };
        assert!(names("use actix_web::HttpRequest;") && names("fn f(r: actix_http::Payload) {}"));
        assert!(!names(
            "// actix_web::web\nlet actix_like = 1; tracing_actix_web::x(); \"actix_web::web\""
        ));
    }
}
