//! ffmpeg as it looks at a stream: some seconds decoded into small grey pictures and low sound.

use std::io;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::{Instant, timeout_at};
use tokio_util::sync::CancellationToken;

use super::avi::{Piece, Reader};
use super::sample::Sample;
use crate::features::health::feed::Feed;
use crate::features::health::probe::Reason;
use crate::features::health::program::{self, Program, Reading, Start, Task};

/// How much of a stream is looked at, and how little tells anything, in milliseconds.
const WANTED_MS: u64 = 10_000;
const LEAST_MS: u64 = 5_000;

const ARGUMENTS: &[&str] = &[
    "-v",
    "quiet",
    "-nostdin",
    // Nothing that the bytes name is opened.
    "-protocol_whitelist",
    "pipe",
    // No single piece of memory beyond this, and no picture beyond 4K, of which a decoder keeps up to sixteen.
    "-max_alloc",
    "268435456",
    "-max_pixels",
    "9500000",
    "-analyzeduration",
    "5000000",
    "-probesize",
    "5000000",
    "-threads",
    "1",
    "-skip_loop_filter",
    "noref",
    "-i",
    "pipe:0",
    "-filter_threads",
    "1",
    "-map",
    "0:V:0?",
    "-map",
    "0:a:0?",
    "-sn",
    "-dn",
    "-vf",
    "fps=4,scale=64:36:flags=area,format=gray",
    "-c:v",
    "rawvideo",
    "-ac",
    "1",
    "-ar",
    "8000",
    "-c:a",
    "pcm_s16le",
    "-flush_packets",
    "1",
    "-f",
    "avi",
    "pipe:1",
];

/// The ffmpeg of this machine.
pub type Ffmpeg = Program<Looking>;
/// Leave to run one.
pub type Place = program::Place<Looking>;
/// How looking ended.
pub type Look = Reading<Sample>;

/// Looks at the bytes of a stream.
#[derive(Debug)]
pub struct Looking;

impl Task for Looking {
    type Told = Sample;
    const BROKEN: &'static str = "ffmpeg does not run";
    const WITHOUT: &'static str = "nobody looks at what streams show";
    const FED: f32 = 0.75;

    async fn run(
        start: Start<'_>,
        feed: &mut Feed<'_, '_>,
        until: Instant,
    ) -> io::Result<Result<Sample, Reason>> {
        let sample = run(start, feed, until).await?;
        Ok(sample.ok_or(Reason::Unseen))
    }

    fn late(_: Duration) -> Reason {
        Reason::Unseen
    }
}

/// Lets ffmpeg decode the bytes of `feed` until enough was seen, or no more come, or it is `until`; none if that was too little.
async fn run(start: Start<'_>, feed: &mut Feed<'_, '_>, until: Instant) -> io::Result<Option<Sample>> {
    let mut child = start.with(ARGUMENTS)?;
    let (Some(mut stdin), Some(mut stdout)) = (child.0.stdin.take(), child.0.stdout.take()) else {
        return Err(io::ErrorKind::BrokenPipe.into());
    };
    let (mut reader, mut sample, mut fed) = (Reader::default(), Sample::default(), 0_u64);
    let is_enough = CancellationToken::new();
    {
        let reading = async {
            let mut buffer = vec![0; 16 << 10];
            loop {
                let count = stdout.read(&mut buffer).await?;
                let bytes = buffer.get(..count).unwrap_or_default();
                let taken = reader.push(bytes, |piece| match piece {
                    Piece::Picture(picture) => sample.see(picture),
                    Piece::Sound(sound) => sample.hear(sound),
                });
                if count == 0 || taken.is_err() {
                    return io::Result::Ok(());
                }
                if reader
                    .tracks()
                    .is_some_and(|tracks| sample.lasts(tracks, WANTED_MS))
                {
                    is_enough.cancel();
                }
            }
        };
        tokio::pin!(reading);
        let feeding = async {
            while let Some(Ok(Some(bytes))) = is_enough
                .run_until_cancelled(timeout_at(until, feed.next()))
                .await
            {
                if stdin.write_all(&bytes).await.is_err() {
                    break;
                }
                fed += bytes.len() as u64;
            }
            // It decodes what it was given, and ends.
            drop(stdin);
        };
        tokio::select! {
            read = &mut reading => read?,
            () = feeding => reading.await?,
        };
    }
    // It ends, even if it has more to say.
    drop(stdout);
    child.0.wait().await?;
    sample.bytes = fed;
    let is_told = reader
        .tracks()
        .is_some_and(|tracks| sample.lasts(tracks, LEAST_MS));
    Ok(is_told.then_some(sample))
}
