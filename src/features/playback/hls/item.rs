use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::{HeaderName, HeaderValue};
use tokio::sync::Notify;

use crate::features::playback::error::RelayError;
use crate::features::playback::opening::cause;
use crate::fetch::FetchError;
use crate::support::ids::CredentialId;

use super::budget::Budget;
use super::playlist::Playlist;

/// The most bytes of one part that are kept; the beginning of a longer one is dropped once a reader has it.
pub(super) const LONGEST: usize = 32 * 1024 * 1024;
/// The same where the node has no bytes left to keep.
const SHORTEST: usize = 1024 * 1024;
/// A part that is longer than what is kept of it is given up when no reader takes anything for so long.
const STUCK: Duration = Duration::from_secs(10);

/// What one address answers, for all who ask for it while it comes or while it is kept.
pub struct Item {
    state: Mutex<State>,
    /// Something came, or its beginning or end.
    news: Notify,
    /// Readers left or took bytes.
    readers: Notify,
    budget: Arc<Budget>,
}

struct State {
    stage: Stage,
    chunks: VecDeque<Bytes>,
    /// The number of the first chunk that is kept.
    first: u64,
    /// Bytes that are kept.
    kept: usize,
    seats: HashMap<u64, Seat>,
    last_seat: u64,
}

impl State {
    fn is_over(&self) -> bool {
        !matches!(self.stage, Stage::Starting | Stage::Coming(_))
    }

    fn is_left(&self) -> bool {
        self.seats.is_empty() && !self.is_over()
    }

    fn end(&mut self, is_whole: bool) {
        if let Stage::Coming(head) = &self.stage {
            let head = Arc::clone(head);
            self.stage = if is_whole {
                Stage::Whole(head)
            } else {
                Stage::Broken(head)
            };
        }
    }
}

struct Seat {
    credential: CredentialId,
    /// The number of the chunk that comes next.
    next: u64,
}

enum Stage {
    Starting,
    Playlist(Arc<Playlist>),
    Coming(Arc<Head>),
    /// All of it is here.
    Whole(Arc<Head>),
    /// It broke off.
    Broken(Arc<Head>),
    Failed(Failure),
}

/// What is known of a part before its bytes.
#[derive(Debug)]
pub struct Head {
    pub status: u16,
    pub content_type: String,
    pub headers: Vec<(HeaderName, HeaderValue)>,
}

/// Why there is nothing of it, in words that hold no address.
#[derive(Debug, Clone)]
pub enum Failure {
    Status(u16),
    Cause(String),
    /// Nobody waited for it.
    Left,
}

impl From<Failure> for RelayError {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Status(status) => Self::Status(status),
            Failure::Cause(text) => cause(text),
            Failure::Left => Self::Interrupted("nobody waited for it".to_owned()),
        }
    }
}

/// What an item turned out to be.
pub enum Begun {
    Playlist(Arc<Playlist>),
    Media(Arc<Head>),
    Failed(Failure),
}

impl Item {
    /// One that is about to be fetched.
    pub fn new(budget: Arc<Budget>) -> Arc<Self> {
        Arc::new(Self {
            state: Mutex::new(State {
                stage: Stage::Starting,
                chunks: VecDeque::new(),
                first: 0,
                kept: 0,
                seats: HashMap::new(),
                last_seat: 0,
            }),
            news: Notify::new(),
            readers: Notify::new(),
            budget,
        })
    }

    /// A place for who asks for it now; `None` if it has to be fetched anew.
    pub fn sit(self: &Arc<Self>, credential: CredentialId, now: Instant) -> Option<Reader> {
        let mut state = self.state();
        let is_here = match &state.stage {
            Stage::Starting | Stage::Coming(_) | Stage::Whole(_) => state.first == 0,
            Stage::Playlist(playlist) => playlist.is_fresh(now),
            Stage::Broken(_) | Stage::Failed(_) => false,
        };
        if !is_here {
            return None;
        }
        state.last_seat += 1;
        let id = state.last_seat;
        state.seats.insert(id, Seat { credential, next: 0 });
        Some(Reader {
            item: Arc::clone(self),
            id,
        })
    }

