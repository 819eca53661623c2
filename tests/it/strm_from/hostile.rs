//! Names that mean harm.

use std::fs;

use super::{Run, list};

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
fn markup_in_titles_is_text_in_nfo_files() {
    let run = Run::of(
        list(&[
            (
                "</title><script>alert('x')</script> & \"more\" (2019)",
                "http://h/1.mkv",
            ),
            ("<b>Show</b>\0\u{202e} S01E02 - ]]><x/>", "http://h/2.mkv"),
        ]),
        &[],
    );
    run.assert_counts();
    let texts = run.nfo();
    assert_eq!(texts.len(), 3, "{:?}", texts.keys());
    for (path, text) in texts {
        assert!(
            !text.contains("<script") && !text.contains("<b>") && !text.contains("<x/>"),
            "{path}: {text}"
        );
        assert!(!text.contains(['\0', '\u{202e}']), "{path}");
        assert!(
            text.starts_with("<?xml") && text.matches("<title>").count() == 1,
            "{path}: {text}"
        );
    }
}

#[test]
fn long_titles_are_cut_so_that_every_file_can_be_written() {
    let (long, longer) = ("日".repeat(200), "日".repeat(300));
    let run = Run::of(
        list(&[
            (&format!("{long} (2019)"), "http://h/1.mkv"),
            (&format!("{long} S01E02 - {longer}"), "http://h/2.mkv"),
            (&format!("{long} S01E03 - {longer}"), "http://h/3.mkv"),
            (&longer, "http://h/4.ts"),
        ]),
        &["--prefer-quality", "all", "--organize-by-category"],
    );
    run.assert_counts();
    let files = run.files();
    assert_eq!(files.len(), 4, "{files:?}");
    assert!(
        files
            .iter()
            .flat_map(|path| path.split('/'))
            .all(|part| part.len() <= 255)
    );
}
