//! The one error of every handler. Narrow errors of features become problems in the files beside this one.

mod accounts;
mod catalogue;
mod db;
pub mod extract;
mod health;
mod history;
mod library;
mod outputs;
mod playback;
mod providers;
pub mod render;
mod sync;
mod system;
mod validation;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::ops::{Deref, DerefMut};

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, ResponseError};
use serde_json::{Map, Value};

pub use render::Renderers;

/// Messages by field name; the empty name holds what concerns the form as a whole.
pub type Fields = BTreeMap<String, Vec<String>>;

/// What went wrong, in words for the person who asked. Boxed, so that a `Result` of a handler stays small.
#[derive(Debug, Clone)]
pub struct Problem(Box<Details>);

#[derive(Debug, Clone)]
pub struct Details {
    pub status: StatusCode,
    /// Stable, for programs: `validation_failed`, `not_found`, …
    pub code: Cow<'static, str>,
    /// One sentence without secrets and without blame.
    pub message: Cow<'static, str>,
    pub fields: Fields,
    /// Whole seconds, at least 1.
    pub retry_after: Option<u64>,
    /// Stands beside `error` in JSON (`job_id` of the sync that runs already).
    pub extra: Map<String, Value>,
    /// A way on: label and path.
    pub recovery: Option<(Cow<'static, str>, String)>,
    /// For the log only.
    cause: Option<String>,
}

impl Problem {
    pub fn new(
        status: StatusCode,
        code: impl Into<Cow<'static, str>>,
        message: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self(Box::new(Details {
            status,
            code: code.into(),
            message: message.into(),
            fields: Fields::new(),
            retry_after: None,
            extra: Map::new(),
            recovery: None,
            cause: None,
        }))
    }

    /// 401: nobody is signed in.
    pub fn unauthenticated() -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "unauthenticated", "Sign in to go on.")
    }

    /// 403: the role lacks the right.
    pub fn forbidden() -> Self {
        let message = "This needs the rights of an administrator.";
        Self::new(StatusCode::FORBIDDEN, "forbidden", message)
    }

    /// 404: `what` ("This channel") does not exist or belongs to somebody else.
    pub fn not_found(what: &str) -> Self {
        Self::new(
            StatusCode::NOT_FOUND,
            "not_found",
            format!("{what} does not exist."),
        )
    }

    /// 409.
    pub fn conflict(code: impl Into<Cow<'static, str>>, message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::CONFLICT, code, message)
    }

    /// 422 with messages by field.
    pub fn invalid(fields: Fields) -> Self {
        let message = "Some of the values cannot be used.";
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        Self::new(status, "validation_failed", message).with_fields(fields)
    }

    /// 422 for one field.
    pub fn invalid_field(name: &str, message: impl Into<String>) -> Self {
        Self::invalid(Fields::from([(name.to_owned(), vec![message.into()])]))
    }

    /// 429; `wait` in seconds.
    pub fn too_many(wait: u64, message: impl Into<Cow<'static, str>>) -> Self {
        let mut problem = Self::new(StatusCode::TOO_MANY_REQUESTS, "too_many_requests", message);
        problem.retry_after = Some(wait.max(1));
        problem
    }

    /// 500: opaque outside, logged once with the request id.
    pub fn internal(cause: impl fmt::Display) -> Self {
        let message = "Something went wrong on the server. Nothing was lost; try again.";
        let mut problem = Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", message);
        problem.cause = Some(cause.to_string());
        problem
    }

    /// 503: a part that is needed does not answer; `cause` is for the log.
    pub fn unavailable(message: impl Into<Cow<'static, str>>, cause: impl fmt::Display) -> Self {
        let mut problem = Self::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable", message);
        problem.cause = Some(cause.to_string());
        problem.retry_after = Some(5);
        problem
    }

    pub fn with_status(mut self, status: StatusCode) -> Self {
        self.status = status;
        self
    }

    pub fn with_fields(mut self, fields: Fields) -> Self {
        self.fields = fields;
        self
    }

    pub fn with_extra(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.extra.insert(name.to_owned(), value.into());
        self
    }

    /// Adds a way on, shown as a link on pages.
    pub fn with_recovery(mut self, label: impl Into<Cow<'static, str>>, path: impl Into<String>) -> Self {
        self.recovery = Some((label.into(), path.into()));
        self
    }

    pub fn cause(&self) -> Option<&str> {
        self.cause.as_deref()
    }
}

impl Deref for Problem {
    type Target = Details;

    fn deref(&self) -> &Details {
        &self.0
    }
}

impl DerefMut for Problem {
    fn deref_mut(&mut self) -> &mut Details {
        &mut self.0
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}: {}", self.status.as_u16(), self.code, self.message)
    }
}

impl std::error::Error for Problem {}

impl ResponseError for Problem {
    fn status_code(&self) -> StatusCode {
        self.status
    }

    /// JSON that carries the problem along; [`crate::edge::request::front`] renders it again for the face.
    fn error_response(&self) -> HttpResponse {
        let mut response = render::json(self, "");
        response.extensions_mut().insert(self.clone());
        response
    }
}
