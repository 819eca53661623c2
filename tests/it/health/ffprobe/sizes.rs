//! Every size, codec and container.

use m3u_strm_processor::features::catalogue::quality::Tier;
use m3u_strm_processor::simulator::Panel;
use m3u_strm_processor::simulator::panel::{Account, Catalogue};
use m3u_strm_processor::support::clock::Clock;

use super::*;

/// Whether a rate is that of a file of 1.6 s, its container aside.
fn is_rate_of(path: &str, measured: &Measured) {
    let file = std::fs::metadata(path).unwrap().len() as f64 * 8.0 / 1.6 / 1_000.0;
    let told = f64::from(measured.bitrate_kbps.unwrap());
    assert!((0.6..1.1).contains(&(told / file)), "{told} of {file} in {path}");
}

#[tokio::test]
async fn sizes_and_codecs_are_measured() {
    let folder = tempfile::tempdir().unwrap();
    let hevc = [
        "-c:v",
        "libx265",
        "-preset",
        "ultrafast",
        "-x265-params",
        "log-level=none",
    ];
    for (size, coded, codec, tier) in [
        ("426x240", &H264[..], "h264", Tier::P240),
        ("854x480", &H264, "h264", Tier::P480),
        ("720x576", &H264, "h264", Tier::P576),
        ("1280x720", &H264, "h264", Tier::P720),
        ("1280x720", &hevc, "hevc", Tier::P720),
        ("1920x1080", &H264, "h264", Tier::P1080),
        ("1920x800", &H264, "h264", Tier::P1080),
        ("2560x1440", &H264, "h264", Tier::P1440),
        ("3840x2160", &H264, "h264", Tier::K4),
        ("3840x2160", &hevc, "hevc", Tier::K4),
    ] {
        let path = make(folder.path(), &format!("{size}-{codec}.ts"), size, coded).await;
        let simulator = serving(&path, "video/mp2t").await;
        let measured = measured(&simulator, PATH, "ts").await;
        is_rate_of(&path, &measured);
        let picture = measured.picture.unwrap();
        assert_eq!(format!("{}x{}", picture.width, picture.height), size);
        assert_eq!(
            (picture.tier, picture.codec.as_str(), picture.fps),
            (tier, codec, Some(25.0))
        );
        assert_eq!(measured.sound.as_deref(), Some("aac"), "{size}");
        assert_eq!(simulator.requests().len(), 1);
    }
}

#[tokio::test]
async fn containers_are_measured_wherever_their_index_lies() {
    let folder = tempfile::tempdir().unwrap();
    for (name, arguments, content_type, requests) in [
        ("front.mp4", &["-movflags", "+faststart"][..], "video/mp4", 1),
        ("end.mp4", &[], "video/mp4", 2),
        (
            "pieces.mp4",
            &["-movflags", "frag_keyframe+empty_moov"],
            "video/mp4",
            1,
        ),
        ("film.mkv", &[], "video/x-matroska", 1),
        ("film.flv", &[], "video/x-flv", 1),
        ("film.avi", &[], "video/x-msvideo", 1),
    ] {
        let path = make(folder.path(), name, "1280x720", &[&H264[..], arguments].concat()).await;
        let simulator = serving(&path, content_type).await;
        let measured = measured(&simulator, PATH, "unknown").await;
        is_rate_of(&path, &measured);
        let picture = measured.picture.unwrap();
        assert_eq!((picture.tier, picture.fps), (Tier::P720, Some(25.0)), "{name}");
        assert_eq!(simulator.requests().len(), requests, "{name}");
    }
}

#[tokio::test]
async fn the_best_variant_of_an_hls_stream_is_measured() {
    let folder = tempfile::tempdir().unwrap();
    for kind in ["mpegts", "fmp4"] {
        let simulator = Simulator::start().await.unwrap();
        for (variant, size) in [("low", "640x360"), ("high", "1280x720")] {
            let below = folder.path().join(kind).join(variant);
            std::fs::create_dir_all(&below).unwrap();
            let cut = [
                "-f",
                "hls",
                "-hls_time",
                "1",
                "-hls_playlist_type",
                "vod",
                "-hls_segment_type",
                kind,
            ];
            make(&below, "index.m3u8", size, &[&H264[..], &cut].concat()).await;
            for file in std::fs::read_dir(&below).unwrap() {
                let file = file.unwrap();
                let path = format!("/hls/{variant}/{}", file.file_name().to_str().unwrap());
                simulator.put(
                    &path,
                    Resource::file(file.path()).content_type("application/octet-stream"),
                );
            }
        }
        let master = "#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=800000\nlow/index.m3u8\n\
                      #EXT-X-STREAM-INF:BANDWIDTH=2500000\nhigh/index.m3u8\n";
        simulator.put("/hls/index.m3u8", Resource::bytes(master));
        let measured = measured(&simulator, "/hls/index.m3u8", "hls").await;
        assert_eq!(measured.picture.unwrap().tier, Tier::P720, "{kind}");
        assert!(
            measured.bitrate_kbps.is_some(),
            "{kind}: no nonsense, and not nothing"
        );
        assert_eq!(simulator.counters().peak, 1, "one request at a time");
    }
}

#[tokio::test]
async fn a_live_channel_is_measured_and_let_go() {
    let simulator = Simulator::start().await.unwrap();
    let panel = Panel::at(Clock::manual(1_718_453_400_000));
    panel.open(Account::new("u5er", "s3cret").connections(1), Catalogue::plain());
    simulator.put_panel(&panel);
    for (path, format, tier) in [
        ("/live/u5er/s3cret/102.ts", "ts", Tier::P1080),
        ("/live/u5er/s3cret/104.m3u8", "hls", Tier::P576),
    ] {
        let picture = measured(&simulator, path, format).await.picture.unwrap();
        assert_eq!((picture.tier, picture.codec.as_str()), (tier, "h264"), "{path}");
    }
    assert_eq!(simulator.counters().account_peaks["u5er"], 1);
}

#[tokio::test]
async fn radio_has_sound_and_no_picture() {
    let folder = tempfile::tempdir().unwrap();
    for (name, content_type, codec) in [
        ("radio.mp3", "audio/mpeg", "mp3"),
        ("radio.aac", "audio/aac", "aac"),
        ("radio.ts", "video/mp2t", "mp2"),
    ] {
        let path = folder.path().join(name).to_str().unwrap().to_owned();
        let tone = [
            "-v",
            "error",
            "-f",
            "lavfi",
            "-i",
            "sine=1000:duration=3",
            "-b:a",
            "128k",
            &path,
        ];
        tool::run("ffmpeg", &tone, LONGEST).await;
        let simulator = serving(&path, content_type).await;
        let measured = measured(&simulator, PATH, "unknown").await;
        assert_eq!(
            (measured.picture, measured.sound.as_deref()),
            (None, Some(codec)),
            "{name}"
        );
        assert!(
            measured
                .bitrate_kbps
                .is_some_and(|kbps| (40..200).contains(&kbps)),
            "{name}"
        );
    }
}
