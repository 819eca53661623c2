use std::net::SocketAddr;
use std::sync::Arc;

use tokio::sync::watch;

/// How players look for tuners.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Protocol {
    /// HDHomeRun's own.
    Discovery,
    /// The search of UPnP.
    Ssdp,
    /// Questions to a device, over a connection.
    Control,
}

impl Protocol {
    /// Those by which devices are found.
    pub const SEARCHES: [Self; 2] = [Self::Discovery, Self::Ssdp];
}

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
pub struct Announced {
    discovery: Arc<watch::Sender<Reach>>,
    ssdp: Arc<watch::Sender<Reach>>,
    control: Arc<watch::Sender<Reach>>,
}

impl Default for Announced {
    fn default() -> Self {
        let silent = || Arc::new(watch::Sender::default());
        Self {
            discovery: silent(),
            ssdp: silent(),
            control: silent(),
        }
    }
}

impl Announced {
    pub fn reach(&self, protocol: Protocol) -> Reach {
        self.of(protocol).borrow().clone()
    }

    /// Waits until it is as wanted.
    pub async fn until(&self, protocol: Protocol, wanted: impl FnMut(&Reach) -> bool) -> Reach {
        // The sender lives as long as this does.
        let mut watched = self.of(protocol).subscribe();
        watched
            .wait_for(wanted)
            .await
            .map_or_else(|_| Reach::Silent, |reach| reach.clone())
    }

    /// Notes how it is; what went wrong is told once.
    pub(super) fn set(&self, protocol: Protocol, reach: Reach) {
        self.of(protocol).send_if_modified(|known| {
            if *known == reach {
                return false;
            }
            match &reach {
                Reach::Silent => tracing::info!(?protocol, "HDHomeRun devices are not announced any more"),
                Reach::Listening(address) => {
                    tracing::info!(?protocol, %address, "HDHomeRun devices are announced");
                }
                Reach::Failed(address, reason) => {
                    tracing::warn!(?protocol, %address, reason, "players do not reach HDHomeRun devices this way");
                }
            }
            *known = reach;
            true
        });
    }

    fn of(&self, protocol: Protocol) -> &watch::Sender<Reach> {
        match protocol {
            Protocol::Discovery => &self.discovery,
            Protocol::Ssdp => &self.ssdp,
            Protocol::Control => &self.control,
        }
    }
}
