//! Writes 30,000 STRM files with folders and NFO files, then again: `cargo bench --bench strm_files [-- FOLDER]`; once as
//! the one-shot tool writes them, once as the library's job does, from a catalogue on SQLite.
//!
//! The folder defaults to the system's temporary one; figures are meant for tmpfs.

#![expect(clippy::expect_used, reason = "a measurement fails by panicking")]

#[expect(dead_code, reason = "a part of it serves other measurements")]
mod support;

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use m3u_strm_processor::db::Engine;
use m3u_strm_processor::features::audit::Actor;
use m3u_strm_processor::features::outputs::library::{self, Root};
use m3u_strm_processor::features::outputs::naming::titled;
use m3u_strm_processor::features::outputs::tree::{Put, Tree};
use m3u_strm_processor::features::outputs::{nfo, paths, strm};
use support::catalogue::list;
use support::{Installation, processor};
use tokio_util::sync::CancellationToken;

const FILMS: u32 = 10_000;
const EPISODES: u32 = 10_000;
const CHANNELS: u32 = 10_000;

fn main() {
    let folder = std::env::args()
        .skip(1)
        .find(|argument| !argument.starts_with('-'));
    let parent = folder.map_or_else(std::env::temp_dir, PathBuf::from);
    println!("folder: {} ({})", parent.display(), file_system(&parent));
    let root = tempfile::tempdir_in(&parent).expect("a folder to write to");
    report("one-shot", || run(&root));
    let root = tempfile::tempdir_in(&parent).expect("a folder to write to");
    let installation = Installation::start(Engine::Sqlite);
    let counts = [CHANNELS, FILMS, EPISODES].map(|count| count as usize);
    installation.sync(list(counts[0], counts[1], counts[2]));
    report("library job", || run_job(&installation, root.path()));
}

fn report(what: &str, run: impl Fn() -> (Duration, usize)) {
    let before = processor::used();
    let (first, written) = run();
    let between = processor::used();
    let (again, rewritten) = run();
    let after = processor::used();
    let line = |what: &str, time: Duration, worked: Duration, bar: &str| {
        let (time, worked) = (time.as_secs_f64(), worked.as_secs_f64());
        println!("  {what}: {time:.3} s, {worked:.3} s on the processor (bar {bar} s)");
    };
    println!("{what}: {written} files (30,000 STRM, the rest NFO), written again: {rewritten}");
    line("first", first, between.saturating_sub(before), "3");
    line("again", again, after.saturating_sub(between), "0.3");
    assert_eq!(rewritten, 0);
}

/// The kind of file system that a folder is on, as the kernel names it.
fn file_system(folder: &Path) -> String {
    let mounts = std::fs::read_to_string("/proc/mounts").unwrap_or_default();
    let folder = folder.canonicalize().expect("a folder");
    let mounts = mounts.lines().filter_map(|line| {
        let mut words = line.split(' ').skip(1);
        Some((words.next()?, words.next()?))
    });
    mounts
        .filter(|(at, _)| folder.starts_with(at))
        .max_by_key(|(at, _)| at.len())
        .map_or_else(|| "unknown".to_owned(), |(_, kind)| kind.to_owned())
}

fn run_job(installation: &Installation, root: &Path) -> (Duration, usize) {
    let start = Instant::now();
    let cancel = CancellationToken::new();
    let run = library::run(
        &installation.ctx,
        &Actor::Terminal,
        Root(root.to_owned()),
        &cancel,
        |_, _, _| {},
    );
    let outcome = installation.runtime.block_on(run).expect("a library");
    let written = usize::try_from(outcome.written).expect("a small number");
    (start.elapsed(), written)
}

fn run(root: &tempfile::TempDir) -> (Duration, usize) {
    let start = Instant::now();
    let mut tree = Tree::open(root.path()).expect("the root");
    tree.look();
    let mut written = 0;
    let mut put = |path: &str, text: String| {
        written += usize::from(tree.put(path, text.as_bytes()).expect("a file") == Put::Written);
    };
    for film in 0..FILMS {
        let title = format!("A Film of Number {film}");
        let name = titled(&title, Some(1950 + (film % 70) as u16));
        let stem = paths::movie(None, &name, "");
        put(
            &format!("{stem}.strm"),
            strm::contents(&format!("http://host.example/movie/user/pass/{film}.mkv")),
        );
        put(
            &format!("{stem}.nfo"),
            nfo::movie(&nfo::Title {
                title: &title,
                ..nfo::Title::default()
            }),
        );
    }
    for number in 0..EPISODES {
        let series = format!("Series {}", number / 50);
        let (season, episode) = ((number / 10 % 5 + 1) as u16, (number % 10 + 1) as u16);
        let folder = paths::series(None, &series);
        let stem = format!(
            "{folder}/{}",
            paths::episode(&series, season, episode, Some("An Episode"), "")
        );
        let facts = nfo::Episode {
            series: &series,
            season,
            episode,
            ..nfo::Episode::default()
        };
        put(
            &format!("{stem}.strm"),
            strm::contents(&format!("http://host.example/series/user/pass/{number}.mkv")),
        );
        put(&format!("{stem}.nfo"), nfo::episode(&facts));
    }
    for channel in 0..CHANNELS {
        let category = format!("Category {}", channel % 100);
        let path = paths::channel(Some(&category), &format!("Channel {channel}"), "");
        put(
            &format!("{path}.strm"),
            strm::contents(&format!("http://host.example/live/user/pass/{channel}.ts")),
        );
    }
    tree.commit().expect("the manifest");
    (start.elapsed(), written)
}
