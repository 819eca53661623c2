//! `/stream/…`: what the links of playlists and libraries play.

use std::convert::Infallible;

use actix_web::body::None as NoBody;
use actix_web::http::{Method, StatusCode, header};
use actix_web::{HttpRequest, HttpResponse, web};
use futures_util::stream;

use crate::ctx::Ctx;
use crate::edge::principal::player;
use crate::edge::{Client, Edge, Problem};
use crate::features::accounts::credential::Player;
use crate::features::catalogue::content::Content;
use crate::features::catalogue::sources::part_type;
use crate::features::history::showing::Watcher;
use crate::features::playback::{Answer, Media, Relay, Viewer, Wanted, Wish, sealed};
use crate::features::settings::{self, LinkMode};
use crate::support::ids::{ChannelId, CredentialId, EpisodeId, MovieId, UserId};
use crate::support::user_agent::player_name;

const PLAYLIST: &str = "application/vnd.apple.mpegurl";

/// What plays, and for whom.
type Parts = (web::Data<Ctx>, web::Data<Relay>, web::Data<Edge>);

/// `/stream/{token}/channel/{id}`: the first of its streams that starts.
pub async fn channel(
    req: HttpRequest,
    path: web::Path<(String, ChannelId)>,
    parts: Parts,
) -> Result<HttpResponse, Problem> {
    let (token, id) = path.into_inner();
    let player = player(&parts.0, &token).await?;
    let wanted = Wanted::best(Content::Channel(id));
    play(&req, &parts, &token, &player, wanted).await
}

/// `/stream/{token}/channel/{id}/{quality}`: streams of the wished picture first.
pub async fn channel_in(
    req: HttpRequest,
    path: web::Path<(String, ChannelId, String)>,
    parts: Parts,
) -> Result<HttpResponse, Problem> {
    let (token, id, quality) = path.into_inner();
    let player = player(&parts.0, &token).await?;
    let wish: Wish = quality.parse().map_err(|_| Problem::not_found("This quality"))?;
    let content = Content::Channel(id);
    play(&req, &parts, &token, &player, Wanted::of(content, wish)).await
}

/// `/stream/{token}/movie/{id}.{extension}`.
pub async fn movie(
    req: HttpRequest,
    path: web::Path<(String, String)>,
    parts: Parts,
) -> Result<HttpResponse, Problem> {
    let (token, file) = path.into_inner();
    let player = player(&parts.0, &token).await?;
    let wanted = Wanted::best(Content::Movie(MovieId(id_of(&file)?)));
    play(&req, &parts, &token, &player, wanted).await
}

/// `/stream/{token}/episode/{id}.{extension}`.
pub async fn episode(
    req: HttpRequest,
    path: web::Path<(String, String)>,
    parts: Parts,
) -> Result<HttpResponse, Problem> {
    let (token, file) = path.into_inner();
    let player = player(&parts.0, &token).await?;
    let wanted = Wanted::best(Content::Episode(EpisodeId(id_of(&file)?)));
    play(&req, &parts, &token, &player, wanted).await
}

/// `/stream/{token}/h/{sealed}`: a part of an HLS stream that this credential plays.
pub async fn part(
    req: HttpRequest,
    path: web::Path<(String, String)>,
    parts: Parts,
) -> Result<HttpResponse, Problem> {
    let (token, text) = path.into_inner();
    let (ctx, relay, edge) = &parts;
    let player = player(ctx, &token).await?;
    let gone = || Problem::not_found("This part of the stream");
    let part = sealed::open(&ctx.keys, player.credential, &text).ok_or_else(gone)?;
    if req.method() == Method::HEAD {
        return Ok(head(part_type(&part.url)));
    }
    let link = link(edge, &token);
    let answer = relay
        .part_for(
            &watcher(&req, player.credential, player.user_id),
            &part,
            range(&req),
            link,
        )
        .await?;
    Ok(respond(answer))
}

