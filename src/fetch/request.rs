//! What may be asked of the fetcher.

use std::time::Duration;

use http::HeaderMap;
use tokio_util::sync::CancellationToken;
use url::Url;

use super::address::Trust;
use super::stopwatch::Stopwatch;

/// Who named the hosts of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Guard {
    /// An administrator typed every URL of the request: their hosts may be private.
    Typed,
    /// A catalogue named the URL: only public hosts, besides those in `also` (a host, `host:port` or URL each), which an
    /// administrator typed for the provider.
    Catalogue { also: Vec<String> },
}

/// A document to download.
#[derive(Clone)]
pub struct FetchRequest {
    /// The main URL, then its backups.
    pub urls: Vec<Url>,
    /// Sent to the hosts of `urls`, and not to another that one of them redirects to.
    pub headers: HeaderMap,
    /// Instead of the product's own.
    pub user_agent: Option<String>,
    pub guard: Guard,
    /// Whose breakers to ask and to tell (the provider's id); none are used without.
    pub owner: Option<i64>,
    /// Rounds over all hosts, 1 to 3.
    pub rounds: u32,
    /// The most bytes handed out after unpacking, instead of the configured bound.
    pub max_bytes: Option<u64>,
    /// The longest silence, before the answer and between its bytes, instead of the configured one.
    pub idle_timeout: Option<Duration>,
    pub cancel: CancellationToken,
}

impl FetchRequest {
    /// A request with three rounds, the configured bounds, no headers and no breaker.
    pub fn new(urls: Vec<Url>, guard: Guard) -> Self {
        Self {
            urls,
            headers: HeaderMap::new(),
            user_agent: None,
            guard,
            owner: None,
            rounds: super::retry::ROUNDS,
            max_bytes: None,
            idle_timeout: None,
            cancel: CancellationToken::new(),
        }
    }
}

/// An upstream to open for a viewer: one try, bytes as they are.
#[derive(Clone)]
pub struct OpenRequest {
    pub url: Url,
    /// Sent as [`FetchRequest::headers`].
    pub headers: HeaderMap,
    /// Instead of the product's own.
    pub user_agent: Option<String>,
    /// The value of a Range header.
    pub range: Option<String>,
    pub guard: Guard,
    /// The longest wait for the head of the answer, connecting and redirects included.
    pub start_timeout: Duration,
    /// The longest silence within the body.
    pub idle_timeout: Duration,
    /// Connects anew and closes at the end, so that connecting is measured and no connection outlives the answer.
    pub fresh: bool,
    /// Told how long the phases take; a clone of it tells of an open that failed, too.
    pub stopwatch: Stopwatch,
    pub cancel: CancellationToken,
}

impl OpenRequest {
    /// A request with ten seconds to start and ten of silence, no headers and no range.
    pub fn new(url: Url, guard: Guard) -> Self {
        Self {
            url,
            headers: HeaderMap::new(),
            user_agent: None,
            range: None,
            guard,
            start_timeout: Duration::from_secs(10),
            idle_timeout: Duration::from_secs(10),
            fresh: false,
            stopwatch: Stopwatch::default(),
            cancel: CancellationToken::new(),
        }
    }
}

/// The hosts that may be private.
#[derive(Debug, Clone)]
pub(super) struct TypedHosts(Vec<String>);

impl TypedHosts {
    pub(super) fn of(guard: &Guard, urls: &[Url]) -> Self {
        match guard {
            Guard::Typed => Self(urls.iter().filter_map(|url| url.host_str().map(plain)).collect()),
            Guard::Catalogue { also } => Self(also.iter().map(|typed| host_of(typed)).collect()),
        }
    }

    pub(super) fn trust(&self, url: &Url) -> Trust {
        match url.host_str() {
            Some(host) if self.0.contains(&plain(host)) => Trust::Typed,
            _ => Trust::Named,
        }
    }
}

/// The host of what an administrator typed.
fn host_of(typed: &str) -> String {
    let url = if typed.contains("://") {
        Url::parse(typed)
    } else {
        Url::parse(&format!("http://{typed}"))
    };
    url.ok()
        .and_then(|url| url.host_str().map(plain))
        .unwrap_or_else(|| plain(typed))
}

/// A host in lower case, without the brackets of IPv6 and the dot of a full name.
fn plain(host: &str) -> String {
    host.trim_matches(['[', ']'])
        .trim_end_matches('.')
        .to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_typed_host_is_known_in_every_spelling() {
        for (typed, url) in [
            ("panel.lan", "http://PANEL.lan.:8080/x"),
            ("panel.lan:8080", "http://panel.lan/"),
            (
                "http://user:word@192.168.1.5:8080/get.php",
                "http://192.168.1.5/live",
            ),
            ("0xC0A80105", "http://192.168.1.5/"),
            ("fd12::1", "http://[fd12::1]:80/"),
            ("[fd12:0::1]:8080", "http://[fd12::1]/"),
        ] {
            let hosts = TypedHosts::of(
                &Guard::Catalogue {
                    also: vec![typed.into()],
                },
                &[],
            );
            assert_eq!(
                hosts.trust(&Url::parse(url).unwrap()),
                Trust::Typed,
                "{typed} and {url}"
            );
            assert_eq!(
                hosts.trust(&Url::parse("http://192.168.1.50/").unwrap()),
                Trust::Named
            );
        }
    }
}
