//! What plays: the relay with its connections to providers, and the playlists that lead to it.

use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::StartError;
use crate::ctx::Ctx;
use crate::features::history::Journal;
use crate::features::outputs::hdhomerun::Tuners;
use crate::features::outputs::hdhomerun::announce::Announced;
use crate::features::outputs::playlist::Drafts;
use crate::features::playback::Relay;
use crate::features::providers::leases::Leases;

/// How often HLS viewers who fell silent are looked for.
const SWEPT_EVERY: Duration = Duration::from_secs(2);

/// The parts of a server that players use.
pub(super) struct Playing {
    pub(super) relay: Relay,
    pub(super) journal: Journal,
    pub(super) drafts: Arc<Drafts>,
    pub(super) announced: Announced,
    pub(super) tuners: Tuners,
    end: CancellationToken,
    keeping: JoinHandle<()>,
    sweeping: JoinHandle<()>,
    writing: JoinHandle<()>,
}

impl Playing {
    /// Begins to keep connections alive and to give back those of viewers who are gone.
    ///
    /// # Errors
    /// [`StartError::Folder`] if the cache folder cannot be used.
    pub(super) fn start(ctx: &Ctx, leases: &Leases) -> Result<Self, StartError> {
        let cache = ctx.config.data.dir.join("cache");
        let drafts = Drafts::in_folder(&cache, ctx.jobs.node_id()).map_err(|error| StartError::Folder {
            path: cache.display().to_string(),
            error,
        })?;
        let (journal, writing) = Journal::new(ctx);
        let relay = Relay::new(ctx.clone(), leases.clone(), journal.showings.clone());
        let end = CancellationToken::new();
        let keeping = tokio::spawn({
            let end = end.clone();
            let leases = leases.clone();
            async move { leases.keep_alive(end).await }
        });
        let sweeping = tokio::spawn(sweep(relay.clone(), end.clone()));
        Ok(Self {
            writing: tokio::spawn(writing.run(end.clone())),
            relay,
            journal,
            drafts: Arc::new(drafts),
            announced: Announced::default(),
            tuners: Tuners::default(),
            end,
            keeping,
            sweeping,
        })
    }

    /// Gives every connection back; called once no player is served any more.
    pub(super) async fn end(self) {
        self.relay.end_all();
        self.end.cancel();
        // A panic in these tasks has been reported by the panic hook.
        let _ = tokio::join!(self.keeping, self.sweeping, self.writing);
    }
}

async fn sweep(relay: Relay, end: CancellationToken) {
    let mut ticks = tokio::time::interval(SWEPT_EVERY);
    loop {
        tokio::select! {
            () = end.cancelled() => break,
            _ = ticks.tick() => relay.sweep().await,
        }
    }
}
