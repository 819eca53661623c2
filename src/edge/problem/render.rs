//! A problem as an answer: JSON for programs and players, whatever the web face registered for people.

use actix_web::body::{BodySize, BoxBody, MessageBody};
use actix_web::dev::ServiceResponse;
use actix_web::http::{StatusCode, header};
use actix_web::{Error, HttpRequest, HttpResponse, web};
use serde_json::json;

use super::Problem;
use crate::edge::{Edge, Face, RequestId};

/// Draws a problem for a request, request id included.
pub type Render = fn(&HttpRequest, &Problem) -> HttpResponse;

/// Who draws the problems of which face.
#[derive(Clone, Copy)]
pub struct Renderers {
    pub web: Render,
}

impl Default for Renderers {
    fn default() -> Self {
        Self {
            web: |req, problem| json(problem, RequestId::of(req).as_str()),
        }
    }
}

/// `{"error":{"code","message","fields","request_id"}}` with the problem's status and `Retry-After`.
pub fn json(problem: &Problem, request_id: &str) -> HttpResponse {
    let mut body = problem.extra.clone();
    body.insert(
        "error".to_owned(),
        json!({
            "code": problem.code,
            "message": problem.message,
            "fields": problem.fields,
            "request_id": request_id,
        }),
    );
    let mut response = HttpResponse::build(problem.status);
    if let Some(seconds) = problem.retry_after {
        response.insert_header((header::RETRY_AFTER, seconds));
    }
    response
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .json(body)
}

/// Logs and redraws an answer that carries a problem, or that failed without words of its own.
pub(in crate::edge) fn finish(answer: ServiceResponse<BoxBody>) -> ServiceResponse<BoxBody> {
    let Some(problem) = problem_of(&answer) else {
        return answer;
    };
    let req = answer.request();
    log(&problem, &RequestId::of(req));
    let kept = answer.response().headers().get(header::ALLOW).cloned();
    let mut response = draw(req, &problem);
    if let Some(allow) = kept {
        response.headers_mut().insert(header::ALLOW, allow);
    }
    answer.into_response(response)
}

/// The answer to an error that lost its request on the way.
pub(in crate::edge) fn without_request(error: &Error, id: &RequestId) -> HttpResponse {
    let problem = of_error(error);
    log(&problem, id);
    json(&problem, id.as_str())
}

fn draw(req: &HttpRequest, problem: &Problem) -> HttpResponse {
    let edge = req.app_data::<web::Data<Edge>>();
    match (Face::of(req.path()), edge) {
        (Face::Web, Some(edge)) => (edge.render.web)(req, problem),
        _ => json(problem, RequestId::of(req).as_str()),
    }
}

fn problem_of(answer: &ServiceResponse<BoxBody>) -> Option<Problem> {
    let response = answer.response();
    if let Some(problem) = response.extensions().get::<Problem>() {
        return Some(problem.clone());
    }
    if let Some(error) = response.error() {
        return Some(of_error(error));
    }
    let status = response.status();
    let is_bare = matches!(response.body().size(), BodySize::None | BodySize::Sized(0));
    let has_type = response.headers().contains_key(header::CONTENT_TYPE);
    let is_failure = status.is_client_error() || status.is_server_error();
    (is_failure && is_bare && !has_type).then(|| of_status(status))
}

fn of_error(error: &Error) -> Problem {
    if let Some(problem) = error.as_error::<Problem>() {
        return problem.clone();
    }
    let status = error.as_response_error().status_code();
    if status.is_server_error() {
        return Problem::internal(error).with_status(status);
    }
    of_status(status)
}

fn of_status(status: StatusCode) -> Problem {
    let (code, message) = match status {
        StatusCode::UNAUTHORIZED => return Problem::unauthenticated(),
        StatusCode::FORBIDDEN => return Problem::forbidden(),
        StatusCode::NOT_FOUND => return Problem::not_found("This address"),
        StatusCode::METHOD_NOT_ALLOWED => ("method_not_allowed", "This cannot be done here."),
        StatusCode::PAYLOAD_TOO_LARGE => ("too_large", "What was sent is too large."),
        StatusCode::REQUEST_TIMEOUT => ("timeout", "The request took too long to arrive."),
        StatusCode::UNPROCESSABLE_ENTITY => ("validation_failed", "Some of the values cannot be used."),
        _ if status.is_client_error() => ("bad_request", "This request cannot be understood."),
        _ => return Problem::internal(status).with_status(status),
    };
    Problem::new(status, code, message)
}

/// Codes of server errors that say how a provider is, not how the server is.
const OF_PROVIDERS: [&str; 4] = ["not_relayable", "all_in_use", "reserved", "no_stream"];

fn log(problem: &Problem, id: &RequestId) {
    if problem.status.is_server_error() {
        let cause = problem.cause().unwrap_or("unknown");
        // What providers refuse is their fault, and a player that changes channels meets much of it.
        if OF_PROVIDERS.contains(&problem.code.as_ref()) {
            tracing::warn!(request_id = %id, status = problem.status.as_u16(), code = %problem.code, cause, "nothing plays");
            return;
        }
        tracing::error!(request_id = %id, status = problem.status.as_u16(), code = %problem.code, cause, "request failed");
    }
}
