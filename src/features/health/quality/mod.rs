//! What ffprobe measures of streams, a sample of them each hour: picture, codecs, bits a second.
//!
//! A measurement takes seconds of a connection and of the machine, where a check takes a moment: not every stream can be
//! measured every day. So the one that stands first in its channel is due a day after it was tried last, the second after two
//! days, and so on up to a week; those never tried come first, the first of each channel before any second, then those that
//! have waited longest. A run of each hour takes what is due for some minutes, and what it does not reach comes with the next.
//! Only streams that work are taken.
//!
//! It never holds what somebody else needs: two places over all of a node, a connection only where one is free, and that is
//! given up at once for a player, a sync or a check. Nothing it finds says that a stream is down; that is for checks to say.
//!
//! - *measurer*: measures one stream, or many as a job.
//! - *history*: how the quality was, and when it fell.

pub mod history;
mod run;
mod save;
pub mod start;
pub mod store;

use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::Error;
use super::attempt::{self, Ended, Manner};
use super::ffprobe::{Ffprobe, Measured};
use crate::ctx::Ctx;
use crate::features::audit::Actor;
use crate::features::catalogue::sources::{self, Scope};
use crate::features::providers::leases::Leases;
use crate::features::settings;
use crate::support::ids::{ProviderId, StreamId};

use save::Found;

pub use run::Payload;

/// The measurements of this node, with what they share; cheap to clone.
#[derive(Clone)]
pub struct Measurer {
    leases: Leases,
    ffprobe: Ffprobe,
}

/// What came of measuring one stream.
pub type Outcome = attempt::Outcome<Measured>;

impl Measurer {
    /// `leases` is the ledger that players and checks of this process use too.
    pub fn new(leases: Leases, ffprobe: Ffprobe) -> Self {
        Self { leases, ffprobe }
    }

    /// Whether ffprobe was looked for and is not there.
    pub fn is_missing(&self) -> bool {
        self.ffprobe.is_missing()
    }

    /// Measures one stream now, for a person who waits, and stores what came of it.
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
        super::start::audit_one(ctx, actor, "quality.measured", stream).await?;
        let limit = settings::load(ctx).await?.ffprobe_timeout;
        let attempt = self.attempt(ctx, (provider, stream), limit, &cancel);
        let outcome = attempt.await?.outcome()?;
        let result = match &outcome {
            Outcome::Told(measured) => Ok(measured.clone()),
            Outcome::Failed(reason) => Err(reason.clone()),
            Outcome::Skipped | Outcome::Maintenance | Outcome::Missing => return Ok(outcome),
        };
        let found = Found {
            stream,
            at_ms: ctx.clock.now_ms(),
            result,
        };
        save::save(ctx, std::slice::from_ref(&found), None).await?;
        Ok(outcome)
    }

    async fn attempt(
        &self,
        ctx: &Ctx,
        wanted: (ProviderId, StreamId),
        limit: Duration,
        cancel: &CancellationToken,
    ) -> Result<Ended<Measured>, Error> {
        let with = (&self.leases, &self.ffprobe);
        attempt::attempt(ctx, with, wanted, (Manner::Asked, limit), cancel).await
    }
}
