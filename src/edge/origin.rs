//! Cross-site requests are refused where a browser would send somebody's cookie along.

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::{Method, StatusCode, header};
use actix_web::middleware::Next;
use actix_web::{Error, ResponseError, web};

use super::{Edge, Face, Problem};

/// Lets safe methods, bearer requests and requests of the own pages pass; 403 `cross_site` otherwise.
///
/// A request with `Authorization: Bearer` passes because no other site can make a browser send it; whoever reads
/// the principal must then never fall back to the cookie.
pub async fn check(
    req: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    if concerns(&req) && !is_own(&req) {
        return Ok(req.into_response(refusal().error_response()));
    }
    next.call(req).await.map(ServiceResponse::map_into_boxed_body)
}

fn refusal() -> Problem {
    let message = "This request came from another site, or the browser did not say from where. \
                   Open the page again and repeat it there.";
    Problem::new(StatusCode::FORBIDDEN, "cross_site", message)
}

fn concerns(req: &ServiceRequest) -> bool {
    let is_safe = matches!(
        *req.method(),
        Method::GET | Method::HEAD | Method::OPTIONS | Method::TRACE
    );
    if is_safe || is_bearer(req) {
        return false;
    }
    match Face::of(req.path()) {
        Face::Web => true,
        Face::Api if is_json_sign_in(req) => false,
        Face::Api => req.headers().contains_key(header::COOKIE),
        Face::Players | Face::Probe | Face::Static => false,
    }
}

fn is_bearer(req: &ServiceRequest) -> bool {
    text(req, "authorization")
        .and_then(|value| value.get(..7))
        .is_some_and(|scheme| scheme.eq_ignore_ascii_case("bearer "))
}

/// Another site cannot send this content type without being asked for permission first.
fn is_json_sign_in(req: &ServiceRequest) -> bool {
    req.path() == "/api/auth/login"
        && text(req, "content-type").is_some_and(|kind| {
            let kind = kind.split(';').next().unwrap_or_default().trim();
            kind.eq_ignore_ascii_case("application/json")
        })
}

fn is_own(req: &ServiceRequest) -> bool {
    if req.headers().contains_key("sec-fetch-site") {
        return matches!(text(req, "sec-fetch-site"), Some("same-origin" | "none"));
    }
    let Some(origin) = text(req, "origin").and_then(|origin| url::Url::parse(origin).ok()) else {
        return false;
    };
    let public = req
        .app_data::<web::Data<Edge>>()
        .and_then(|edge| edge.public_url());
    let is_public = public
        .and_then(|url| url::Url::parse(&url).ok())
        .is_some_and(|url| url.origin() == origin.origin());
    is_public || text(req, "host").is_some_and(|host| is_at_host(&origin, host))
}

fn is_at_host(origin: &url::Url, host: &str) -> bool {
    if !matches!(origin.scheme(), "http" | "https") {
        return false;
    }
    url::Url::parse(&format!("{}://{host}", origin.scheme())).is_ok_and(|own| own.origin() == origin.origin())
}

fn text<'a>(req: &'a ServiceRequest, name: &str) -> Option<&'a str> {
    req.headers().get(name)?.to_str().ok()
}
