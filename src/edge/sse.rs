//! Server-sent events: transport only. Who sends what is decided in `web/live` and `api`.

use std::collections::{BTreeSet, HashMap, VecDeque};
use std::convert::Infallible;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use actix_web::HttpResponse;
use actix_web::http::header;
use bytes::Bytes;
use futures_util::stream;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use crate::support::ids::UserId;

/// Frames that wait for a slow client before they are replaced by one `refresh`.
const BACKLOG: usize = 32;
const HEARTBEAT: Duration = Duration::from_secs(15);

/// One event as it goes over the wire; rendered once and shared by all its receivers.
pub fn frame(event: &str, data: &str) -> Bytes {
    let mut text = format!("event: {event}\n");
    for line in data.lines() {
        text.push_str("data: ");
        text.push_str(line);
        text.push('\n');
    }
    if data.is_empty() {
        text.push_str("data:\n");
    }
    text.push('\n');
    Bytes::from(text)
}

/// Whose stream it is, so that revocation ends it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Owner {
    /// A key of the session or token, not the secret itself.
    pub session: String,
    pub user: UserId,
}

/// All open streams of this node.
#[derive(Clone, Default)]
pub struct Streams {
    open: Arc<Mutex<HashMap<u64, (Owner, Sender)>>>,
    next: Arc<AtomicU64>,
}

impl Streams {
    /// Opens a stream: the sender for whoever has news, the answer for the client.
    pub fn open(&self, owner: Owner) -> (Sender, HttpResponse) {
        let sender = Sender::new();
        let id = self.next.fetch_add(1, Ordering::Relaxed);
        self.lock().insert(id, (owner, sender.clone()));
        let registration = Registration {
            streams: self.clone(),
            sender: sender.clone(),
            id,
        };
        (sender, respond(registration))
    }

    pub fn count(&self) -> usize {
        self.lock().len()
    }

    /// The sessions that have a stream open, each once.
    pub fn sessions(&self) -> BTreeSet<String> {
        self.lock()
            .values()
            .map(|(owner, _)| owner.session.clone())
            .collect()
    }

    /// Ends the streams of one session or token.
    pub fn end_session(&self, session: &str) {
        self.end_where(|owner| owner.session == session);
    }

    /// Ends the streams of one user.
    pub fn end_user(&self, user: UserId) {
        self.end_where(|owner| owner.user == user);
    }

    /// Ends every stream, first thing when the server shuts down.
    pub fn end_all(&self) {
        self.end_where(|_| true);
    }

    fn end_where(&self, ends: impl Fn(&Owner) -> bool) {
        for (owner, sender) in self.lock().values() {
            if ends(owner) {
                sender.close();
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<u64, (Owner, Sender)>> {
        self.open.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}

/// Takes events for one client; never waits for it.
#[derive(Clone)]
pub struct Sender(Arc<Channel>);

struct Channel {
    waiting: Mutex<VecDeque<Bytes>>,
    news: Notify,
    closed: CancellationToken,
}

impl Sender {
    fn new() -> Self {
        Self(Arc::new(Channel {
            waiting: Mutex::default(),
            news: Notify::new(),
            closed: CancellationToken::new(),
        }))
    }

    /// Queues a [`frame`]. A client that is too slow gets one `refresh` event instead of its backlog.
    pub fn send(&self, frame: Bytes) {
        let mut waiting = self.lock();
        if waiting.len() >= BACKLOG {
            waiting.clear();
            waiting.push_back(self::frame("refresh", ""));
        } else {
            waiting.push_back(frame);
        }
        drop(waiting);
        self.0.news.notify_one();
    }

    /// Whether the client is still there.
    pub fn is_open(&self) -> bool {
        !self.0.closed.is_cancelled()
    }

    /// Resolves when the client is gone or the stream was ended.
    pub async fn closed(&self) {
        self.0.closed.cancelled().await;
    }

    pub fn close(&self) {
        self.0.closed.cancel();
    }

    async fn next(&self) -> Option<Bytes> {
        loop {
            if !self.is_open() {
                return None;
            }
            if let Some(frame) = self.lock().pop_front() {
                return Some(frame);
            }
            tokio::select! {
                () = self.0.closed.cancelled() => return None,
                () = self.0.news.notified() => {}
                () = tokio::time::sleep(HEARTBEAT) => return Some(Bytes::from_static(b": still here\n\n")),
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, VecDeque<Bytes>> {
        self.0
            .waiting
            .lock()
            .unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}

/// Lives as long as the client's answer; its end tells the sender and the registry.
struct Registration {
    streams: Streams,
    sender: Sender,
    id: u64,
}

impl Drop for Registration {
    fn drop(&mut self) {
        self.sender.close();
        self.streams.lock().remove(&self.id);
    }
}

/// `identity` keeps the compressor away: it would hold small events back and take 25 times the memory.
fn respond(registration: Registration) -> HttpResponse {
    let events = stream::unfold(registration, |registration| async move {
        let frame = registration.sender.next().await?;
        Some((Ok::<_, Infallible>(frame), registration))
    });
    HttpResponse::Ok()
        .content_type("text/event-stream; charset=utf-8")
        .insert_header((header::CONTENT_ENCODING, "identity"))
        .insert_header((header::CACHE_CONTROL, "private, no-store"))
        .insert_header(("X-Accel-Buffering", "no"))
        .streaming(events)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn owner(session: &str) -> Owner {
        Owner {
            session: session.to_owned(),
            user: UserId(1),
        }
    }

    #[test]
    fn lines_of_a_fragment_stay_one_event() {
        assert_eq!(
            frame("sync-7", "<p>\n</p>"),
            "event: sync-7\ndata: <p>\ndata: </p>\n\n"
        );
        assert_eq!(frame("refresh", ""), "event: refresh\ndata:\n\n");
    }

    #[tokio::test]
    async fn a_slow_client_gets_one_refresh_instead_of_a_backlog() {
        let sender = Sender::new();
        for number in 0..=BACKLOG {
            sender.send(frame("tick", &number.to_string()));
        }
        assert_eq!(sender.next().await.unwrap(), frame("refresh", ""));
        assert!(sender.lock().is_empty());
    }

    #[tokio::test]
    async fn revoking_a_session_ends_only_its_streams() {
        let streams = Streams::default();
        let (revoked, _answer) = streams.open(owner("a"));
        let (kept, _other) = streams.open(owner("b"));
        streams.end_session("a");
        assert!(!revoked.is_open() && kept.is_open());
        assert!(revoked.next().await.is_none());
    }

    #[test]
    fn a_client_that_leaves_is_forgotten() {
        let streams = Streams::default();
        let (sender, answer) = streams.open(owner("a"));
        assert_eq!(streams.count(), 1);
        drop(answer);
        assert_eq!(streams.count(), 0);
        assert!(!sender.is_open());
    }
}
