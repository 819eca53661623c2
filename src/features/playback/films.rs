use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use bytes::Bytes;
use tokio_util::sync::CancellationToken;

use crate::features::providers::Offer;
use crate::features::providers::leases::Lease;
use crate::fetch::{FetchError, Upstream};
use crate::support::ids::CredentialId;

use super::running::Stay;

/// Who plays what alone.
type Key = (CredentialId, Offer);

/// Upstreams with one viewer each that run on this node, so that one who seeks can have the connection of what he left.
#[derive(Default)]
pub struct Films(Mutex<HashMap<Key, Vec<Weak<Film>>>>);

/// An upstream with one viewer.
pub struct Film {
    /// Ends it.
    pub end: CancellationToken,
    /// Empty before it is open and after its end. Not held by a viewer who pauses, so that it can be ended then too.
    open: tokio::sync::Mutex<Option<Open>>,
}

struct Open {
    upstream: Upstream,
    _lease: Arc<Lease>,
}

impl Films {
    /// An upstream of this viewer that can be superseded.
    pub fn enter(&self, key: Key, stay: &Stay) -> Arc<Film> {
        let film = Film::new(stay);
        let mut films = self.films();
        films.retain(|_, films| {
            films.retain(|film| film.strong_count() > 0);
            !films.is_empty()
        });
        films.entry(key).or_default().push(Arc::downgrade(&film));
        film
    }

    /// Ends what this viewer plays of it so far; whether he did.
    pub fn supersede(&self, key: Key) -> bool {
        let films = self.films().remove(&key).unwrap_or_default();
        let mut was_running = false;
        for film in films.iter().filter_map(Weak::upgrade) {
            was_running |= film.stop();
        }
        was_running
    }

    /// Whether this viewer plays it alone now.
    pub fn is_running(&self, key: Key) -> bool {
        let films = self.films();
        films
            .get(&key)
            .is_some_and(|films| films.iter().any(|film| film.strong_count() > 0))
    }

    /// Ends whatever one credential plays.
    pub fn end(&self, credential: CredentialId) {
        for ((of, _), films) in &*self.films() {
            if *of == credential {
                films.iter().filter_map(Weak::upgrade).for_each(|film| {
                    film.stop();
                });
            }
        }
    }

    fn films(&self) -> std::sync::MutexGuard<'_, HashMap<Key, Vec<Weak<Film>>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Film {
    /// An upstream that is not open yet; it ends with whatever else its credential plays.
    pub fn new(stay: &Stay) -> Arc<Self> {
        Arc::new(Self {
            end: stay.end.child_token(),
            open: tokio::sync::Mutex::default(),
        })
    }

    /// Takes in what was opened, with its connection.
    pub async fn opened(&self, upstream: Upstream, lease: Arc<Lease>) {
        let open = Open {
            upstream,
            _lease: lease,
        };
        *self.open.lock().await = Some(open).filter(|_| !self.end.is_cancelled());
    }

    /// The next bytes; an error once it was ended from elsewhere.
    pub async fn next(&self) -> Option<Result<Bytes, FetchError>> {
        let mut open = self.open.lock().await;
        let Some(Open { upstream, .. }) = open.as_mut() else {
            return Some(Err(FetchError::Cancelled));
        };
        tokio::select! {
            biased;
            () = self.end.cancelled() => {}
            bytes = upstream.next() => return bytes,
        }
        *open = None;
        Some(Err(FetchError::Cancelled))
    }

    /// Ends it, its viewer may read or not; whether it ran.
    fn stop(self: &Arc<Self>) -> bool {
        let is_running = !self.end.is_cancelled();
        self.end.cancel();
        // Who waits for its bytes notices, and who has just got some does not hold it for long.
        if let Ok(mut open) = self.open.try_lock() {
            open.take();
        } else if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            let film = Arc::clone(self);
            runtime.spawn(async move { film.open.lock().await.take() });
        }
        is_running
    }
}
