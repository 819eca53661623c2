//! Entity tags: what a client already has is not sent again.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse};

/// Whether `If-None-Match` names `etag` (quoted, `W/` or not): then [`not_modified`] is the answer to GET and HEAD.
pub fn is_known(req: &HttpRequest, etag: &str) -> bool {
    let opaque = |tag: &str| tag.trim().trim_start_matches("W/").to_owned();
    let wanted = opaque(etag);
    req.headers()
        .get_all(header::IF_NONE_MATCH)
        .flat_map(|value| value.to_str().unwrap_or_default().split(','))
        .any(|tag| tag.trim() == "*" || opaque(tag) == wanted)
}

/// 304 with its tag.
pub fn not_modified(etag: &str) -> HttpResponse {
    HttpResponse::NotModified()
        .insert_header((header::ETAG, etag))
        .finish()
}

/// A strong tag from anything unique to the content.
pub fn strong(unique: &str) -> String {
    format!("\"{unique}\"")
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::test::TestRequest;

    #[test]
    fn a_tag_is_found_in_a_list_and_weakly() {
        let req = |value: &str| {
            TestRequest::default()
                .insert_header(("If-None-Match", value))
                .to_http_request()
        };
        assert!(is_known(&req("\"a\", W/\"b\""), "\"b\""));
        assert!(is_known(&req("*"), "\"b\""));
        assert!(!is_known(&req("\"ab\""), "\"b\""));
        assert!(!is_known(&TestRequest::default().to_http_request(), "\"b\""));
    }
}
