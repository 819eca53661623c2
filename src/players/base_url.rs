use actix_web::HttpRequest;
use actix_web::http::header;

use crate::edge::{Client, Edge};

/// The base of links in what is served: the public URL, else the address that the player itself used.
pub fn base_url(req: &HttpRequest, edge: &Edge) -> String {
    edge.public_url().unwrap_or_else(|| {
        let scheme = if Client::of(req).https { "https" } else { "http" };
        let host = req
            .headers()
            .get(header::HOST)
            .and_then(|host| host.to_str().ok())
            .unwrap_or_default();
        // Whoever asks gets links for himself only; still no text but a host may stand in them.
        let host: String = host
            .chars()
            .filter(|c| c.is_ascii_alphanumeric() || ".-_:[]".contains(*c))
            .collect();
        format!("{scheme}://{host}")
    })
}
