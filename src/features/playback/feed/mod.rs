//! One upstream and everybody who watches it.
//!
//! - *feed*: a stream that comes over one connection, whoever watches.
//! - *seat*: the place of one viewer; what it takes is every byte from where it sat down.
//! - *ring*: the last bytes, for viewers who lag behind.
//! - *pump*: brings the upstream's bytes into the ring, and notices when they stall.

mod pace;
mod packets;
mod pump;
mod ring;
mod start;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use bytes::Bytes;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use crate::features::catalogue::sources::opening::Opened;
use crate::features::providers::Offer;
use crate::features::providers::leases::Lease;
use crate::support::ids::{CredentialId, ProviderId};

use super::error::RelayError;
use ring::{Ring, SeatId, Taken};
pub use start::Start;

/// How long an upstream stays open without viewers: players close a stream to open it again at once.
const LINGER: Duration = Duration::from_millis(1_500);

/// One stream on its way to all who watch it.
pub struct Feed {
    pub offer: Offer,
    pub provider: ProviderId,
    state: Mutex<State>,
    /// Bytes came, or the feed began or ended.
    news: Notify,
    /// Viewers came or left, or their leaving is waited for.
    guests: Notify,
    /// Viewers took bytes, or came to take some.
    taken: Notify,
    /// Ends it whoever watches.
    stop: CancellationToken,
}

struct State {
    stage: Stage,
    ring: Ring,
    /// Each who watches, as often as he does.
    guests: Vec<CredentialId>,
    /// Whom its connection counts for.
    holder: CredentialId,
    /// Somebody wants its connection as soon as nobody watches, or nobody whom it counts for.
    is_wanted: bool,
    /// Since it had its connection.
    leased_at: Option<Instant>,
    /// From then to what could be shared.
    opened_in: Option<Duration>,
}

impl State {
    /// Those who watch on where whom its connection counts for has left, each once.
    fn heirs(&self) -> Vec<CredentialId> {
        if !self.is_orphaned() {
            return Vec::new();
        }
        let mut heirs = self.guests.clone();
        heirs.sort_unstable();
        heirs.dedup();
        heirs
    }

    fn is_orphaned(&self) -> bool {
        !self.guests.is_empty() && !self.guests.contains(&self.holder)
    }
}

enum Stage {
    Starting,
    Running {
        content_type: Arc<str>,
    },
    /// Its upstream is closed; its connection is about to be given back.
    Ending,
    /// What came cannot be shared; the first who asks has it.
    Unshared(Option<Box<Unshared>>),
    Over(End),
}

/// An answer that only one viewer can have, such as a playlist or a file, with its connection.
pub struct Unshared {
    pub opened: Opened,
    pub lease: Arc<Lease>,
}

/// Why a feed does not go on, or never began.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum End {
    /// Nobody watched any more.
    Left,
    AllInUse,
    /// Its connection is reserved for somebody who has left, or what is free is kept for others.
    Reserved,
    /// Its connection could not be counted.
    Uncounted,
    /// The upstream's fault, in words that hold no address.
    Failed(String),
}

impl End {
    /// Whether the stream is to blame.
    pub fn is_fault(&self) -> bool {
        matches!(self, Self::Failed(_))
    }
}

impl From<End> for RelayError {
    fn from(end: End) -> Self {
        match end {
            End::AllInUse => Self::AllInUse,
            End::Reserved => Self::Reserved,
            End::Left => Self::Interrupted("nobody waited for it".to_owned()),
            End::Uncounted => Self::Interrupted("its connection could not be counted".to_owned()),
            End::Failed(cause) => Self::NoneStarted(vec![cause]),
        }
    }
}

/// What a viewer finds next.
#[derive(Debug, PartialEq, Eq)]
pub enum Next {
    Bytes(Bytes),
    /// This viewer was too slow; the others go on.
    Behind,
    Over(End),
}

/// What became of a start.
pub enum Begun {
    Running {
        content_type: Arc<str>,
    },
    Unshared(Box<Unshared>),
    /// Another viewer has the answer; who wants one too opens it again.
    Taken,
    Over(End),
}

impl Feed {
    /// A stream that begins, with the place of its first viewer, whom its connection counts for.
    pub fn new(offer: Offer, provider: ProviderId, credential: CredentialId) -> (Arc<Self>, Seat) {
        let mut ring = Ring::default();
        let id = ring.sit();
        let feed = Arc::new(Self {
            offer,
            provider,
            state: Mutex::new(State {
                stage: Stage::Starting,
                ring,
                guests: vec![credential],
                holder: credential,
                is_wanted: false,
                leased_at: None,
                opened_in: None,
            }),
            news: Notify::new(),
            guests: Notify::new(),
            taken: Notify::new(),
            stop: CancellationToken::new(),
        });
        let seat = Seat {
            feed: Arc::clone(&feed),
            credential,
            id,
            has_opened: true,
        };
        (feed, seat)
    }

    /// A place for a viewer; `None` once it is over.
    pub fn sit(feed: &Arc<Self>, credential: CredentialId) -> Option<Seat> {
        let mut state = feed.state();
        if !matches!(state.stage, Stage::Starting | Stage::Running { .. }) {
            return None;
        }
        state.guests.push(credential);
        state.is_wanted = false;
        let id = state.ring.sit();
        drop(state);
        feed.guests.notify_waiters();
        feed.taken.notify_waiters();
        Some(Seat {
            feed: Arc::clone(feed),
            credential,
            id,
            has_opened: false,
        })
    }

    /// Ends it whoever watches.
    pub fn stop(&self) {
        self.stop.cancel();
    }