    /// Takes the places of one credential away.
    pub fn end(&self, credential: CredentialId) {
        self.state().seats.retain(|_, seat| seat.credential != credential);
        self.readers.notify_waiters();
        self.news.notify_waiters();
    }

    /// Bytes of it that are kept here.
    pub fn kept(&self) -> usize {
        self.state().kept
    }

    /// Whether nothing more comes.
    pub fn is_over(&self) -> bool {
        self.state().is_over()
    }

    pub fn is_playlist(&self, playlist: Playlist) {
        self.set(Stage::Playlist(Arc::new(playlist)));
    }

    pub fn has_failed(&self, failure: Failure) {
        self.set(Stage::Failed(failure));
    }

    pub fn begins(&self, head: Head) {
        self.set(Stage::Coming(Arc::new(head)));
    }

    /// Ends it, well or badly.
    pub fn ends(&self, is_whole: bool) {
        self.state().end(is_whole);
        self.news.notify_waiters();
    }

    /// Ends it unless somebody came in the last moment.
    pub fn close_if_left(&self) -> bool {
        let mut state = self.state();
        let is_left = state.is_left();
        if is_left {
            match state.stage {
                Stage::Starting => {
                    state.stage = Stage::Failed(Failure::Left);
                }
                _ => state.end(false),
            }
        }
        drop(state);
        // Those whose places were taken away may wait.
        self.news.notify_waiters();
        is_left
    }

    /// Adds bytes, with which it may be whole; false if there was no room for them for long, since no reader takes anything.
    pub async fn push(&self, bytes: Bytes, is_last: bool) -> bool {
        loop {
            let mut change = std::pin::pin!(self.readers.notified());
            change.as_mut().enable();
            if self.try_push(&bytes, is_last) {
                self.news.notify_waiters();
                return true;
            }
            if tokio::time::timeout(STUCK, change).await.is_err() {
                return false;
            }
        }
    }

    fn try_push(&self, bytes: &Bytes, is_last: bool) -> bool {
        let most = if self.budget.is_spent() { SHORTEST } else { LONGEST };
        let mut state = self.state();
        let taken = state.seats.values().map(|seat| seat.next).max().unwrap_or(0);
        while state.kept + bytes.len() > most && state.first < taken {
            let Some(gone) = state.chunks.pop_front() else {
                break;
            };
            state.first += 1;
            state.kept -= gone.len();
            self.budget.give_back(gone.len());
        }
        let fits = state.kept + bytes.len() <= most || state.chunks.is_empty();
        if fits {
            state.kept += bytes.len();
            self.budget.take(bytes.len());
            state.chunks.push_back(bytes.clone());
            if is_last {
                state.end(true);
            }
        }
        fits
    }

    /// Waits until nobody waits for it or reads it any more, though it comes.
    pub async fn left(&self) {
        loop {
            let mut change = std::pin::pin!(self.readers.notified());
            change.as_mut().enable();
            if self.state().is_left() {
                return;
            }
            change.await;
        }
    }

