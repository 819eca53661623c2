//! Channels, films and series to look through, and what a person marked of them.

mod activation;
mod bulk;
mod channel;
mod channel_edit;
mod channel_form;
mod channels;
mod check;
mod decision;
mod facts;
mod favourites;
mod listing;
mod merge;
mod monogram;
mod movie;
mod order;
mod picture;
mod regrouping;
mod series;
mod split;
mod star;
mod streams;
mod titles;
mod watch;

use actix_web::HttpRequest;
use actix_web::web::{self, ServiceConfig};
use secrecy::ExposeSecret;

use crate::ctx::Ctx;
use crate::edge::Problem;
use crate::features::accounts::credential;
use crate::features::catalogue::content::Content;
use crate::features::catalogue::quality::Tier;
use crate::features::providers::url_parts::Format;
use crate::support::ids::UserId;
use crate::web::kit::page::base_url;
use crate::web::kit::urls;
use crate::web::ui;

pub const CHANNELS: &str = "/channels";
pub const MOVIES: &str = "/movies";
pub const SERIES: &str = "/series";
pub const FAVOURITES: &str = "/favourites";

pub fn routes(config: &mut ServiceConfig) {
    config
        .route(CHANNELS, web::get().to(channels::index))
        .route("/channels/bulk", web::get().to(bulk::new))
        .route("/channels/bulk", web::post().to(bulk::create))
        .route("/channels/{id}", web::get().to(channel::show))
        .route("/channels/{id}", web::post().to(channel_edit::update))
        .route("/channels/{id}/events", web::get().to(channel::events))
        .route("/channels/{id}/edit", web::get().to(channel_edit::edit))
        .route("/channels/{id}/checks", web::post().to(channel_edit::check))
        .route("/channels/{id}/favourite", web::post().to(star::mark_channel))
        .route("/channels/{id}/split", web::post().to(split::create))
        .route("/channels/{id}/merge", web::get().to(merge::new))
        .route("/channels/{id}/merge", web::post().to(merge::create))
        .route(
            "/channels/{id}/decisions/{decision}/removal",
            web::post().to(decision::destroy),
        )
        .route("/channels/{id}/order/removal", web::post().to(order::destroy))
        .route(
            "/channels/{id}/streams/{stream}/place",
            web::post().to(order::update),
        )
        .route(
            "/channels/{id}/streams/{stream}/activation",
            web::post().to(activation::create),
        )
        .route(
            "/channels/{id}/streams/{stream}/deactivation",
            web::post().to(activation::destroy),
        )
        .route(
            "/channels/{id}/streams/{stream}/checks",
            web::post().to(check::create),
        )
        .route(MOVIES, web::get().to(titles::movies))
        .route("/movies/{id}", web::get().to(movie::show))
        .route("/movies/{id}/favourite", web::post().to(star::mark_movie))
        .route(SERIES, web::get().to(titles::series))
        .route("/series/{id}", web::get().to(series::show))
        .route("/series/{id}/favourite", web::post().to(star::mark_series))
        .route(FAVOURITES, web::get().to(favourites::index))
        .route(
            "/pictures/{kind}/{id}/{size}/{version}",
            web::get().to(picture::show),
        );
}

/// The page of `content`; an episode has none of its own.
pub fn path_of(content: Content) -> String {
    let root = match content {
        Content::Channel(_) => CHANNELS,
        Content::Movie(_) => MOVIES,
        Content::Series(_) => SERIES,
        Content::Episode(_) => "/episodes",
    };
    format!("{root}/{}", content.id())
}

/// What stands in place of a list before anything was synced.
fn nothing_yet(icon: &'static str, title: &str, has_provider: bool, is_admin: bool) -> ui::Empty {
    match (has_provider, is_admin) {
        (false, true) => {
            let text = "Add the playlist of a provider; channels, films and series come with its first sync.";
            let add = ui::Button::primary("Add provider")
                .icon("plus")
                .href(urls::NEW_PROVIDER);
            ui::Empty::new(icon, title, text).action(add)
        }
        (true, true) => {
            let text = "None of your providers has brought any. Sync one, or see how the last run went.";
            let see = ui::Button::primary("See providers")
                .icon("server")
                .href(urls::PROVIDERS);
            ui::Empty::new(icon, title, text).action(see)
        }
        (false, false) => ui::Empty::new(
            icon,
            title,
            "They appear once an administrator has added a provider.",
        ),
        (true, false) => ui::Empty::new(icon, title, "They appear once a provider has been synced."),
    }
}

/// Fields that a person may set, in words.
fn by_hand_words(fields: impl IntoIterator<Item = &'static str>) -> String {
    let words = fields.into_iter().map(|field| match field {
        "enabled" => "switched on or off",
        "logo_url" => "logo",
        "epg_id" => "guide id",
        other => other,
    });
    words.collect::<Vec<_>>().join(", ")
}

/// The badge of a stored tier (`1080p`, `4K`).
fn picture(tier: &Option<String>) -> ui::Badge {
    let tier = tier.as_deref().and_then(|tier| tier.parse::<Tier>().ok());
    let lines = tier.map(|tier| match tier {
        Tier::K8 => 4_320,
        Tier::K4 => 2_160,
        Tier::P1440 => 1_440,
        Tier::P1080 => 1_080,
        Tier::P720 => 720,
        Tier::P576 | Tier::P480 | Tier::P360 | Tier::P240 => 576,
    });
    ui::Badge::quality(lines)
}

/// A rating of so many tenths: `6.8`.
fn rating(tenths: i64) -> String {
    format!("{}.{}", tenths / 10, tenths % 10)
}

/// A stored format in words.
fn format_words(name: &str) -> String {
    match Format::from_name(name) {
        Some(Format::Hls) => "HLS".to_owned(),
        Some(Format::Ts) => "MPEG-TS".to_owned(),
        Some(Format::Unknown) | None => "Not known".to_owned(),
        Some(Format::Smooth) => "Smooth Streaming".to_owned(),
        Some(Format::Audio) => "Audio".to_owned(),
        Some(other) => other.as_str().to_uppercase(),
    }
}

/// Whether the product can play a stored format to players.
fn is_playable(name: &str) -> bool {
    Format::from_name(name).is_none_or(Format::is_relayable)
}

/// A link that plays `path` below one's own token (`channel/7`); none for who has no output credential.
async fn play_link(
    req: &HttpRequest,
    ctx: &Ctx,
    user: UserId,
    path: &str,
) -> Result<Option<String>, Problem> {
    let own = credential::personal(ctx, user).await?;
    Ok(own.map(|own| format!("{}/stream/{}/{path}", base_url(req), own.token.expose_secret())))
}

/// What the link of a film ends with.
fn extension(format: &str) -> &'static str {
    match Format::from_name(format) {
        Some(Format::Hls) => "m3u8",
        Some(Format::Unknown) | None => "mp4",
        Some(known) => known.as_str(),
    }
}
