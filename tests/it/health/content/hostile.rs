//! Streams that are none, programs that hang, and no program at all.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::Duration;

use m3u_strm_processor::db::Engine;
use m3u_strm_processor::features::health::content::ffmpeg::{Ffmpeg, Look, Place};
use m3u_strm_processor::features::health::ffprobe::Ffprobe;
use m3u_strm_processor::simulator::{Clip, Fault, Resource, Simulator};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use super::super::probe::{fetcher, source};
use super::{GOOD, plays};
use crate::players::world::{PATIENCE, World};
use crate::support::OnEngine;

#[tokio::test]
async fn what_is_no_stream_is_not_seen_and_changes_nothing() {
    let world = World::on(Engine::Sqlite).await;
    world.shows(&[("One", Clip::of(GOOD))]).await;
    let before = world.stream("One").await;
    let secret = tempfile::NamedTempFile::new().unwrap();
    let named = format!("#EXTM3U\n#EXTINF:10,\nfile://{}\n", secret.path().display());
    let concat = format!("ffconcat version 1.0\nfile {}\n", secret.path().display());
    for (what, fault) in [
        ("a web page", Fault::html()),
        ("a picture", Fault::picture()),
        ("nothing", Fault::empty()),
        ("a playlist of files", Fault::body("application/x-mpegurl", named)),
        ("a list of files", Fault::body("video/mp2t", concat)),
        ("zeros", Fault::body("video/mp2t", vec![0; 400_000])),
        (
            "noise",
            Fault::body(
                "video/mp2t",
                (0..400_000_u32)
                    .map(|at| (at.wrapping_mul(2_654_435_761) >> 13) as u8)
                    .collect::<Vec<u8>>(),
            ),
        ),
        ("an error", Fault::status(404)),
        ("two seconds", Fault::body("video/mp2t", Clip::of(GOOD).bytes(2))),
    ] {
        world.simulator.fault("/One.ts", fault);
        let look = world.look("One").await;
        assert_eq!(
            (&look["outcome"], &look["defect"]),
            (&json!("unseen"), &Value::Null),
            "{what}: {look}"
        );
        world.assert_hidden(&look.to_string());
    }
    assert_eq!(world.stream("One").await, before);
    assert_eq!(
        world
            .id("select count(*) from content_test_log", Vec::new())
            .await,
        0
    );
    let page = world
        .app
        .page(&world.admin, &format!("/streams/{}", before["id"]), 200)
        .await;
    assert!(page.contains("sent too little that can be seen"), "{page}");
    world.assert_hidden(&page);
    world.until(|counters| counters.open == 0).await;
    world.until_lent(0).await;
}

#[tokio::test]
async fn sound_without_a_picture_and_a_picture_without_sound_are_good() {
    let world = World::on(Engine::Sqlite).await;
    let folder = tempfile::tempdir().unwrap();
    let clip = folder.path().join("clip.ts");
    std::fs::write(&clip, Clip::of(GOOD).bytes(12)).unwrap();
    world.lists_channels(&["Radio", "Mute"]).await;
    for (name, left_out) in [("Radio", "-vn"), ("Mute", "-an")] {
        let path = folder.path().join(format!("{name}.ts"));
        let (from, to) = (clip.to_str().unwrap(), path.to_str().unwrap());
        let made = tokio::process::Command::new("ffmpeg")
            .args(["-v", "error", "-i", from, left_out, "-c", "copy", to])
            .status();
        assert!(made.await.unwrap().success());
        world.simulator.put(
            &format!("/{name}.ts"),
            Resource::file(&path).content_type("video/mp2t"),
        );
        let look = world.look(name).await;
        assert_eq!(look["outcome"], "good", "{name}: {look}");
    }
}

#[tokio::test]
async fn without_ffmpeg_it_is_said_once_and_all_else_works() {
    let flags = [("ffmpeg", "/nowhere/ffmpeg")];
    let world = World::started(Engine::Sqlite, &flags, json!({})).await;
    plays(&world, "One", Clip::of(GOOD));
    world.lists_channels(&["One"]).await;
    assert!(
        !world
            .app
            .page(&world.admin, "/stream-health", 200)
            .await
            .contains("ffmpeg")
    );
    assert_eq!(world.look("One").await["outcome"], "missing");
    let page = world.app.page(&world.admin, "/stream-health", 200).await;
    assert_eq!(page.matches("ffmpeg is not installed").count(), 1, "{page}");
    world.check(json!({})).await;
    assert_eq!(world.stream("One").await["state"], "up");
}

