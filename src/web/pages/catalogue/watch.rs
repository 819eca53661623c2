use actix_web::HttpRequest;
use askama::Template;
use askama::filters::HtmlSafe;

use super::{is_playable, play_link};
use crate::ctx::Ctx;
use crate::edge::Problem;
use crate::features::catalogue::detail::{StreamDetail, VersionDetail};
use crate::support::ids::UserId;

/// The panel "Watch it" of a channel or film: its link for players, or why there is none.
#[derive(Template)]
#[template(path = "catalogue/_watch.html")]
pub(super) struct Watch {
    link: Option<String>,
    words: &'static str,
    /// A provider is being asked for more about it.
    is_asked: bool,
}

impl HtmlSafe for Watch {}

const NO_CREDENTIAL: &str = "You have no links for players. Make them under your account.";

impl Watch {
    /// The panel of something that plays at `path` below one's own token (`channel/7`), unless there is an `obstacle`.
    pub(super) async fn load(
        req: &HttpRequest,
        ctx: &Ctx,
        user: UserId,
        path: &str,
        obstacle: Option<&'static str>,
    ) -> Result<Self, Problem> {
        let link = match obstacle {
            Some(_) => None,
            None => play_link(req, ctx, user, path).await?,
        };
        Ok(Self {
            words: match (obstacle, &link) {
                (Some(obstacle), _) => obstacle,
                (None, None) => NO_CREDENTIAL,
                (None, Some(_)) => {
                    "Open it in VLC or any other player. It plays the best that works, and counts as yours: whoever has it watches in your name."
                }
            },
            link,
            is_asked: false,
        })
    }

    pub(super) fn asked(mut self, is_asked: bool) -> Self {
        self.is_asked = is_asked;
        self
    }
}

/// Why no player is sent to any stream of a channel; `None` if one can be played. `streams` are all that it has.
pub(super) fn channel_obstacle(is_enabled: bool, streams: &[StreamDetail]) -> Option<&'static str> {
    let has = |is_so: fn(&StreamDetail) -> bool| streams.iter().any(is_so);
    let words = if !is_enabled {
        "The channel is switched off, so nothing of it is played."
    } else if streams.is_empty() {
        "There is nothing to play now."
    } else if !has(|stream| stream.enabled) {
        "All of its streams are switched off."
    } else if !has(|stream| stream.is_provider_enabled) {
        "All of its providers are switched off."
    } else if !has(|stream| stream.enabled && stream.is_provider_enabled) {
        "Each of its streams is switched off, or its provider is."
    } else if !has(|stream| stream.enabled && stream.is_provider_enabled && is_playable(&stream.format)) {
        "What is in use of its streams comes in formats that cannot be relayed."
    } else {
        return None;
    };
    Some(words)
}

/// As [`channel_obstacle`], of a film.
pub(super) fn movie_obstacle(versions: &[VersionDetail]) -> Option<&'static str> {
    if versions.is_empty() {
        return Some("No provider in use has this film at present. It comes back by itself when one does.");
    }
    let is_any = versions.iter().any(|version| is_playable(&version.format));
    (!is_any).then_some("None of its versions can be relayed to players.")
}
