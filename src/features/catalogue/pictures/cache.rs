//! What was fetched, what is being fetched, and what is not worth asking for at present.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use moka::future::Cache;
use tokio::sync::Semaphore;

use super::fetching::{Failure, Fetching};
use super::files::Files;
use super::render::{self, Size};
use super::source_key;
use super::store::{self, Kept, Pictured};
use crate::ctx::Ctx;
use crate::db::DbError;
use crate::features::catalogue::content::Content;
use crate::features::providers;
use crate::fetch::Guard;

/// Sources kept at most, about a gigabyte of files.
const MOST_SOURCES: i64 = 50_000;
/// Forgotten at once, and looked for after so many new ones.
const FORGOTTEN_AT_ONCE: i64 = 1_000;
const TRIMMED_AFTER: u64 = 500;
/// Being fetched or waiting for it; beyond that a picture is asked for when it is looked at again.
const WAITING: usize = 200;
const MINUTE_MS: i64 = 60 * 1_000;
const DAY_MS: i64 = 24 * 60 * MINUTE_MS;
/// A picture is looked up again after that; until then it is shown as it was.
const FRESH_MS: i64 = 30 * DAY_MS;

/// What there is to show of a thing.
#[derive(Debug)]
pub enum Found {
    /// A JPEG with the hash of its bytes.
    Picture { bytes: Vec<u8>, hash: String },
    /// No picture at present, only the name of the thing; `is_final` if it is not on its way.
    Name { name: String, is_final: bool },
}

/// The pictures of one node; cheap to clone.
#[derive(Clone)]
pub struct Pictures {
    inner: Arc<Inner>,
}

struct Inner {
    ctx: Ctx,
    files: Files,
    fetching: Fetching,
    decoding: Semaphore,
    waiting: Arc<Semaphore>,
    /// Lets one source be fetched once at a time.
    flights: Cache<[u8; 32], Kept>,
    fetched: AtomicU64,
}

impl Pictures {
    /// Pictures kept below the cache folder of the configuration.
    pub fn new(ctx: &Ctx) -> Self {
        let folder = ctx.config.data.cache_dir().join("pictures");
        Self {
            inner: Arc::new(Inner {
                ctx: ctx.clone(),
                files: Files::in_folder(&folder),
                fetching: Fetching::new(ctx.fetch.clone()),
                decoding: Semaphore::new(1),
                waiting: Arc::new(Semaphore::new(WAITING)),
                flights: Cache::builder()
                    .max_capacity(10_000)
                    .time_to_live(Duration::from_secs(5))
                    .build(),
                fetched: AtomicU64::new(0),
            }),
        }
    }

    /// The picture of `content`, from the cache; if it has to be fetched first, waits no longer than `patience` while
    /// the fetching goes on. `None` if there is no such thing.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn find(
        &self,
        content: Content,
        size: Size,
        patience: Duration,
    ) -> Result<Option<Found>, DbError> {
        let inner = &self.inner;
        let Some(pictured) = store::pictured(&inner.ctx.db, content, size).await? else {
            return Ok(None);
        };
        let Some(url) = pictured.url.clone() else {
            return Ok(Some(Found::name(pictured.name, true)));
        };
        let source = source_key(&url);
        let now_ms = inner.ctx.clock.now_ms();
        let kept = store::find(&inner.ctx.db, source).await?;
        if let Some(kept) = &kept {
            let shown = inner.read(kept, size).await;
            let is_due = kept.retry_at <= now_ms;
            if shown.is_some() && now_ms - kept.used_at > DAY_MS {
                store::used(&inner.ctx.db, source, now_ms).await?;
            }
            if shown.is_some() && is_due {
                drop(self.start(content, size, &pictured, url, source));
                return Ok(shown);
            }
            let is_lost = shown.is_none() && kept.small.is_some() && kept.failures == 0;
            if !is_due && !is_lost {
                return Ok(Some(shown.unwrap_or_else(|| Found::name(pictured.name, true))));
            }
        }
        let Some(flight) = self.start(content, size, &pictured, url, source) else {
            return Ok(Some(Found::name(pictured.name, false)));
        };
        let landed = tokio::time::timeout(patience, flight).await;
        let Ok(Ok(Some(kept))) = landed else {
            return Ok(Some(Found::name(pictured.name, false)));
        };
        let shown = inner.read(&kept, size).await;
        Ok(Some(shown.unwrap_or_else(|| Found::name(pictured.name, true))))
    }

    /// Forgets the pictures that were not looked at for longest, until at most `most` sources are left, and removes the
    /// files that no other source shares; a thousand sources at once at most.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn trim(&self, most: i64) -> Result<(), DbError> {
        self.inner.trim(most).await
    }

    /// Begins to fetch a source, or joins who does; `None` if too many are waited for.
    fn start(
        &self,
        content: Content,
        size: Size,
        pictured: &Pictured,
        url: String,
        source: [u8; 32],
    ) -> Option<tokio::task::JoinHandle<Option<Kept>>> {
        let place = Arc::clone(&self.inner.waiting).try_acquire_owned().ok()?;
        let (inner, by_hand) = (Arc::clone(&self.inner), pictured.by_hand);
        Some(tokio::spawn(async move {
            let _place = place;
            let flight = inner.fetch(content, size, by_hand, &url, source);
            let landed = inner.flights.try_get_with(source, flight).await;
            inner.flights.invalidate(&source).await;
            landed
                .inspect_err(|error| tracing::warn!(%error, "a picture could not be kept"))
                .ok()
        }))
    }
}