/// A program in the place of ffmpeg that does this, once it has told its version.
async fn pretended(folder: &Path, does: &str) -> Place {
    let path = folder.join("ffmpeg");
    let script = format!(
        "#!/bin/sh\n[ \"$1\" = -version ] && exit 0\ncd {}\n{does}\n",
        folder.display()
    );
    std::fs::write(&path, script).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
    let ffmpeg = Ffmpeg::beside(&Ffprobe::new("ffprobe"), path);
    loop {
        // A program that was just written cannot be run while another test starts one, which then holds it open for writing.
        if let Some(place) = ffmpeg.place().await {
            return place;
        }
        tokio::task::yield_now().await;
    }
}

async fn served() -> Simulator {
    let simulator = Simulator::start().await.unwrap();
    simulator.put("/One.ts", Clip::of(GOOD).live(2));
    simulator
}

#[tokio::test]
async fn one_that_hangs_is_killed_with_its_children_and_sees_no_credential() {
    let folder = tempfile::tempdir().unwrap();
    let place = pretended(
        folder.path(),
        "echo \"$@\" > told; sleep 1000 & echo $! > child; wait",
    )
    .await;
    let simulator = served().await;
    let limit = Duration::from_secs(4);
    let (fetcher, source, cancel) = (
        fetcher(),
        source(&simulator, "/One.ts", "ts"),
        CancellationToken::new(),
    );
    let look = place.read(&fetcher, &source, limit, &cancel);
    assert!(matches!(look.await.unwrap(), Look::Failed(failure) if failure.code() == "unseen"));
    let told = std::fs::read_to_string(folder.path().join("told")).unwrap();
    assert!(
        told.contains("-protocol_whitelist pipe") && told.contains("pipe:0"),
        "{told}"
    );
    assert!(!told.contains("://") && !told.contains("One.ts"), "{told}");
    let child = std::fs::read_to_string(folder.path().join("child")).unwrap();
    let stat = format!("/proc/{}/stat", child.trim());
    let ending = async {
        while std::fs::read_to_string(&stat).is_ok_and(|stat| !stat.contains(") Z ")) {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(PATIENCE, ending).await.expect("it ends");
    simulator.until(|counters| counters.open == 0).await;
}

#[tokio::test]
async fn one_that_prints_anything_else_is_not_believed() {
    for does in ["head -c 3000000 /dev/zero", "echo RIFFmovi; exit 3", "exit 1"] {
        let folder = tempfile::tempdir().unwrap();
        let place = pretended(folder.path(), does).await;
        let simulator = served().await;
        let (fetcher, source, cancel) = (
            fetcher(),
            source(&simulator, "/One.ts", "ts"),
            CancellationToken::new(),
        );
        let look = place.read(&fetcher, &source, PATIENCE, &cancel);
        assert!(matches!(look.await.unwrap(), Look::Failed(_)), "{does}");
        simulator.until(|counters| counters.open == 0).await;
    }
}

#[tokio::test]
async fn a_stream_without_end_is_left_once_enough_was_seen() {
    let simulator = Simulator::start().await.unwrap();
    simulator.put("/One.ts", Clip::of(GOOD).live(14));
    let ffmpeg = Ffmpeg::beside(&Ffprobe::new("ffprobe"), "ffmpeg");
    let place = ffmpeg.place().await.expect("ffmpeg is installed");
    let (fetcher, source, cancel) = (
        fetcher(),
        source(&simulator, "/One.ts", "ts"),
        CancellationToken::new(),
    );
    let look = place.read(&fetcher, &source, PATIENCE, &cancel);
    let Look::Told(sample) = look.await.unwrap() else {
        panic!("it is seen");
    };
    assert!((10_000..16_000).contains(&sample.picture_ms()), "{sample:?}");
    assert_eq!((sample.black_ms(), sample.silent_ms()), (0, 0));
    simulator.until(|counters| counters.open == 0).await;
}
