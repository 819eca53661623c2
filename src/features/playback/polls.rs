use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use crate::features::providers::Offer;
use crate::features::providers::leases::Lease;
use crate::support::ids::CredentialId;

/// A player that polls an HLS stream is gone when it was silent for longer.
const SILENCE_MS: i64 = 30_000;

/// Who polls what.
pub type Poller = (CredentialId, Offer);

/// The leases of HLS streams, whose viewers' connections come and go with every segment: one for each stream however many
/// watch it, given back 30 s after the last poll.
#[derive(Default)]
pub struct Polls {
    polls: Mutex<HashMap<Offer, Poll>>,
    turns: Mutex<HashMap<Offer, Arc<tokio::sync::Mutex<()>>>>,
}

struct Poll {
    lease: Arc<Lease>,
    /// When each viewer polled last.
    last_ms: HashMap<CredentialId, i64>,
}

impl Polls {
    /// Notes a poll; the lease it goes on with, if somebody polls this stream. Held while a part is on its way, it stays.
    pub fn touch(&self, (credential, offer): Poller, now_ms: i64) -> Option<Arc<Lease>> {
        let mut polls = self.polls.lock().unwrap_or_else(PoisonError::into_inner);
        let poll = polls.get_mut(&offer)?;
        poll.last_ms.insert(credential, now_ms);
        Some(Arc::clone(&poll.lease))
    }

    /// Waits until no other request for the same stream is on its way to a lease: a player that goes on after a pause asks
    /// for several segments at once, and they need one connection.
    pub async fn turn(&self, offer: Offer) -> tokio::sync::OwnedMutexGuard<()> {
        let turn = {
            let mut turns = self.turns.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(turns.entry(offer).or_default())
        };
        turn.lock_owned().await
    }

    /// Keeps the lease of a stream that is polled now; of two that began at once the first is kept, the other given back.
    pub fn keep(&self, (credential, offer): Poller, lease: Arc<Lease>, now_ms: i64) -> Arc<Lease> {
        let mut polls = self.polls.lock().unwrap_or_else(PoisonError::into_inner);
        let poll = polls.entry(offer).or_insert_with(|| Poll {
            lease,
            last_ms: HashMap::new(),
        });
        poll.last_ms.insert(credential, now_ms);
        Arc::clone(&poll.lease)
    }

    /// Gives back the leases of streams whose viewers fell silent.
    pub fn sweep(&self, now_ms: i64) {
        let mut polls = self.polls.lock().unwrap_or_else(PoisonError::into_inner);
        polls.retain(|_, poll| {
            let is_held = Arc::strong_count(&poll.lease) > 1;
            poll.last_ms
                .retain(|_, last_ms| is_held || now_ms - *last_ms <= SILENCE_MS);
            !poll.last_ms.is_empty()
        });
        let mut turns = self.turns.lock().unwrap_or_else(PoisonError::into_inner);
        turns.retain(|_, turn| Arc::strong_count(turn) > 1);
    }

    /// Forgets one credential, whose polls will be refused, and gives back what nobody else polls.
    pub fn end(&self, credential: CredentialId) {
        let mut polls = self.polls.lock().unwrap_or_else(PoisonError::into_inner);
        polls.retain(|_, poll| {
            poll.last_ms.remove(&credential);
            !poll.last_ms.is_empty()
        });
    }

    /// Those who poll something, possibly more than once.
    pub fn credentials(&self) -> Vec<CredentialId> {
        let polls = self.polls.lock().unwrap_or_else(PoisonError::into_inner);
        polls
            .values()
            .flat_map(|poll| poll.last_ms.keys())
            .copied()
            .collect()
    }

    /// Gives back every lease.
    pub fn end_all(&self) {
        self.polls.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}
