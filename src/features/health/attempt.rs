//! One stream read by a program: a place, then a connection, and both given back whatever happens.

use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::Error;
use super::probe::Cancelled;
use super::program::{Program, Reading, Task};
use super::spare::{Lack, Spare, is_refused};
use crate::ctx::Ctx;
use crate::features::providers::leases::Leases;
use crate::support::ids::{ProviderId, StreamId};

/// What a stream failed for whose provider turned the connection away although it was the only one.
const REFUSED: &str = "its provider refused the connection";

/// Who wants to know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Manner {
    /// Somebody: any free connection will do.
    Asked,
    /// Nobody in particular: not while anything else than a player has a connection of the account.
    Idle,
}

/// How it ended.
pub(super) enum Ended<T> {
    Told(T),
    /// Why nothing can be told, in words.
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
    /// There is no such program.
    Missing,
}

/// What came of reading one stream, for who asked for it.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome<T> {
    Told(T),
    /// Why nothing can be told, in words.
    Failed(String),
    /// Its account had no free connection, or somebody else wanted it.
    Skipped,
    /// Its provider is in maintenance and left alone.
    Maintenance,
    /// There is no such program.
    Missing,
}

impl<T> Ended<T> {
    /// For who asked for it.
    ///
    /// # Errors
    /// [`Error::NotFound`] if the stream is there no more.
    pub(super) fn outcome(self) -> Result<Outcome<T>, Error> {
        Ok(match self {
            Self::Told(told) => Outcome::Told(told),
            Self::Failed(reason) => Outcome::Failed(reason),
            Self::Refused { beside: false } => Outcome::Failed(refused()),
            Self::Full | Self::CalledOff | Self::Refused { beside: true } => Outcome::Skipped,
            Self::Maintenance => Outcome::Maintenance,
            Self::Gone => return Err(Error::NotFound("stream")),
            Self::Missing => Outcome::Missing,
        })
    }
}

/// Why nothing can be told of a stream that was turned away alone.
pub(super) fn refused() -> String {
    REFUSED.to_owned()
}

/// Lets a program read a stream within `limit`; nothing is stored.
///
/// # Errors
/// [`Error::Cancelled`] once `cancel` is, or whatever the database says.
pub(super) async fn attempt<K: Task>(
    ctx: &Ctx,
    (leases, program): (&Leases, &Program<K>),
    wanted: (ProviderId, StreamId),
    (manner, limit): (Manner, Duration),
    cancel: &CancellationToken,
) -> Result<Ended<K::Told>, Error> {
    let place = tokio::select! {
        place = program.place() => place,
        () = cancel.cancelled() => return Err(Error::Cancelled),
    };
    let Some(place) = place else {
        return Ok(Ended::Missing);
    };
    if manner == Manner::Idle {
        let in_use = leases.in_use(wanted.0).await?;
        if in_use.checks + in_use.syncs > 0 {
            return Ok(Ended::Full);
        }
    }
    let spare = match Spare::take(ctx, leases, wanted).await? {
        Ok(spare) => spare,
        Err(Lack::Maintenance) => return Ok(Ended::Maintenance),
        Err(Lack::Full) => return Ok(Ended::Full),
        Err(Lack::Gone) => return Ok(Ended::Gone),
        Err(Lack::Unreadable(reason)) => return Ok(Ended::Failed(reason)),
    };
    let reading = place.read(&ctx.fetch, &spare.source, limit, cancel);
    let read = spare.unless_wanted(reading).await;
    drop(place);
    let beside = match &read {
        Some(Ok(Reading::Failed(failure))) if is_refused(&failure.reason) => spare.is_beside(leases).await?,
        _ => false,
    };
    spare.give_back(read.is_none()).await;
    Ok(match read {
        None => Ended::CalledOff,
        Some(Err(Cancelled)) => return Err(Error::Cancelled),
        Some(Ok(Reading::Told(told))) => Ended::Told(told),
        Some(Ok(Reading::Untestable(reason))) => Ended::Failed(reason.to_owned()),
        Some(Ok(Reading::Failed(failure))) if is_refused(&failure.reason) => Ended::Refused { beside },
        Some(Ok(Reading::Failed(failure))) => Ended::Failed(failure.reason.to_string()),
    })
}
