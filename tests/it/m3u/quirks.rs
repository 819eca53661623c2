//! The real lists beside the project.

use m3u_strm_processor::features::providers::m3u::Refusal;

use super::{Read, read, test_data};

fn quirk(name: &str) -> Option<Read> {
    test_data(&format!("m3u/quirks/{name}.m3u")).map(read)
}

#[test]
fn base_m3u_is_read_with_all_its_oddities() {
    let Some(got) = quirk("base") else { return };
    assert_eq!(
        got.names(),
        [
            "Channel 1 (Tested)",
            "Channel 2",
            "TRT 1 HD",
            "name,with comma",
            "The Good, the Bad and the Ugly"
        ]
    );
    assert_eq!(
        got.refused,
        [(12, Refusal::Separator, "=>(★ TURKİYE ★)<=".to_owned())]
    );
    assert_eq!(
        (got.entries[0].tvg_id.as_deref(), got.entries[0].group.as_deref()),
        (Some("CH1"), Some("Music"))
    );
    assert_eq!(got.entries[0].headers.len(), 2);
    assert_eq!(got.urls()[1], "http://list.example/lists/stream/chunklist.m3u8");
    assert_eq!(got.summary.stray_lines, 1);
    assert_eq!(
        got.summary.header.guide_urls,
        ["http://195.154.221.171/epg/guidealbania.xml.gz"]
    );
}

#[test]
fn a_banner_in_front_of_an_entry_is_a_stray_line() {
    let Some(got) = quirk("comment") else { return };
    assert_eq!((got.names(), got.summary.stray_lines), (vec!["tamazight tv8"], 1));
}

#[test]
fn the_same_entry_twice_is_a_duplicate() {
    let Some(got) = quirk("duplicate") else { return };
    assert_eq!(
        (got.names(), got.refused[0].1),
        (vec!["Agromais"], Refusal::Duplicate)
    );
}

#[test]
fn kodi_properties_and_headers_behind_the_url_are_read() {
    let Some(got) = quirk("kodi") else { return };
    let entry = &got.entries[0];
    assert_eq!(
        entry.url,
        "https://streaming-live.rtp.pt/liverepeater/rtpClean1HD.smil/playlist.m3u8"
    );
    assert_eq!(
        entry.headers,
        [(
            "User-Agent".to_owned(),
            "RTP Play/2.0.26 (Linux;Android 11) ExoPlayerLib/2.11.8".to_owned()
        )]
    );
    assert_eq!(entry.properties.len(), 2);
    let Some(got) = quirk("pipe") else { return };
    assert_eq!(
        got.entries[0].headers[1],
        (
            "Referer".to_owned(),
            "http://180upload.abc/embed-uaqmgcckhpcl.html".to_owned()
        )
    );
    assert_eq!(got.entries[1].headers.len(), 2);
}

#[test]
fn user_agents_and_guides_are_read() {
    let Some(got) = quirk("user_agent") else { return };
    assert!(got.entries[0].headers[0].1.starts_with("Mozilla/5.0 (iPhone"));
    let Some(got) = quirk("url_tvg") else { return };
    assert_eq!(got.summary.header.guide_urls.len(), 1);
    let Some(got) = quirk("vlcopt") else { return };
    assert_eq!(
        got.entries[0].headers,
        [(
            "User-Agent".to_owned(),
            "Dalvik/2.1.0 (Linux; U; Android 6.0.1;)".to_owned()
        )]
    );
    assert_eq!(got.entries[0].group.as_deref(), Some("Entertainment"));
}

#[test]
fn a_whole_public_list_is_accounted_for() {
    let Some(bytes) = test_data("m3u/iptv-org-a.m3u") else {
        return;
    };
    let got = read(bytes);
    assert_eq!(got.summary.entries, 7545);
    for (_, reason, name) in &got.refused {
        assert!(matches!(reason, Refusal::Duplicate), "{reason}: {name}");
    }
    assert_eq!(
        got.entries
            .iter()
            .filter(|entry| entry.headers.iter().any(|(name, _)| name == "User-Agent"))
            .count(),
        303
    );
}
