use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::{Arc, Mutex, PoisonError};

use crate::features::providers::Offer;
use crate::features::providers::leases::Lease;
use crate::support::ids::CredentialId;

/// A player that polls an HLS stream is gone when it was silent for longer.
const SILENCE_MS: i64 = 30_000;

/// Who polls what.
pub type Poller = (CredentialId, Offer);

/// The leases of HLS viewers, whose connections come and go with every segment: one for each credential and stream,
/// given back 30 s after the last poll.
#[derive(Default)]
pub struct Polls {
    polls: Mutex<HashMap<Poller, Poll>>,
    turns: Mutex<HashMap<Poller, Arc<tokio::sync::Mutex<()>>>>,
}

struct Poll {
    lease: Arc<Lease>,
    last_ms: i64,
}

impl Polls {
    /// Notes a poll; the lease it goes on with, if the poller has one. Held while a part is on its way, it stays.
    pub fn touch(&self, poller: Poller, now_ms: i64) -> Option<Arc<Lease>> {
        let mut polls = self.polls.lock().unwrap_or_else(PoisonError::into_inner);
        let poll = polls.get_mut(&poller)?;
        poll.last_ms = now_ms;
        Some(Arc::clone(&poll.lease))
    }

    /// Waits until no other request of the same poller is on its way to a lease: a player that goes on after a pause asks
    /// for several segments at once, and they are one viewer.
    pub async fn turn(&self, poller: Poller) -> tokio::sync::OwnedMutexGuard<()> {
        let turn = {
            let mut turns = self.turns.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(turns.entry(poller).or_default())
        };
        turn.lock_owned().await
    }

    /// Keeps a new poller's lease; of two that began at once the first is kept, the other given back.
    pub fn keep(&self, poller: Poller, lease: Arc<Lease>, now_ms: i64) -> Arc<Lease> {
        let mut polls = self.polls.lock().unwrap_or_else(PoisonError::into_inner);
        let poll = match polls.entry(poller) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(new) => new.insert(Poll {
                lease,
                last_ms: now_ms,
            }),
        };
        poll.last_ms = now_ms;
        Arc::clone(&poll.lease)
    }

    /// Gives back the leases of those who fell silent.
    pub fn sweep(&self, now_ms: i64) {
        let mut polls = self.polls.lock().unwrap_or_else(PoisonError::into_inner);
        polls.retain(|_, poll| now_ms - poll.last_ms <= SILENCE_MS || Arc::strong_count(&poll.lease) > 1);
        let mut turns = self.turns.lock().unwrap_or_else(PoisonError::into_inner);
        turns.retain(|_, turn| Arc::strong_count(turn) > 1);
    }

    /// Gives back the leases of one credential, whose polls will be refused.
    pub fn end(&self, credential: CredentialId) {
        let mut polls = self.polls.lock().unwrap_or_else(PoisonError::into_inner);
        polls.retain(|(poller, _), _| *poller != credential);
    }

    /// Those who poll something, possibly more than once.
    pub fn credentials(&self) -> Vec<CredentialId> {
        let polls = self.polls.lock().unwrap_or_else(PoisonError::into_inner);
        polls.keys().map(|(credential, _)| *credential).collect()
    }

    /// Gives a poller's lease back, whose stream did not answer: the next may be of the same account.
    pub fn leave(&self, poller: Poller) {
        self.polls
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(&poller);
    }

    /// Gives back every lease.
    pub fn end_all(&self) {
        self.polls.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}
