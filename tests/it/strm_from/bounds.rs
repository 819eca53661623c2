//! Playlists that are cut, endless or enormous: a clear error in bounded memory, and what stood before stays.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{Seek, SeekFrom, Write};
use std::path::Path;
use std::process::{Command, Output};

use flate2::Compression;
use flate2::write::GzEncoder;
use m3u_strm_processor::simulator::{Cut, Fault, Resource, Simulator};
use tempfile::TempDir;

use super::{Run, list};

/// Address space that the program may take, in KiB: its own code and threads included.
const ROOM_KIB: u32 = 400_000;

/// Runs the program where it cannot take more memory than this; one that tries ends by a signal.
fn in_bounded_memory(playlist: &str, out: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new("sh");
    command
        .arg("-c")
        .arg(format!("ulimit -v {ROOM_KIB}; exec \"$@\""))
        .arg("sh")
        .arg(env!("CARGO_BIN_EXE_m3u-strm-processor"))
        .args(["strm-from", playlist, "--out"])
        .arg(out)
        .args(arguments);
    command.output().unwrap()
}

fn run(folder: TempDir, playlist: &str) -> Run {
    let output = in_bounded_memory(playlist, &folder.path().join("out"), &["--clean"]);
    Run { folder, output }
}

#[test]
fn a_line_of_a_gigabyte_costs_its_entry_only() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("line.m3u");
    let mut file = File::create(&path).unwrap();
    file.write_all(b"#EXTM3U\n#EXTINF:-1,").unwrap();
    // A hole in the file: nothing on the disk, a billion NUL bytes to whoever reads it.
    file.seek(SeekFrom::Current(1_000_000_000)).unwrap();
    file.write_all(b"\nhttp://h/a\n#EXTINF:-1,B\nhttp://h/b\n")
        .unwrap();
    let run = run(folder, path.to_str().unwrap());
    run.assert_counts();
    assert_eq!(
        (run.count("too_long"), run.files()),
        (1, vec!["B.strm".to_owned()])
    );
}

#[test]
fn a_gzip_file_that_unpacks_without_end_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("bomb.m3u.gz");
    let mut gzip = GzEncoder::new(File::create(&path).unwrap(), Compression::fast());
    gzip.write_all(list(&[("A", "http://h/a")]).as_bytes()).unwrap();
    let member = {
        let mut member = GzEncoder::new(Vec::new(), Compression::fast());
        member.write_all(&vec![b'x'; 16 * 1024 * 1024]).unwrap();
        member.finish().unwrap()
    };
    let mut file = gzip.finish().unwrap();
    for _ in 0..65 {
        file.write_all(&member).unwrap();
    }
    let run = run(folder, path.to_str().unwrap());
    assert_eq!(run.output.status.code(), Some(1));
    assert!(
        run.error().contains("larger than 1073741824 bytes"),
        "{}",
        run.error()
    );
    assert!(!run.folder.path().join("out").exists());
}

#[test]
fn what_is_left_after_a_refused_list_is_what_stood_before() {
    let first = Run::of(list(&[("A", "http://h/a"), ("B", "http://h/b")]), &[]);
    let before = first.strm();
    let page = first.folder.path().join("page.m3u");
    fs::write(&page, "<!doctype html><title>Your subscription has ended</title>").unwrap();
    let after = run(first.folder, page.to_str().unwrap());
    assert_eq!(after.output.status.code(), Some(1));
    assert!(after.error().contains("web page"), "{}", after.error());
    assert_eq!((before.len(), after.strm()), (2, before));
}

/// How the address is answered, and a word that the error must hold.
fn faults() -> Vec<(&'static str, Fault, &'static str)> {
    vec![
        (
            "cut, length declared",
            Fault::cut(60, Cut::Declared),
            "sent 60 of 8",
        ),
        (
            "cut within its chunks",
            Fault::cut(60, Cut::Chunked),
            "in the middle",
        ),
        ("cut without a length", Fault::cut(60, Cut::Close), "probably cut"),
        ("a web page", Fault::html(), "web page"),
        ("nothing", Fault::empty(), "empty"),
        ("a bomb", Fault::gzip_bomb(), "binary data"),
        (
            "a line without end",
            Fault::endless_line(),
            "more than 1073741824 bytes",
        ),
        (
            "elsewhere",
            Fault::redirect("file:///etc/passwd"),
            "only http and https",
        ),
        ("round and round", Fault::redirect_loop(), "redirected more than"),
        ("not found", Fault::status(404), "answered 404"),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_that_misbehaves_is_a_clear_error_and_the_files_stay() {
    let simulator = Simulator::start().await.unwrap();
    let entries = [
        ("One", "http://h/bob/sesame/1.ts"),
        ("Two", "http://h/bob/sesame/2.ts"),
    ];
    simulator.put("/tv.m3u", Resource::bytes(list(&entries)));
    let url = simulator.url("/tv.m3u?username=bob&password=sesame");
    let ran = |folder: TempDir| {
        let url = url.clone();
        async move {
            tokio::task::spawn_blocking(move || run(folder, &url))
                .await
                .unwrap()
        }
    };
    let mut last = ran(tempfile::tempdir().unwrap()).await;
    last.assert_counts();
    let files: BTreeMap<String, String> = last.strm();
    assert_eq!(files.len(), 2);
    for (what, fault, word) in faults() {
        simulator.fault("*", fault);
        last = ran(last.folder).await;
        let error = last.error();
        assert_eq!(last.output.status.code(), Some(1), "{what}: {error}");
        assert!(error.contains(word), "{what}: {error}");
        assert!(!error.contains("sesame"), "{what}: {error}");
        assert_eq!(last.strm(), files, "{what}");
    }
    simulator.mend();
    last = ran(last.folder).await;
    assert_eq!(last.count("files unchanged"), 2);
}
