//! What a tuner plays: a live stream without length, until the player goes or the time that it asked for is over.

use std::time::Duration;

use actix_web::body::None as NoBody;
use actix_web::http::{Method, StatusCode, header};
use actix_web::web::{Data, Query};
use actix_web::{HttpRequest, HttpResponse};
use bytes::Bytes;
use futures_util::stream;
use serde::Deserialize;
use tokio::time::Instant;

use super::access::Asked;
use super::refusal::Refusal;
use crate::ctx::Ctx;
use crate::edge::{Edge, Problem};
use crate::features::accounts::credential;
use crate::features::catalogue::content::Content;
use crate::features::catalogue::number::ChannelNumber;
use crate::features::history::showing::Watcher;
use crate::features::outputs::hdhomerun::{self, Device, Tuner, Tuners};
use crate::features::playback::{Answer, Media, Relay, RelayError, Viewer, Wanted, Wish};
use crate::fetch::FetchError;
use crate::players::stream::watcher;
use crate::support::ids::ChannelId;

const CONTENT_TYPE: &str = "video/mp2t";
/// Longer than anybody records; what is later cannot be computed with.
const LONGEST_SECONDS: u64 = 7 * 86_400;

/// What plays, and on which tuner.
type Parts = (Data<Ctx>, Data<Edge>, Data<Relay>, Data<Tuners>);

/// What a player may add. A wish for another encoding is no error, and changes nothing.
#[derive(Deserialize)]
pub(super) struct Asking {
    /// Seconds.
    duration: Option<String>,
}

/// `auto/v<number>`: a channel on any tuner.
pub(super) async fn any(
    req: HttpRequest,
    asking: Query<Asking>,
    parts: Parts,
) -> Result<HttpResponse, Problem> {
    play(&req, &asking, &parts, None).await
}

/// `tuner<n>/v<number>`: a channel on this tuner.
pub(super) async fn of_tuner(
    req: HttpRequest,
    asking: Query<Asking>,
    parts: Parts,
) -> Result<HttpResponse, Problem> {
    let tuner = req.match_info().get("tuner").and_then(|tuner| tuner.parse().ok());
    // One that cannot be a number is one that no device has.
    play(&req, &asking, &parts, Some(tuner.unwrap_or(u32::MAX))).await
}

async fn play(
    req: &HttpRequest,
    asking: &Asking,
    (ctx, edge, relay, tuners): &Parts,
    tuner: Option<u32>,
) -> Result<HttpResponse, Problem> {
    let Asked { device, .. } = Asked::of(req, ctx, edge).await?;
    if tuner.is_some_and(|tuner| i64::from(tuner) >= device.tuner_count) {
        return Err(Problem::not_found("This tuner"));
    }
    let Some(channel) = channel(req, ctx, &device).await? else {
        return Ok(Refusal::UnknownChannel.answer("The line-up has no channel of this number."));
    };
    if req.method() == Method::HEAD {
        return Ok(head());
    }
    let Some(credential) = device.credential else {
        let reason = "The access of this device was revoked; an administrator can give it back.";
        return Ok(Refusal::TuneFailed.answer(reason));
    };
    let Some(taken) = tuners.take(&device, tuner).await else {
        return Ok(match tuner {
            Some(_) => Refusal::TunerInUse.answer("Somebody watches with this tuner."),
            None => Refusal::AllTunersInUse.answer("Somebody watches with each tuner of this device."),
        });
    };
    credential::note_use(ctx, credential).await;
    let watcher = watcher(req, credential, None);
    start(relay, &device, channel, &watcher, taken, asking.end()).await
}

async fn start(
    relay: &Relay,
    device: &Device,
    channel: ChannelId,
    watcher: &Watcher,
    tuner: Tuner,
    end: Option<Instant>,
) -> Result<HttpResponse, Problem> {
    let wish = Wish::Preference(device.quality);
    let wanted = Wanted::of(Content::Channel(channel), wish).unbroken();
    // No address of a part is ever made, since HLS is refused.
    match relay.start(watcher, wanted, None, |_| String::new()).await {
        Ok(Answer::Live(viewer)) => Ok(live(*viewer, tuner, end)),
        Ok(Answer::Media(media)) => Ok(file(*media, tuner, end)),
        Ok(Answer::Playlist(_)) => Ok(Refusal::NoVideoData.answer("It comes as HLS only.")),
        Err(error) => match Refusal::of(&error) {
            None => Err(error.into()),
            Some(refusal) => {
                tracing::warn!(device = %device.device_id, %error, "a tuner plays nothing");
                Ok(refusal.answer(match error {
                    RelayError::Reserved => "The connections that are free are reserved for others.",
                    _ => "The server's log says why.",
                }))
            }
        },
    }
}

/// The channel of the path's number.
async fn channel(req: &HttpRequest, ctx: &Ctx, device: &Device) -> Result<Option<ChannelId>, Problem> {
    let number = req.match_info().get("number").unwrap_or_default();
    match number.parse::<ChannelNumber>() {
        Ok(number) => Ok(hdhomerun::channel(&ctx.db, device.id, number).await?),
        Err(_) => Ok(None),
    }
}

impl Asking {
    /// When the stream is to end.
    fn end(&self) -> Option<Instant> {
        let seconds: u64 = self.duration.as_deref()?.parse().ok()?;
        let seconds = Some(seconds).filter(|seconds| (1..=LONGEST_SECONDS).contains(seconds))?;
        Some(Instant::now() + Duration::from_secs(seconds))
    }
}

/// An answer to HEAD, for which no tuner is taken and no provider asked.
fn head() -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, CONTENT_TYPE))
        .insert_header((header::CONTENT_ENCODING, "identity"))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .body(NoBody::new())
}

fn live(viewer: Viewer, tuner: Tuner, end: Option<Instant>) -> HttpResponse {
    let content_type = viewer.content_type.to_string();
    // The tuner is given back with the body, however that ends.
    let bytes = stream::unfold((viewer, tuner), move |(mut viewer, tuner)| async move {
        let bytes = before(end, viewer.next()).await?;
        Some((Ok::<_, FetchError>(bytes), (viewer, tuner)))
    });
    respond(&content_type).streaming(bytes)
}

/// A channel that is a file at its provider: sent from its beginning on.
fn file(media: Media, tuner: Tuner, end: Option<Instant>) -> HttpResponse {
    let content_type = media.content_type.clone();
    let bytes = stream::unfold((media, tuner), move |(mut media, tuner)| async move {
        let bytes: Result<Bytes, FetchError> = before(end, media.next()).await?;
        Some((bytes, (media, tuner)))
    });
    respond(&content_type).streaming(bytes)
}

/// What comes in time.
async fn before<T>(end: Option<Instant>, next: impl Future<Output = Option<T>>) -> Option<T> {
    match end {
        None => next.await,
        Some(end) => tokio::time::timeout_at(end, next).await.ok().flatten(),
    }
}

fn respond(content_type: &str) -> actix_web::HttpResponseBuilder {
    // Providers write the same type in several ways.
    let is_ts = content_type.eq_ignore_ascii_case(CONTENT_TYPE);
    let content_type = if is_ts { CONTENT_TYPE } else { content_type };
    let mut answer = HttpResponse::build(StatusCode::OK);
    answer
        .insert_header((header::CONTENT_TYPE, content_type))
        .insert_header((header::CONTENT_ENCODING, "identity"))
        .insert_header((header::CACHE_CONTROL, "no-store"));
    answer
}
