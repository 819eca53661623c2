//! The program itself: missing, hanging, and what it is told.

use std::os::unix::fs::PermissionsExt;

use m3u_strm_processor::features::health::ffprobe::Place;
use m3u_strm_processor::features::health::probe::Cancelled;
use m3u_strm_processor::simulator::ts;

use super::super::probe::{SECRETS, live, sending};
use super::*;

/// A program in the place of ffprobe that does this, once it has told its version.
fn pretended(folder: &Path, does: &str) -> Ffprobe {
    let path = folder.join("ffprobe");
    let script = format!(
        "#!/bin/sh\n[ \"$1\" = -version ] && exit 0\ncd {}\n{does}\n",
        folder.display()
    );
    std::fs::write(&path, script).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
    Ffprobe::new(path)
}

/// A program that was just written cannot be run while another test starts one, which then holds it open for writing.
async fn place_of(ffprobe: &Ffprobe) -> Place {
    loop {
        if let Some(place) = ffprobe.place().await {
            return place;
        }
        tokio::task::yield_now().await;
    }
}

/// Waits until a file holds a line; that line.
async fn line(path: &Path) -> String {
    let reading = async {
        loop {
            let text = std::fs::read_to_string(path).unwrap_or_default();
            if let Some((line, _)) = text.split_once('\n') {
                return line.to_owned();
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(PATIENCE, reading)
        .await
        .expect("it is written")
}

/// Waits until a process has ended, whether or not anybody noticed.
async fn ended(process: &str) {
    let stat = format!("/proc/{process}/stat");
    let ending = async {
        while std::fs::read_to_string(&stat).is_ok_and(|stat| !stat.contains(") Z ")) {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(PATIENCE, ending).await.expect("it ends");
}

/// Never ends, with a child that does not either.
const HANGS: &str = "sleep 1000 & echo $! > child; wait";

#[tokio::test]
async fn a_missing_ffprobe_gives_no_place() {
    let folder = tempfile::tempdir().unwrap();
    let ffprobe = Ffprobe::new(folder.path().join("ffprobe"));
    for _ in 0..3 {
        assert!(ffprobe.place().await.is_none());
    }
}

#[tokio::test]
async fn one_that_is_installed_later_is_found() {
    let folder = tempfile::tempdir().unwrap();
    let ffprobe = Ffprobe::new(folder.path().join("ffprobe"));
    assert!(ffprobe.place().await.is_none());
    pretended(folder.path(), "exit 0");
    place_of(&ffprobe).await;
}

#[tokio::test]
async fn one_that_hangs_is_killed_with_its_children() {
    let folder = tempfile::tempdir().unwrap();
    let ffprobe = pretended(folder.path(), HANGS);
    let simulator = live().await;
    let place = place_of(&ffprobe).await;
    // Long enough for its child to start.
    let limit = Duration::from_secs(4);
    let measurement = place
        .read(
            &fetcher(),
            &source(&simulator, PATH, "ts"),
            limit,
            &CancellationToken::new(),
        )
        .await
        .unwrap();
    assert_eq!(failure(&measurement).code(), "unmeasured");
    simulator.until(|counters| counters.open == 0).await;
    ended(&line(&folder.path().join("child")).await).await;
}

#[tokio::test]
async fn one_that_is_called_off_is_killed_with_its_children() {
    let folder = tempfile::tempdir().unwrap();
    let ffprobe = pretended(folder.path(), HANGS);
    let simulator = live().await;
    let place = place_of(&ffprobe).await;
    let (fetcher, source, cancel) = (
        fetcher(),
        source(&simulator, PATH, "ts"),
        CancellationToken::new(),
    );
    let measuring = place.read(&fetcher, &source, PATIENCE, &cancel);
    let calling_off = async {
        let child = line(&folder.path().join("child")).await;
        cancel.cancel();
        child
    };
    let (measured, child) = tokio::join!(measuring, calling_off);
    assert_eq!(measured, Err(Cancelled));
    ended(&child).await;
    simulator.until(|counters| counters.open == 0).await;
}

#[tokio::test]
async fn no_more_than_two_run_at_once() {
    let ffprobe = Ffprobe::new("ffprobe");
    let first = ffprobe.place().await.unwrap();
    let _second = ffprobe.place().await.unwrap();
    let waiting = ffprobe.place();
    tokio::pin!(waiting);
    assert!(futures_util::poll!(&mut waiting).is_pending());
    drop(first);
    assert!(waiting.await.is_some());
}

#[tokio::test]
async fn nobody_reads_an_address_among_its_arguments() {
    let folder = tempfile::tempdir().unwrap();
    let ffprobe = pretended(folder.path(), "echo \"$@\" > told; env >> told; cat > fed");
    let simulator = sending("video/mp2t", ts::block()).await;
    let mut source = source(&simulator, PATH, "ts");
    source.user_agent = Some("s3cret".into());
    source.headers.insert("x-key", "s3cret".parse().unwrap());
    let place = place_of(&ffprobe).await;
    let measurement = place
        .read(&fetcher(), &source, PATIENCE, &CancellationToken::new())
        .await;
    assert_eq!(
        failure(&measurement.unwrap()).code(),
        "unreadable",
        "it printed nothing"
    );
    let told = std::fs::read_to_string(folder.path().join("told")).unwrap();
    assert!(
        told.contains("-protocol_whitelist pipe") && told.contains("pipe:0"),
        "{told}"
    );
    assert!(!told.contains(&simulator.host()), "{told}");
    assert!(SECRETS.iter().all(|secret| !told.contains(secret)), "{told}");
    assert_eq!(std::fs::read(folder.path().join("fed")).unwrap(), ts::block());
}
