use std::net::SocketAddr;
use std::sync::Arc;

use tokio::sync::watch;

/// Whether players find the devices by themselves.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Reach {
    /// Nobody is to find anything.
    #[default]
    Silent,
    Listening(SocketAddr),
    /// The port cannot be had, and why.
    Failed(SocketAddr, String),
}

/// What is known of it on this node; cheap to clone.
#[derive(Debug, Clone)]
pub struct Announced(Arc<watch::Sender<Reach>>);

impl Default for Announced {
    fn default() -> Self {
        Self(Arc::new(watch::Sender::default()))
    }
}

impl Announced {
    pub fn reach(&self) -> Reach {
        self.0.borrow().clone()
    }

    /// Waits until it is as wanted.
    pub async fn until(&self, wanted: impl FnMut(&Reach) -> bool) -> Reach {
        // The sender lives as long as this does.
        let mut watched = self.0.subscribe();
        watched
            .wait_for(wanted)
            .await
            .map_or_else(|_| Reach::Silent, |reach| reach.clone())
    }

    /// Notes how it is; what went wrong is told once.
    pub(super) fn set(&self, reach: Reach) {
        self.0.send_if_modified(|known| {
            if *known == reach {
                return false;
            }
            match &reach {
                Reach::Silent => tracing::info!("HDHomeRun devices are not announced any more"),
                Reach::Listening(address) => tracing::info!(%address, "HDHomeRun devices are announced"),
                Reach::Failed(address, reason) => {
                    tracing::warn!(%address, reason, "players do not find HDHomeRun devices by themselves");
                }
            }
            *known = reach;
            true
        });
    }
}
