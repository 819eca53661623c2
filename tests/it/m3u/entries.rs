//! Attributes, names, groups, headers.

use super::{one, read};

fn named(extinf: &str) -> (String, Option<String>, Option<String>) {
    let got = one(extinf);
    (got.name, got.tvg_id, got.group)
}

fn some(text: &str) -> Option<String> {
    Some(text.to_owned())
}

#[test]
fn a_plain_entry_has_its_parts() {
    let got = one(
        r#"#EXTINF:-1 tvg-id="a.de" tvg-name="A" tvg-logo="http://l/a.png" tvg-chno="7.2" group-title="News;DE",A HD"#,
    );
    assert_eq!(
        (got.name.as_str(), got.line, got.chno, got.duration_s),
        ("A HD", 2, Some((7, Some(2))), None)
    );
    assert_eq!((got.tvg_id, got.group), (some("a.de"), some("News;DE")));
    assert_eq!((got.tvg_name, got.logo), (some("A"), some("http://l/a.png")));
}

#[test]
fn a_comma_in_a_quoted_attribute_does_not_cut_the_name() {
    let got = one(r#"#EXTINF:-1 tvg-logo="http://l/a,b.png" tvg-name="A, B" group-title="X",C, D"#);
    assert_eq!(
        (got.name.as_str(), got.logo.as_deref()),
        ("C, D", Some("http://l/a,b.png"))
    );
    assert_eq!(got.tvg_name.as_deref(), Some("A, B"));
}

#[test]
fn a_comma_in_a_bare_attribute_does_not_cut_the_name_where_attributes_follow() {
    let got = one(r#"#EXTINF:-1 tvg-logo=http://l/a,b.png tvg-id=x,C, D"#);
    assert_eq!(
        (got.name.as_str(), got.logo.as_deref(), got.tvg_id.as_deref()),
        ("C, D", Some("http://l/a,b.png"), Some("x"))
    );
}

#[test]
fn an_apostrophe_does_not_end_an_attribute() {
    let got = one(r#"#EXTINF:-1 tvg-name="L'Équipe" tvg-id="it's",L'Équipe"#);
    assert_eq!(
        (got.name.as_str(), got.tvg_name.as_deref(), got.tvg_id.as_deref()),
        ("L'Équipe", Some("L'Équipe"), Some("it's"))
    );
    let got = one("#EXTINF:-1 tvg-name='L'Équipe TV' group-title='Sport',L'Équipe");
    assert_eq!(
        (got.tvg_name.as_deref(), got.group.as_deref()),
        (Some("L'Équipe TV"), Some("Sport"))
    );
}

#[test]
fn names_keep_their_commas_quotes_and_equals_signs() {
    for (extinf, name) in [
        ("#EXTINF: -1, name,with comma", "name,with comma"),
        (
            "#EXTINF:-1,The Good, the Bad and the Ugly",
            "The Good, the Bad and the Ugly",
        ),
        (
            r#"#EXTINF:-1 tvg-id="x" group-title="News",The "Best" Channel, Live"#,
            r#"The "Best" Channel, Live"#,
        ),
        (r#"#EXTINF:-1 tvg-id="x",Say "Hi""#, r#"Say "Hi""#),
        (r#"#EXTINF:-1,"Quoted""#, "Quoted"),
        (r#"#EXTINF:-1 tvg-id="x",A = B"#, "A = B"),
        (r#"#EXTINF:-1 tvg-id="x",,A"#, "A"),
        ("#EXTINF:-1 , A", "A"),
        ("#EXTINF:,A", "A"),
        ("#EXTINF:-1 A", "A"),
        ("#EXTINF -1,A", "A"),
        ("#extinf:-1,A", "A"),
        ("#EXTINF:-1,A&amp;E", "A&E"),
        ("#EXTINF:-1,<b>A</b>", "<b>A</b>"),
        ("   #EXTINF:-1,  A  B ", "A B"),
    ] {
        assert_eq!(one(extinf).name, name, "{extinf}");
    }
}

#[test]
fn attributes_come_in_any_shape() {
    for extinf in [
        r#"#EXTINF:-1 tvg-id="x" group-title="G",N"#,
        r#"#EXTINF:-1 tvg-ID="x" Group-Title="G",N"#,
        r#"#EXTINF:-1 tvg-id="x"group-title="G",N"#,
        r#"#EXTINF:-1tvg-id="x"group-title="G",N"#,
        r#"#EXTINF:tvg-id="x" group-title="G" -1,N"#,
        r#"#EXTINF:-1 tvg-id="x", group-title="G",N"#,
        r#"#EXTINF:-1 tvg-id = "x" group-title= "G" ,N"#,
        "#EXTINF:-1 tvg-id=x group-title=G,N",
        "#EXTINF:-1 tvg-id='x' group-title='G',N",
        "#EXTINF:-1 tvg-id=“x” group-title=“G”,N",
        "#EXTINF:-1 tvg-id=\"x” group-title=\"G\",N",
        r#"#EXTINF:-1 tvg-id=""x"" group-title=""G"",N"#,
        r#"#EXTINF:-1 tvg-id="x group-title="G",N"#,
        r#"#EXTINF:-1 tvg-id="x" junk group-title="G",N"#,
        r#"#EXTINF:-1 tvg-id="" tvg-id="x" tvg-id="y" group-title="G" group-title="H",N"#,
        "#EXTINF:-1\ttvg-id=\"x\"\tgroup-title=\"G\",N",
        r#"#EXTINF:-1,N tvg-id="x" group-title="G""#,
    ] {
        assert_eq!(named(extinf), ("N".to_owned(), some("x"), some("G")), "{extinf}");
    }
}

#[test]
fn quotes_inside_a_quoted_value_belong_to_it() {
    for (extinf, tvg_name) in [
        (
            r#"#EXTINF:-1 tvg-name="The "Best" Channel" group-title="G",N"#,
            r#"The "Best" Channel"#,
        ),
        (
            r#"#EXTINF:-1 tvg-name="Say "Hi", Bob" group-title="G",N"#,
            r#"Say "Hi", Bob"#,
        ),
        (
            r#"#EXTINF:-1 tvg-name="A \"B\" C" group-title="G",N"#,
            r#"A \"B\" C"#,
        ),
    ] {
        let got = one(extinf);
        assert_eq!(
            (got.name.as_str(), got.tvg_name.as_deref(), got.group.as_deref()),
            ("N", Some(tvg_name), Some("G")),
            "{extinf}"
        );
    }
}

#[test]
fn a_quote_that_is_never_closed_ends_at_the_comma() {
    let got = one(r#"#EXTINF:-1 tvg-id="x" tvg-name="Foo,Bar"#);
    assert_eq!((got.name.as_str(), got.tvg_name.as_deref()), ("Bar", Some("Foo")));
}

#[test]
fn an_empty_name_is_replaced() {
    assert_eq!(one(r#"#EXTINF:-1 tvg-name="Spare","#).name, "Spare");
    assert_eq!(one("#EXTINF:-1,").name, "Unnamed");
    assert_eq!(one("#EXTINF:-1,\u{202e}\u{200b} \0").name, "Unnamed");
    assert_eq!(one("#EXTINF").name, "Unnamed");
}

#[test]
fn hostile_names_are_cleaned() {
    assert_eq!(one("#EXTINF:-1,A\0B\u{202e}C\u{7}").name, "ABC");
    assert_eq!(one("#EXTINF:-1,../../etc/passwd").name, "../../etc/passwd");
    assert_eq!(one("#EXTINF:-1,..").name, "..");
    assert_eq!(
        one(&format!("#EXTINF:-1,{}", "x".repeat(300)))
            .name
            .chars()
            .count(),
        255
    );
    assert_eq!(
        one(&format!("#EXTINF:-1 group-title=\"{}\",A", "g".repeat(300)))
            .group
            .unwrap()
            .len(),
        255
    );
}

#[test]
fn numbers_and_durations_are_read_where_they_mean_something() {
    assert_eq!(one("#EXTINF:5400,Film").duration_s, Some(5400));
    assert_eq!(one("#EXTINF:10.5,Film").duration_s, Some(10));
    assert_eq!(one("#EXTINF:0,Film").duration_s, None);
    for (text, number) in [
        ("7", Some((7, None))),
        ("2.1", Some((2, Some(1)))),
        ("0", None),
        ("-1", None),
        ("x", None),
    ] {
        assert_eq!(
            one(&format!("#EXTINF:-1 tvg-chno=\"{text}\",A")).chno,
            number,
            "{text}"
        );
        assert_eq!(
            one(&format!("#EXTINF:-1 ch-number={text},A")).chno,
            number,
            "{text}"
        );
    }
}

#[test]
fn extgrp_begins_a_group_until_an_empty_one_or_a_group_title() {
    let list = "#EXTM3U\n#EXTGRP:G\n#EXTINF:-1,A\nhttp://h/a\n#EXTINF:-1,B\nhttp://h/b\n#EXTGRP:\n#EXTINF:-1,C\nhttp://h/c\n\
        #EXTINF:-1,D\n#EXTGRP:H;I\nhttp://h/d\n#EXTINF:-1,E\nhttp://h/e\n#EXTINF:-1 group-title=\"T\",F\nhttp://h/f\n#EXTINF:-1,G\nhttp://h/g\n";
    let groups: Vec<_> = read(list).entries.into_iter().map(|entry| entry.group).collect();
    assert_eq!(
        groups,
        [
            some("G"),
            some("G"),
            None,
            some("H;I"),
            some("H;I"),
            some("T"),
            None
        ]
    );
}

#[test]
fn headers_come_from_attributes_options_and_the_url_the_later_winning() {
    let list = "#EXTM3U\n#EXTINF:-1 user-agent=\"a\" http-referrer=\"http://r/\",A\n#EXTVLCOPT:http-user-agent=\"b c\"\n\
        #EXTVLCOPT--http-reconnect=true\n#KODIPROP:inputstream=adaptive\nhttp://h/a|Referer=http://s/?x=1&y=2&Origin=http%3A%2F%2Fo&!X-Own=1\n\
        #EXTINF:-1,B\nhttp://h/b\n";
    let got = read(list).entries;
    let pairs = |list: &[(&str, &str)]| -> Vec<(String, String)> {
        list.iter()
            .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
            .collect()
    };
    assert_eq!(got[0].url, "http://h/a");
    assert_eq!(
        got[0].headers,
        pairs(&[
            ("User-Agent", "b c"),
            ("Referer", "http://s/?x=1&y=2"),
            ("Origin", "http://o"),
            ("X-Own", "1")
        ])
    );
    assert_eq!(
        got[0].properties,
        pairs(&[("http-reconnect", "true"), ("inputstream", "adaptive")])
    );
    assert_eq!((got[1].headers.len(), got[1].properties.len()), (0, 0));
}

#[test]
fn options_before_an_entry_belong_to_it_and_those_of_a_lost_entry_to_none() {
    let list = "#EXTM3U\n#KODIPROP:a=1\n#EXTINF:-1,A\nhttp://h/a\n#EXTINF:-1,Lost\n#EXTVLCOPT:http-user-agent=x\n#EXTINF:-1,B\nhttp://h/b\n";
    let got = read(list).entries;
    assert_eq!(got[0].properties, [("a".to_owned(), "1".to_owned())]);
    assert!(got[1].headers.is_empty());
}

#[test]
fn a_header_of_the_connection_is_not_taken_from_a_playlist() {
    let list = "#EXTM3U\n#EXTINF:-1,A\nhttp://h/a|Host=evil&Content-Length=5&X-Ok=a%0d%0aSet-Cookie: b\n";
    assert_eq!(
        read(list).entries[0].headers,
        [("X-Ok".to_owned(), "aSet-Cookie: b".to_owned())]
    );
}

#[test]
fn a_bar_without_headers_belongs_to_the_url() {
    let got = read("#EXTM3U\n#EXTINF:-1,A\nhttp://h/a|b\n#EXTINF:-1,B\nhttp://h/c|\n");
    assert_eq!(got.urls(), ["http://h/a|b", "http://h/c"]);
}

#[test]
fn the_header_lists_guides_and_defaults() {
    let list = "#EXTM3U url-tvg=\"http://g/1.xml,http://g/2.xml.gz\" x-tvg-url=\"http://g/1.xml\" catchup=\"append\" tvg-shift=-1\n#EXTINF:-1,A\nhttp://h/a\n#EXTM3U x-tvg-url=\"http://g/3.xml\" catchup=\"fs\"\n";
    let header = read(list).summary.header;
    assert_eq!(
        header.guide_urls,
        ["http://g/1.xml", "http://g/2.xml.gz", "http://g/3.xml"]
    );
    assert_eq!(
        (header.attribute("catchup"), header.attribute("tvg-shift")),
        (Some("append"), Some("-1"))
    );
}

#[test]
fn the_other_names_of_attributes_are_known() {
    let got = one(
        r#"#EXTINF:-1 channel-id="a.de" logo="http://l/a.png" channel-number="3" country="DE" lang="de" radio="true",A"#,
    );
    assert_eq!(
        (got.tvg_id.as_deref(), got.logo.as_deref(), got.chno),
        (Some("a.de"), Some("http://l/a.png"), Some((3, None)))
    );
    assert!(got.attributes.contains(&("radio".to_owned(), "true".to_owned())));
    // An empty attribute counts as absent, so that the other name stands in.
    let got = one(r#"#EXTINF:-1 tvg-id="" channel-id="a.de" tvg-logo="",A"#);
    assert_eq!((got.tvg_id.as_deref(), got.logo), (Some("a.de"), None));
}

#[test]
fn directives_that_say_nothing_here_are_no_urls() {
    let list = "#EXTM3U\n#PLAYLIST:Mine\n#EXT-X-PLAYLIST-TYPE:VOD\n#EXTINF:-1,A\n#EXT-X-PLAYLIST-TYPE:VOD\n#EXTALB:x\n#EXTIMG:y\n#EXTVLCOPT:program=7\n# a note\n#\nhttp://h/a\n";
    let got = read(list);
    assert_eq!((got.urls(), got.summary.stray_lines), (vec!["http://h/a"], 0));
    assert_eq!(
        got.entries[0].properties,
        [("program".to_owned(), "7".to_owned())]
    );
}

#[test]
fn catchup_attributes_are_kept_as_written() {
    let got = one(
        r#"#EXTINF:-1 catchup="shift" catchup-days="3" catchup-source="http://h/?utc={utc}&a=${start}" timeshift="2" tvg-rec="4",A"#,
    );
    let value = |key: &str| {
        got.attributes
            .iter()
            .find(|(known, _)| known == key)
            .map(|(_, value)| value.as_str())
    };
    assert_eq!(value("catchup-source"), Some("http://h/?utc={utc}&a=${start}"));
    assert_eq!(
        (
            value("catchup"),
            value("catchup-days"),
            value("timeshift"),
            value("tvg-rec")
        ),
        (Some("shift"), Some("3"), Some("2"), Some("4"))
    );
}
