//! Real decoders, as child processes, on what the panel makes itself.

use std::time::{Duration, Instant};

use super::*;
use crate::support::tool;

const LONGEST: Duration = Duration::from_secs(120);

/// Runs a program that must complain of nothing; what it printed.
async fn run(program: &str, args: &[&str]) -> String {
    let (printed, complaint) = tool::run(program, &[&["-v", "error"], args].concat(), LONGEST).await;
    assert!(complaint.is_empty(), "{args:?}: {complaint}");
    printed
}

/// Decodes three seconds, and gives what the probe says of it.
async fn decoded(url: &str, arguments: &[&str]) -> String {
    let play = ["-t", "3", "-f", "null", "-"];
    let args = [&["-xerror"], arguments, &["-i", url], &play].concat();
    run("ffmpeg", &args).await;
    let shown = "stream=codec_name,width,height,avg_frame_rate:format=format_name,duration";
    run("ffprobe", &["-show_entries", shown, "-of", "compact", url]).await
}

fn is_video(probed: &str, size: &str) {
    assert!(
        probed.contains(&format!("codec_name=h264|{size}|avg_frame_rate=25/1"))
            && probed.contains("codec_name=aac"),
        "{probed}"
    );
}

#[tokio::test]
async fn channels_decode_as_stream_and_as_hls() {
    let world = World::plain().await;
    world.panel.amend(USER, |account| account.max_connections = 9);
    for (path, size) in [
        ("live/viewer/s3cret/101.ts", "width=1280|height=720"),
        ("viewer/s3cret/102", "width=1920|height=1080"),
        ("live/viewer/s3cret/104.m3u8", "width=720|height=576"),
    ] {
        let probed = decoded(&world.simulator.url(&format!("/{path}")), &[]).await;
        is_video(&probed, size);
    }
}

#[tokio::test]
async fn films_and_episodes_decode_from_any_place() {
    let world = World::plain().await;
    for (path, size, seconds) in [
        ("movie/viewer/s3cret/5001.mp4", "width=1280|height=720", 5_000),
        ("movie/viewer/s3cret/5003.mkv", "width=1280|height=720", 5_194),
        ("series/viewer/s3cret/70000.mp4", "width=1920|height=1080", 1_500),
    ] {
        let url = world.simulator.url(&format!("/{path}"));
        let probed = decoded(&url, &["-ss", "1234"]).await;
        is_video(&probed, size);
        let said = format!("duration={}", u64::div_ceil(seconds, 8) * 8);
        assert!(probed.contains(&said), "{said} in {probed}");
    }
    let seeks = world.simulator.requests();
    assert!(seeks.iter().any(|request| {
        let range = request.header("range").unwrap_or("");
        range.starts_with("bytes=") && !range.starts_with("bytes=0-")
    }));
}

#[tokio::test]
async fn the_archive_decodes_in_both_forms_and_ends() {
    let world = World::plain().await;
    // An hour and ten minutes ago by the clock of London.
    let start = "2024-06-15:12-00";
    for url in [
        world
            .simulator
            .url(&format!("/timeshift/viewer/s3cret/1/{start}/101.ts")),
        world
            .simulator
            .url(&format!("/timeshift/viewer/s3cret/1/{start}/101.m3u8")),
        world.url(
            "/streaming/timeshift.php",
            &format!("&stream=101&start={start}&duration=1"),
        ),
    ] {
        is_video(&decoded(&url, &[]).await, "width=1280|height=720");
    }
    let status = async |path: &str| world.get(&world.simulator.url(path)).await.status();
    let whole = world
        .simulator
        .url(&format!("/timeshift/viewer/s3cret/1/{start}/101.ts"));
    let bytes = world.get(&whole).await.bytes().await.unwrap();
    assert_eq!(bytes.len() % 188, 0);
    assert_eq!(
        status("/timeshift/viewer/s3cret/1/2024-06-01:12-00/101.ts").await,
        404,
        "too long ago"
    );
    assert_eq!(
        status(&format!("/timeshift/viewer/s3cret/1/{start}/103.ts")).await,
        404,
        "no catch-up"
    );
}

