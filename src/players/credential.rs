use actix_web::HttpRequest;
use actix_web::http::header;

use crate::ctx::Ctx;
use crate::edge::{Client, Edge, Problem};
use crate::features::accounts::credential::{self, Player};

/// Who holds `token`.
///
/// # Errors
/// 401 in one wording for a wrong, a revoked and a missing token.
pub async fn authenticate(ctx: &Ctx, token: &str) -> Result<Player, Problem> {
    let player = credential::authenticate(ctx, token).await?;
    player.ok_or_else(|| {
        let mut problem = Problem::unauthenticated();
        problem.message = "This link is not valid, or no longer: ask for a new one.".into();
        problem
    })
}

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