async fn play(
    req: &HttpRequest,
    (ctx, relay, edge): &Parts,
    token: &str,
    player: &Player,
    wanted: Wanted,
) -> Result<HttpResponse, Problem> {
    if req.method() == Method::HEAD {
        let content_type = wanted.sources(ctx).await?.content_type()?;
        return content_type
            .map(head)
            .ok_or_else(|| Problem::not_found("What you want to play"));
    }
    if settings::load(ctx).await?.strm_link_mode == LinkMode::Redirect
        && let Some(source) = wanted.sources(ctx).await?.redirect().await?
    {
        relay.redirected(
            watcher(req, player.credential, player.user_id),
            wanted.content,
            &source,
        );
        return Ok(HttpResponse::Found()
            .insert_header((header::LOCATION, source.url.as_str()))
            .insert_header((header::CACHE_CONTROL, "no-store"))
            .finish());
    }
    let link = link(edge, token);
    let answer = relay
        .start(
            &watcher(req, player.credential, player.user_id),
            wanted,
            range(req),
            link,
        )
        .await?;
    Ok(respond(answer))
}

/// Who asks, as the play is noted.
pub(super) fn watcher(req: &HttpRequest, credential: CredentialId, user: Option<UserId>) -> Watcher {
    let user_agent = req.headers().get(header::USER_AGENT);
    let user_agent = user_agent.and_then(|value| value.to_str().ok());
    Watcher {
        credential,
        user,
        device: user_agent.and_then(player_name),
        address: Client::of(req).address,
    }
}

/// The number before the extension, which is for players that judge by it.
fn id_of(file: &str) -> Result<i64, Problem> {
    let id = file.split('.').next().and_then(|id| id.parse().ok());
    id.ok_or_else(|| Problem::not_found("What you want to play"))
}

fn range(req: &HttpRequest) -> Option<String> {
    let range = req.headers().get(header::RANGE)?.to_str().ok()?;
    Some(range.to_owned())
}

/// Addresses of sealed parts, without a host: a player asks whomever it got the playlist from.
fn link(edge: &Edge, token: &str) -> impl Fn(&str) -> String {
    let folder = edge
        .public_url()
        .and_then(|url| {
            Some(
                url::Url::parse(&url)
                    .ok()?
                    .path()
                    .trim_end_matches('/')
                    .to_owned(),
            )
        })
        .unwrap_or_default();
    let start = format!("{folder}/stream/{token}/h/");
    move |sealed| format!("{start}{sealed}")
}

/// An answer to HEAD: nobody knows the length without asking the provider.
fn head(content_type: &'static str) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, content_type))
        .insert_header((header::CONTENT_ENCODING, "identity"))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .body(NoBody::new())
}

fn respond(answer: Answer) -> HttpResponse {
    match answer {
        Answer::Playlist(text) => HttpResponse::Ok()
            .insert_header((header::CONTENT_TYPE, PLAYLIST))
            .insert_header((header::CACHE_CONTROL, "no-store"))
            .body(text),
        Answer::Media(media) => stream_of(*media),
        Answer::Live(viewer) => live(*viewer),
    }
}

/// A live stream has no length and no end; a range of it is all of it.
fn live(viewer: Viewer) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, viewer.content_type.as_ref()))
        .insert_header((header::CONTENT_ENCODING, "identity"))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .streaming(stream::unfold(viewer, |mut viewer| async move {
            let bytes = viewer.next().await?;
            Some((Ok::<_, Infallible>(bytes), viewer))
        }))
}

fn stream_of(media: Media) -> HttpResponse {
    let status = StatusCode::from_u16(media.status).unwrap_or(StatusCode::OK);
    let mut answer = HttpResponse::build(status);
    answer
        .insert_header((header::CONTENT_TYPE, media.content_type.as_str()))
        // Media are compressed already; a player that asks for ranges counts the bytes as they are.
        .insert_header((header::CONTENT_ENCODING, "identity"))
        .insert_header((header::CACHE_CONTROL, "no-store"));
    for (name, value) in &media.headers {
        match value.to_str().ok().and_then(|text| text.parse().ok()) {
            Some(length) if name == header::CONTENT_LENGTH.as_str() => {
                answer.no_chunking(length);
            }
            _ if name == header::CONTENT_LENGTH.as_str() => {}
            _ => {
                answer.insert_header((name.as_str(), value.as_bytes()));
            }
        }
    }
    answer.streaming(stream::unfold(media, |mut media| async move {
        let bytes = media.next().await?;
        Some((bytes, media))
    }))
}
