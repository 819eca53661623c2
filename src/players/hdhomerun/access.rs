//! Who may ask, and which device he asks.

use std::net::IpAddr;

use actix_web::HttpRequest;
use actix_web::http::header::{self, HeaderMap};
use actix_web::web::Data;
use url::Url;

use crate::ctx::Ctx;
use crate::edge::{Client, Edge, Problem};
use crate::features::outputs::hdhomerun::{self, Device};
use crate::players::base_url::base_url;
use crate::support::network::is_private;

/// What a forwarded request carries, whoever forwarded it.
const FORWARDED: [&str; 9] = [
    "x-forwarded-for",
    "x-forwarded-host",
    "x-forwarded-proto",
    "forwarded",
    "x-real-ip",
    "via",
    "cf-connecting-ip",
    "true-client-ip",
    "x-client-ip",
];
/// Names that only a network at home gives.
const AT_HOME: [&str; 5] = [".local", ".lan", ".home", ".home.arpa", ".internal"];

/// A device that somebody in the house asks, and its own address without a slash at its end.
pub(super) struct Asked {
    pub device: Device,
    pub base: String,
}

impl Asked {
    /// The device that the path names, or else the first one.
    ///
    /// # Errors
    /// 404 where there is none, and for everybody outside of private networks.
    pub(super) async fn of(req: &HttpRequest, ctx: &Ctx, edge: &Edge) -> Result<Self, Problem> {
        let unknown = || Problem::not_found("This device");
        let address = Client::of(req).address;
        // A trusted proxy that does not say whom it asks for may ask for anybody.
        let is_named = is_of_proxy(req) && !edge.proxies.trusts(address);
        if !is_answered(address, is_named, req.headers()) || !is_from_home(req.headers(), edge) {
            return Err(unknown());
        }
        let device = match req.match_info().get("device") {
            Some(id) => {
                let id = id.parse().map_err(|_| unknown())?;
                hdhomerun::find_by_device_id(&ctx.db, id).await?
            }
            None => hdhomerun::find_first(&ctx.db).await?,
        };
        let device = device.ok_or_else(unknown)?;
        let base = base_url(req, edge) + &device.path();
        Ok(Self { device, base })
    }
}

fn is_of_proxy(req: &HttpRequest) -> bool {
    let edge = req.app_data::<Data<Edge>>();
    let peer = req.peer_addr();
    edge.zip(peer)
        .is_some_and(|(edge, peer)| edge.proxies.trusts(peer.ip()))
}

/// Whether somebody at this address gets an answer; `is_named` if a trusted proxy says that it is his. What anything else
/// forwards may come from anywhere, and what a page of another site has a browser ask comes from there.
fn is_answered(address: IpAddr, is_named: bool, headers: &HeaderMap) -> bool {
    let is_forwarded = FORWARDED.iter().any(|name| headers.contains_key(*name));
    let site = headers.get("sec-fetch-site").map(|site| site.as_bytes());
    is_private(address) && (is_named || !is_forwarded) && site != Some(b"cross-site")
}

/// Whether the request was meant for this server by its address or a name of its own: a page of another site can give a name
/// of its own this address, and browsers tell plain servers nothing of where a request comes from but the page's address.
fn is_from_home(headers: &HeaderMap, edge: &Edge) -> bool {
    let public = edge.public_url().and_then(|url| Url::parse(&url).ok());
    let public = public.as_ref().and_then(Url::host_str);
    let host = headers.get(header::HOST).map(|host| host.to_str().unwrap_or("?"));
    let host = host.and_then(|host| Url::parse(&format!("http://{host}/")).ok());
    let host = host.as_ref().and_then(Url::host_str);
    // Programs of the time before names in requests send none.
    let is_own = match (headers.contains_key(header::HOST), host) {
        (false, _) => true,
        (true, Some(host)) => is_name_at_home(host) || Some(host) == public,
        (true, None) => false,
    };
    let is_of_own_page = [header::ORIGIN, header::REFERER].iter().all(|name| {
        let page = headers.get(name).map(|page| page.to_str().unwrap_or("?"));
        page.is_none_or(|page| {
            let page = Url::parse(page).ok();
            let page = page.as_ref().and_then(Url::host_str);
            page.is_some() && (page == host || page == public)
        })
    });
    is_own && is_of_own_page
}

fn is_name_at_home(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    bare.parse::<IpAddr>().is_ok()
        || !host.contains('.')
        || AT_HOME
            .iter()
            .any(|ending| host.to_ascii_lowercase().ends_with(ending))
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::{HeaderName, HeaderValue};

    use super::*;

    #[test]
    fn only_addresses_and_names_of_a_network_at_home_are_its_own() {
        for host in [
            "192.168.1.2",
            "[fd00::2]",
            "localhost",
            "nas",
            "nas.local",
            "tv.home.arpa",
        ] {
            assert!(is_name_at_home(host), "{host}");
        }
        for host in ["evil.example", "192.168.1.2.evil.example", "local.evil.example"] {
            assert!(!is_name_at_home(host), "{host}");
        }
    }

    #[test]
    fn what_was_forwarded_by_whoever_is_not_trusted_is_not_answered() {
        let home: IpAddr = "192.168.1.10".parse().unwrap();
        let mut headers = HeaderMap::new();
        assert!(is_answered(home, false, &headers));
        headers.insert(
            HeaderName::from_static("x-forwarded-for"),
            HeaderValue::from_static("203.0.113.9"),
        );
        assert!(!is_answered(home, false, &headers));
        assert!(is_answered(home, true, &headers));
        headers.insert(
            HeaderName::from_static("sec-fetch-site"),
            HeaderValue::from_static("cross-site"),
        );
        assert!(!is_answered(home, true, &headers));
    }
}
