//! The one-shot tool, through its own door.

use std::collections::BTreeMap;
use std::fs;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Command, Output};

use tempfile::TempDir;

struct Run {
    folder: TempDir,
    output: Output,
}

impl Run {
    fn of(list: impl AsRef<[u8]>, arguments: &[&str]) -> Self {
        Self::again(tempfile::tempdir().unwrap(), list, arguments)
    }

    fn again(folder: TempDir, list: impl AsRef<[u8]>, arguments: &[&str]) -> Self {
        fs::write(folder.path().join("list.m3u"), list).unwrap();
        let list = folder.path().join("list.m3u");
        let output = strm_from(list.to_str().unwrap(), &folder.path().join("out"), arguments);
        Self { folder, output }
    }

    fn count(&self, name: &str) -> u64 {
        let text = String::from_utf8_lossy(&self.output.stdout).into_owned();
        let line = text
            .lines()
            .find_map(|line| line.trim().strip_prefix(&format!("{name}: ")).map(str::to_owned));
        line.expect("a line of this name").parse().unwrap()
    }

    fn assert_counts(&self) {
        assert!(
            self.output.status.success(),
            "{}",
            String::from_utf8_lossy(&self.output.stderr)
        );
        let parts: u64 = ["streams", "films", "episodes", "refused"]
            .iter()
            .map(|name| self.count(name))
            .sum();
        assert_eq!(self.count("entries"), parts);
    }

    /// Paths and contents of all STRM files.
    fn strm(&self) -> BTreeMap<String, String> {
        let mut found = BTreeMap::new();
        collect(&self.folder.path().join("out"), "", &mut found);
        found
            .into_iter()
            .filter(|(path, _)| path.ends_with(".strm"))
            .collect()
    }

    fn files(&self) -> Vec<String> {
        self.strm().into_keys().collect()
    }

    fn error(&self) -> String {
        String::from_utf8_lossy(&self.output.stderr).into_owned()
    }
}

fn strm_from(playlist: &str, out: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_m3u-strm-processor"));
    command
        .arg("strm-from")
        .arg(playlist)
        .arg("--out")
        .arg(out)
        .args(arguments)
        .output()
        .unwrap()
}

fn collect(folder: &Path, prefix: &str, found: &mut BTreeMap<String, String>) {
    for entry in fs::read_dir(folder).into_iter().flatten().map(Result::unwrap) {
        let path = format!("{prefix}{}", entry.file_name().to_str().unwrap());
        if entry.file_type().unwrap().is_dir() {
            collect(&entry.path(), &format!("{path}/"), found);
        } else {
            found.insert(path, fs::read_to_string(entry.path()).unwrap());
        }
    }
}

fn list(entries: &[(&str, &str)]) -> String {
    let lines = entries
        .iter()
        .map(|(name, url)| format!("#EXTINF:-1,{name}\n{url}\n"));
    std::iter::once("#EXTM3U\n".to_owned()).chain(lines).collect()
}

const ESPN: [(&str, &str); 4] = [
    ("ESPN", "http://h/espn.ts"),
    ("ESPN HD", "http://h/espn-hd.ts"),
    ("ESPN 4K", "http://h/espn-4k.ts"),
    ("ESPN SD", "http://h/espn-sd.ts"),
];

#[test]
fn streams_of_one_channel_become_one_file_with_the_best_link() {
    let run = Run::of(list(&ESPN), &[]);
    run.assert_counts();
    assert_eq!(
        run.strm(),
        BTreeMap::from([("ESPN.strm".to_owned(), "http://h/espn-4k.ts\n".to_owned())])
    );
    assert_eq!(
        (
            run.count("channels"),
            run.count("duplicates removed"),
            run.count("files written")
        ),
        (1, 3, 1)
    );
}

