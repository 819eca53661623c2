//! Ways to play something, in the order they are tried. An address is put together only when its turn comes, so that a
//! start costs a handful of statements however many streams a channel has.

pub mod opening;
mod source;
mod store;

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::Arc;

use http::{HeaderMap, HeaderName, HeaderValue, header};
use url::Url;

use crate::ctx::Ctx;
use crate::db::{Db, DbError};
use crate::features::catalogue::detail;
use crate::features::catalogue::quality::Tier;
use crate::features::providers::url_parts::join;
use crate::features::providers::url_values::{Opened, Owner, ValuesError, slots};
use crate::features::providers::{Offer, Secrets};
use crate::support::crypto::Keys;
use crate::support::ids::{ChannelId, EpisodeId, MovieId, ProviderId, StreamId, VersionId};

pub use source::{Source, content_type, part_type, refusal};
use store::Stored;

/// Why a way to play something cannot be tried.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// The relay cannot carry its format, and why.
    #[error("{0}")]
    NotRelayable(String),
    /// What is stored of it does not make an address: the key file is another one, or a sync replaced it just now.
    #[error("its stored address cannot be read")]
    Unreadable,
    #[error(transparent)]
    Db(#[from] DbError),
}

impl From<ValuesError> for SourceError {
    fn from(error: ValuesError) -> Self {
        match error {
            ValuesError::Db(error) => Self::Db(error),
            ValuesError::Sealed(_) | ValuesError::Malformed(_) => Self::Unreadable,
        }
    }
}

/// The ways to play one thing that were not tried yet.
pub struct Sources {
    db: Db,
    keys: Arc<Keys>,
    kind: fn(i64) -> Offer,
    rows: VecDeque<Stored>,
    values: HashMap<ProviderId, Opened>,
}