    /// Lets its connection go if nobody watches, or nobody whom it counts for; whether it may come back in a moment.
    pub fn want(&self) -> bool {
        let mut state = self.state();
        let is_its_own = !matches!(
            state.stage,
            Stage::Unshared(_) | Stage::Over(End::AllInUse | End::Reserved | End::Uncounted | End::Failed(_))
        );
        let is_alone = (state.guests.is_empty() || state.is_orphaned()) && is_its_own;
        state.is_wanted |= is_alone;
        drop(state);
        self.guests.notify_waiters();
        is_alone
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lets nobody in any more; who watches waits for what follows.
    fn end_soon(&self) {
        let mut state = self.state();
        if !matches!(state.stage, Stage::Over(_)) {
            state.stage = Stage::Ending;
        }
    }

    fn set(&self, stage: Stage) {
        self.state().stage = stage;
        self.news.notify_waiters();
    }

    /// It has a connection, and is asked for.
    fn leased(&self) {
        self.state().leased_at = Some(Instant::now());
    }

    /// Its bytes begin to come.
    fn runs(&self, content_type: Arc<str>) {
        let mut state = self.state();
        state.opened_in = state.leased_at.map(|at| at.elapsed());
        state.stage = Stage::Running { content_type };
        drop(state);
        self.news.notify_waiters();
    }

    /// Waits until nobody has watched for a while, or nobody watches and somebody wants its connection.
    async fn left(&self) {
        loop {
            self.until(&self.guests, |state| state.guests.is_empty()).await;
            let come_back = self.until(&self.guests, |state| !state.guests.is_empty() || state.is_wanted);
            match tokio::time::timeout(LINGER, come_back).await {
                Ok(()) if !self.state().guests.is_empty() => {}
                Ok(()) | Err(_) => return,
            }
        }
    }

    /// Waits until whom its connection counts for has not watched for a while, or somebody wants it, while others watch on:
    /// those.
    async fn orphaned(&self) -> Vec<CredentialId> {
        loop {
            self.until(&self.guests, State::is_orphaned).await;
            let decided = self.until(&self.guests, |state| !state.is_orphaned() || state.is_wanted);
            // Players close a stream to open it again at once.
            let _ = tokio::time::timeout(LINGER, decided).await;
            let heirs = self.state().heirs();
            if !heirs.is_empty() {
                return heirs;
            }
        }
    }

    /// Notes whom its connection counts for from now on.
    fn inherit(&self, heir: CredentialId) {
        let mut state = self.state();
        state.holder = heir;
        state.is_wanted = false;
    }

    /// Ends it unless somebody came in the last moment.
    fn close_if_left(&self) -> bool {
        let mut state = self.state();
        let is_left = state.guests.is_empty();
        if is_left {
            state.stage = Stage::Over(End::Left);
        }
        is_left
    }

    /// Waits until the viewers have taken enough that more may come.
    async fn room(&self) {
        self.until(&self.taken, |state| !state.ring.is_ahead()).await;
    }

    fn has_room(&self) -> bool {
        !self.state().ring.is_ahead()
    }

    async fn until(&self, changes: &Notify, is_so: impl Fn(&State) -> bool) {
        loop {
            let mut change = std::pin::pin!(changes.notified());
            change.as_mut().enable();
            if is_so(&self.state()) {
                return;
            }
            change.await;
        }
    }
}

/// A viewer's place at a feed; given up when dropped.
pub struct Seat {
    feed: Arc<Feed>,
    credential: CredentialId,
    id: SeatId,
    has_opened: bool,
}

impl Seat {
    pub fn feed(&self) -> &Feed {
        &self.feed
    }

    /// Waits until the feed has begun.
    pub async fn begun(&self) -> Begun {
        loop {
            let mut news = std::pin::pin!(self.feed.news.notified());
            news.as_mut().enable();
            match &mut self.feed.state().stage {
                Stage::Starting | Stage::Ending => {}
                Stage::Running { content_type } => {
                    let content_type = Arc::clone(content_type);
                    return Begun::Running { content_type };
                }
                Stage::Unshared(unshared) => {
                    return unshared.take().map_or(Begun::Taken, Begun::Unshared);
                }
                Stage::Over(end) => return Begun::Over(end.clone()),
            }
            news.await;
        }
    }

    /// Whether the feed began with this viewer.
    pub fn has_opened(&self) -> bool {
        self.has_opened
    }

    /// How long the feed took to begin, if it began with this viewer.
    pub fn opened_in(&self) -> Option<Duration> {
        self.feed.state().opened_in.filter(|_| self.has_opened)
    }

    /// How many bytes this viewer has still to take.
    pub fn lag(&self) -> u64 {
        self.feed.state().ring.lag(self.id)
    }

    /// The next bytes. What is left of a feed that is over is taken first.
    pub async fn next(&self) -> Next {
        loop {
            let mut news = std::pin::pin!(self.feed.news.notified());
            news.as_mut().enable();
            let taken = {
                let mut state = self.feed.state();
                match state.ring.take(self.id) {
                    Taken::Nothing => match &state.stage {
                        Stage::Over(end) => Some(Next::Over(end.clone())),
                        _ => None,
                    },
                    Taken::Bytes(bytes) => Some(Next::Bytes(bytes)),
                    Taken::Behind => Some(Next::Behind),
                }
            };
            if let Some(taken) = taken {
                self.feed.taken.notify_waiters();
                return taken;
            }
            news.await;
        }
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut state = self.feed.state();
        let of = |guest: &CredentialId| *guest == self.credential;
        if let Some(at) = state.guests.iter().position(of) {
            state.guests.remove(at);
        }
        state.ring.leave(self.id);
        drop(state);
        self.feed.guests.notify_waiters();
        self.feed.taken.notify_waiters();
    }
}
