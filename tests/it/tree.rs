//! Folders of generated files: no churn, nothing outside, nothing foreign removed.

use std::fs;
use std::os::unix::fs::{MetadataExt, symlink};
use std::path::Path;

use m3u_strm_processor::features::outputs::tree::{MANIFEST, Put, Removal, Tree, TreeError};
use tempfile::TempDir;

fn put(root: &Path, files: &[(&str, &str)]) -> Vec<Put> {
    let mut tree = Tree::open(root).unwrap();
    let outcomes = files
        .iter()
        .map(|(path, text)| tree.put(path, text.as_bytes()).unwrap())
        .collect();
    tree.commit().unwrap();
    outcomes
}

fn root() -> TempDir {
    tempfile::tempdir().unwrap()
}

/// Gives a file another time without another byte.
fn touch(path: &Path) {
    let file = fs::File::options().write(true).open(path).unwrap();
    file.set_modified(std::time::UNIX_EPOCH).unwrap();
}

#[test]
fn a_file_is_written_only_where_its_bytes_change() {
    let root = root();
    let file = root.path().join("a/b.strm");
    assert_eq!(
        put(root.path(), &[("a/b.strm", "x\n"), ("c.strm", "y\n")]),
        [Put::Written, Put::Written]
    );
    let inode = fs::metadata(&file).unwrap().ino();
    let manifest = fs::metadata(root.path().join(MANIFEST)).unwrap().ino();
    assert_eq!(
        put(root.path(), &[("a/b.strm", "x\n"), ("c.strm", "z\n")]),
        [Put::Unchanged, Put::Written]
    );
    assert_eq!(fs::metadata(&file).unwrap().ino(), inode);
    assert_ne!(fs::metadata(root.path().join(MANIFEST)).unwrap().ino(), manifest);
    let manifest = fs::metadata(root.path().join(MANIFEST)).unwrap().ino();
    put(root.path(), &[("a/b.strm", "x\n"), ("c.strm", "z\n")]);
    assert_eq!(fs::metadata(root.path().join(MANIFEST)).unwrap().ino(), manifest);
    assert_eq!(fs::read_dir(root.path()).unwrap().count(), 3);
}

#[test]
fn bytes_are_believed_over_a_changed_time_or_a_lost_manifest() {
    let root = root();
    put(root.path(), &[("a.strm", "x\n")]);
    touch(&root.path().join("a.strm"));
    assert_eq!(put(root.path(), &[("a.strm", "x\n")]), [Put::Unchanged]);
    fs::remove_file(root.path().join(MANIFEST)).unwrap();
    assert_eq!(put(root.path(), &[("a.strm", "x\n")]), [Put::Unchanged]);
    fs::write(root.path().join("a.strm"), "tampered\n").unwrap();
    assert_eq!(put(root.path(), &[("a.strm", "x\n")]), [Put::Written]);
    fs::remove_file(root.path().join("a.strm")).unwrap();
    assert_eq!(put(root.path(), &[("a.strm", "x\n")]), [Put::Written]);
}

#[test]
fn only_our_own_files_with_our_own_bytes_are_removed() {
    let root = root();
    put(
        root.path(),
        &[
            ("a/b/own.strm", "x\n"),
            ("a/changed.strm", "x\n"),
            ("a/gone.strm", "x\n"),
            ("kept.strm", "x\n"),
        ],
    );
    fs::write(root.path().join("a/foreign.txt"), "f").unwrap();
    fs::write(root.path().join("a/changed.strm"), "mine now\n").unwrap();
    fs::remove_file(root.path().join("a/gone.strm")).unwrap();
    touch(&root.path().join("a/b/own.strm"));
    let mut tree = Tree::open(root.path()).unwrap();
    tree.put("kept.strm", b"x\n").unwrap();
    assert_eq!(tree.remove("a/foreign.txt").unwrap(), Removal::Foreign);
    assert_eq!(tree.remove_others().unwrap(), 1);
    tree.commit().unwrap();
    drop(tree);
    assert!(!root.path().join("a/b").exists());
    assert_eq!(
        fs::read_to_string(root.path().join("a/changed.strm")).unwrap(),
        "mine now\n"
    );
    assert!(root.path().join("a/foreign.txt").exists() && root.path().join("kept.strm").exists());
    assert_eq!(
        Tree::open(root.path()).unwrap().others().collect::<Vec<_>>(),
        ["kept.strm"]
    );
}

#[test]
fn a_path_that_leads_out_is_refused() {
    let root = root();
    let mut tree = Tree::open(root.path()).unwrap();
    for path in [
        "../x",
        "a/../../x",
        "/etc/x",
        "a//b",
        "",
        ".",
        "a/.",
        "a\\b",
        "a\0b",
        "a\nb",
        MANIFEST,
    ] {
        assert!(
            matches!(tree.put(path, b"x"), Err(TreeError::BadPath)),
            "{path:?}"
        );
        assert!(matches!(tree.remove(path), Err(TreeError::BadPath)), "{path:?}");
    }
    assert!(matches!(
        tree.put(&"x".repeat(256), b"x"),
        Err(TreeError::BadPath)
    ));
}