impl Sources {
    /// The streams of the channel that `id` leads to, in play order.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn of_channel(ctx: &Ctx, id: ChannelId) -> Result<Self, DbError> {
        let rows = match detail::resolve(&ctx.db, id).await? {
            Some(id) => store::channel(&ctx.db, id).await?,
            None => Vec::new(),
        };
        Ok(Self::new(ctx, |id| Offer::Stream(StreamId(id)), rows))
    }

    /// The versions of a film.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn of_movie(ctx: &Ctx, id: MovieId) -> Result<Self, DbError> {
        let rows = store::movie(&ctx.db, id).await?;
        Ok(Self::new(ctx, |id| Offer::Version(VersionId(id)), rows))
    }

    /// The versions of an episode.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn of_episode(ctx: &Ctx, id: EpisodeId) -> Result<Self, DbError> {
        let rows = store::episode(&ctx.db, id).await?;
        Ok(Self::new(ctx, |id| Offer::Version(VersionId(id)), rows))
    }

    /// No way at all.
    pub fn none(ctx: &Ctx) -> Self {
        Self::new(ctx, |id| Offer::Version(VersionId(id)), Vec::new())
    }

    fn new(ctx: &Ctx, kind: fn(i64) -> Offer, rows: Vec<Stored>) -> Self {
        Self {
            db: ctx.db.clone(),
            keys: Arc::clone(&ctx.keys),
            kind,
            rows: rows.into(),
            values: HashMap::new(),
        }
    }

    /// Puts those with the smallest `place` of their picture first; equal ones stay as they are.
    #[must_use]
    pub fn by_picture<K: Ord>(mut self, place: impl Fn(Option<Tier>) -> K) -> Self {
        self.rows
            .make_contiguous()
            .sort_by_key(|row| place(row.resolution.as_deref().and_then(|tier| tier.parse().ok())));
        self
    }

    /// Puts those that are said to be HLS behind the others.
    #[must_use]
    pub fn hls_last(mut self) -> Self {
        self.rows.make_contiguous().sort_by_key(|row| row.format == "hls");
        self
    }

    /// Whether there is none besides these.
    pub fn are_all(&self, offers: &[Offer]) -> bool {
        self.rows.iter().all(|row| offers.contains(&(self.kind)(row.id)))
    }

    /// Puts these behind the others, in this order.
    #[must_use]
    pub fn behind(mut self, offers: &[Offer]) -> Self {
        let kind = self.kind;
        let place = |row: &Stored| offers.iter().position(|offer| *offer == kind(row.id));
        self.rows
            .make_contiguous()
            .sort_by_key(|row| place(row).map_or(0, |place| place + 1));
        self
    }

    /// The content type of what would play, by its stored format.
    ///
    /// # Errors
    /// [`SourceError::NotRelayable`] if nothing of it can be relayed; `None` if there is nothing.
    pub fn content_type(&self) -> Result<Option<&'static str>, SourceError> {
        let Some(first) = self.rows.front() else {
            return Ok(None);
        };
        match self.rows.iter().find(|row| refusal(&row.format).is_none()) {
            Some(row) => Ok(Some(content_type(&row.format))),
            None => Err(SourceError::NotRelayable(
                refusal(&first.format).unwrap_or_default(),
            )),
        }
    }

    /// Where a player may be sent to play the first of them by itself; `None` if it would need headers that only the
    /// relay sends.
    ///
    /// # Errors
    /// [`SourceError`] if the address cannot be had.
    pub async fn redirect(&mut self) -> Result<Option<Source>, SourceError> {
        match self.rows.front() {
            Some(row) if row.headers.is_none() => {}
            _ => return Ok(None),
        }
        match self.rows.pop_front() {
            Some(row) => Ok(Some(self.source(row).await?)),
            None => Ok(None),
        }
    }

    /// The next one to try; `None` after the last.
    pub async fn next(&mut self) -> Option<Result<Source, SourceError>> {
        let row = self.rows.pop_front()?;
        if let Some(reason) = refusal(&row.format) {
            return Some(Err(SourceError::NotRelayable(reason)));
        }
        Some(self.source(row).await)
    }

    async fn source(&mut self, row: Stored) -> Result<Source, SourceError> {
        let needed = slots(&row.template, row.headers.as_deref());
        let offer = (self.kind)(row.id);
        let values = if needed.values == 0 {
            Vec::new()
        } else {
            let opened = match self.values.entry(row.provider) {
                std::collections::hash_map::Entry::Occupied(known) => known.into_mut(),
                std::collections::hash_map::Entry::Vacant(new) => {
                    new.insert(Opened::of(&self.db, &self.keys, row.provider).await?)
                }
            };
            opened
                .values(&self.db, &self.keys, owner(offer), needed.values)
                .await?
        };
        let (of_url, of_headers) = values
            .split_at_checked(needed.placeholders)
            .ok_or(SourceError::Unreadable)?;
        let url = join(&row.template, of_url.iter().map(String::as_str))
            .ok()
            .and_then(|text| Url::parse(&text).ok())
            .ok_or(SourceError::Unreadable)?;
        made(&self.keys, row, offer, url, of_headers)
    }
}

/// Which streams of channels are meant; those of providers that are switched off never are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    All,
    Provider(ProviderId),
    Channel(ChannelId),
    Stream(StreamId),
    /// Those that are to be checked again by this instant.
    Due {
        by_ms: i64,
    },
}

/// The providers that have streams in a scope, with how many: those preferred first.
///
/// # Errors
/// Whatever the database says.
pub async fn owners(db: &Db, scope: Scope) -> Result<Vec<(ProviderId, i64)>, DbError> {
    store::owners(db, scope).await
}

/// At most `limit` streams of a provider in a scope, by id, from behind `after` on, each with the way to it.
///
/// # Errors
/// Whatever the database says.
pub async fn page(
    ctx: &Ctx,
    scope: Scope,
    provider: ProviderId,
    after: StreamId,
    limit: i64,
) -> Result<Vec<(StreamId, Result<Source, SourceError>)>, DbError> {
    let rows = store::page(&ctx.db, scope, provider, after.0, limit).await?;
    let ids: Vec<i64> = rows.iter().map(|row| row.id).collect();
    let mut sources = Sources::new(ctx, |id| Offer::Stream(StreamId(id)), rows);
    let mut found = Vec::with_capacity(ids.len());
    for id in ids {
        match sources.next().await {
            Some(Err(SourceError::Db(error))) => return Err(error),
            Some(source) => found.push((StreamId(id), source)),
            None => break,
        }
    }
    Ok(found)
}

