//! Real players, as child processes, on media that ffmpeg made.

use std::path::Path;
use std::time::Duration;

use bytes::Bytes;
use m3u_strm_processor::db::Engine;
use m3u_strm_processor::simulator::{Cut, Fault, Framing, Hls, Piece, Pieces, Reply, Resource, Simulator};
use tempfile::TempDir;

use super::world::World;
use crate::support::{OnEngine, tool};

const LONGEST: Duration = Duration::from_secs(60);
/// The picture and sound of all media here: three seconds.
const SOURCE: [&str; 8] = [
    "-f",
    "lavfi",
    "-i",
    "testsrc=duration=3:size=160x120:rate=10",
    "-f",
    "lavfi",
    "-i",
    "sine=frequency=440:duration=3",
];
const CODECS: [&str; 6] = ["-c:v", "mpeg2video", "-g", "10", "-c:a", "mp2"];

/// Runs a program; all that it said.
async fn run(program: &str, args: &[&str]) -> String {
    let (printed, said) = tool::run(program, args, LONGEST).await;
    printed + &said
}

async fn make(folder: &Path, name: &str, output: &[&str]) {
    let file = folder.join(name);
    let mut args = vec!["-v", "error", "-y"];
    args.extend(SOURCE);
    args.extend(CODECS);
    args.extend(output);
    args.push(file.to_str().unwrap());
    run("ffmpeg", &args).await;
}

fn serve(simulator: &Simulator, folder: &TempDir, name: &str, content_type: &str) {
    let resource = Resource::file(folder.path().join(name)).content_type(content_type);
    simulator.put(&format!("/{name}"), resource);
}

/// A channel as TS and as HLS, and a film, all listed and synced: their links.
async fn watched(world: &World, folder: &TempDir) -> [String; 3] {
    let at = folder.path();
    make(at, "one.ts", &["-f", "mpegts"]).await;
    make(
        at,
        "two.m3u8",
        &["-f", "hls", "-hls_time", "1", "-hls_list_size", "0"],
    )
    .await;
    make(at, "film.mkv", &[]).await;
    let simulator = &world.simulator;
    serve(simulator, folder, "one.ts", "video/mp2t");
    serve(simulator, folder, "film.mkv", "video/x-matroska");
    for entry in std::fs::read_dir(at).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        if name.starts_with("two") {
            serve(simulator, folder, &name, "application/octet-stream");
        }
    }
    world
        .lists(&[
            world.entry("One", "/one.ts"),
            world.entry("Two", "/two.m3u8"),
            world.entry("Heat (1995)", "/film.mkv"),
        ])
        .await;
    let paths = [
        world.channel("One").await,
        world.channel("Two").await,
        world.movie().await,
    ];
    paths.map(|path| world.app.url(&format!("/stream/{}/{path}", world.token)))
}

#[tokio::test]
async fn ffmpeg_plays_channels_and_films() {
    let (world, folder) = (World::on(Engine::Sqlite).await, tempfile::tempdir().unwrap());
    for link in watched(&world, &folder).await {
        let shown = "stream=codec_name:format=duration";
        let probed = run(
            "ffprobe",
            &["-v", "error", "-show_entries", shown, "-of", "csv", &link],
        )
        .await;
        assert!(
            probed.contains("mpeg2video") && probed.contains("mp2"),
            "{probed}"
        );
        run(
            "ffmpeg",
            &["-v", "error", "-xerror", "-i", &link, "-f", "null", "-"],
        )
        .await;
    }
    // Seeking in a film asks for a range.
    let link = watched_film(&world).await;
    run(
        "ffmpeg",
        &[
            "-v", "error", "-xerror", "-ss", "2", "-i", &link, "-f", "null", "-",
        ],
    )
    .await;
    let requests = world.simulator.requests();
    let is_seek = |range: &str| range.starts_with("bytes=") && !range.starts_with("bytes=0-");
    assert!(
        requests
            .iter()
            .any(|request| request.path() == "/film.mkv" && request.header("range").is_some_and(is_seek))
    );
}

/// Media as a provider sends them live: as fast as they are watched, again and again.
fn live(media: Vec<u8>) -> Resource {
    let pieces = Pieces::new(move || {
        let piece = media.len().div_ceil(3 * 20 * 188) * 188;
        let all: Vec<Bytes> = media.chunks(piece).map(Bytes::copy_from_slice).collect();
        let timed = all.into_iter().cycle().zip(0_u32..);
        timed.map(|(bytes, number)| Piece {
            bytes,
            due: Duration::from_millis(50) * number,
        })
    });
    Resource::dynamic(move |_| Reply::pieces("video/mp2t", pieces.clone())).framing(Framing::Close)
}

