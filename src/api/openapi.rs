//! The description of the API, for programs that make clients of it.

use std::sync::LazyLock;

use actix_web::HttpResponse;
use actix_web::http::header;
use serde::Serialize;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::{Modify, OpenApi, ToSchema};

use super::Document;
use crate::edge::{Member, sessions};

/// What every refusal looks like.
#[derive(Serialize, ToSchema)]
pub struct ApiError {
    error: ApiErrorBody,
}

/// The refusal itself.
#[derive(Serialize, ToSchema)]
pub struct ApiErrorBody {
    /// Stable, for programs, such as `validation_failed`.
    code: String,
    /// One sentence for people.
    message: String,
    /// Messages by field.
    fields: std::collections::BTreeMap<String, Vec<String>>,
    /// Names this request in the log.
    request_id: String,
}

/// How one signs in.
pub struct Security;

impl Modify for Security {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        document.info.version = env!("CARGO_PKG_VERSION").to_owned();
        let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).build();
        let cookie = ApiKey::Cookie(ApiKeyValue::new(sessions::COOKIE));
        let components = document.components.get_or_insert_default();
        components.add_security_scheme("bearer", SecurityScheme::Http(bearer));
        components.add_security_scheme("cookie", SecurityScheme::ApiKey(cookie));
    }
}

static TEXT: LazyLock<String> = LazyLock::new(|| Document::openapi().to_json().unwrap_or_default());

/// This description.
#[utoipa::path(get, path = "/api/openapi.json", tag = "system", responses((status = 200, description = "OpenAPI, as JSON")))]
pub(super) async fn show(_: Member) -> HttpResponse {
    HttpResponse::Ok()
        .content_type("application/json")
        .insert_header((header::CACHE_CONTROL, "private, max-age=300"))
        .body(TEXT.as_str())
}
