use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use tokio::sync::Semaphore;

use crate::features::catalogue::sources::Source;
use crate::features::providers::Offer;
use crate::features::providers::leases::Lease;
use crate::fetch::Fetcher;
use crate::support::ids::{CredentialId, ProviderId};

use super::budget::Budget;
use super::fetching::Fetching;
use super::item::{Failure, Reader};
use super::playlist::Playlist;
use super::shelf::{Key, Place, Shelf};

/// Requests at once where the provider does not say how many it allows.
const UNLIMITED: usize = 8;
/// How long segments are while no playlist has told.
const USUAL_TARGET_MS: i64 = 6_000;

/// A stream that players poll, with its connection: given back once nobody polls and nothing of it comes any more.
pub struct Polled {
    pub offer: Offer,
    pub provider: ProviderId,
    pub lease: Arc<Lease>,
    /// What of it may come at once. A provider that limits connections sees one, since one was counted.
    pub(super) line: Arc<Semaphore>,
    /// The provider limits connections.
    pub(super) is_narrow: bool,
    shelf: Mutex<Shelf>,
    budget: Arc<Budget>,
    target_ms: AtomicI64,
}

impl Polled {
    /// A stream whose connection has been taken, out of as many as `limit`.
    pub fn new(
        offer: Offer,
        provider: ProviderId,
        limit: Option<i64>,
        lease: Arc<Lease>,
        budget: Arc<Budget>,
    ) -> Arc<Self> {
        let is_narrow = limit.is_some();
        Arc::new(Self {
            offer,
            provider,
            lease,
            line: Arc::new(Semaphore::new(if is_narrow { 1 } else { UNLIMITED })),
            is_narrow,
            shelf: Mutex::default(),
            budget,
            target_ms: AtomicI64::new(USUAL_TARGET_MS),
        })
    }

    /// Whether all who poll it share it. Films are sought in: each viewer is elsewhere.
    pub fn is_shared(&self) -> bool {
        matches!(self.offer, Offer::Stream(_))
    }

    /// What is at the address of `source`, which this stream is or leads to: fetched once for all who ask for it.
    pub fn ask(
        self: &Arc<Self>,
        fetcher: &Fetcher,
        source: &Source,
        range: Option<String>,
        credential: CredentialId,
    ) -> Result<Reader, Failure> {
        let key = Key {
            url: source.url.to_string(),
            // All of it.
            range: range.filter(|range| range != "bytes=0-"),
        };
        let range = key.range.clone();
        let place = self
            .shelf()
            .ask(key, credential, Instant::now(), &self.budget)
            .ok_or_else(|| Failure::Cause("there is no place at it".to_owned()))?;
        Ok(match place {
            Place::Known(reader) => reader,
            Place::New(item, reader) => {
                let fetching = Fetching {
                    fetcher: fetcher.clone(),
                    source: source.clone(),
                    range,
                    item,
                };
                tokio::spawn(fetching.run(Arc::clone(self)));
                reader
            }
        })
    }

    /// Takes in a playlist that was fetched to see what the stream is.
    pub fn put(&self, source: &Source, playlist: Playlist) {
        self.learn(&playlist);
        let key = Key {
            url: source.url.to_string(),
            range: None,
        };
        let item = self.shelf().put(key, Instant::now(), &self.budget);
        item.is_playlist(playlist);
    }

    /// How long nobody polls a stream that is not watched any more: a player asks again after one segment at the latest.
    pub fn quiet_ms(&self) -> i64 {
        self.target_ms.load(Ordering::Relaxed) * 3 / 2
    }

    pub(super) fn learn(&self, playlist: &Playlist) {
        if let Some(target) = playlist.target() {
            let target_ms = i64::try_from(target.as_millis()).unwrap_or(USUAL_TARGET_MS);
            self.target_ms.store(target_ms.max(1_000), Ordering::Relaxed);
        }
    }

    /// Ends the parts of one credential, read or not.
    pub fn end(&self, credential: CredentialId) {
        self.shelf().end(credential);
    }

    /// Drops what nobody asks for any more.
    pub fn trim(&self) {
        self.shelf().trim(Instant::now(), &self.budget);
    }

    /// Gives its connection back, if nobody else has it, and waits until that is written.
    pub async fn give_up(self: Arc<Self>) {
        if let Some(stream) = Arc::into_inner(self)
            && let Some(lease) = Arc::into_inner(stream.lease)
        {
            lease.cool_down().await;
        }
    }

    fn shelf(&self) -> MutexGuard<'_, Shelf> {
        self.shelf.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
