//! Tier by whole words, score by tier and bitrate.

use m3u_strm_processor::features::catalogue::quality::{Tier, score, tier_from_name, tier_from_url};

#[test]
fn the_tier_is_a_whole_word_of_the_name() {
    for (name, expected) in [
        ("ESPN 8K", Some(Tier::K8)),
        ("ESPN UHD", Some(Tier::K4)),
        ("ESPN 2160p", Some(Tier::K4)),
        ("ESPN QHD", Some(Tier::P1440)),
        ("ESPN 1440P", Some(Tier::P1440)),
        ("ESPN fhd", Some(Tier::P1080)),
        ("ESPN [1080P]", Some(Tier::P1080)),
        ("ESPN HD", Some(Tier::P720)),
        ("ESPN (720p)", Some(Tier::P720)),
        ("ESPN 576p", Some(Tier::P576)),
        ("ESPN SD", Some(Tier::P480)),
        ("ESPN 480p", Some(Tier::P480)),
        ("ESPN 360p", Some(Tier::P360)),
        ("ESPN 240p", Some(Tier::P240)),
        ("ESPNᴴᴰ", Some(Tier::P720)),
        ("ESPN ᵁᴴᴰ ³⁸⁴⁰ᴾ", Some(Tier::K4)),
        ("ESPN HD 1080p", Some(Tier::P1080)),
        ("Thursday", None),
        ("SDN HDNet UHDX", None),
        ("Channel 1080", None),
    ] {
        assert_eq!(tier_from_name(name), expected, "{name}");
    }
}

#[test]
fn the_tier_is_a_whole_word_of_the_path_of_a_url() {
    for (url, expected) in [
        ("http://tv.example/live/espn_1080p.m3u8", Some(Tier::P1080)),
        ("http://tv.example/live/espn-1080P/index.m3u8", Some(Tier::P1080)),
        ("http://tv.example/espn/HD/1.ts", Some(Tier::P720)),
        ("http://tv.example/sdn/1.ts", None),
        ("http://hd.example/u/p/1080", None),
        ("http://tv.example/720/1.ts", None),
    ] {
        assert_eq!(tier_from_url(url), expected, "{url}");
    }
}

#[test]
fn the_score_weighs_the_tier_by_the_bitrate() {
    for (tier, rate, expected) in [
        (Tier::P1080, Some(5000), 750),
        (Tier::P1080, Some(2500), 350),
        (Tier::K4, Some(20_000), 950),
        (Tier::K4, Some(7500), 450),
        (Tier::P720, Some(2500), 650),
        (Tier::P480, Some(900), 360),
        (Tier::K8, Some(1), 1000),
        (Tier::K8, None, 1000),
        (Tier::P1440, Some(9000), 800),
        (Tier::P576, Some(9000), 500),
        (Tier::P360, Some(499), 199),
        (Tier::P240, Some(0), 0),
        (Tier::P240, None, 100),
    ] {
        assert_eq!(score(Some(tier), rate), Some(expected), "{tier} at {rate:?}");
    }
    assert_eq!(score(None, Some(5000)), None);
}

#[test]
fn a_measured_picture_has_the_tier_of_its_lines_or_of_the_width_that_goes_with_them() {
    for (width, height, expected) in [
        (7680, 4320, Tier::K8),
        (3840, 2160, Tier::K4),
        (3840, 1600, Tier::K4),
        (2560, 1440, Tier::P1440),
        (1920, 1080, Tier::P1080),
        (1920, 800, Tier::P1080),
        (1280, 720, Tier::P720),
        (1024, 576, Tier::P576),
        (854, 480, Tier::P480),
        (640, 360, Tier::P360),
        (426, 240, Tier::P240),
        (0, 0, Tier::P240),
    ] {
        assert_eq!(Tier::from_size(width, height), expected, "{width}×{height}");
    }
}

#[test]
fn a_tier_is_written_and_read_by_its_name() {
    for tier in Tier::ALL {
        assert_eq!(tier.name().parse(), Ok(tier));
        assert_eq!(
            serde_json::to_string(&tier).expect("a tier"),
            format!("\"{tier}\"")
        );
    }
}
