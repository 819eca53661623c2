//! Name resolution that hands on only addresses that may be connected to, so that what was judged is what is used.

use std::error::Error;
use std::fmt;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;

use futures_util::future::BoxFuture;
use ipnet::IpNet;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use super::address::{Refusal, Trust, judge};
use super::stopwatch::Stopwatch;

/// Turns a host name into addresses.
pub trait Lookup: Send + Sync + 'static {
    /// All addresses of `host`, best first.
    fn lookup(&self, host: String) -> BoxFuture<'static, io::Result<Vec<IpAddr>>>;
}

/// The operating system's resolver.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemLookup;

impl Lookup for SystemLookup {
    fn lookup(&self, host: String) -> BoxFuture<'static, io::Result<Vec<IpAddr>>> {
        Box::pin(async move {
            let found = tokio::net::lookup_host((host.as_str(), 0)).await?;
            Ok(found.map(|address| address.ip()).collect())
        })
    }
}

/// What the HTTP client resolves names with, for one kind of trust.
pub(super) struct Guarded {
    pub(super) lookup: Arc<dyn Lookup>,
    pub(super) trust: Trust,
    pub(super) listed: Arc<[IpNet]>,
}

/// Every address of a name is refused.
#[derive(Debug, Clone, Copy)]
pub(super) struct Refused(pub(super) Refusal);

/// A name without address.
#[derive(Debug, Clone, Copy)]
pub(super) struct Unresolved;

impl Resolve for Guarded {
    fn resolve(&self, name: Name) -> Resolving {
        let found = if is_localhost(name.as_str()) {
            Box::pin(std::future::ready(Ok(vec![
                Ipv4Addr::LOCALHOST.into(),
                Ipv6Addr::LOCALHOST.into(),
            ])))
        } else {
            self.lookup.lookup(name.as_str().to_owned())
        };
        let (trust, listed) = (self.trust, Arc::clone(&self.listed));
        Box::pin(async move {
            let found = Stopwatch::resolving(found).await.map_err(|_| Unresolved)?;
            let allowed = admit(&found, trust, &listed)?;
            Ok(Box::new(allowed.into_iter().map(|ip| SocketAddr::new(ip, 0))) as Addrs)
        })
    }
}

/// RFC 6761: these names are loopback, whatever a resolver says.
fn is_localhost(name: &str) -> bool {
    let name = name.strip_suffix('.').unwrap_or(name).to_ascii_lowercase();
    name == "localhost" || name.ends_with(".localhost")
}

/// The addresses that may be connected to; an error if there is none.
fn admit(
    found: &[IpAddr],
    trust: Trust,
    listed: &[IpNet],
) -> Result<Vec<IpAddr>, Box<dyn Error + Send + Sync>> {
    let mut refused = None;
    let allowed: Vec<IpAddr> = found
        .iter()
        .copied()
        .filter(|address| match judge(*address, trust, listed) {
            Ok(()) => true,
            Err(refusal) => {
                refused = Some(refusal);
                false
            }
        })
        .collect();
    match refused {
        _ if !allowed.is_empty() => Ok(allowed),
        Some(refusal) => Err(Refused(refusal).into()),
        None => Err(Unresolved.into()),
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Display for Unresolved {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("name not found")
    }
}

impl Error for Refused {}
impl Error for Unresolved {}
