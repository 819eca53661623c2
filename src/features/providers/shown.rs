use std::collections::BTreeMap;

use super::store::KnownHost;
use super::{Error, Kind, Provider, Secrets, mask, store};
use crate::ctx::Ctx;
use crate::fetch::BreakerState;
use crate::support::ids::ProviderId;
use crate::support::paging::{Listed, Slice};

/// A provider as it may be shown: addresses and headers masked, each host with its breaker.
#[derive(Clone)]
pub struct Shown {
    pub provider: Provider,
    pub xstream_host: String,
    /// Its beginning.
    pub xstream_username: String,
    pub xstream_password: String,
    pub backup_hosts: Vec<String>,
    pub m3u_url: String,
    pub backup_urls: Vec<String>,
    pub epg_url: Option<String>,
    pub headers: BTreeMap<String, String>,
    /// The main host, then those of the backups, each once.
    pub hosts: Vec<Host>,
    /// Whether the addresses could be read with the present key file; if not, they must be typed again.
    pub is_readable: bool,
}

/// A host of a provider's addresses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Host {
    /// `host:port`.
    pub name: String,
    pub consecutive_failures: u32,
    pub state: BreakerState,
    /// Why it gave nothing the last time that it did not, and when; kept after it recovered.
    pub last_error: Option<(String, i64)>,
}

impl Shown {
    /// Whether it is an account of a panel, not a playlist.
    pub fn is_panel(&self) -> bool {
        self.provider.kind == Kind::Xtream
    }

    /// How many of its hosts are not asked at the moment.
    pub fn paused_hosts(&self) -> usize {
        let is_open = |host: &&Host| matches!(host.state, BreakerState::Open { .. });
        self.hosts.iter().filter(is_open).count()
    }
}

impl Host {
    /// `closed`, `open` or `half_open`.
    pub fn state_name(&self) -> &'static str {
        match self.state {
            BreakerState::Closed => "closed",
            BreakerState::Open { .. } => "open",
            BreakerState::HalfOpen => "half_open",
        }
    }

    /// Until when it is not asked.
    pub fn open_until_ms(&self) -> Option<i64> {
        match self.state {
            BreakerState::Open { until_ms } => Some(until_ms),
            BreakerState::Closed | BreakerState::HalfOpen => None,
        }
    }
}

/// One provider.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn show(ctx: &Ctx, id: ProviderId) -> Result<Shown, Error> {
    let provider = store::get(&ctx.db, id).await?;
    let breakers = store::breakers(&ctx.db, id).await?;
    Ok(shown(ctx, provider, &breakers))
}

/// A page of providers, those preferred first.
pub async fn list(ctx: &Ctx, slice: Slice) -> Result<Listed<Shown>, Error> {
    let providers = store::list(&ctx.db, slice).await?;
    let breakers = store::all_breakers(&ctx.db).await?;
    let none = Vec::new();
    Ok(providers.map(|provider| {
        let own = breakers.get(&provider.id).unwrap_or(&none);
        shown(ctx, provider, own)
    }))
}

fn shown(ctx: &Ctx, provider: Provider, known: &[KnownHost]) -> Shown {
    let secrets = provider.secrets(&ctx.keys);
    let is_readable = secrets.is_ok();
    let secrets = secrets.unwrap_or_default();
    let masked = |texts: &[String]| texts.iter().map(|text| mask::url(text)).collect();
    let header = |(name, value): (&String, &String)| (name.clone(), mask::header(name, value));
    Shown {
        xstream_host: host(&secrets.xstream_host),
        xstream_username: mask::account(&secrets.xstream_username),
        xstream_password: mask::password(&secrets.xstream_password),
        backup_hosts: secrets.backup_hosts.iter().map(|text| host(text)).collect(),
        m3u_url: mask::url(&secrets.m3u_url),
        backup_urls: masked(&secrets.backup_urls),
        epg_url: secrets.epg_url.as_deref().map(mask::url),
        headers: secrets.headers.iter().map(header).collect(),
        hosts: hosts(&secrets, known, ctx.clock.now_ms()),
        is_readable,
        provider,
    }
}

/// A panel's address as it was typed: it ends without a slash.
fn host(text: &str) -> String {
    mask::url(text).trim_end_matches('/').to_owned()
}

fn hosts(secrets: &Secrets, known: &[KnownHost], now_ms: i64) -> Vec<Host> {
    let mut hosts: Vec<Host> = Vec::new();
    for url in secrets.urls() {
        let name = host_of(&url);
        if hosts.iter().any(|host| host.name == name) {
            continue;
        }
        let stored = known.iter().find(|known| known.host == name);
        let breaker = stored.map(|known| known.breaker).unwrap_or_default();
        hosts.push(Host {
            name,
            consecutive_failures: breaker.consecutive_failures,
            state: breaker.state(now_ms),
            last_error: stored.and_then(|known| known.last_error.clone()),
        });
    }
    hosts
}

/// `host:port`, as breakers are kept by.
pub fn host_of(url: &url::Url) -> String {
    let name = url.host_str().unwrap_or_default();
    match url.port_or_known_default() {
        Some(port) => format!("{name}:{port}"),
        None => name.to_owned(),
    }
}
