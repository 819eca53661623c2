//! Which files a playlist becomes.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use super::{ESPN, Run, list};

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
fn a_bracket_goes_with_its_partner() {
    let run = Run::of(
        list(&[
            ("[News]", "http://h/1"),
            ("(2020)", "http://h/2"),
            ("Rai 1 (Roma)", "http://h/3"),
        ]),
        &[],
    );
    assert_eq!(run.files(), ["2020.strm", "News.strm", "Rai 1 (Roma).strm"]);
}

#[test]
fn a_list_without_one_usable_entry_cleans_nothing_away() {
    let first = Run::of(list(&[("A", "http://h/a")]), &[]);
    let again = Run::again(first.folder, "#EXTM3U\n#EXTINF:-1,A\n", &["--clean"]);
    assert_eq!(again.output.status.code(), Some(1));
    assert!(
        again.error().contains("none of the list's entries"),
        "{}",
        again.error()
    );
    assert_eq!(again.files(), ["A.strm"]);
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
