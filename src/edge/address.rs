//! The client's address and scheme behind trusted proxies.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use actix_web::http::header::HeaderMap;

/// Decides whose `X-Forwarded-*` headers are believed.
#[derive(Clone)]
pub struct TrustedProxies(Arc<dyn Fn(IpAddr) -> bool + Send + Sync>);

impl TrustedProxies {
    /// Nobody's headers are believed.
    pub fn none() -> Self {
        Self::new(|_| false)
    }

    /// Believes the addresses for which `trusted` holds; IPv4 addresses come unmapped.
    pub fn new(trusted: impl Fn(IpAddr) -> bool + Send + Sync + 'static) -> Self {
        Self(Arc::new(trusted))
    }

    pub fn trusts(&self, address: IpAddr) -> bool {
        (self.0)(address.to_canonical())
    }

    /// The right-most address of the forwarded chain that is not a trusted proxy; the peer itself unless it is one.
    pub fn client(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        let mut client = peer.to_canonical();
        // Part by part: what a stranger put in front must not hide what a proxy added behind it.
        let mut chain: Vec<&[u8]> = headers
            .get_all("x-forwarded-for")
            .flat_map(|value| value.as_bytes().split(|byte| *byte == b','))
            .collect();
        while self.trusts(client) {
            let Some(previous) = chain.pop().and_then(parse) else {
                break;
            };
            client = previous;
        }
        client
    }

    /// Whether the client speaks https with the outermost trusted proxy.
    pub fn is_https(&self, peer: IpAddr, headers: &HeaderMap) -> bool {
        self.trusts(peer)
            && headers
                .get_all("x-forwarded-proto")
                .flat_map(|value| value.to_str().unwrap_or_default().split(','))
                .next_back()
                .is_some_and(|scheme| scheme.trim().eq_ignore_ascii_case("https"))
    }
}

/// `1.2.3.4`, `1.2.3.4:5`, `::1`, `[::1]` and `[::1]:5`.
fn parse(part: &[u8]) -> Option<IpAddr> {
    let text = std::str::from_utf8(part).ok()?.trim();
    text.parse::<IpAddr>()
        .ok()
        .or_else(|| text.parse::<SocketAddr>().ok().map(|socket| socket.ip()))
        .or_else(|| text.strip_prefix('[')?.strip_suffix(']')?.parse().ok())
        .map(|address| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::http::header::{HeaderName, HeaderValue};

    fn headers(values: &[&'static str]) -> HeaderMap {
        let mut map = HeaderMap::new();
        for value in values {
            map.append(
                HeaderName::from_static("x-forwarded-for"),
                HeaderValue::from_static(value),
            );
        }
        map
    }

    fn client(peer: &str, values: &[&'static str]) -> String {
        let proxies = TrustedProxies::new(|ip| ip.to_string().starts_with("10."));
        proxies
            .client(peer.parse().unwrap(), &headers(values))
            .to_string()
    }

    #[test]
    fn a_stranger_cannot_choose_an_address() {
        assert_eq!(client("203.0.113.9", &["198.51.100.1"]), "203.0.113.9");
    }

    #[test]
    fn the_right_most_untrusted_address_counts() {
        assert_eq!(
            client("10.0.0.1", &["1.1.1.1, 198.51.100.7, 10.0.0.2"]),
            "198.51.100.7"
        );
        assert_eq!(client("10.0.0.1", &["1.1.1.1", "198.51.100.7"]), "198.51.100.7");
        assert_eq!(client("::ffff:10.0.0.1", &["[2001:db8::7]:4711"]), "2001:db8::7");
    }

    #[test]
    fn bytes_that_are_no_text_hide_nothing_that_a_proxy_added() {
        let proxies = TrustedProxies::new(|ip| ip.to_string().starts_with("10."));
        let mut map = HeaderMap::new();
        map.append(
            HeaderName::from_static("x-forwarded-for"),
            HeaderValue::from_bytes(b"\xff, 203.0.113.9").unwrap(),
        );
        let client = proxies.client("10.0.0.1".parse().unwrap(), &map);
        assert_eq!(client.to_string(), "203.0.113.9");
    }

    #[test]
    fn rubbish_in_the_chain_stops_at_the_proxy() {
        assert_eq!(client("10.0.0.1", &["198.51.100.7, unknown"]), "10.0.0.1");
        assert_eq!(client("10.0.0.1", &[]), "10.0.0.1");
    }
}
