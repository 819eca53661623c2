//! One stream measured by ffprobe: picture, codecs, bits a second.
//!
//! ffprobe is given bytes, never an address: they come through the same requests as those of a test, so that guard,
//! headers, redirects and leases stay ours, and no credential is ever an argument that others on the machine can read. It
//! may open nothing but those bytes, whatever they say.
//!
//! - *place*: one of the few that may run at once.
//! - *report*: what it printed, read strictly.

mod child;
mod report;

use std::ffi::OsString;
use std::time::Duration;

use tokio::time::{Instant, timeout_at};
use tokio_util::sync::CancellationToken;

use crate::features::catalogue::quality::Tier;
use crate::features::catalogue::sources::Source;
use crate::fetch::Fetcher;

use super::feed::Feed;
use super::probe::visit::Visit;
use super::probe::{Cancelled, Failure, Reason, Stop, untestable};
use super::program::{Permit, Program};

/// What a stream measures.
#[derive(Debug, Clone, PartialEq)]
pub struct Measured {
    /// Absent of radio.
    pub picture: Option<Picture>,
    /// The codec of its first sound, as ffprobe names it (`aac`, `ac3`).
    pub sound: Option<String>,
    /// Kilobits a second of picture and sound, as the container says or else of the packets that came; absent if too few
    /// came.
    pub bitrate_kbps: Option<u32>,
}

/// The first moving picture of a stream.
#[derive(Debug, Clone, PartialEq)]
pub struct Picture {
    pub tier: Tier,
    /// In pixels.
    pub width: u32,
    /// In pixels.
    pub height: u32,
    /// As ffprobe names it (`h264`, `hevc`).
    pub codec: String,
    /// Frames a second on average; of interlaced pictures two fields are one.
    pub fps: Option<f64>,
}

/// How measuring ended.
#[derive(Debug, Clone, PartialEq)]
pub enum Measurement {
    Measured(Measured),
    Failed(Failure),
    /// Nothing can be said of it: the reason, in words.
    Unmeasurable(&'static str),
}

/// The ffprobe of this machine; cheap to clone.
#[derive(Debug, Clone)]
pub struct Ffprobe(pub(super) Program);

/// Leave to run one; given back when dropped.
#[derive(Debug)]
pub struct Place(Permit);

impl Ffprobe {
    /// `program` by its path, or by its name where the system looks for programs. Whether it is there is found out later.
    pub fn new(program: impl Into<OsString>) -> Self {
        Self(Program::new(
            program,
            "quality is told from names and addresses only",
        ))
    }

    /// Whether it was looked for and is not there.
    pub fn is_missing(&self) -> bool {
        self.0.is_missing()
    }

    /// Waits for a place; none if ffprobe is missing or does not run, which is logged once. To be taken before a lease,
    /// so that no connection is held while waiting.
    pub async fn place(&self) -> Option<Place> {
        self.0.place().await.map(Place)
    }
}

impl Place {
    /// Measures one stream within `limit`, over one connection at a time; it is closed, and ffprobe and whatever that
    /// started have ended, when this returns or is dropped.
    ///
    /// It takes no lease: whoever calls it holds one.
    ///
    /// # Errors
    /// [`Cancelled`] once `cancel` is.
    pub async fn measure(
        &self,
        fetcher: &Fetcher,
        source: &Source,
        limit: Duration,
        cancel: &CancellationToken,
    ) -> Result<Measurement, Cancelled> {
        if let Some(reason) = untestable(source) {
            return Ok(Measurement::Unmeasurable(reason));
        }
        tokio::select! {
            biased;
            () = cancel.cancelled() => Err(Cancelled),
            measured = self.within(fetcher, source, limit, cancel) => match measured {
                Ok(measured) => Ok(Measurement::Measured(measured)),
                Err(Stop::Failed(failure)) => Ok(Measurement::Failed(failure)),
                Err(Stop::Untestable(reason)) => Ok(Measurement::Unmeasurable(reason)),
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
    ) -> Result<Measured, Stop> {
        let began = Instant::now();
        let mut visit = Visit::new(fetcher, source, limit, cancel);
        let opened = timeout_at(began + limit, Feed::open(&mut visit)).await;
        let mut feed = match opened {
            Ok(feed) => feed?,
            Err(_) => return Err(visit.timed_out().into()),
        };
        // What came until then has to do: ffprobe needs a moment to end.
        let fed_until = began + limit.mul_f32(2.0 / 3.0);
        let program = &self.0.program;
        let printed = timeout_at(began + limit, child::run(program, &mut feed, fed_until)).await;
        let failure = |reason| Stop::from(feed.failure(reason));
        match printed {
            Ok(Ok(printed)) => report::read(&printed, feed.is_known).map_err(failure),
            Ok(Err(error)) => {
                tracing::warn!(%error, "ffprobe could not be run");
                program.doubt();
                Err(Stop::Untestable("ffprobe does not run"))
            }
            Err(_) => Err(failure(Reason::Unmeasured(limit))),
        }
    }
}
