use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::features::providers::Offer;
use crate::support::ids::{CredentialId, ProviderId};

use super::feed::{Feed, Seat, Start};

/// What is being watched on this node: each stream once, however many watch it.
#[derive(Default)]
pub struct Feeds(Mutex<HashMap<Offer, Arc<Feed>>>);

impl Feeds {
    /// A place at the stream that `start` opens; it is opened if nobody watches it yet.
    pub fn sit(
        self: &Arc<Self>,
        start: impl FnOnce() -> Start,
        offer: Offer,
        provider: ProviderId,
        credential: CredentialId,
    ) -> Seat {
        let mut feeds = self.feeds();
        if let Some(seat) = feeds.get(&offer).and_then(|feed| Feed::sit(feed, credential)) {
            return seat;
        }
        let (feed, seat) = Feed::new(offer, provider, credential);
        feeds.insert(offer, Arc::clone(&feed));
        let (start, all) = (start(), Arc::clone(self));
        tokio::spawn(async move {
            start.run(Arc::clone(&feed)).await;
            all.forget(&feed);
        });
        seat
    }

    /// Lets go of the provider's connections that nobody watches any more but that were kept a moment; whether there were any.
    pub fn let_go(&self, provider: ProviderId) -> bool {
        let mut comes_back = false;
        for feed in self.feeds().values().filter(|feed| feed.provider == provider) {
            comes_back |= feed.want();
        }
        comes_back
    }

    /// What is watched now.
    pub fn offers(&self) -> Vec<Offer> {
        self.feeds().keys().copied().collect()
    }

    /// Ends one stream; who watches it goes on with another.
    pub fn stop(&self, offer: Offer) {
        if let Some(feed) = self.feeds().get(&offer) {
            feed.stop();
        }
    }

    /// Ends everything, when the server stops.
    pub fn end_all(&self) {
        self.feeds().values().for_each(|feed| feed.stop());
    }

    fn forget(&self, feed: &Arc<Feed>) {
        let mut feeds = self.feeds();
        if feeds
            .get(&feed.offer)
            .is_some_and(|known| Arc::ptr_eq(known, feed))
        {
            feeds.remove(&feed.offer);
        }
    }

    fn feeds(&self) -> MutexGuard<'_, HashMap<Offer, Arc<Feed>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
