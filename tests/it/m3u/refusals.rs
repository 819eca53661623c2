//! Every entry is accepted or refused with a reason.

use m3u_strm_processor::features::providers::m3u::{Limits, Reader, Refusal};
use m3u_strm_processor::features::providers::url_parts::ProviderSecrets;

use super::{read, read_with};

fn reason(name: &str, url: &str) -> Option<Refusal> {
    let list = format!("#EXTM3U\n#EXTINF:-1,{name}\n{url}\n");
    let got = read_with(Reader::new(Limits::default()), list.as_bytes(), usize::MAX).unwrap();
    got.refused.first().map(|(_, reason, _)| *reason)
}

#[test]
fn an_entry_without_url_does_not_steal_the_next_ones() {
    let got = read("#EXTM3U\n#EXTINF:-1,A\n#EXTINF:-1,B\n\n#EXTVLCOPT:x=y\nhttp://h/b\n#EXTINF:-1,C\n");
    assert_eq!((got.names(), got.urls()), (vec!["B"], vec!["http://h/b"]));
    assert_eq!(
        got.refused,
        [
            (2, Refusal::NoUrl, "A".to_owned()),
            (7, Refusal::NoUrl, "C".to_owned())
        ]
    );
    assert!(got.summary.last_entry_lacks_url);
}

#[test]
fn urls_without_entry_are_stray_lines() {
    let got = read("#EXTM3U\nhttp://h/0\n#EXTINF:-1,A\nhttp://h/a\nhttp://h/b\n=====x=====\n# comment\n");
    assert_eq!((got.names(), got.summary.stray_lines), (vec!["A"], 3));
    assert!(!got.summary.last_entry_lacks_url);
}

#[test]
fn schemes_of_streams_are_taken_and_others_refused() {
    for url in [
        "http://h/a",
        "HTTPS://h/a",
        "rtsp://u:p@h:554/a",
        "rtp://@239.0.0.1:1234",
        "udp://@239.1.2.3:1234",
        "udp://@:1234",
        "rtmp://h/app/a",
        "igmp://239.0.0.1:5",
        "http://[2001:db8::1]:8080/a",
    ] {
        assert_eq!(reason("A", url), None, "{url}");
    }
    for url in [
        "file:///etc/passwd",
        "ftp://h/a",
        "javascript:alert(1)",
        "plugin://video/x",
        "acestream://abc",
        "data:text/html,x",
    ] {
        assert_eq!(reason("A", url), Some(Refusal::UnsupportedScheme), "{url}");
    }
    for url in [
        "http://",
        "http:///a",
        "http:a",
        "http://:80/a",
        "http://h:99999/a",
        "http://[::1/a",
        "stream/a.m3u8",
        "host:8080/a",
        "http://a b/c",
    ] {
        assert_eq!(reason("A", url), Some(Refusal::BadUrl), "{url}");
    }
}

#[test]
fn relative_urls_resolve_against_the_lists_own() {
    let got = read(
        "#EXTM3U\n#EXTINF:-1,A\nstream/a.m3u8?x=1\n#EXTINF:-1,B\n/b.ts\n#EXTINF:-1,C\n//other.example/c\n",
    );
    assert_eq!(
        got.urls(),
        [
            "http://list.example/lists/stream/a.m3u8?x=1",
            "http://list.example/b.ts",
            "http://other.example/c"
        ]
    );
}

#[test]
fn only_the_same_name_and_url_is_a_duplicate() {
    let got = read(
        "#EXTM3U\n#EXTINF:-1,A\nhttp://h/a\n#EXTINF:-1,B\nhttp://h/a\n#EXTINF:-1,A\nhttp://h/b\n#EXTINF:-1,A\nhttp://h/a\n",
    );
    assert_eq!(got.names(), ["A", "B", "A"]);
    assert_eq!(got.refused, [(8, Refusal::Duplicate, "A".to_owned())]);
}

