//! One span and one line per request. They hold the route's pattern, never a path or a query: those of players carry
//! tokens.

use actix_web::Error;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use tracing::{Span, field};
use tracing_actix_web::RootSpanBuilder;

use crate::edge::request::REQUEST_ID_HEADER;

pub(super) struct Pattern;

impl RootSpanBuilder for Pattern {
    fn on_request_start(request: &ServiceRequest) -> Span {
        let route = request.match_pattern().unwrap_or_else(|| "(none)".to_owned());
        tracing::info_span!("request", method = %request.method(), route, id = field::Empty)
    }

    fn on_request_end<B: MessageBody>(span: Span, outcome: &Result<ServiceResponse<B>, Error>) {
        let (status, headers) = match outcome {
            Ok(answer) => (answer.status(), Some(answer.headers())),
            Err(error) => (error.as_response_error().status_code(), None),
        };
        let id = headers
            .and_then(|headers| headers.get(&REQUEST_ID_HEADER))
            .and_then(|id| id.to_str().ok());
        span.record("id", id.unwrap_or_default());
        span.in_scope(|| tracing::debug!(status = status.as_u16(), "answered"));
    }
}
