use actix_web::http::{Method, header};
use actix_web::{HttpRequest, HttpResponse, web};
use async_compression::tokio::bufread::GzipEncoder;
use bytes::Bytes;
use futures_util::stream;
use serde::Deserialize;
use tokio::io::AsyncReadExt;
use tokio_util::io::StreamReader;

use crate::ctx::Ctx;
use crate::edge::principal::player;
use crate::edge::{Edge, Problem, etag};
use crate::features::outputs::m3u::Filling;
use crate::features::outputs::playlist::{Draft, Drafts};
use crate::features::outputs::selection::{Preference, Selection};
use crate::features::settings;

use super::base_url::base_url;

const PIECE_BYTES: usize = 256 * 1024;

/// What a player asks of a playlist.
#[derive(Deserialize)]
pub struct PlaylistQuery {
    #[serde(default)]
    token: String,
    category: Option<String>,
    quality: Option<String>,
}

/// `GET /playlist.m3u`: every channel once, or those of a category, in the wished picture.
pub async fn playlist(
    req: HttpRequest,
    query: web::Query<PlaylistQuery>,
    ctx: web::Data<Ctx>,
    edge: web::Data<Edge>,
    drafts: web::Data<Drafts>,
) -> Result<HttpResponse, Problem> {
    let query = query.into_inner();
    let player = player(&ctx, &query.token).await?;
    let quality = match query.quality.as_deref() {
        None | Some("") => preferred(&ctx).await?,
        Some(text) => text
            .parse()
            .map_err(|error| Problem::invalid_field("quality", format!("{error}.")))?,
    };
    let category = query.category.filter(|category| !category.is_empty());
    let selection = Selection { category, quality };
    let base = base_url(&req, &edge);
    let unique = format!("{selection:?} {base} {}", player.credential);
    let draft = drafts.playlist(&ctx.db, selection).await?;
    let filling = Filling::new(&base, &query.token);
    send(
        &req,
        &ctx,
        &draft,
        &unique,
        "audio/x-mpegurl; charset=utf-8",
        filling,
    )
    .await
}

/// The picture of a playlist that asks for none.
async fn preferred(ctx: &Ctx) -> Result<Preference, Problem> {
    let wish = settings::load(ctx).await?.playlist_prefer_quality;
    // The best has another name there.
    Ok(wish.parse().unwrap_or_default())
}

/// What a player asks of a guide.
#[derive(Deserialize)]
pub struct GuideQuery {
    #[serde(default)]
    token: String,
}

/// `GET /xmltv.xml`: the channels of the playlist, by the same ids.
pub async fn guide(
    req: HttpRequest,
    query: web::Query<GuideQuery>,
    ctx: web::Data<Ctx>,
    edge: web::Data<Edge>,
    drafts: web::Data<Drafts>,
) -> Result<HttpResponse, Problem> {
    let player = player(&ctx, &query.token).await?;
    let base = base_url(&req, &edge);
    let unique = format!("guide {base} {}", player.credential);
    let draft = drafts.guide(&ctx.db).await?;
    let filling = Filling::new(&base, &query.token);
    send(
        &req,
        &ctx,
        &draft,
        &unique,
        "application/xml; charset=utf-8",
        filling,
    )
    .await
}

/// `GET /xmltv.xml.gz`: the same as a gzip file, for servers that judge by the path.
pub async fn guide_gz(
    req: HttpRequest,
    query: web::Query<GuideQuery>,
    ctx: web::Data<Ctx>,
    edge: web::Data<Edge>,
    drafts: web::Data<Drafts>,
) -> Result<HttpResponse, Problem> {
    let player = player(&ctx, &query.token).await?;
    let base = base_url(&req, &edge);
    let draft = drafts.guide(&ctx.db).await?;
    let tag = tag(&ctx, &draft, &format!("guide.gz {base} {}", player.credential));
    if etag::is_known(&req, &tag) {
        return Ok(etag::not_modified(&tag));
    }
    let filled = pieces(open(&draft).await?, Some(Filling::new(&base, &query.token)));
    let packed = GzipEncoder::new(StreamReader::new(Box::pin(filled)));
    let mut answer = HttpResponse::Ok();
    answer
        .insert_header((header::CONTENT_TYPE, "application/gzip"))
        .insert_header((header::CONTENT_ENCODING, "identity"))
        .insert_header((header::ETAG, tag));
    if req.method() == Method::HEAD {
        return Ok(answer.finish());
    }
    Ok(answer.streaming(pieces(packed, None)))
}

async fn send(
    req: &HttpRequest,
    ctx: &Ctx,
    draft: &Draft,
    unique: &str,
    content_type: &str,
    filling: Filling,
) -> Result<HttpResponse, Problem> {
    let tag = tag(ctx, draft, unique);
    if etag::is_known(req, &tag) {
        return Ok(etag::not_modified(&tag));
    }
    let mut answer = HttpResponse::Ok();
    answer
        .insert_header((header::CONTENT_TYPE, content_type))
        .insert_header((header::CACHE_CONTROL, "private, no-cache"))
        .insert_header((header::ETAG, tag));
    if req.method() == Method::HEAD {
        return Ok(answer.finish());
    }
    Ok(answer.streaming(pieces(open(draft).await?, Some(filling))))
}

fn tag(ctx: &Ctx, draft: &Draft, unique: &str) -> String {
    let print = ctx
        .keys
        .fingerprint("playlist tag", format!("{} {unique}", draft.version).as_bytes());
    let short: String = print[..12].iter().map(|byte| format!("{byte:02x}")).collect();
    etag::strong(&short)
}

async fn open(draft: &Draft) -> Result<tokio::fs::File, Problem> {
    tokio::fs::File::open(&draft.path)
        .await
        .map_err(Problem::internal)
}

/// The draft as it is read, each piece filled in.
fn pieces(
    file: impl tokio::io::AsyncRead + Unpin,
    filling: Option<Filling>,
) -> impl futures_util::Stream<Item = std::io::Result<Bytes>> {
    stream::unfold((file, filling), |(mut file, filling)| async move {
        let mut piece = Vec::with_capacity(PIECE_BYTES);
        while piece.len() < PIECE_BYTES {
            match file.read_buf(&mut piece).await {
                Ok(0) => break,
                Ok(_) => {}
                Err(error) => return Some((Err(error), (file, filling))),
            }
        }
        if piece.is_empty() {
            return None;
        }
        let filled = filling
            .as_ref()
            .map_or(piece.clone(), |filling| filling.fill(&piece));
        Some((Ok(Bytes::from(filled)), (file, filling)))
    })
}
