//! Answers of pages: one place for status, caching and the difference between a page and a fragment.

use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderValue};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

use super::flash::{self, Flash};
use super::htmx::Htmx;
use crate::edge::Problem;

pub type Answer = Result<HttpResponse, Problem>;

/// 200 with a page or a fragment.
pub fn html(req: &HttpRequest, view: &impl Template) -> Answer {
    with_status(req, StatusCode::OK, view)
}

/// The page, or only `fragment` of it if htmx asks: for one URL of two sizes.
pub fn page_or(req: &HttpRequest, page: &impl Template, fragment: &impl Template) -> Answer {
    if Htmx::of(req).fragment {
        html(req, fragment)
    } else {
        html(req, page)
    }
}

/// 422 with the form again, values kept: the fragment under htmx, the whole page otherwise.
pub fn invalid(req: &HttpRequest, page: &impl Template, fragment: &impl Template) -> Answer {
    let status = StatusCode::UNPROCESSABLE_ENTITY;
    if Htmx::of(req).fragment {
        with_status(req, status, fragment)
    } else {
        with_status(req, status, page)
    }
}

/// Any status with a page or a fragment. A flash that the page showed is used up.
pub fn with_status(req: &HttpRequest, status: StatusCode, view: &impl Template) -> Answer {
    let body = view.render().map_err(Problem::internal)?;
    let mut response = HttpResponse::build(status)
        .content_type("text/html; charset=utf-8")
        .body(body);
    private(&mut response);
    if !Htmx::of(req).fragment {
        flash::clear(req, &mut response);
    }
    Ok(response)
}

/// After a change: on to `path` with a message there. 303, or `HX-Redirect` under htmx.
pub fn redirect(req: &HttpRequest, path: &str, message: Option<Flash>) -> Answer {
    let mut response = if Htmx::of(req).fragment {
        HttpResponse::NoContent()
            .insert_header(("HX-Redirect", path))
            .finish()
    } else {
        HttpResponse::SeeOther()
            .insert_header((header::LOCATION, path))
            .finish()
    };
    private(&mut response);
    if let Some(message) = message {
        flash::leave(req, &mut response, &message);
    }
    Ok(response)
}

/// After a change that shows in place: the fragment and a toast under htmx, and the dialog it came from closes;
/// otherwise 303 to `path` and the message there.
pub fn changed(req: &HttpRequest, path: &str, message: Flash, fragment: &impl Template) -> Answer {
    if !Htmx::of(req).fragment {
        return redirect(req, path, Some(message));
    }
    let toast = message.toast().render().map_err(Problem::internal)?;
    let fragment = fragment.render().map_err(Problem::internal)?;
    let mut response = HttpResponse::Ok()
        .content_type("text/html; charset=utf-8")
        .insert_header(("HX-Trigger", "close-dialog"))
        .body(fragment + &toast);
    private(&mut response);
    Ok(response)
}

/// Signed-in HTML is nobody else's, and a cache must not take a fragment for its page.
pub(super) fn private(response: &mut HttpResponse) {
    let headers = response.headers_mut();
    headers.insert(
        header::CACHE_CONTROL,
        HeaderValue::from_static("private, no-store"),
    );
    headers.insert(header::VARY, HeaderValue::from_static("HX-Request"));
}
