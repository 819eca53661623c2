use std::sync::Arc;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, header};

use crate::features::providers::leases::Lease;
use crate::fetch::{FetchError, Upstream};

use super::running::Stay;

/// What of an upstream's answer a player may see.
const PASSED: [HeaderName; 6] = [
    header::CONTENT_LENGTH,
    header::CONTENT_RANGE,
    header::ACCEPT_RANGES,
    header::LAST_MODIFIED,
    header::ETAG,
    header::EXPIRES,
];

/// An open upstream on its way to one player. The connection is given back when this is dropped.
pub struct Media {
    pub status: u16,
    pub content_type: String,
    first: Option<Bytes>,
    upstream: Upstream,
    _lease: Arc<Lease>,
    _stay: Arc<Stay>,
}

impl Media {
    /// `first` are the bytes that were read to see what it is.
    pub(super) fn new(
        upstream: Upstream,
        first: Option<Bytes>,
        expected_type: &str,
        lease: Arc<Lease>,
        stay: Arc<Stay>,
    ) -> Self {
        let content_type = content_type(&upstream.headers, expected_type);
        Self {
            status: upstream.status,
            content_type,
            first,
            upstream,
            _lease: lease,
            _stay: stay,
        }
    }

    /// The headers that go with the bytes.
    pub fn headers(&self) -> impl Iterator<Item = (HeaderName, HeaderValue)> + '_ {
        PASSED.into_iter().filter_map(|name| {
            let value = self.upstream.headers.get(&name)?.clone();
            Some((name, value))
        })
    }

    /// The next bytes; `None` at the end. An error ends the answer before its declared length.
    pub async fn next(&mut self) -> Option<Result<Bytes, FetchError>> {
        match self.first.take() {
            Some(first) => Some(Ok(first)),
            None => self.upstream.next().await,
        }
    }
}

/// Media types pass; anything else a server says of media is replaced by what the format is.
fn content_type(headers: &HeaderMap, expected: &str) -> String {
    let said = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let kind = said.split('/').next().unwrap_or_default();
    if matches!(kind, "video" | "audio") {
        said.to_owned()
    } else {
        expected.to_owned()
    }
}

/// Whether the first bytes of an answer are a web page or another text instead of media.
pub fn is_page(first: &[u8]) -> bool {
    let start = first
        .iter()
        .position(|byte| !byte.is_ascii_whitespace())
        .unwrap_or(first.len());
    let text = first[start..]
        .strip_prefix(b"\xef\xbb\xbf")
        .unwrap_or(&first[start..]);
    match text.first() {
        Some(b'<') => text
            .get(1)
            .is_some_and(|byte| byte.is_ascii_alphabetic() || b"!?".contains(byte)),
        // JSON, which panels answer instead of media when they refuse.
        Some(b'{') => text.get(1).is_some_and(|byte| b"\"\r\n \t}".contains(byte)),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_are_told_from_media() {
        for page in [
            &b"<!DOCTYPE html>"[..],
            b"\r\n <html>",
            b"<?xml version",
            b"{\"error\":1}",
            b"\xef\xbb\xbf<html",
        ] {
            assert!(is_page(page), "{page:?}");
        }
        for media in [
            &b"G@\x11\x10"[..],
            b"\x00\x00\x00\x20ftyp",
            b"\x1aE\xdf\xa3",
            b"ID3",
            b"<<<",
            b"",
            b"{\x01",
        ] {
            assert!(!is_page(media), "{media:?}");
        }
    }
}
