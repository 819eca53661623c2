//! Who may ask, and which device he asks.

use std::net::IpAddr;

use actix_web::HttpRequest;
use actix_web::http::header::HeaderMap;
use actix_web::web::Data;

use crate::ctx::Ctx;
use crate::edge::{Client, Edge, Problem};
use crate::features::outputs::hdhomerun::{self, Device};
use crate::players::base_url::base_url;
use crate::support::network::is_private;

/// What a forwarded request carries, whoever forwarded it.
const FORWARDED: [&str; 2] = ["x-forwarded-for", "forwarded"];

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
        if !is_answered(Client::of(req).address, is_of_proxy(req), req.headers()) {
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

/// Whether somebody at this address gets an answer. What a proxy that is not trusted forwards may come from anywhere, and
/// what a page of another site has a browser ask comes from there.
fn is_answered(address: IpAddr, is_of_proxy: bool, headers: &HeaderMap) -> bool {
    let is_forwarded = FORWARDED.iter().any(|name| headers.contains_key(*name));
    let site = headers.get("sec-fetch-site").map(|site| site.as_bytes());
    is_private(address) && (is_of_proxy || !is_forwarded) && site != Some(b"cross-site")
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::{HeaderName, HeaderValue};

    use super::*;

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
