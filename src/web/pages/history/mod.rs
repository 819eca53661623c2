//! What is watched now, by everybody, and what one has watched oneself.

mod index;
mod stop;
mod watching;

use actix_web::web::{self, ServiceConfig};

use crate::features::catalogue::content::Content;
use crate::support::ids::{ChannelId, EpisodeId, MovieId, SeriesId};

use super::catalogue;

/// One's own plays.
const HISTORY: &str = "/history";
/// Everybody's that run now; for administrators.
const WATCHING: &str = "/watching";

pub fn routes(config: &mut ServiceConfig) {
    config
        .service(web::resource(HISTORY).route(web::get().to(index::index)))
        .service(web::resource(WATCHING).route(web::get().to(watching::index)))
        .service(web::resource("/watching/events").route(web::get().to(watching::events)))
        .service(web::resource("/watching/{id}/stop").route(web::post().to(stop::create)));
}

/// The page of what was played, if it has one.
fn page_of(kind: &str, id: Option<i64>) -> Option<String> {
    let id = id?;
    let content = match kind {
        "channel" => Content::Channel(ChannelId(id)),
        "movie" => Content::Movie(MovieId(id)),
        "series" => Content::Series(SeriesId(id)),
        _ => Content::Episode(EpisodeId(id)),
    };
    // Episodes stand on the page of their series.
    (!matches!(content, Content::Episode(_))).then(|| catalogue::path_of(content))
}
