//! Checks many streams at once, and none of them at the cost of a player: within the connections that each account has
//! free, given back as soon as somebody wants to watch.

mod check;
mod collector;
mod gate;
mod hurry;
mod lane;
mod pace;
mod run;
mod save;

use std::time::Duration;

use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::probe::{Probe, probe};
use super::verdict::{self, Verdict};
use super::{Error, maintenance, probe as probes, start};
use crate::ctx::Ctx;
use crate::features::audit::Actor;
use crate::features::catalogue::sources::{self, Scope, SourceError};
use crate::features::providers::leases::{Connection, LeaseError, Leases, Purpose};
use crate::features::settings;
use crate::support::ids::{ProviderId, StreamId};

use gate::Gate;
pub use pace::is_refusal;
pub use run::Payload;

/// The checks of this node, with what they share; cheap to clone.
#[derive(Clone)]
pub struct Checker {
    leases: Leases,
    gate: Gate,
}

/// One check that was done.
#[derive(Debug, Clone)]
pub struct Checked {
    pub stream: StreamId,
    pub provider: ProviderId,
    /// When it began and when its answer was known, in milliseconds since the epoch, UTC.
    pub began_ms: i64,
    pub at_ms: i64,
    pub verdict: Verdict,
    /// What was measured; none where nobody was asked.
    pub probe: Option<Probe>,
    /// Whether a person asked for it.
    pub by_hand: bool,
}

impl Checker {
    /// `leases` is the ledger that players of this process use too.
    pub fn new(leases: Leases) -> Self {
        Self {
            leases,
            gate: Gate::default(),
        }
    }

    /// Checks one stream now, for a person who waits, and stores what came of it.
    ///
    /// # Errors
    /// [`Error::NotFound`] if there is no such stream, or its provider is switched off; [`Error::Cancelled`].
    pub async fn one(
        &self,
        ctx: &Ctx,
        actor: &Actor,
        stream: StreamId,
        cancel: CancellationToken,
    ) -> Result<Checked, Error> {
        let scope = Scope::Stream(stream);
        let (provider, _) = *sources::owners(&ctx.db, scope)
            .await?
            .first()
            .ok_or(Error::NotFound("stream"))?;
        let page = sources::page(ctx, scope, provider, StreamId(0), 1).await?;
        let (_, source) = page.into_iter().next().ok_or(Error::NotFound("stream"))?;
        start::audit_one(ctx, actor, "health.checked", stream).await?;
        let settings = settings::load(ctx).await?;
        let maintenance = maintenance::until(&ctx.db, provider, ctx.clock.now_ms()).await?;
        let began_ms = ctx.clock.now_ms();
        let asked = match (maintenance, source) {
            (Some(until_ms), _) => Err(Verdict::Maintenance { until_ms }),
            (None, Err(error)) => Err(untestable(&error)),
            (None, Ok(source)) => {
                let connection = Connection {
                    provider,
                    purpose: Purpose::Check(stream),
                };
                match self.leases.acquire(connection, source.max_connections).await {
                    Err(LeaseError::AllInUse { .. } | LeaseError::Reserved { .. }) => Err(Verdict::Skipped),
                    Err(LeaseError::Db(error)) => return Err(error.into()),
                    Ok(lease) => {
                        let entered = self.gate.enter(settings.max_concurrent_health_checks).await;
                        let probed = tokio::select! {
                            probed = probe(&ctx.fetch, &source, settings.health_check_timeout, &cancel) => Some(probed),
                            () = self.leases.wished(provider) => None,
                        };
                        drop(entered);
                        let in_use = self.leases.in_use(provider).await?.total();
                        lease.give_back().await;
                        match probed {
                            // Beside others a refusal says nothing of the stream.
                            Some(Ok(probe)) if in_use > 1 && is_refusal(probe.status) => {
                                Err(Verdict::Skipped)
                            }
                            Some(Ok(probe)) => Ok(probe),
                            Some(Err(probes::Cancelled)) => return Err(Error::Cancelled),
                            // A player wants the connection.
                            None => Err(Verdict::Skipped),
                        }
                    }
                }
            }
        };
        let checked = Checked::new(ctx, (stream, provider), began_ms, asked, true);
        save::save(ctx, std::slice::from_ref(&checked), None).await?;
        Ok(checked)
    }
}

impl Checked {
    fn new(
        ctx: &Ctx,
        (stream, provider): (StreamId, ProviderId),
        began_ms: i64,
        asked: Result<Probe, Verdict>,
        by_hand: bool,
    ) -> Self {
        let (verdict, probe) = match asked {
            Ok(probe) => (verdict::of(&probe), Some(probe)),
            Err(verdict) => (verdict, None),
        };
        Self {
            stream,
            provider,
            began_ms,
            at_ms: ctx.clock.now_ms(),
            verdict,
            probe,
            by_hand,
        }
    }
}

fn untestable(error: &SourceError) -> Verdict {
    Verdict::Untestable(error.to_string())
}

/// How checks of one run are done.
#[derive(Debug, Clone, Copy)]
struct Manner {
    timeout: Duration,
    /// Checks at once on this node.
    most: usize,
    by_hand: bool,
    /// After it no check begins.
    until: Option<Instant>,
}
