//! People who watch while somebody looks at the demo: players of their own, over the demo's own links.

use std::net::SocketAddr;
use std::time::Duration;

use secrecy::ExposeSecret;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, timeout_at};
use url::Url;

use super::Error;
use crate::app::Server;
use crate::ctx::Ctx;
use crate::features::accounts::{credential, first_start, users};
use crate::features::catalogue::browse::{self, ChannelFilter, ChannelSort, Place};
use crate::fetch::{Fetcher, Guard, OpenRequest};
use crate::support::ids::ChannelId;

/// Who watches on what, beginning with which channel: two share the first, so that somebody who looks has connections left.
const PLAYERS: [(&str, &str, usize); 3] = [
    ("guest", "Kodi/21.0 (Linux)", 0),
    ("guest", "TiviMate/5.1.0 (Android 13)", 0),
    (first_start::USERNAME, "VLC/3.0.21 LibVLC/3.0.21", 1),
];
/// Each changes the channel after so long.
const STAYS: Duration = Duration::from_secs(8 * 60);
/// Before it tries something else, if nothing came.
const PAUSE: Duration = Duration::from_secs(15);

/// They go with this value.
pub(super) struct Viewers(#[expect(dead_code, reason = "ends its tasks when it is dropped")] JoinSet<()>);

/// Lets them watch from now on.
pub(super) async fn begin(server: &Server) -> Result<Viewers, Error> {
    let ctx = &server.app().ctx;
    let channels = browse::channels(
        &ctx.db,
        &ChannelFilter::default(),
        ChannelSort::Streams,
        &Place::Skip(0),
        12,
    )
    .await?;
    let channels: Vec<ChannelId> = channels.items.iter().map(|line| line.id).collect();
    let mut players = JoinSet::new();
    for (username, user_agent, first) in PLAYERS {
        let Some(token) = token(ctx, username).await? else {
            continue;
        };
        let folder = folder(server.address, &token)?;
        let urls = channels.iter().skip(first).step_by(2);
        let urls: Vec<Url> = urls.filter_map(|id| folder.join(&id.to_string()).ok()).collect();
        players.spawn(watch(ctx.fetch.clone(), urls, user_agent.to_owned()));
    }
    Ok(Viewers(players))
}

/// Of the links that a user's own players have.
async fn token(ctx: &Ctx, username: &str) -> Result<Option<String>, Error> {
    let Some(user) = users::find_by_name(ctx, username).await? else {
        return Ok(None);
    };
    let personal = credential::personal(ctx, user.id).await?;
    Ok(personal.map(|personal| personal.token.expose_secret().to_owned()))
}

fn folder(address: SocketAddr, token: &str) -> Result<Url, Error> {
    let port = address.port();
    Ok(Url::parse(&format!(
        "http://127.0.0.1:{port}/stream/{token}/channel/"
    ))?)
}

/// One channel after another, over and over.
async fn watch(fetcher: Fetcher, urls: Vec<Url>, user_agent: String) {
    for url in urls.iter().cycle() {
        let mut request = OpenRequest::new(url.clone(), Guard::Typed);
        request.user_agent = Some(user_agent.clone());
        let until = Instant::now() + STAYS;
        if let Ok(mut answer) = fetcher.open(request).await {
            while let Ok(Some(Ok(_))) = timeout_at(until, answer.next()).await {}
        }
        if Instant::now() < until {
            sleep(PAUSE).await;
        }
    }
}