#[test]
fn the_preferred_quality_is_linked_and_all_means_a_file_for_each() {
    for (preference, url) in [
        ("hd", "http://h/espn-hd.ts\n"),
        ("sd", "http://h/espn-sd.ts\n"),
        ("4K", "http://h/espn-4k.ts\n"),
        ("best", "http://h/espn-4k.ts\n"),
    ] {
        let run = Run::of(list(&ESPN), &["--prefer-quality", preference]);
        assert_eq!(run.strm()["ESPN.strm"], url, "{preference}");
    }
    let run = Run::of(list(&ESPN), &["--prefer-quality", "all"]);
    assert_eq!(
        run.files(),
        [
            "ESPN [480p].strm",
            "ESPN [4K].strm",
            "ESPN [720p].strm",
            "ESPN.strm"
        ]
    );
    assert_eq!(run.count("duplicates removed"), 0);
}

#[test]
fn the_url_tells_the_quality_where_the_name_does_not() {
    let run = Run::of(
        list(&[
            ("One", "http://h/one_720p.m3u8"),
            ("ONE", "http://h/one_1080p.m3u8"),
        ]),
        &[],
    );
    assert_eq!(
        run.strm().into_values().collect::<Vec<_>>(),
        ["http://h/one_1080p.m3u8\n"]
    );
}

#[test]
fn without_merging_each_stream_is_a_file() {
    let run = Run::of(
        list(&[
            ("ESPN", "http://h/1"),
            ("espn", "http://h/2"),
            ("ESPN HD", "http://h/3"),
        ]),
        &["--no-merge"],
    );
    run.assert_counts();
    assert_eq!(run.files(), ["ESPN HD.strm", "ESPN.strm", "espn (2).strm"]);
    assert_eq!(run.count("duplicates removed"), 0);
}

#[test]
fn films_and_episodes_stand_in_folders_of_their_own_with_nfo() {
    let run = Run::of(
        list(&[
            ("Heat (1995)", "http://h/heat.m3u8"),
            ("Heat (1995) 4K", "http://h/heat-4k.mkv"),
            ("Show (2019) S01E02 - Pilot: Two", "http://h/2.mkv"),
            ("Show S01E03", "http://h/3.mkv"),
            ("Channel", "http://h/c.ts"),
        ]),
        &[],
    );
    run.assert_counts();
    assert_eq!(
        run.files(),
        [
            "Channel.strm",
            "Movies/Heat (1995)/Heat (1995).strm",
            "TV Shows/Show (2019)/Season 01/Show - S01E02 - Pilot - Two.strm",
            "TV Shows/Show (2019)/Season 01/Show - S01E03.strm",
        ]
    );
    assert_eq!(
        run.strm()["Movies/Heat (1995)/Heat (1995).strm"],
        "http://h/heat-4k.mkv\n"
    );
    let read = |path: &str| fs::read_to_string(run.folder.path().join("out").join(path)).unwrap();
    assert!(read("Movies/Heat (1995)/Heat (1995).nfo").contains("<year>1995</year>"));
    assert!(read("TV Shows/Show (2019)/tvshow.nfo").contains("<premiered>2019-01-01</premiered>"));
    assert!(
        read("TV Shows/Show (2019)/Season 01/Show - S01E02 - Pilot - Two.nfo")
            .contains("<title>Pilot: Two</title>")
    );
    assert_eq!(
        (run.count("films"), run.count("episodes"), run.count("streams")),
        (2, 2, 1)
    );
}

#[test]
fn categories_are_folders_with_one_spelling() {
    let text = "#EXTM3U\n#EXTINF:-1 group-title=\"Sports\",A\nhttp://h/a\n#EXTINF:-1 group-title=\"SPORTS\",B\nhttp://h/b\n#EXTINF:-1 group-title=\"Sports;More\",C\nhttp://h/c\n\
        #EXTINF:-1 group-title=\"..\",D\nhttp://h/d\n#EXTINF:-1,E\nhttp://h/e\n#EXTINF:-1 group-title=\"movies\",F\nhttp://h/f\n#EXTINF:-1 group-title=\"Action\",Film (2001)\nhttp://h/g.mkv\n";
    let run = Run::of(text, &["--organize-by-category"]);
    run.assert_counts();
    assert_eq!(
        run.files(),
        [
            "Movies/Action/Film (2001)/Film (2001).strm",
            "Movies/F.strm",
            "Sports/A.strm",
            "Sports/B.strm",
            "Sports/C.strm",
            "Uncategorized/D.strm",
            "Uncategorized/E.strm"
        ]
    );
    assert_eq!(run.count("categories"), 3);
}

