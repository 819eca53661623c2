//! Pictures of the cache as an answer.

use actix_web::http::{Method, header};
use actix_web::{HttpRequest, HttpResponse};

use super::etag;

/// A JPEG with the hash of its bytes. Its address changes with the picture, so it may be kept for a week.
pub fn jpeg(req: &HttpRequest, bytes: Vec<u8>, hash: &str) -> HttpResponse {
    let tag = etag::strong(hash);
    if etag::is_known(req, &tag) {
        return etag::not_modified(&tag);
    }
    let mut answer = HttpResponse::Ok();
    answer
        .content_type("image/jpeg")
        .insert_header((header::CACHE_CONTROL, "private, max-age=604800"))
        .insert_header((header::ETAG, tag))
        // Packed already.
        .insert_header((header::CONTENT_ENCODING, "identity"));
    match *req.method() {
        Method::HEAD => answer.finish(),
        _ => answer.body(bytes),
    }
}
