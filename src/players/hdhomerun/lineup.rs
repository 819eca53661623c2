//! The channels of a device, and the scan that players ask for before they read them.

use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use actix_web::web::{Bytes, Data};
use actix_web::{HttpRequest, HttpResponse};
use serde_json::json;

use super::access::Asked;
use crate::ctx::Ctx;
use crate::edge::{Edge, Problem};
use crate::features::outputs::hdhomerun::lineup::{self, Form};

/// `lineup.json`
pub(super) async fn json(
    req: HttpRequest,
    ctx: Data<Ctx>,
    edge: Data<Edge>,
) -> Result<HttpResponse, Problem> {
    send(&req, &ctx, &edge, Form::Json, "application/json").await
}

/// `lineup.xml`
pub(super) async fn xml(req: HttpRequest, ctx: Data<Ctx>, edge: Data<Edge>) -> Result<HttpResponse, Problem> {
    send(&req, &ctx, &edge, Form::Xml, "application/xml; charset=utf-8").await
}

/// `lineup.m3u`
pub(super) async fn m3u(req: HttpRequest, ctx: Data<Ctx>, edge: Data<Edge>) -> Result<HttpResponse, Problem> {
    send(&req, &ctx, &edge, Form::M3u, "audio/x-mpegurl; charset=utf-8").await
}

async fn send(
    req: &HttpRequest,
    ctx: &Ctx,
    edge: &Edge,
    form: Form,
    content_type: &str,
) -> Result<HttpResponse, Problem> {
    let Asked { device, base } = Asked::of(req, ctx, edge).await?;
    let text = lineup::write(&ctx.db, &device, form, &base).await?;
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, content_type))
        .insert_header((CACHE_CONTROL, "private, no-cache"))
        .body(text))
}

/// `lineup_status.json`: there is never anything to wait for.
pub(super) async fn status(
    req: HttpRequest,
    ctx: Data<Ctx>,
    edge: Data<Edge>,
) -> Result<HttpResponse, Problem> {
    Asked::of(&req, &ctx, &edge).await?;
    Ok(HttpResponse::Ok().json(json!({
        "ScanInProgress": 0,
        "ScanPossible": 1,
        "Source": "Cable",
        "SourceList": ["Cable"],
    })))
}

/// POST `lineup.post`: a scan is over as soon as it begins. Players send what they want as query or as a form.
pub(super) async fn scan(
    req: HttpRequest,
    ctx: Data<Ctx>,
    edge: Data<Edge>,
    body: Bytes,
) -> Result<HttpResponse, Problem> {
    Asked::of(&req, &ctx, &edge).await?;
    let query = url::form_urlencoded::parse(req.query_string().as_bytes());
    let mut sent = query.chain(url::form_urlencoded::parse(&body));
    if sent.any(|(name, value)| name == "scan" && matches!(value.as_ref(), "start" | "abort")) {
        return Ok(HttpResponse::Ok().finish());
    }
    Ok(HttpResponse::BadRequest()
        .content_type("text/plain; charset=utf-8")
        .body("Only scan=start and scan=abort are understood."))
}
