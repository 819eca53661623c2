//! One check of a lane, from its beginning until its connection has rested.

use std::time::Duration;

use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::gate::AtHost;
use super::lane::Shared;
use crate::features::catalogue::sources::Source;
use crate::features::health::probe::{Probe, probe};
use crate::features::providers::leases::Lease;
use crate::support::ids::StreamId;

/// A connection that goes from check to check.
pub struct Held {
    pub lease: Lease,
    pub since: Instant,
}

/// A check that begins.
pub struct Start {
    pub number: u64,
    pub stream: StreamId,
    pub source: Box<Source>,
    pub held: Held,
    pub host: Option<AtHost>,
    /// How long its connection rests afterwards.
    pub breath: Duration,
    /// Interrupts it.
    pub end: CancellationToken,
}

/// A check that ended.
pub struct Done {
    pub number: u64,
    pub stream: StreamId,
    pub source: Box<Source>,
    pub held: Held,
    pub began_ms: i64,
    /// None if it was interrupted.
    pub probe: Option<Probe>,
}

/// Runs it; of one that is interrupted while its connection rests, what was found counts.
pub async fn check(shared: Shared, start: Start) -> Done {
    let Shared {
        ctx, checker, manner, ..
    } = &shared;
    let Start {
        number,
        stream,
        source,
        held,
        host,
        breath,
        end,
    } = start;
    let mut began_ms = ctx.clock.now_ms();
    let work = async {
        let _entered = checker.gate.enter(manner.most).await;
        began_ms = ctx.clock.now_ms();
        probe(&ctx.fetch, &source, manner.timeout, &end).await.ok()
    };
    let probe = tokio::select! {
        probe = work => probe,
        () = end.cancelled() => None,
    };
    if probe.is_some() {
        tokio::select! {
            () = tokio::time::sleep(breath) => {}
            () = end.cancelled() => {}
        }
    }
    drop(host);
    Done {
        number,
        stream,
        source,
        held,
        began_ms,
        probe,
    }
}
