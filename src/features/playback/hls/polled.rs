use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::Semaphore;
use url::Url;

use crate::features::catalogue::sources::Source;
use crate::features::providers::Offer;
use crate::features::providers::leases::Lease;
use crate::fetch::Fetcher;
use crate::support::ids::{CredentialId, ProviderId};

use super::budget::Budget;
use super::fetching::Fetching;
use super::item::{Failure, Reader};
use super::listing::Listing;
use super::playlist::Playlist;
use super::shelf::{Key, Place, Shelf};
use super::variants::{Variant, variants};

/// Requests at once where the provider does not say how many it allows.
const UNLIMITED: usize = 8;
/// How long segments are while no playlist has told.
const USUAL_TARGET_MS: i64 = 6_000;
/// A stream that lists nothing new is waited for at least this long, and for three segments.
const SHORTEST_STALL: Duration = Duration::from_secs(3);
/// A playlist that takes longer has failed.
const PATIENCE: Duration = Duration::from_secs(5);
/// So many parts in a row that do not come are the stream's fault.
const MOST_FAILED: usize = 2;
/// Of so many segments at the end of a playlist: what was listed before may be gone.
const LATEST: usize = 4;
/// More media playlists of a stream are not remembered: an address may hold a token that is another each time.
const MOST_PLAYLISTS: usize = 64;
/// No segments are longer, whatever a playlist says.
const LONGEST_TARGET_MS: i64 = 60_000;

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
    /// What its last master playlist named.
    variants: Mutex<Vec<Variant>>,
    /// How far its media playlists are, and since when.
    progress: Mutex<HashMap<String, (u64, Instant)>>,
    /// The latest segments of each media playlist.
    latest: Mutex<HashMap<String, Vec<Url>>>,
    /// Parts that failed since the last that came.
    failed: Mutex<HashSet<String>>,
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
            variants: Mutex::default(),
            progress: Mutex::default(),
            latest: Mutex::default(),
            failed: Mutex::default(),
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
        self.learn(&source.url, &playlist);
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

    /// Notes what a playlist tells, which came just now.
    pub(super) fn learn(&self, url: &Url, playlist: &Playlist) {
        if playlist.is_master() {
            *lock(&self.variants) = variants(&playlist.text, &playlist.base);
        }
        if let Some(listing) = Listing::of(&playlist.text) {
            let end = if listing.is_ended { u64::MAX } else { listing.end() };
            let latest = listing
                .last(LATEST)
                .filter_map(|address| playlist.base.join(address).ok());
            let mut known = lock(&self.latest);
            if known.len() >= MOST_PLAYLISTS {
                known.clear();
            }
            known.insert(url.to_string(), latest.collect());
            drop(known);
            let mut progress = lock(&self.progress);
            // Addresses with a token of their own are another each time.
            if progress.len() >= MOST_PLAYLISTS && !progress.contains_key(url.as_str()) {
                progress.clear();
            }
            let known = progress.entry(url.to_string()).or_insert((end, Instant::now()));
            if known.0 != end {
                *known = (end, Instant::now());
            }
        }
        if let Some(target) = playlist.target() {
            let target_ms = i64::try_from(target.as_millis()).unwrap_or(USUAL_TARGET_MS);
            self.target_ms
                .store(target_ms.clamp(1_000, LONGEST_TARGET_MS), Ordering::Relaxed);
        }
    }

    /// What its master playlist said of a media playlist; `None` if it did not name it as a picture.
    pub fn variant(&self, url: &Url) -> Option<Variant> {
        lock(&self.variants)
            .iter()
            .find(|variant| variant.url == *url)
            .cloned()
    }

    /// Whether a media playlist has listed nothing new for too long.
    pub fn is_stalled(&self, url: &Url, now: Instant) -> bool {
        let progress = lock(&self.progress);
        progress.get(url.as_str()).is_some_and(|(end, since)| {
            *end != u64::MAX && now.saturating_duration_since(*since) > self.longest_silence()
        })
    }

    fn longest_silence(&self) -> Duration {
        (self.target() * 3).max(SHORTEST_STALL)
    }

    /// How long a playlist is waited for: where the account has one connection, a segment may be before it.
    pub fn patience(&self) -> Duration {
        match self.is_narrow {
            true => PATIENCE + self.target(),
            false => PATIENCE,
        }
    }

    fn target(&self) -> Duration {
        Duration::from_millis(self.target_ms.load(Ordering::Relaxed).unsigned_abs())
    }

    /// Notes that a part did not come; whether so many did not that nothing more is expected. A viewer who asks for what was
    /// listed long ago says nothing of the stream.
    pub fn part_failed(&self, url: &Url) -> bool {
        if !lock(&self.latest).values().any(|latest| latest.contains(url)) {
            return false;
        }
        let mut failed = lock(&self.failed);
        failed.insert(url.to_string());
        failed.len() >= MOST_FAILED
    }

    /// Whether so many parts did not come, or not whole, that nothing more is expected.
    pub fn is_failing(&self) -> bool {
        lock(&self.failed).len() >= MOST_FAILED
    }

    pub(super) fn part_came(&self) {
        lock(&self.failed).clear();
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
        lock(&self.shelf)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