impl Inner {
    async fn read(&self, kept: &Kept, size: Size) -> Option<Found> {
        let hash = match size {
            Size::Small => kept.small.as_ref()?,
            Size::Large | Size::Backdrop => kept.large.as_ref()?,
        };
        let read = self.files.read(hash).await;
        let bytes = read
            .inspect_err(|error| tracing::warn!(%error, "a picture in the cache folder cannot be read"))
            .ok()??;
        Some(Found::Picture {
            bytes,
            hash: hash.clone(),
        })
    }

    async fn fetch(
        &self,
        content: Content,
        size: Size,
        by_hand: bool,
        url: &str,
        source: [u8; 32],
    ) -> Result<Kept, DbError> {
        let db = &self.ctx.db;
        let guard = if by_hand {
            Guard::Typed
        } else {
            Guard::Catalogue {
                also: self.typed_hosts(content, size, url).await?,
            }
        };
        let before = store::find(db, source).await?;
        let made = match self.fetching.get(url, guard).await {
            Ok(bytes) => self.render(bytes).await,
            Err(failure) => Err(failure),
        };
        let now_ms = self.ctx.clock.now_ms();
        let (kept, failure) = match made {
            Ok([small, large]) => {
                let kept = Kept {
                    small: Some(small),
                    large: Some(large),
                    failures: 0,
                    retry_at: now_ms + FRESH_MS,
                    used_at: now_ms,
                };
                (kept, None)
            }
            Err(failure) => {
                tracing::debug!(kind = content.kind(), id = content.id(), %failure, "no picture");
                let failures = before.as_ref().map_or(0, |kept| kept.failures) + 1;
                let kept = Kept {
                    small: before.as_ref().and_then(|kept| kept.small.clone()),
                    large: before.and_then(|kept| kept.large),
                    failures,
                    retry_at: now_ms + pause_ms(&failure, failures),
                    used_at: now_ms,
                };
                (kept, Some(failure.to_string()))
            }
        };
        store::keep(db, source, &kept, failure.as_deref(), now_ms).await?;
        if (self.fetched.fetch_add(1, Ordering::Relaxed) + 1).is_multiple_of(TRIMMED_AFTER) {
            self.trim(MOST_SOURCES).await?;
        }
        Ok(kept)
    }

    /// Makes and writes both renditions, one picture after the other: decoding takes memory.
    async fn render(&self, bytes: bytes::Bytes) -> Result<[String; 2], Failure> {
        let _turn = self.decoding.acquire().await.map_err(|_| Failure::Folder)?;
        let rendered = tokio::task::spawn_blocking(move || render::render(&bytes)).await;
        let [small, large] = rendered.map_err(|_| Failure::Render(render::RenderError::Undecodable))??;
        let write = |bytes: &[u8]| {
            let written = self.files.write(bytes);
            written.map_err(|error| {
                tracing::warn!(%error, "the cache folder of pictures cannot be written");
                Failure::Folder
            })
        };
        Ok([write(&small)?, write(&large)?])
    }

    /// Hosts that an administrator typed for the providers that name this picture.
    async fn typed_hosts(&self, content: Content, size: Size, url: &str) -> Result<Vec<String>, DbError> {
        let mut hosts = Vec::new();
        for id in store::named_by(&self.ctx.db, content, size, url).await? {
            let Some(provider) = providers::store::find(&self.ctx.db, id).await? else {
                continue;
            };
            let urls = provider
                .secrets(&self.ctx.keys)
                .map(|secrets| secrets.urls())
                .unwrap_or_default();
            hosts.extend(urls.iter().filter_map(|url| url.host_str().map(str::to_owned)));
        }
        Ok(hosts)
    }

    async fn trim(&self, most: i64) -> Result<(), DbError> {
        for hash in store::forget_oldest(&self.ctx.db, most, FORGOTTEN_AT_ONCE).await? {
            if let Err(error) = self.files.remove(&hash).await {
                tracing::warn!(%error, "a picture in the cache folder cannot be removed");
            }
        }
        Ok(())
    }
}

impl Found {
    fn name(name: String, is_final: bool) -> Self {
        Self::Name { name, is_final }
    }
}

/// How long a source that failed so many times in a row is left alone: from a minute, or a day where asking again will
/// hardly help, doubling up to a week or a month.
fn pause_ms(failure: &Failure, failures: i64) -> i64 {
    let (first, longest) = if failure.is_transient() {
        (MINUTE_MS, 7 * DAY_MS)
    } else {
        (DAY_MS, 30 * DAY_MS)
    };
    let doublings = u32::try_from(failures - 1).unwrap_or(0).min(20);
    (first << doublings).min(longest)
}