#[tokio::test]
async fn ffmpeg_decodes_on_while_streams_end_break_off_and_stall() {
    let (world, folder) = (World::on(Engine::Sqlite).await, tempfile::tempdir().unwrap());
    make(folder.path(), "one.ts", &["-f", "mpegts"]).await;
    let media = std::fs::read(folder.path().join("one.ts")).unwrap();
    let half = media.len() / 2;
    let names = ["One 4K", "One HD", "One SD"];
    let faults = [
        Fault::cut(half, Cut::Close),
        Fault::cut(half, Cut::Chunked),
        Fault::stop_after(half),
    ];
    let mut entries = Vec::new();
    for (number, (name, fault)) in names.into_iter().zip(faults).enumerate() {
        let path = format!("/{number}.ts");
        world.simulator.put(&path, live(media.clone()));
        world.simulator.fault(&path, fault.times(1));
        entries.push(world.entry(name, &path));
    }
    world.lists(&entries).await;
    let path = world.channel("One").await;
    let link = world.app.url(&format!("/stream/{}/{path}", world.token));
    // Fifteen seconds at ten pictures a second.
    let args = [
        "-v",
        "fatal",
        "-nostats",
        "-progress",
        "-",
        "-i",
        &link,
        "-t",
        "15",
        "-f",
        "null",
        "-",
    ];
    let said = run("ffmpeg", &args).await;
    let mut pictures = said.lines().filter_map(|line| line.strip_prefix("frame="));
    let pictures: u32 = pictures
        .next_back()
        .and_then(|count| count.trim().parse().ok())
        .unwrap();
    assert!(pictures >= 100, "{said}");
    for number in 0..3 {
        assert!(world.simulator.count(&format!("/{number}.ts")) >= 1, "{number}");
    }
}

#[tokio::test]
async fn ffmpeg_plays_on_when_the_hls_stream_that_it_polls_is_gone() {
    let (world, folder) = (World::on(Engine::Sqlite).await, tempfile::tempdir().unwrap());
    let at = folder.path();
    let file = at.join("one%02d.ts");
    let list = at.join("one.m3u8");
    let mut args = vec![
        "-v",
        "error",
        "-y",
        "-f",
        "lavfi",
        "-i",
        "testsrc=duration=30:size=160x120:rate=10",
    ];
    args.extend(["-f", "lavfi", "-i", "sine=frequency=440:duration=30"]);
    args.extend(CODECS);
    args.extend([
        "-f",
        "hls",
        "-hls_time",
        "1",
        "-hls_list_size",
        "0",
        "-hls_segment_filename",
    ]);
    args.extend([file.to_str().unwrap(), list.to_str().unwrap()]);
    run("ffmpeg", &args).await;
    let segment = |number: usize| Bytes::from(std::fs::read(at.join(format!("one{number:02}.ts"))).unwrap());
    let segments: Vec<Bytes> = (0..30).map(segment).collect();
    for path in ["/best", "/next"] {
        let hls = Hls::live(segments.clone(), Duration::from_secs(1));
        world.simulator.put_hls(path, hls);
    }
    let entries = [
        world.entry("One 4K", "/best/index.m3u8"),
        world.entry("One HD", "/next/index.m3u8"),
    ];
    world.lists(&entries).await;
    let path = world.channel("One").await;
    let link = world.app.url(&format!("/stream/{}/{path}", world.token));
    // Twelve seconds at ten pictures a second, however their times jump.
    let args = [
        "-v",
        "fatal",
        "-i",
        &link,
        "-fps_mode",
        "passthrough",
        "-frames:v",
        "120",
        "-f",
        "null",
        "-",
    ];
    let segments_of = |stream: &str| {
        let requests = world.simulator.requests();
        let is_segment = |path: &str| path.starts_with(stream) && path.ends_with(".ts");
        requests
            .iter()
            .filter(|request| is_segment(request.path()))
            .count()
    };
    let kill = async {
        world.until(|_| segments_of("/best") >= 5).await;
        world.simulator.fault("/best/*", Fault::status(404));
    };
    tokio::join!(run("ffmpeg", &args), kill);
    assert!(segments_of("/next") >= 3);
}

async fn watched_film(world: &World) -> String {
    let path = world.movie().await;
    world.app.url(&format!("/stream/{}/{path}", world.token))
}

#[tokio::test]
async fn mpv_plays_channels_and_films() {
    let (world, folder) = (World::on(Engine::Sqlite).await, tempfile::tempdir().unwrap());
    for link in watched(&world, &folder).await {
        let said = run(
            "mpv",
            &[
                "--no-config",
                "--vo=null",
                "--ao=null",
                "--untimed",
                "--ytdl=no",
                &link,
            ],
        )
        .await;
        assert!(said.contains("Exiting... (End of file)"), "{said}");
    }
}