#[test]
fn equal_names_are_told_apart_on_every_file_system() {
    let run = Run::of(
        list(&[
            ("UK: Gold", "http://h/1"),
            ("US | Gold", "http://h/2"),
            ("A/B", "http://h/3"),
            ("A:B", "http://h/4"),
        ]),
        &["--no-merge"],
    );
    let folded: Vec<String> = run.files().iter().map(|name| name.to_lowercase()).collect();
    assert_eq!(folded.len(), 4);
    let run = Run::of(
        list(&[("UK: Gold", "http://h/1"), ("US | Gold", "http://h/2")]),
        &[],
    );
    assert_eq!(run.files().len(), 2);
    assert!(
        run.files().iter().all(|name| name.starts_with("Gold (")),
        "{:?}",
        run.files()
    );
}

#[test]
fn hostile_names_are_cleaned_and_nothing_leaves_the_folder() {
    let long = "x".repeat(300);
    let names = [
        "../../../escape",
        "/etc/passwd",
        "..",
        "a\0b",
        "\u{202e}gnp.exe",
        "<script>alert(1)</script>",
        "CON",
        "nul.strm",
        "",
        "C:\\Windows\\x",
        long.as_str(),
        "日本語テレビ局",
        "trailing...  ",
    ];
    let entries: Vec<(&str, String)> = names
        .iter()
        .enumerate()
        .map(|(n, name)| (*name, format!("http://h/{n}")))
        .collect();
    let borrowed: Vec<(&str, &str)> = entries.iter().map(|(name, url)| (*name, url.as_str())).collect();
    for arguments in [&["--no-merge"][..], &[], &["--organize-by-category"]] {
        let run = Run::of(list(&borrowed), arguments);
        run.assert_counts();
        assert_eq!(
            (run.count("streams"), run.count("refused")),
            (names.len() as u64, 0)
        );
        let files = run.files();
        assert_eq!(files.len(), names.len(), "{files:?}");
        for file in &files {
            let name = file.rsplit('/').next().unwrap();
            assert!(
                name.len() <= 255 && !name.contains(['<', '>', ':', '\\', '\0', '\u{202e}', '|']),
                "{name}"
            );
            assert!(
                !name.starts_with('.')
                    && !name.to_lowercase().starts_with("con.")
                    && !name.to_lowercase().starts_with("nul."),
                "{name}"
            );
        }
        let beside: Vec<_> = fs::read_dir(run.folder.path())
            .unwrap()
            .map(|entry| entry.unwrap().file_name())
            .collect();
        assert_eq!(beside.len(), 2, "{beside:?}");
    }
}

#[test]
fn hostile_titles_and_genres_stay_inside() {
    let text = "#EXTM3U\n#EXTINF:-1 group-title=\"../..\",.. (2019)\nhttp://h/1.mkv\n#EXTINF:-1 group-title=\"/etc\",../../x S01E02 - ../../y\nhttp://h/2.mkv\n";
    let run = Run::of(text, &["--organize-by-category"]);
    run.assert_counts();
    assert_eq!(run.files().len(), 2);
    assert_eq!(fs::read_dir(run.folder.path()).unwrap().count(), 2);
    for part in run
        .files()
        .iter()
        .flat_map(|path| path.split('/').map(str::to_owned).collect::<Vec<_>>())
    {
        assert!(part != ".." && part != ".", "{part}");
    }
}

#[test]
fn a_second_run_writes_nothing_and_clean_removes_only_what_is_stale() {
    let first = Run::of(list(&[("A", "http://h/a"), ("B", "http://h/b")]), &[]);
    let again = Run::again(
        first.folder,
        list(&[("B", "http://h/b"), ("A", "http://h/a")]),
        &[],
    );
    assert_eq!(
        (again.count("files written"), again.count("files unchanged")),
        (0, 2)
    );
    fs::write(again.folder.path().join("out/mine.strm"), "mine").unwrap();
    let kept = Run::again(again.folder, list(&[("B", "http://h/b2")]), &[]);
    assert_eq!(kept.files(), ["A.strm", "B.strm", "mine.strm"]);
    let clean = Run::again(kept.folder, list(&[("B", "http://h/b2")]), &["--clean"]);
    assert_eq!(
        (clean.files(), clean.count("files removed")),
        (vec!["B.strm".to_owned(), "mine.strm".to_owned()], 1)
    );
}