/// Whether this may be played at all: its provider, channel and itself are switched on.
///
/// # Errors
/// Whatever the database says.
pub async fn is_offered(db: &Db, offer: Offer) -> Result<bool, DbError> {
    let found = match offer {
        Offer::Stream(id) => store::stream(db, id).await?,
        Offer::Version(id) => store::version(db, id).await?,
    };
    Ok(found.is_some())
}

/// The way to a part of an HLS stream; `None` if the stream may not be played any more.
///
/// # Errors
/// [`SourceError`] if what is stored of it cannot be read.
pub async fn of_part(ctx: &Ctx, offer: Offer, url: &Url) -> Result<Option<Source>, SourceError> {
    let found = match offer {
        Offer::Stream(id) => store::stream(&ctx.db, id).await?,
        Offer::Version(id) => store::version(&ctx.db, id).await?,
    };
    let Some(row) = found else { return Ok(None) };
    let needed = slots(&row.template, row.headers.as_deref());
    // The part has an address of its own; only headers may need values.
    let values = if needed.values == needed.placeholders {
        Vec::new()
    } else {
        Opened::of(&ctx.db, &ctx.keys, row.provider)
            .await?
            .values(&ctx.db, &ctx.keys, owner(offer), needed.values)
            .await?
    };
    let of_headers = values.get(needed.placeholders..).unwrap_or_default();
    made(&ctx.keys, row, offer, url.clone(), of_headers).map(Some)
}

fn owner(offer: Offer) -> Owner {
    match offer {
        Offer::Stream(id) => Owner::live(id.0),
        Offer::Version(id) => Owner::vod(id.0),
    }
}

fn made(
    keys: &Keys,
    row: Stored,
    offer: Offer,
    url: Url,
    secret_headers: &[String],
) -> Result<Source, SourceError> {
    let secrets = Secrets::open(keys, row.provider, &row.secrets).map_err(|_| SourceError::Unreadable)?;
    let typed_hosts: Vec<String> = secrets
        .urls()
        .iter()
        .filter_map(|url| url.host_str().map(str::to_owned))
        .collect();
    let mut listed = listed_headers(row.headers.as_deref(), secret_headers)?;
    // The provider's headers may hold a credential: they are for its own hosts, not for any that its list names.
    let mut headers = match url.host_str() {
        Some(host) if typed_hosts.iter().any(|typed| typed == host) => secrets.header_map(),
        _ => HeaderMap::new(),
    };
    headers.extend(listed.clone());
    listed.remove(header::USER_AGENT);
    let user_agent = headers
        .remove(header::USER_AGENT)
        .and_then(|agent| Some(agent.to_str().ok()?.to_owned()))
        .or(row.user_agent);
    Ok(Source {
        offer,
        provider: row.provider,
        url,
        format: row.format,
        headers,
        listed_headers: listed,
        user_agent,
        typed_hosts,
        max_connections: row.max_connections,
    })
}

/// The headers that the playlist asks for; the secret ones, null where the others stand, come in the order of the names.
fn listed_headers(json: Option<&str>, secret: &[String]) -> Result<HeaderMap, SourceError> {
    let mut headers = HeaderMap::new();
    let Some(json) = json else { return Ok(headers) };
    let listed: BTreeMap<String, Option<String>> =
        serde_json::from_str(json).map_err(|_| SourceError::Unreadable)?;
    let mut secret = secret.iter();
    for (name, value) in &listed {
        let value = match value {
            Some(value) => value,
            None => secret.next().ok_or(SourceError::Unreadable)?,
        };
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
            headers.insert(name, value);
        }
    }
    Ok(headers)
}
