//! One measurement: a place, then a connection, and both given back whatever happens.

use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::Measurer;
use crate::ctx::Ctx;
use crate::features::health::Error;
use crate::features::health::ffprobe::{Measured, Measurement};
use crate::features::health::probe::Cancelled;
use crate::features::health::spare::{Lack, Spare, is_refused};
use crate::support::ids::{ProviderId, StreamId};

/// What a stream failed for whose provider turned the connection away although it was the only one.
pub(super) const REFUSED: &str = "its provider refused the connection";

/// How it ended.
pub(super) enum Ended {
    Measured(Measured),
    Failed(String),
    /// Nothing can be said of it in this format.
    Unmeasurable(String),
    /// Turned away as one connection too many; `beside` others of the account, which says nothing of the stream.
    Refused {
        beside: bool,
    },
    /// Its provider is in maintenance and left alone.
    Maintenance,
    /// The account has no free connection.
    Full,
    /// Somebody else wanted the connection.
    CalledOff,
    /// The stream is there no more.
    Gone,
    /// There is no ffprobe.
    Missing,
}

impl Measurer {
    /// Measures a stream within `limit`; nothing is stored.
    ///
    /// # Errors
    /// [`Error::Cancelled`] once `cancel` is, or whatever the database says.
    pub(super) async fn attempt(
        &self,
        ctx: &Ctx,
        wanted: (ProviderId, StreamId),
        limit: Duration,
        cancel: &CancellationToken,
    ) -> Result<Ended, Error> {
        let place = tokio::select! {
            place = self.ffprobe.place() => place,
            () = cancel.cancelled() => return Err(Error::Cancelled),
        };
        let Some(place) = place else {
            return Ok(Ended::Missing);
        };
        let spare = match Spare::take(ctx, &self.leases, wanted).await? {
            Ok(spare) => spare,
            Err(Lack::Maintenance) => return Ok(Ended::Maintenance),
            Err(Lack::Full) => return Ok(Ended::Full),
            Err(Lack::Gone) => return Ok(Ended::Gone),
            Err(Lack::Unreadable(reason)) => return Ok(Ended::Unmeasurable(reason)),
        };
        let measuring = place.measure(&ctx.fetch, &spare.source, limit, cancel);
        let measured = spare.unless_wanted(measuring).await;
        drop(place);
        let beside = match &measured {
            Some(Ok(Measurement::Failed(failure))) if is_refused(&failure.reason) => {
                spare.is_beside(&self.leases).await?
            }
            _ => false,
        };
        spare.give_back(measured.is_none()).await;
        Ok(match measured {
            None => Ended::CalledOff,
            Some(Err(Cancelled)) => return Err(Error::Cancelled),
            Some(Ok(Measurement::Measured(measured))) => Ended::Measured(measured),
            Some(Ok(Measurement::Unmeasurable(reason))) => Ended::Unmeasurable(reason.to_owned()),
            Some(Ok(Measurement::Failed(failure))) if is_refused(&failure.reason) => {
                Ended::Refused { beside }
            }
            Some(Ok(Measurement::Failed(failure))) => Ended::Failed(failure.reason.to_string()),
        })
    }
}