#[test]
fn a_duplicate_is_judged_without_tokens_and_credentials() {
    let list = "#EXTM3U\n#EXTINF:-1,A\nhttp://h/live/u/p/1.ts?token=1\n#EXTINF:-1,A\nhttp://h/live/v/q/1.ts?token=2\n#EXTINF:-1,A\nhttp://h/live/u/p/2.ts?token=1\n\
        #EXTINF:-1,B\nhttp://h/b/me/x\n#EXTINF:-1,B\nhttp://h/b/secret/x\n";
    let secrets = ProviderSecrets::account("me", "secret");
    let got = read_with(
        Reader::new(Limits::default()).with_secrets(secrets),
        list.as_bytes(),
        usize::MAX,
    )
    .unwrap();
    assert_eq!(
        got.refused
            .iter()
            .map(|(line, reason, _)| (*line, *reason))
            .collect::<Vec<_>>(),
        [(4, Refusal::Duplicate), (10, Refusal::Duplicate)]
    );
}

#[test]
fn headings_are_separators() {
    for name in [
        "=====> Pakistan <=====",
        "##### SPORTS #####",
        "=>(★ TURKİYE ★)<=",
        "-------",
        "★★★★★",
        "== UK ==",
        "--- 24/7 ---",
        "▬▬▬ FRANCE ▬▬▬",
        "***** FILMS *****",
        "_____",
        "•●★ ARABIC ★●•",
        "|||",
        "*",
    ] {
        assert_eq!(reason(name, "http://h/1"), Some(Refusal::Separator), "{name}");
    }
}

#[test]
fn real_channels_are_no_separators() {
    for name in [
        "|FR| TF1",
        "[UK] BBC One [HD]",
        "◉ BBC One ◉",
        "★ Star ★",
        "*Star*",
        "(((S)))",
        "-1-",
        "Canal+ +",
        "#1 Hits",
        "!!! Now !!!",
        "...And More...",
        "\"Q\"",
        "E! Entertainment",
        "5*",
        "日本テレビ",
        "== Half",
        "Half ==",
        "¡¡Hola!!",
        "**ESPN**",
        "..",
        "../..",
    ] {
        assert_eq!(reason(name, "http://h/1"), None, "{name}");
    }
}

#[test]
fn a_heading_with_a_url_that_is_none_is_still_a_heading() {
    assert_eq!(reason("##### X #####", "http://"), Some(Refusal::Separator));
    assert_eq!(reason("##### X #####", "none"), Some(Refusal::Separator));
}

#[test]
fn a_line_over_the_limit_costs_its_entry_only() {
    let long = "x".repeat(1024 * 1024 + 1);
    let list = format!(
        "#EXTM3U\n#EXTINF:-1,{long}\nhttp://h/a\n#EXTINF:-1,B\nhttp://h/{long}\n#EXTINF:-1,C\nhttp://h/c\n{long}\n#{long}\n#EXTINF:-1,D\nhttp://h/d\n"
    );
    for chunk in [usize::MAX, 1000] {
        let got = super::try_read(list.as_bytes(), chunk).unwrap();
        assert_eq!(got.names(), ["C", "D"]);
        assert_eq!(
            got.refused
                .iter()
                .map(|(line, reason, _)| (*line, *reason))
                .collect::<Vec<_>>(),
            [(2, Refusal::TooLong), (4, Refusal::TooLong)]
        );
        assert_eq!(got.summary.stray_lines, 2);
    }
}

#[test]
fn a_line_of_exactly_the_limit_is_read() {
    let url = format!("http://h/{}", "x".repeat(1024 * 1024 - 9));
    assert_eq!(read(format!("#EXTM3U\n#EXTINF:-1,A\n{url}\n")).urls(), [url]);
}

#[test]
fn a_cut_list_says_so() {
    for (list, lacks, mid_line) in [
        (
            "#EXTM3U\n#EXTINF:-1,A\nhttp://h/a\n#EXTINF:-1 tvg-id=\"b",
            true,
            true,
        ),
        ("#EXTM3U\n#EXTINF:-1,A\nhttp://h/a\n#EXTINF:-1,B\n", true, false),
        ("#EXTM3U\n#EXTINF:-1,A\nhttp://h/a\n#EXTI", false, true),
        ("#EXTM3U\n#EXTINF:-1,A\nhttp://h/a", false, true),
    ] {
        let summary = read(list).summary;
        assert_eq!(
            (summary.last_entry_lacks_url, summary.ends_mid_line),
            (lacks, mid_line),
            "{list}"
        );
    }
}
