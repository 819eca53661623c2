//! What is seen and heard of streams for some seconds, and what is wrong with it: black, still, a sign in the place of a
//! programme, silent, hardly any bits.
//!
//! Each quarter of an hour streams that work are looked at whose turn it is, the first of each channel as often as the settings
//! say, those behind it more rarely. It is the least of all that wants a connection: one at a time of an account, while no
//! check, measurement or sync of it goes on, and given up at once for whoever else wants it.
//!
//! A defect counts once a second look some minutes later finds it too: a black second between programmes condemns nothing. One
//! good look clears it. What counts makes the stream degraded, which takes it behind those that are not; no look says that a
//! stream is down.
//!
//! - *ffmpeg*: decodes; *avi*: how its pictures and sound come; *sample*: what was seen and heard; *verdict*: what it says.
//! - *tester*: looks at one stream, or at those that are due as a job.

mod avi;
pub mod ffmpeg;
mod run;
pub mod sample;
mod save;
pub mod start;
pub mod store;
pub mod verdict;

use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::Error;
use super::attempt::{self, Ended, Manner};
use crate::ctx::Ctx;
use crate::features::audit::Actor;
use crate::features::catalogue::defect::Defect;
use crate::features::catalogue::sources::{self, Scope};
use crate::features::providers::leases::Leases;
use crate::support::ids::{ProviderId, StreamId};

use ffmpeg::Ffmpeg;
use sample::Sample;
use save::Found;

/// How long a look may take: ten seconds as they are sent, and what comes before and behind.
const LONGEST: Duration = Duration::from_secs(25);

/// The looks of this node, with what they share; cheap to clone.
#[derive(Clone)]
pub struct Tester {
    leases: Leases,
    ffmpeg: Ffmpeg,
}

/// What came of looking at one stream.
pub type Outcome = attempt::Outcome<Finding>;

/// What was seen of a stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Milliseconds since the epoch, UTC.
    pub at_ms: i64,
    pub defect: Option<Defect>,
    /// In words, of a good look too.
    pub evidence: String,
    /// Whether the defect was found before, and counts.
    pub is_confirmed: bool,
}

impl Tester {
    /// `leases` is the ledger that players and checks of this process use too.
    pub fn new(leases: Leases, ffmpeg: Ffmpeg) -> Self {
        Self { leases, ffmpeg }
    }

    /// Whether ffmpeg was looked for and is not there.
    pub fn is_missing(&self) -> bool {
        self.ffmpeg.is_missing()
    }

    /// Looks at one stream now, for a person who waits, and stores what was seen.
    ///
    /// # Errors
    /// [`Error::NotFound`] if there is no such stream, or its provider is switched off; [`Error::Cancelled`].
    pub async fn one(
        &self,
        ctx: &Ctx,
        actor: &Actor,
        stream: StreamId,
        cancel: CancellationToken,
    ) -> Result<Outcome, Error> {
        let owners = sources::owners(&ctx.db, Scope::Stream(stream)).await?;
        let (provider, _) = *owners.first().ok_or(Error::NotFound("stream"))?;
        super::start::audit_one(ctx, actor, "content.tested", stream).await?;
        let attempt = self.attempt(ctx, (provider, stream), Manner::Asked, &cancel);
        let result = match attempt.await?.outcome()? {
            attempt::Outcome::Told(sample) => Ok(sample),
            attempt::Outcome::Failed(reason) => Err(reason),
            attempt::Outcome::Skipped => return Ok(Outcome::Skipped),
            attempt::Outcome::Maintenance => return Ok(Outcome::Maintenance),
            attempt::Outcome::Missing => return Ok(Outcome::Missing),
        };
        let failure = result.as_ref().err().cloned();
        let found = Found {
            stream,
            at_ms: ctx.clock.now_ms(),
            result,
            by_hand: true,
        };
        match (save::save(ctx, found, None).await?, failure) {
            (Some(finding), _) => Ok(Outcome::Told(finding)),
            (None, Some(reason)) => Ok(Outcome::Failed(reason)),
            (None, None) => Err(Error::NotFound("stream")),
        }
    }

    async fn attempt(
        &self,
        ctx: &Ctx,
        wanted: (ProviderId, StreamId),
        manner: Manner,
        cancel: &CancellationToken,
    ) -> Result<Ended<Sample>, Error> {
        let with = (&self.leases, &self.ffmpeg);
        attempt::attempt(ctx, with, wanted, (manner, LONGEST), cancel).await
    }
}
