//! What is nothing to measure.

use m3u_strm_processor::simulator::{Fault, ts};

use super::super::probe::{SHORT, noise, sending};
use super::*;

#[tokio::test]
async fn a_still_picture_is_no_stream() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["still.png", "still.jpg", "still.tiff", "still.bmp"] {
        let path = folder.path().join(name).to_str().unwrap().to_owned();
        let one = [
            "-v",
            "error",
            "-f",
            "lavfi",
            "-i",
            "testsrc2=size=1920x1080",
            "-frames:v",
            "1",
            &path,
        ];
        tool::run("ffmpeg", &one, LONGEST).await;
        let simulator = serving(&path, "application/octet-stream").await;
        let measurement = measure(&source(&simulator, PATH, "unknown"), PATIENCE).await;
        assert_eq!(failure(&measurement).code(), "picture", "{name}");
    }
}

#[tokio::test]
async fn pages_noise_and_silence_measure_nothing() {
    for (content_type, format, bytes, code) in [
        (
            "video/mp2t",
            "ts",
            b"<html><body>It works</body></html>".to_vec(),
            "page",
        ),
        ("video/mp2t", "ts", noise(200_000), "not_media"),
        (
            "application/octet-stream",
            "unknown",
            noise(200_000),
            "unreadable",
        ),
        ("video/mp2t", "ts", vec![0; 200_000], "not_media"),
        ("video/mp2t", "ts", Vec::new(), "empty"),
        // Packets as they should be, and nothing within them that could be decoded.
        ("video/mp2t", "ts", ts::block().repeat(20), "unreadable"),
        (
            "audio/mpeg",
            "audio",
            b"ID3\x04\x00\x00\x00\x00\x00\x00".to_vec(),
            "unreadable",
        ),
    ] {
        let simulator = sending(content_type, bytes).await;
        let measurement = measure(&source(&simulator, PATH, format), PATIENCE).await;
        assert_eq!(failure(&measurement).code(), code, "{content_type} {format}");
        simulator.until(|counters| counters.open == 0).await;
    }
}

#[tokio::test]
async fn a_provider_that_keeps_silent_has_timed_out() {
    let simulator = sending("video/mp2t", ts::block()).await;
    simulator.fault("*", Fault::silent());
    let measurement = measure(&source(&simulator, PATH, "ts"), SHORT).await;
    assert_eq!(failure(&measurement).code(), "timed_out");
    simulator.until(|counters| counters.open == 0).await;
}

#[tokio::test]
async fn what_came_before_a_silence_is_measured() {
    let folder = tempfile::tempdir().unwrap();
    let path = make(folder.path(), "short.ts", "640x360", &H264).await;
    let simulator = serving(&path, "video/mp2t").await;
    let length = usize::try_from(std::fs::metadata(&path).unwrap().len()).unwrap();
    simulator.fault("*", Fault::stop_after(length - 188));
    let measurement = measure(&source(&simulator, PATH, "ts"), Duration::from_secs(15)).await;
    assert!(matches!(measurement, Measurement::Told(_)), "{measurement:?}");
}

#[tokio::test]
async fn encrypted_segments_and_other_protocols_are_left_alone() {
    let simulator = sending("video/mp2t", noise(20_000)).await;
    let list = format!("#EXTM3U\n#EXT-X-KEY:METHOD=AES-128,URI=\"k\"\n#EXTINF:4,\n{PATH}\n");
    simulator.put("/list.m3u8", Resource::bytes(list));
    for (path, format) in [("/list.m3u8", "hls"), (PATH, "rtmp"), (PATH, "dash")] {
        let measurement = measure(&source(&simulator, path, format), PATIENCE).await;
        assert!(
            matches!(measurement, Measurement::Untestable(_)),
            "{measurement:?}"
        );
    }
}

#[tokio::test]
async fn a_film_whose_end_cannot_be_had_is_unreadable() {
    let folder = tempfile::tempdir().unwrap();
    let path = make(folder.path(), "end.mp4", "640x360", &H264).await;
    let film = std::fs::read(path).unwrap();
    let simulator = Simulator::start().await.unwrap();
    // No ranges here.
    let whole = move |_: &_| {
        m3u_strm_processor::simulator::Reply::pieces("video/mp4", {
            let film = film.clone();
            m3u_strm_processor::simulator::Pieces::new(move || std::iter::once(film.clone().into()))
        })
    };
    simulator.put(PATH, Resource::dynamic(whole));
    let measurement = measure(&source(&simulator, PATH, "mp4"), PATIENCE).await;
    assert_eq!(failure(&measurement).code(), "unreadable");
}
