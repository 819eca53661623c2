//! One stream measured by ffprobe: picture, codecs, bits a second.
//!
//! ffprobe is given bytes, never an address: they come through the same requests as those of a test, so that guard,
//! headers, redirects and leases stay ours, and no credential is ever an argument that others on the machine can read. It
//! may open nothing but those bytes, whatever they say.
//!
//! - *report*: what it printed, read strictly.

mod child;
mod report;

use std::io;
use std::time::Duration;

use tokio::time::Instant;

use crate::features::catalogue::quality::Tier;

use super::feed::Feed;
use super::probe::Reason;
use super::program::{self, Program, Reading, Start, Task};

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

/// The ffprobe of this machine.
pub type Ffprobe = Program<Measuring>;
/// Leave to run one.
pub type Place = program::Place<Measuring>;
/// How measuring ended.
pub type Measurement = Reading<Measured>;

/// Measures the bytes of a stream.
#[derive(Debug)]
pub struct Measuring;

impl Task for Measuring {
    type Told = Measured;
    const BROKEN: &'static str = "ffprobe does not run";
    const WITHOUT: &'static str = "quality is told from names and addresses only";
    const FED: f32 = 2.0 / 3.0;

    async fn run(
        start: Start<'_>,
        feed: &mut Feed<'_, '_>,
        until: Instant,
    ) -> io::Result<Result<Measured, Reason>> {
        let printed = child::run(start, feed, until).await?;
        Ok(report::read(&printed, feed.is_known))
    }

    fn late(limit: Duration) -> Reason {
        Reason::Unmeasured(limit)
    }
}
