//! A problem for people: a page with a way on, a toast or panel under htmx, or the way to sign in.

use actix_web::http::{Method, StatusCode, header};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

use super::flash::Tone;
use super::htmx::Htmx;
use super::page::Page;
use super::respond;
use super::urls;
use crate::edge::problem::render::json;
use crate::edge::{Problem, RequestId};
use crate::web::ui::Toast;

#[derive(Template)]
#[template(path = "errors/show.html")]
struct ErrorPage<'a> {
    page: Page,
    problem: &'a Problem,
    way_on: (String, String),
}

#[derive(Template)]
#[template(path = "errors/_panel.html")]
struct ErrorPanel<'a> {
    problem: &'a Problem,
    request_id: String,
    retry: &'a str,
}

/// What [`crate::edge::Edge::render`] calls for pages.
pub fn render(req: &HttpRequest, problem: &Problem) -> HttpResponse {
    let htmx = Htmx::of(req);
    let answer = match problem.status {
        StatusCode::UNAUTHORIZED => to_sign_in(req, &htmx),
        _ if problem.code == "password_change_required" && !htmx.fragment => {
            respond::redirect(req, urls::PASSWORD, None)
        }
        _ if htmx.fragment && panel_of(req).is_some() => panel(req, problem),
        _ if htmx.fragment => toast(req, problem),
        _ => page(req, problem),
    };
    let mut answer = answer.unwrap_or_else(|_| json(problem, RequestId::of(req).as_str()));
    if let Some(seconds) = problem.retry_after {
        let seconds = header::HeaderValue::from(seconds);
        answer.headers_mut().insert(header::RETRY_AFTER, seconds);
    }
    answer
}

/// A panel that loads by itself keeps its error to itself, where others go to the toasts.
fn panel_of(req: &HttpRequest) -> Option<&str> {
    let target = req.headers().get("hx-target")?.to_str().ok()?;
    (req.method() == Method::GET && target.starts_with("panel-")).then_some(target)
}

fn to_sign_in(req: &HttpRequest, htmx: &Htmx) -> respond::Answer {
    let is_page = req.method() == Method::GET || req.method() == Method::HEAD;
    let wanted = match (htmx.fragment, is_page) {
        (false, true) => req.uri().to_string(),
        _ => urls::back(req),
    };
    let path = urls::sign_in_for(&wanted);
    if !htmx.fragment {
        return respond::redirect(req, &path, None);
    }
    let mut response = HttpResponse::Unauthorized()
        .insert_header(("HX-Redirect", path))
        .finish();
    respond::private(&mut response);
    Ok(response)
}

fn toast(req: &HttpRequest, problem: &Problem) -> respond::Answer {
    let toast = Toast::new(Tone::Danger, problem.message.as_ref())
        .request_id(RequestId::of(req).as_str())
        .way_on(
            problem
                .recovery
                .as_ref()
                .map(|(label, path)| (label.as_ref(), path.as_str())),
        );
    respond::with_status(req, problem.status, &toast)
}

fn panel(req: &HttpRequest, problem: &Problem) -> respond::Answer {
    let retry = req.uri().to_string();
    let panel = ErrorPanel {
        problem,
        request_id: RequestId::of(req).to_string(),
        retry: &retry,
    };
    let mut answer = respond::with_status(req, problem.status, &panel)?;
    if let Some(target) = panel_of(req).and_then(|id| header::HeaderValue::from_str(&format!("#{id}")).ok()) {
        let reswap = header::HeaderValue::from_static("innerHTML");
        answer
            .headers_mut()
            .insert(header::HeaderName::from_static("hx-retarget"), target);
        answer
            .headers_mut()
            .insert(header::HeaderName::from_static("hx-reswap"), reswap);
    }
    Ok(answer)
}

fn page(req: &HttpRequest, problem: &Problem) -> respond::Answer {
    let page = ErrorPage {
        page: Page::new(req, title(problem.status)),
        problem,
        way_on: way_on(problem),
    };
    respond::with_status(req, problem.status, &page)
}

fn title(status: StatusCode) -> &'static str {
    match status.as_u16() {
        403 => "Not allowed",
        404 | 410 => "Not found",
        405 => "Not possible here",
        409 => "In conflict with something else",
        413 => "Too large",
        422 => "Not usable",
        429 => "Too fast",
        503 => "Not available right now",
        500.. => "Something went wrong",
        _ => "This did not work",
    }
}

fn way_on(problem: &Problem) -> (String, String) {
    match &problem.recovery {
        Some((label, path)) => (label.to_string(), path.clone()),
        None => ("Go to the start page".to_owned(), urls::HOME.to_owned()),
    }
}