#[test]
fn a_gzip_playlist_is_known_by_its_first_bytes() {
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    gzip.write_all(list(&ESPN).as_bytes()).unwrap();
    let bytes = gzip.finish().unwrap();
    assert_eq!(Run::of(&bytes, &[]).files(), ["ESPN.strm"]);
    let cut = Run::of(&bytes[..bytes.len() - 12], &[]);
    assert_eq!((cut.output.status.code(), cut.files().len()), (Some(1), 0));
}

#[test]
fn what_is_no_playlist_is_a_clear_error_and_writes_nothing() {
    for (body, words) in [
        ("<html><body>Login</body></html>", "web page"),
        ("", "empty"),
        ("#EXTM3U\n", "no #EXTINF"),
        ("\0\u{1}\u{2}\u{3}\0\0\0", "binary"),
    ] {
        let run = Run::of(body, &["--clean"]);
        assert_eq!(run.output.status.code(), Some(1));
        assert!(run.error().contains(words), "{}", run.error());
        assert!(!run.folder.path().join("out").exists());
    }
    let missing = strm_from("/nonexistent/list.m3u", Path::new("/nonexistent/out"), &[]);
    assert_eq!(missing.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&missing.stderr).contains("cannot read"));
}

#[test]
fn wrong_usage_is_status_2() {
    for arguments in [
        &["--prefer-quality", "uhd"][..],
        &["--fuzzy-threshold", "85"],
        &["--nonsense"],
    ] {
        assert_eq!(
            Run::of(list(&ESPN), arguments).output.status.code(),
            Some(2),
            "{arguments:?}"
        );
    }
}

/// Answers one request with a playlist whose end is not declared.
fn serve(body: String) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        let (mut socket, _) = listener.accept().unwrap();
        let mut request = [0; 4096];
        let _ = socket.read(&mut request).unwrap();
        write!(socket, "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n{body}").unwrap();
    });
    format!("http://{address}/lists/tv.m3u?username=bob&password=sesame")
}

#[test]
fn a_playlist_is_read_from_a_url_and_relative_links_resolve() {
    let folder = tempfile::tempdir().unwrap();
    let url = serve(list(&[
        ("A", "a.ts"),
        ("A", "http://h/bob/sesame/1"),
        ("A", "http://h/bob/sesame/1"),
    ]));
    let output = strm_from(&url, &folder.path().join("out"), &["--no-merge"]);
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let run = Run { folder, output };
    assert!(
        run.strm()
            .into_values()
            .any(|text| text.ends_with("/lists/a.ts\n"))
    );
    assert_eq!(run.count("duplicate"), 1);
}

#[test]
fn a_list_cut_on_its_way_is_an_error_that_shows_no_credentials() {
    let folder = tempfile::tempdir().unwrap();
    let url = serve(list(&[("A", "http://h/a")]) + "#EXTINF:-1,B");
    let output = strm_from(&url, &folder.path().join("out"), &[]);
    let run = Run { folder, output };
    assert_eq!(run.output.status.code(), Some(1));
    assert!(
        run.error().contains("cut") && !run.error().contains("sesame"),
        "{}",
        run.error()
    );
    assert!(!run.folder.path().join("out").exists());
}

#[test]
fn a_whole_public_list_becomes_files_once() {
    let Some(data) = std::env::var_os("STRM_TEST_DATA") else {
        eprintln!("skipped: STRM_TEST_DATA is not set");
        return;
    };
    let list = fs::read(Path::new(&data).join("m3u/iptv-org-a.m3u")).unwrap();
    let first = Run::of(&list, &["--organize-by-category"]);
    first.assert_counts();
    assert_eq!(first.files().len() as u64, first.count("channels"));
    let again = Run::again(first.folder, &list, &["--organize-by-category"]);
    assert_eq!(again.count("files written"), 0);
}
