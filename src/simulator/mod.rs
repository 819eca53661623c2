//! The pretended provider, for tests, benchmarks and the demo. Loopback only; misbehaves on demand.
//!
//! A *resource* is what a path answers with, a *fault* is how that answer goes wrong. Paths are matched without their
//! query; a path that ends in `/*` takes everything below it.
//!
//! ```ignore
//! let provider = Simulator::start().await?;
//! provider.put("/list.m3u", Resource::bytes(Playlist::new(7, 1_000).to_bytes()));
//! provider.fault("/list.m3u", Fault::status(503).times(2));
//! let url = provider.url("/list.m3u");
//! ```

mod body;
mod connection;
mod connections;
pub mod fault;
pub mod hls;
mod media;
mod message;
mod names;
pub mod panel;
pub mod playlist;
pub mod resource;
mod state;
pub mod ts;

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use tokio::net::{TcpListener, TcpSocket};
use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};

pub use self::body::gzip;
pub use self::connections::{Limit, Over};
pub use self::fault::{Cut, Fault};
pub use self::hls::Hls;
pub use self::media::{Clip, Show, Tiled};
pub use self::message::Request;
pub use self::panel::Panel;
pub use self::playlist::Playlist;
pub use self::resource::{Body, Framing, Piece, Pieces, Reply, Resource};
pub use self::state::Counters;
use self::state::State;

/// A pretended provider on a free loopback port; it ends when dropped.
#[derive(Debug)]
pub struct Simulator {
    state: Arc<State>,
    address: SocketAddr,
    door: watch::Sender<Door>,
    listening: watch::Receiver<Door>,
    task: JoinHandle<()>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Door {
    Open,
    /// The port stays ours, but connecting to it is refused.
    Shut,
}

impl Simulator {
    /// Starts on 127.0.0.1 with a port that the system chooses.
    pub async fn start() -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let state = Arc::new(State::default());
        let (door, wanted) = watch::channel(Door::Open);
        let (actual, listening) = watch::channel(Door::Open);
        let task = tokio::spawn(accept(listener, address, Arc::clone(&state), wanted, actual));
        Ok(Self {
            state,
            address,
            door,
            listening,
            task,
        })
    }

    /// The full URL of `path` here.
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// Host and port.
    pub fn host(&self) -> String {
        self.address.to_string()
    }

    /// Answers `path` with `resource` from now on.
    pub fn put(&self, path: &str, resource: Resource) {
        self.state.put(path, resource);
    }

    /// Mounts an HLS stream: `<path>/index.m3u8` is its master playlist.
    pub fn put_hls(&self, path: &str, hls: Hls) {
        self.put(&format!("{path}/*"), hls.resource(path));
    }

    /// Answers as this panel wherever nothing else answers; a panel may stand at several simulators, as at several hosts.
    pub fn put_panel(&self, panel: &Panel) {
        let state = Arc::downgrade(&self.state);
        let open = move |account: &str| state.upgrade().map_or(0, |state| state.open_of(account));
        self.put("/*", panel.resource(open));
    }

    /// Lets answers at `path` go wrong: `*` for all, `/live/*` for what lies below, `/player_api.php?action=get_series`
    /// for requests with these values in their query. Of several faults the closest holds, until [`Self::mend`] or until
    /// it has run out.
    pub fn fault(&self, path: &str, fault: Fault) {
        self.state.fault(path, fault);
    }

    /// Takes every fault away.
    pub fn mend(&self) {
        self.state.mend();
    }

    /// At most `most` requests of `account` at once; more are answered with `status` (509 or 403, as panels do).
    pub fn limit(&self, account: &str, most: usize, status: u16) {
        self.limit_late(account, most, status, Duration::ZERO);
    }

    /// As [`Self::limit`], where a request counts for a while after it has ended.
    pub fn limit_late(&self, account: &str, most: usize, status: u16, cool_down: Duration) {
        let limit = Limit {
            most,
            over: Over::Refuse(status),
            cool_down,
        };
        self.state.limit(account, limit);
    }

    /// Refuses connections from when this returns until [`Self::admit`].
    pub async fn refuse(&self) {
        self.turn(Door::Shut).await;
    }

    /// Takes connections again, on the same port.
    pub async fn admit(&self) {
        self.turn(Door::Open).await;
    }

    /// All requests so far, oldest first.
    pub fn requests(&self) -> Vec<Request> {
        self.state.requests()
    }

    /// How many requests named `path`.
    pub fn count(&self, path: &str) -> usize {
        self.state
            .requests()
            .iter()
            .filter(|request| request.path() == path)
            .count()
    }

    /// The present counters.
    pub fn counters(&self) -> Counters {
        self.state.counters()
    }

    /// Waits until the counters are as wanted.
    pub async fn until(&self, wanted: impl Fn(&Counters) -> bool) {
        let mut changes = self.state.watch();
        while !wanted(&self.state.counters()) {
            if changes.changed().await.is_err() {
                return;
            }
        }
    }

    async fn turn(&self, door: Door) {
        self.door.send_replace(door);
        let mut listening = self.listening.clone();
        // An error means that the acceptor has ended: then nothing is admitted either.
        let _ = listening.wait_for(|now| *now == door).await;
    }
}

impl Drop for Simulator {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn accept(
    listener: TcpListener,
    address: SocketAddr,
    state: Arc<State>,
    mut wanted: watch::Receiver<Door>,
    actual: watch::Sender<Door>,
) {
    let mut connections = JoinSet::new();
    let mut listener = Some(listener);
    let mut held: Option<TcpSocket> = None;
    loop {
        let door = *wanted.borrow_and_update();
        match door {
            Door::Shut if listener.is_some() => {
                listener = None;
                connections.shutdown().await;
                held = hold(address).ok();
            }
            Door::Open if listener.is_none() => {
                let Some(socket) = held.take() else { return };
                listener = socket.listen(1024).ok();
            }
            Door::Open | Door::Shut => {}
        }
        actual.send_replace(door);
        let Some(open) = &listener else {
            if wanted.changed().await.is_err() {
                return;
            }
            continue;
        };
        tokio::select! {
            changed = wanted.changed() => if changed.is_err() { return },
            accepted = open.accept() => if let Ok((socket, _)) = accepted {
                connections.spawn(connection::serve(socket, Arc::clone(&state)));
            },
            Some(_) = connections.join_next() => {}
        }
    }
}

/// Binds without listening: the port cannot be taken by another process, and connecting to it is refused.
fn hold(address: SocketAddr) -> io::Result<TcpSocket> {
    let socket = TcpSocket::new_v4()?;
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    Ok(socket)
}