    fn set(&self, stage: Stage) {
        self.state().stage = stage;
        self.news.notify_waiters();
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Item {
    fn drop(&mut self) {
        let kept = self.state().kept;
        self.budget.give_back(kept);
    }
}

/// The place of one who asked for an item; given up when dropped.
pub struct Reader {
    item: Arc<Item>,
    id: u64,
}

impl Reader {
    /// Waits until it is known what it is.
    pub async fn begun(&self) -> Begun {
        loop {
            let mut news = std::pin::pin!(self.item.news.notified());
            news.as_mut().enable();
            match &self.item.state().stage {
                Stage::Starting => {}
                Stage::Playlist(playlist) => return Begun::Playlist(Arc::clone(playlist)),
                Stage::Coming(head) | Stage::Whole(head) | Stage::Broken(head) => {
                    return Begun::Media(Arc::clone(head));
                }
                Stage::Failed(failure) => return Begun::Failed(failure.clone()),
            }
            news.await;
        }
    }

    /// The next bytes; `None` at the end. An error if it broke off, this reader was too slow or may not read any more.
    pub async fn next(&self) -> Option<Result<Bytes, FetchError>> {
        loop {
            let mut news = std::pin::pin!(self.item.news.notified());
            news.as_mut().enable();
            if let Some(next) = self.take() {
                return next.transpose();
            }
            news.await;
        }
    }

    /// `None` if nothing is there yet.
    fn take(&self) -> Option<Result<Option<Bytes>, FetchError>> {
        let mut state = self.item.state();
        let state = &mut *state;
        let Some(seat) = state.seats.get_mut(&self.id) else {
            return Some(Err(FetchError::Cancelled));
        };
        let Some(index) = seat.next.checked_sub(state.first) else {
            return Some(Err(FetchError::Cancelled));
        };
        let bytes = usize::try_from(index)
            .ok()
            .and_then(|index| state.chunks.get(index));
        if let Some(bytes) = bytes {
            seat.next += 1;
            self.item.readers.notify_waiters();
            return Some(Ok(Some(bytes.clone())));
        }
        match state.stage {
            Stage::Starting | Stage::Coming(_) => None,
            Stage::Whole(_) => Some(Ok(None)),
            Stage::Playlist(_) | Stage::Broken(_) | Stage::Failed(_) => Some(Err(FetchError::Cancelled)),
        }
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        self.item.state().seats.remove(&self.id);
        self.item.readers.notify_waiters();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: CredentialId = CredentialId(1);
    const OTHER: CredentialId = CredentialId(2);

    fn coming() -> (Arc<Item>, Arc<Budget>) {
        let budget = Arc::<Budget>::default();
        let item = Item::new(Arc::clone(&budget));
        item.begins(Head {
            status: 200,
            content_type: "video/mp2t".to_owned(),
            headers: Vec::new(),
        });
        (item, budget)
    }

    fn reader(item: &Arc<Item>, credential: CredentialId) -> Reader {
        item.sit(credential, Instant::now()).unwrap()
    }

    #[tokio::test]
    async fn who_comes_later_reads_from_the_beginning() {
        let (item, _) = coming();
        let first = reader(&item, ONE);
        assert!(item.push("a".into(), false).await);
        assert_eq!(first.next().await.unwrap().unwrap(), "a");
        let later = reader(&item, OTHER);
        assert!(item.push("b".into(), false).await);
        item.ends(true);
        for expected in ["a", "b"] {
            assert_eq!(later.next().await.unwrap().unwrap(), expected);
        }
        assert!(later.next().await.is_none());
        assert_eq!(first.next().await.unwrap().unwrap(), "b");
    }

    #[tokio::test]
    async fn a_reader_whose_place_is_taken_away_reads_no_more_and_nobody_elses_is() {
        let (item, _) = coming();
        let (one, other) = (reader(&item, ONE), reader(&item, OTHER));
        assert!(item.push("a".into(), false).await);
        item.end(ONE);
        assert!(one.next().await.unwrap().is_err());
        assert_eq!(other.next().await.unwrap().unwrap(), "a");
        item.end(OTHER);
        // Nothing holds the fetch any more, though both readers are still there.
        item.left().await;
    }

    #[tokio::test]
    async fn of_a_part_that_is_too_long_the_slow_reader_falls_off_and_nobody_joins() {
        let (item, budget) = coming();
        let (eager, idle) = (reader(&item, ONE), reader(&item, OTHER));
        let half = Bytes::from(vec![0; LONGEST / 2]);
        for _ in 0..3 {
            assert!(item.push(half.clone(), false).await);
            assert_eq!(eager.next().await.unwrap().unwrap().len(), half.len());
        }
        assert_eq!(item.kept(), LONGEST);
        assert!(idle.next().await.unwrap().is_err());
        assert!(item.sit(ONE, Instant::now()).is_none());
        drop((eager, idle, item));
        assert_eq!(format!("{budget:?}"), "Budget(0)");
    }

    #[tokio::test]
    async fn what_broke_off_is_told_and_not_kept() {
        let (item, _) = coming();
        let one = reader(&item, ONE);
        item.ends(false);
        assert!(one.next().await.unwrap().is_err());
        assert!(item.sit(ONE, Instant::now()).is_none());
    }
}
