//! What htmx says about a request.

use std::convert::Infallible;
use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};

/// Whether a fragment is wanted, and from where.
#[derive(Debug, Clone, Default)]
pub struct Htmx {
    /// A fragment is wanted; a page is wanted by browsers and when history is restored.
    pub fragment: bool,
    /// The id of the element that is going to be replaced.
    pub target: Option<String>,
    /// Path and query of the page that asks.
    pub current: Option<String>,
}

impl Htmx {
    pub fn of(req: &HttpRequest) -> Self {
        let text = |name: &str| req.headers().get(name).and_then(|value| value.to_str().ok());
        let is_true = |name: &str| text(name) == Some("true");
        Self {
            fragment: is_true("hx-request") && !is_true("hx-history-restore-request"),
            target: text("hx-target").map(str::to_owned),
            current: text("hx-current-url").and_then(path_and_query),
        }
    }
}

impl FromRequest for Htmx {
    type Error = Infallible;
    type Future = Ready<Result<Self, Infallible>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Ok(Self::of(req)))
    }
}

/// The part of an absolute URL that stays on this server.
pub(super) fn path_and_query(url: &str) -> Option<String> {
    let url = url::Url::parse(url).ok()?;
    let query = url.query().map(|query| format!("?{query}")).unwrap_or_default();
    let path = format!("{}{query}", url.path());
    (path.starts_with('/') && !path.starts_with("//")).then_some(path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::test::TestRequest;

    #[test]
    fn a_restored_history_wants_the_whole_page() {
        let req = TestRequest::default().insert_header(("HX-Request", "true"));
        assert!(Htmx::of(&req.to_http_request()).fragment);
        let req = TestRequest::default()
            .insert_header(("HX-Request", "true"))
            .insert_header(("HX-History-Restore-Request", "true"));
        assert!(!Htmx::of(&req.to_http_request()).fragment);
    }

    #[test]
    fn a_way_back_never_leads_away() {
        assert_eq!(path_and_query("http://a/b?c=d").as_deref(), Some("/b?c=d"));
        assert_eq!(path_and_query("http://a//evil.example/"), None);
        assert_eq!(path_and_query("javascript:1"), None);
    }
}