#[test]
fn links_are_not_followed_out_of_the_root() {
    let (root, outside) = (root(), root());
    fs::write(outside.path().join("victim.strm"), "v").unwrap();
    symlink(outside.path(), root.path().join("folder")).unwrap();
    symlink(outside.path().join("victim.strm"), root.path().join("file.strm")).unwrap();
    fs::create_dir(root.path().join("real")).unwrap();
    symlink(root.path().join("real"), root.path().join("inside")).unwrap();
    let mut tree = Tree::open(root.path()).unwrap();
    assert!(matches!(
        tree.put("folder/x.strm", b"x"),
        Err(TreeError::LeadsOut { .. })
    ));
    assert_eq!(tree.put("file.strm", b"x").unwrap(), Put::Written);
    assert_eq!(tree.put("inside/x.strm", b"x").unwrap(), Put::Written);
    assert_eq!(
        fs::read_to_string(outside.path().join("victim.strm")).unwrap(),
        "v"
    );
    assert_eq!(fs::read_dir(outside.path()).unwrap().count(), 1);
    assert!(root.path().join("real/x.strm").exists());
}

#[test]
fn a_forged_manifest_removes_nothing_outside() {
    let (root, outside) = (root(), root());
    let victim = outside.path().join("victim.strm");
    fs::write(&victim, "v").unwrap();
    symlink(outside.path(), root.path().join("link")).unwrap();
    let digest = "0".repeat(32);
    let lines = format!(
        "1\t0\t{digest}\t../{}/victim.strm\n1\t0\t{digest}\t{}\n1\t0\t{digest}\tlink/victim.strm\nrubbish\n",
        outside.path().file_name().unwrap().to_str().unwrap(),
        victim.display()
    );
    fs::write(root.path().join(MANIFEST), lines).unwrap();
    let mut tree = Tree::open(root.path()).unwrap();
    assert_eq!(tree.others().collect::<Vec<_>>(), ["link/victim.strm"]);
    assert!(tree.remove_others().is_err());
    assert!(victim.exists());
}

#[test]
fn what_changed_under_our_files_is_found_when_they_are_looked_at_all_at_once() {
    let (root, outside) = (root(), root());
    let at = |path: &str| root.path().join(path);
    let paths = [
        "same.strm",
        "f/same.strm",
        "edited.strm",
        "gone.strm",
        "g/gone.strm",
        "touched.strm",
        "linked.strm",
        "out/x.strm",
    ];
    put(root.path(), &paths.map(|path| (path, "text\n")));
    let inode = fs::metadata(at("f/same.strm")).unwrap().ino();
    fs::write(at("edited.strm"), "other\n").unwrap();
    fs::remove_file(at("gone.strm")).unwrap();
    fs::remove_dir_all(at("g")).unwrap();
    touch(&at("touched.strm"));
    fs::rename(at("linked.strm"), outside.path().join("linked.strm")).unwrap();
    symlink(outside.path().join("linked.strm"), at("linked.strm")).unwrap();
    fs::rename(at("out"), outside.path().join("out")).unwrap();
    symlink(outside.path().join("out"), at("out")).unwrap();
    let mut tree = Tree::open(root.path()).unwrap();
    tree.look();
    let mut outcome = |path: &str, text: &str| tree.put(path, text.as_bytes());
    for (path, expected) in [
        ("same.strm", Put::Unchanged),
        ("f/same.strm", Put::Unchanged),
        ("edited.strm", Put::Written),
        ("gone.strm", Put::Written),
        ("g/gone.strm", Put::Written),
        ("touched.strm", Put::Unchanged),
        ("linked.strm", Put::Written),
    ] {
        assert_eq!(outcome(path, "text\n").unwrap(), expected, "{path}");
        assert_eq!(fs::read_to_string(at(path)).unwrap(), "text\n", "{path}");
    }
    assert!(matches!(
        outcome("out/x.strm", "text\n"),
        Err(TreeError::LeadsOut { .. })
    ));
    assert_eq!(fs::metadata(at("f/same.strm")).unwrap().ino(), inode);
    assert!(!at("linked.strm").is_symlink());
    // A second text for a path of this run is no matter of what was seen before.
    assert_eq!(outcome("same.strm", "new\n").unwrap(), Put::Written);
    assert_eq!(outcome("same.strm", "text\n").unwrap(), Put::Written);
    assert_eq!(tree.others().collect::<Vec<_>>(), ["out/x.strm"]);
}

#[test]
fn what_stands_in_the_way_is_named() {
    let root = root();
    put(root.path(), &[("a.strm", "x")]);
    fs::create_dir(root.path().join("b.strm")).unwrap();
    let mut tree = Tree::open(root.path()).unwrap();
    assert_eq!(
        tree.put("a.strm/b.strm", b"x").unwrap_err().to_string(),
        "\"a.strm\" is a file where a folder must stand"
    );
    assert_eq!(
        tree.put("b.strm", b"x").unwrap_err().to_string(),
        "\"b.strm\" is a folder where a file must stand"
    );
}

#[test]
fn a_second_run_in_the_same_root_is_refused() {
    let root = root();
    let _first = Tree::open(root.path()).unwrap();
    assert!(matches!(Tree::open(root.path()), Err(TreeError::Busy)));
}

#[test]
fn what_an_interrupted_run_left_is_no_hindrance() {
    let root = root();
    fs::write(root.path().join(".m3u-strm-temporary"), "half").unwrap();
    assert_eq!(put(root.path(), &[("a.strm", "x")]), [Put::Written]);
    assert!(!root.path().join(".m3u-strm-temporary").exists());
}
