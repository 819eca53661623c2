//! One host asked once: each hop judged, redirects followed by hand.

use std::time::Duration;

use http::header::{self, HeaderMap, HeaderValue};
use reqwest::Response;
use tokio::time::timeout;
use url::{Host, Url};

use super::address::judge;
use super::client::Clients;
use super::error::{Cause, HostFailure, Waiting};
use super::request::TypedHosts;
use super::stopwatch::Stopwatch;

/// Redirects followed before a host is given up.
pub(super) const MAX_REDIRECTS: usize = 5;

/// What is sent, and to whom.
pub(super) struct Ask<'a> {
    pub(super) clients: &'a Clients,
    pub(super) listed: &'a [ipnet::IpNet],
    pub(super) typed: &'a TypedHosts,
    /// For the first host only.
    pub(super) headers: &'a HeaderMap,
    /// For every hop: what a redirect's target needs to answer at all.
    pub(super) carried: HeaderMap,
    pub(super) connect_timeout: Duration,
    /// The longest wait for the head of each hop.
    pub(super) head_timeout: Duration,
    /// Whether each hop gets a connection of its own.
    pub(super) fresh: bool,
    pub(super) stopwatch: Stopwatch,
}

/// An answer and where it came from at last.
pub(super) struct Answer {
    pub(super) response: Response,
    pub(super) url: Url,
    pub(super) redirected_to: Option<String>,
}

impl Ask<'_> {
    /// Asks `url` and follows its redirects; any status but those is an answer.
    pub(super) async fn send(&self, url: &Url) -> Result<Answer, HostFailure> {
        let mut current = url.clone();
        for _ in 0..=MAX_REDIRECTS {
            let redirected_to = (host(&current) != host(url)).then(|| host(&current));
            let failure = |cause| HostFailure {
                host: host(url),
                redirected_to: redirected_to.clone(),
                cause,
            };
            let response = self
                .hop(&current, same_place(url, &current))
                .await
                .map_err(failure)?;
            if !matches!(response.status().as_u16(), 301 | 302 | 303 | 307 | 308) {
                return Ok(Answer {
                    response,
                    url: current,
                    redirected_to,
                });
            }
            current = target(&response, &current).ok_or_else(|| failure(Cause::BadRedirect))?;
        }
        let cause = Cause::TooManyRedirects { limit: MAX_REDIRECTS };
        Err(HostFailure {
            host: host(url),
            redirected_to: None,
            cause,
        })
    }

    async fn hop(&self, url: &Url, with_headers: bool) -> Result<Response, Cause> {
        if !matches!(url.scheme(), "http" | "https") {
            return Err(Cause::Scheme);
        }
        let trust = self.typed.trust(url);
        let literal = match url.host() {
            None => return Err(Cause::Scheme),
            Some(Host::Domain(_)) => None,
            Some(Host::Ipv4(address)) => Some(address.into()),
            Some(Host::Ipv6(address)) => Some(address.into()),
        };
        // Names are judged by the resolver; a literal address never reaches it.
        if let Some(address) = literal {
            judge(address, trust, self.listed).map_err(Cause::Address)?;
        }
        let mut headers = if with_headers {
            sendable(self.headers)
        } else {
            HeaderMap::new()
        };
        for (name, value) in &self.carried {
            headers.insert(name.clone(), value.clone());
        }
        let client = self.clients.of(trust, self.fresh);
        let sent = client.get(url.clone()).headers(headers).send();
        match timeout(self.head_timeout, self.stopwatch.hop(sent)).await {
            Ok(Ok(response)) => Ok(response),
            Ok(Err(error)) => Err(Cause::of_request(&error, self.connect_timeout)),
            Err(_) => Err(Cause::TimedOut {
                after: self.head_timeout,
                waiting: Waiting::Answer,
            }),
        }
    }
}

/// `host:port` of a URL, which is all that may be shown of it.
pub fn host(url: &Url) -> String {
    let host = url.host_str().unwrap_or("(no host)");
    match url.port_or_known_default() {
        Some(port) => format!("{host}:{port}"),
        None => host.to_owned(),
    }
}

/// Whether the headers for `first` may be sent to `next`: the same host and port, or its https.
fn same_place(first: &Url, next: &Url) -> bool {
    let same_host = first.host() == next.host();
    let same_port =
        first.scheme() == next.scheme() && first.port_or_known_default() == next.port_or_known_default();
    let upgraded = first.scheme() == "http"
        && next.scheme() == "https"
        && first.port().is_none()
        && next.port().is_none();
    same_host && (same_port || upgraded)
}

fn target(response: &Response, current: &Url) -> Option<Url> {
    let location = response.headers().get(header::LOCATION)?;
    // Panels send raw UTF-8 here.
    let location = std::str::from_utf8(location.as_bytes()).ok()?;
    let mut url = current.join(location).ok()?;
    url.set_fragment(None);
    Some(url)
}

/// Without those that belong to the connection.
fn sendable(headers: &HeaderMap) -> HeaderMap {
    let mut headers = headers.clone();
    for name in [
        header::HOST,
        header::CONTENT_LENGTH,
        header::TRANSFER_ENCODING,
        header::CONNECTION,
        header::ACCEPT_ENCODING,
        header::TE,
        header::UPGRADE,
    ] {
        headers.remove(name);
    }
    headers
}

/// The headers that follow every redirect: user agent, range, accepted encoding.
pub(super) fn carried(user_agent: Option<&str>, range: Option<&str>, encoding: &'static str) -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert(header::ACCEPT_ENCODING, HeaderValue::from_static(encoding));
    for (name, value) in [(header::USER_AGENT, user_agent), (header::RANGE, range)] {
        if let Some(value) = value.and_then(|text| HeaderValue::from_str(text).ok()) {
            headers.insert(name, value);
        }
    }
    headers
}
