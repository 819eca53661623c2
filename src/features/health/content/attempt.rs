//! One look: a place, then a connection, and both given back whatever happens.

use tokio_util::sync::CancellationToken;

use super::ffmpeg::Look;
use super::sample::Sample;
use super::{LONGEST, Tester};
use crate::ctx::Ctx;
use crate::features::health::Error;
use crate::features::health::probe::Cancelled;
use crate::features::health::spare::{Lack, Spare, is_refused};
use crate::support::ids::{ProviderId, StreamId};

/// What a stream failed for whose provider turned the connection away although it was the only one.
pub(super) const REFUSED: &str = "its provider refused the connection";

/// Who wants to know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Manner {
    /// A person: any free connection will do.
    Asked,
    /// Nobody in particular: not while anything else than a player has a connection of the account.
    Idle,
}

/// How it ended.
pub(super) enum Ended {
    Seen(Sample),
    Failed(String),
    /// Turned away as one connection too many; `beside` others of the account, which says nothing of the stream.
    Refused {
        beside: bool,
    },
    /// Its provider is in maintenance and left alone.
    Maintenance,
    /// The account has no free connection, or is at work.
    Full,
    /// Somebody else wanted the connection.
    CalledOff,
    /// The stream is there no more.
    Gone,
    /// There is no ffmpeg.
    Missing,
}

impl Tester {
    /// Looks at a stream; nothing is stored.
    ///
    /// # Errors
    /// [`Error::Cancelled`] once `cancel` is, or whatever the database says.
    pub(super) async fn attempt(
        &self,
        ctx: &Ctx,
        wanted: (ProviderId, StreamId),
        manner: Manner,
        cancel: &CancellationToken,
    ) -> Result<Ended, Error> {
        let place = tokio::select! {
            place = self.ffmpeg.place() => place,
            () = cancel.cancelled() => return Err(Error::Cancelled),
        };
        let Some(place) = place else {
            return Ok(Ended::Missing);
        };
        if manner == Manner::Idle {
            let in_use = self.leases.in_use(wanted.0).await?;
            if in_use.checks + in_use.syncs > 0 {
                return Ok(Ended::Full);
            }
        }
        let spare = match Spare::take(ctx, &self.leases, wanted).await? {
            Ok(spare) => spare,
            Err(Lack::Maintenance) => return Ok(Ended::Maintenance),
            Err(Lack::Full) => return Ok(Ended::Full),
            Err(Lack::Gone) => return Ok(Ended::Gone),
            Err(Lack::Unreadable(reason)) => return Ok(Ended::Failed(reason)),
        };
        let looking = place.look(&ctx.fetch, &spare.source, LONGEST, cancel);
        let look = spare.unless_wanted(looking).await;
        drop(place);
        let beside = match &look {
            Some(Ok(Look::Failed(failure))) if is_refused(&failure.reason) => {
                spare.is_beside(&self.leases).await?
            }
            _ => false,
        };
        spare.give_back(look.is_none()).await;
        Ok(match look {
            None => Ended::CalledOff,
            Some(Err(Cancelled)) => return Err(Error::Cancelled),
            Some(Ok(Look::Seen(sample))) => Ended::Seen(sample),
            Some(Ok(Look::Untestable(reason))) => Ended::Failed(reason.to_owned()),
            Some(Ok(Look::Failed(failure))) if is_refused(&failure.reason) => Ended::Refused { beside },
            Some(Ok(Look::Failed(failure))) => Ended::Failed(failure.reason.to_string()),
        })
    }
}
