//! Streams measured by the real ffprobe, on files that ffmpeg makes and a pretended provider serves.

mod child;
mod refused;
mod sizes;

use std::path::Path;
use std::time::Duration;

use m3u_strm_processor::features::catalogue::sources::Source;
use m3u_strm_processor::features::health::ffprobe::{Ffprobe, Measured, Measurement};
use m3u_strm_processor::features::health::probe::Failure;
use m3u_strm_processor::simulator::{Resource, Simulator};
use tokio_util::sync::CancellationToken;

use super::probe::{PATH, PATIENCE, fetcher, source};
use crate::support::tool;

/// How long ffmpeg may take on a busy machine.
const LONGEST: Duration = Duration::from_secs(120);

/// A second and a half of moving bars of this size, with a tone, encoded with these arguments.
pub(super) async fn make(folder: &Path, name: &str, size: &str, arguments: &[&str]) -> String {
    let path = folder.join(name).to_str().unwrap().to_owned();
    let bars = format!("testsrc2=size={size}:rate=25:duration=1.6");
    let inputs = [
        "-v",
        "error",
        "-f",
        "lavfi",
        "-i",
        &bars,
        "-f",
        "lavfi",
        "-i",
        "sine=1000:duration=1.6",
    ];
    let coded = ["-pix_fmt", "yuv420p", "-g", "25", "-c:a", "aac"];
    tool::run(
        "ffmpeg",
        &[&inputs[..], &coded, arguments, &[&path]].concat(),
        LONGEST,
    )
    .await;
    path
}

/// Quick H.264.
pub(super) const H264: [&str; 4] = ["-c:v", "libx264", "-preset", "ultrafast"];

/// A provider that serves this file at [`PATH`].
async fn serving(path: &str, content_type: &str) -> Simulator {
    let simulator = Simulator::start().await.unwrap();
    simulator.put(PATH, Resource::file(path).content_type(content_type));
    simulator
}

async fn measure(source: &Source, limit: Duration) -> Measurement {
    let place = Ffprobe::new("ffprobe")
        .place()
        .await
        .expect("ffprobe is installed");
    place
        .read(&fetcher(), source, limit, &CancellationToken::new())
        .await
        .unwrap()
}

/// What a stream measures, of which nothing stays open.
async fn measured(simulator: &Simulator, path: &str, format: &str) -> Measured {
    let measurement = measure(&source(simulator, path, format), PATIENCE).await;
    simulator.until(|counters| counters.open == 0).await;
    match measurement {
        Measurement::Told(measured) => measured,
        other => unreachable!("{path}: {other:?}"),
    }
}

fn failure(measurement: &Measurement) -> &Failure {
    match measurement {
        Measurement::Failed(failure) => failure,
        other => unreachable!("{other:?}"),
    }
}