#[tokio::test]
async fn a_channel_comes_at_the_pace_of_the_clock() {
    let world = World::plain().await;
    let began = Instant::now();
    let mut answer = world
        .get(&world.simulator.url("/live/viewer/s3cret/101.ts"))
        .await;
    assert_eq!(answer.headers()["content-type"], "video/mp2t");
    // Two seconds come at once, a third takes a second.
    let mut packets = Vec::new();
    let starts = |bytes: &[u8]| {
        let tables = bytes
            .chunks_exact(188)
            .filter(|packet| packet[1] & 0x1F == 0 && packet[2] == 0);
        tables.count()
    };
    while starts(&packets) < 3 * 5 {
        packets.extend_from_slice(&answer.chunk().await.unwrap().unwrap());
    }
    assert!(
        began.elapsed() > Duration::from_millis(700),
        "{:?}",
        began.elapsed()
    );
}

#[tokio::test]
async fn a_film_is_a_file_of_gigabytes_in_ranges() {
    let world = World::plain().await;
    let url = world.simulator.url("/movie/viewer/s3cret/5003.mkv");
    let head = world.client.head(&url).send().await.unwrap();
    let length: u64 = head.headers()["content-length"]
        .to_str()
        .unwrap()
        .parse()
        .unwrap();
    assert!(length > 300_000_000, "{length}");
    let range = format!("bytes={}-{}", length / 2, length / 2 + 999_999);
    let part = world
        .client
        .get(&url)
        .header("range", &range)
        .send()
        .await
        .unwrap();
    assert_eq!(part.status(), 206);
    assert_eq!(part.bytes().await.unwrap().len(), 1_000_000);
    for path in [
        "/movie/viewer/s3cret/5003.mp4",
        "/movie/viewer/s3cret/1.mp4",
        "/series/viewer/s3cret/1.mp4",
    ] {
        assert_eq!(
            world.get(&world.simulator.url(path)).await.status(),
            404,
            "{path}"
        );
    }
}

#[tokio::test]
async fn a_live_playlist_lists_what_is_there_and_its_pieces_fit() {
    let world = World::plain().await;
    let url = world.simulator.url("/live/viewer/s3cret/101.m3u8");
    let playlist = world.get(&url).await.text().await.unwrap();
    let pieces: Vec<&str> = playlist
        .lines()
        .filter(|line| line.starts_with("/hls/"))
        .collect();
    assert_eq!(pieces.len(), 5, "{playlist}");
    for piece in &pieces {
        let bytes = world
            .get(&world.simulator.url(piece))
            .await
            .bytes()
            .await
            .unwrap();
        assert!(bytes.len() > 10_000 && bytes.len().is_multiple_of(188));
    }
    for gone in ["/hls/viewer/s3cret/101_3.ts", "/hls/viewer/s3cret/101_9999999.ts"] {
        assert_eq!(world.get(&world.simulator.url(gone)).await.status(), 404);
    }
    world
        .panel
        .amend(USER, |account| account.output_formats = vec!["ts".into()]);
    assert_eq!(
        world.get(&url).await.status(),
        403,
        "not a format of this account"
    );
}

#[tokio::test]
async fn logos_and_posters_are_pictures() {
    let world = World::plain().await;
    for (path, size) in [("logo/3", "96,96"), ("poster/9", "200,300")] {
        let url = world.simulator.url(&format!("/images/{path}.png"));
        let said = run(
            "ffprobe",
            &[
                "-show_entries",
                "stream=codec_name,width,height",
                "-of",
                "csv=p=0",
                &url,
            ],
        )
        .await;
        assert_eq!(said.trim(), format!("png,{size}"));
    }
    assert_eq!(
        world
            .get(&world.simulator.url("/images/logo/x.png"))
            .await
            .status(),
        404
    );
}
