//! What the extractors of actix answer when a request cannot be read.

use actix_web::error::{JsonPayloadError, PathError, QueryPayloadError, UrlencodedError};
use actix_web::http::StatusCode;
use actix_web::web::{self, ServiceConfig};
use actix_web::{Error, HttpRequest};

use super::Problem;

/// Bodies of JSON and forms are at most this many bytes; uploads have their own limit.
pub const BODY_LIMIT: usize = 1024 * 1024;

/// Malformed JSON, form or query: 422; a body too large: 413; a path that holds no id: 404.
pub fn configure(config: &mut ServiceConfig) {
    config
        .app_data(web::PayloadConfig::new(BODY_LIMIT))
        .app_data(web::JsonConfig::default().limit(BODY_LIMIT).error_handler(json))
        .app_data(web::FormConfig::default().limit(BODY_LIMIT).error_handler(form))
        .app_data(web::QueryConfig::default().error_handler(query))
        .app_data(web::PathConfig::default().error_handler(path));
}

fn json(error: JsonPayloadError, _: &HttpRequest) -> Error {
    match error {
        JsonPayloadError::Overflow { .. } | JsonPayloadError::OverflowKnownLength { .. } => too_large(),
        JsonPayloadError::ContentType => malformed("Send JSON, with the content type application/json."),
        JsonPayloadError::Deserialize(error) if error.is_data() => malformed(&shape(&error)),
        _ => malformed("The body is not valid JSON."),
    }
    .into()
}

fn form(error: UrlencodedError, _: &HttpRequest) -> Error {
    match error {
        UrlencodedError::Overflow { .. } => too_large(),
        _ => malformed("The form could not be read."),
    }
    .into()
}

fn query(_: QueryPayloadError, _: &HttpRequest) -> Error {
    malformed("A value of the address cannot be used here.").into()
}

fn path(_: PathError, _: &HttpRequest) -> Error {
    Problem::not_found("This address").into()
}

/// serde's words may echo the submitted value, so only the place is told.
fn shape(error: &serde_json::Error) -> String {
    let (line, column) = (error.line(), error.column());
    format!("A value near line {line}, column {column} is missing or has another type than expected.")
}

/// A field of another type than is expected.
pub fn wrong_shape() -> Problem {
    malformed("A value is missing or has another type than expected.")
}

fn too_large() -> Problem {
    let message = "What was sent is too large.";
    Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", message)
}

fn malformed(message: &str) -> Problem {
    let status = StatusCode::UNPROCESSABLE_ENTITY;
    Problem::new(status, "validation_failed", message.to_owned())
}
