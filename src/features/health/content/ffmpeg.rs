//! ffmpeg as it looks at a stream: some seconds decoded into small grey pictures and low sound.

use std::ffi::OsString;
use std::io;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::{Instant, timeout_at};
use tokio_util::sync::CancellationToken;

use super::avi::{Piece, Reader};
use super::sample::Sample;
use crate::features::catalogue::sources::Source;
use crate::features::health::feed::Feed;
use crate::features::health::ffprobe::Ffprobe;
use crate::features::health::probe::visit::Visit;
use crate::features::health::probe::{Cancelled, Failure, Reason, Stop, untestable};
use crate::features::health::program::{Permit, Program};
use crate::fetch::Fetcher;

/// How much of a stream is looked at, and how little tells anything, in milliseconds.
const WANTED_MS: u64 = 10_000;
const LEAST_MS: u64 = 5_000;
/// Nothing is given to it for longer than this part of its time: the rest is for what it has not decoded yet.
const FED: f32 = 0.75;

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

/// How looking ended.
#[derive(Debug, Clone, PartialEq)]
pub enum Look {
    Seen(Sample),
    Failed(Failure),
    /// Nothing can be said of it: the reason, in words.
    Untestable(&'static str),
}

/// The ffmpeg of this machine; cheap to clone.
#[derive(Debug, Clone)]
pub struct Ffmpeg(Program);

/// Leave to run one; given back when dropped.
#[derive(Debug)]
pub struct Place(Permit);

impl Ffmpeg {
    /// `program` by its path, or by its name where the system looks for programs; no more of it and `ffprobe` run at once than
    /// of either.
    pub fn beside(ffprobe: &Ffprobe, program: impl Into<OsString>) -> Self {
        Self(ffprobe.0.beside(program, "nobody looks at what streams show"))
    }

    /// Whether it was looked for and is not there.
    pub fn is_missing(&self) -> bool {
        self.0.is_missing()
    }

    /// Waits for a place; none if ffmpeg is missing or does not run, which is logged once. To be taken before a lease.
    pub async fn place(&self) -> Option<Place> {
        self.0.place().await.map(Place)
    }
}

impl Place {
    /// Looks at a stream within `limit`, over one connection at a time; it is closed, and ffmpeg has ended, when this returns or
    /// is dropped.
    ///
    /// It takes no lease: whoever calls it holds one.
    ///
    /// # Errors
    /// [`Cancelled`] once `cancel` is.
    pub async fn look(
        &self,
        fetcher: &Fetcher,
        source: &Source,
        limit: Duration,
        cancel: &CancellationToken,
    ) -> Result<Look, Cancelled> {
        if let Some(reason) = untestable(source) {
            return Ok(Look::Untestable(reason));
        }
        tokio::select! {
            biased;
            () = cancel.cancelled() => Err(Cancelled),
            seen = self.within(fetcher, source, limit, cancel) => match seen {
                Ok(sample) => Ok(Look::Seen(sample)),
                Err(Stop::Failed(failure)) => Ok(Look::Failed(failure)),
                Err(Stop::Untestable(reason)) => Ok(Look::Untestable(reason)),
                Err(Stop::Cancelled) => Err(Cancelled),
            },
        }
    }

    async fn within(
        &self,
        fetcher: &Fetcher,
        source: &Source,
        limit: Duration,
        cancel: &CancellationToken,
    ) -> Result<Sample, Stop> {
        let began = Instant::now();
        let mut visit = Visit::new(fetcher, source, limit, cancel);
        let opened = timeout_at(began + limit, Feed::open(&mut visit)).await;
        let mut feed = match opened {
            Ok(feed) => feed?,
            Err(_) => return Err(visit.timed_out().into()),
        };
        let program = &self.0.program;
        let run = run(program, &mut feed, began + limit.mul_f32(FED));
        let seen = timeout_at(began + limit, run).await;
        let failure = |reason| Stop::from(feed.failure(reason));
        match seen {
            Ok(Ok(Some(sample))) => Ok(sample),
            Ok(Ok(None)) => Err(failure(Reason::Unseen)),
            Ok(Err(error)) => {
                tracing::warn!(%error, "ffmpeg could not be run");
                program.doubt();
                Err(Stop::Untestable("ffmpeg does not run"))
            }
            Err(_) => Err(failure(Reason::Unseen)),
        }
    }
}

/// Lets ffmpeg decode the bytes of `feed` until enough was seen, or no more come, or it is `until`; none if that was too little.
async fn run(program: &Program, feed: &mut Feed<'_, '_>, until: Instant) -> io::Result<Option<Sample>> {
    let mut child = program.start(ARGUMENTS)?;
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
