//! What is no playlist, what is too much, and what any bytes do.

use m3u_strm_processor::features::providers::m3u::{Limits, NotAPlaylist, Reader, Refusal};
use proptest::prelude::*;

use super::{read, read_with, try_read};

fn error(bytes: &[u8]) -> NotAPlaylist {
    try_read(bytes, 777).unwrap_err()
}

#[test]
fn a_web_page_is_no_playlist() {
    for page in [
        "<!DOCTYPE html><html><body>#EXTINF</body></html>",
        "\n <html>\n#EXTINF:-1,A\nhttp://h/a\n</html>",
        "<?xml version=\"1.0\"?><tv/>",
        "<div>Login</div>",
    ] {
        assert_eq!(error(page.as_bytes()), NotAPlaylist::WebPage, "{page}");
    }
}

#[test]
fn a_list_behind_a_scripts_warning_is_a_playlist() {
    assert_eq!(
        read("<br />\n<b>Warning</b>: x\n#EXTM3U\n#EXTINF:-1,A\nhttp://h/a\n").names(),
        ["A"]
    );
}

#[test]
fn binary_rubbish_is_no_playlist() {
    let rubbish: Vec<u8> = (0..200_000_u32)
        .map(|n| (n.wrapping_mul(2_654_435_761) >> 13) as u8)
        .collect();
    assert_eq!(error(&rubbish), NotAPlaylist::Binary);
    assert_eq!(error(&[0; 5000]), NotAPlaylist::Binary);
    assert_eq!(error(b"\x1f\x8b\x08\0\0\0\0\0\0\x03"), NotAPlaylist::Binary);
}

#[test]
fn an_answer_without_entries_is_no_playlist() {
    assert_eq!(error(b""), NotAPlaylist::Empty);
    assert_eq!(error(b" \r\n\n"), NotAPlaylist::Empty);
    assert_eq!(error("\u{feff}".as_bytes()), NotAPlaylist::Empty);
    assert_eq!(error(b"#EXTM3U\n"), NotAPlaylist::NoEntries);
    assert_eq!(error(b"http://h/a\nhttp://h/b\n"), NotAPlaylist::NoEntries);
    assert_eq!(error(b"{\"user_info\":{\"auth\":0}}"), NotAPlaylist::NoEntries);
    assert_eq!(error(b"not found"), NotAPlaylist::NoEntries);
}

#[test]
fn the_playlist_of_one_stream_is_no_list_of_channels() {
    assert_eq!(
        error(b"#EXTM3U\n#EXT-X-TARGETDURATION:6\n#EXTINF:6.0,\nseg1.ts\n"),
        NotAPlaylist::HlsStream
    );
}

#[test]
fn an_answer_over_the_limit_is_an_error_from_then_on() {
    let limits = Limits {
        max_bytes: 100,
        ..Limits::default()
    };
    let list = "#EXTM3U\n".to_owned() + &"#EXTINF:-1,A\nhttp://h/a\n".repeat(10);
    assert_eq!(
        read_with(Reader::new(limits), list.as_bytes(), 50).unwrap_err(),
        NotAPlaylist::TooLarge { limit: 100 }
    );
}

#[test]
fn one_endless_line_holds_no_more_than_the_limit() {
    let mut reader = Reader::new(Limits::default());
    let mut names = Vec::new();
    let mut sink =
        |item: m3u_strm_processor::features::providers::m3u::Item<'_>| names.push(format!("{item:?}"));
    reader.feed(b"#EXTM3U\n#EXTINF:-1,", &mut sink).unwrap();
    let chunk = vec![b'x'; 1024 * 1024];
    for _ in 0..64 {
        reader.feed(&chunk, &mut sink).unwrap();
    }
    reader
        .feed(b"\nhttp://h/a\n#EXTINF:-1,B\nhttp://h/b\n", &mut sink)
        .unwrap();
    let summary = reader.finish(&mut sink).unwrap();
    assert_eq!(
        (
            summary.accepted,
            summary.refused_for(Refusal::TooLong),
            summary.stray_lines
        ),
        (1, 1, 0)
    );
}

#[test]
fn options_without_end_are_bounded() {
    let list = format!(
        "#EXTM3U\n#EXTINF:-1,A\n{}http://h/a\n",
        "#EXTVLCOPT:x=y\n".repeat(10_000)
    );
    assert!(read(list).entries[0].properties.len() <= 64);
}

fn line() -> impl Strategy<Value = String> {
    prop_oneof![
        "#EXTINF:-?[0-9]{0,3}( [a-z-]{1,8}=[\"']?[a-z ,\"']{0,8}[\"']?){0,3}(,.{0,12})?",
        "https?://[a-z.:@]{0,8}(/[a-z0-9|=&?]{0,8}){0,3}",
        "#(EXTM3U|EXTGRP:|KODIPROP:|EXTVLCOPT:)[a-z=\" ,]{0,12}",
        ".{0,20}",
    ]
}

proptest! {
    #[test]
    fn any_lines_are_accounted_for_however_they_are_cut(lines in prop::collection::vec(line(), 0..30), end in 0_usize..3, chunk in 1_usize..40) {
        let text = "#EXTM3U\n".to_owned() + &lines.join(["\n", "\r", "\r\n"][end]);
        let whole = try_read(text.as_bytes(), usize::MAX);
        let pieces = try_read(text.as_bytes(), chunk);
        match (whole, pieces) {
            (Ok(whole), Ok(pieces)) => {
                prop_assert_eq!(whole.entries, pieces.entries);
                prop_assert_eq!(whole.refused, pieces.refused);
            }
            (whole, pieces) => prop_assert_eq!(whole.err(), pieces.err()),
        }
    }

    #[test]
    fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..400), prefix in any::<bool>()) {
        let mut list = if prefix { b"#EXTM3U\n#EXTINF:-1,".to_vec() } else { Vec::new() };
        list.extend(bytes);
        let _ = try_read(&list, 13);
    }
}
