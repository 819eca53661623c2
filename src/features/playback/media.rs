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
    /// Why a range cannot be had is the provider's text.
    is_bodiless: bool,
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
            is_bodiless: upstream.status == 416,
            upstream,
            _lease: lease,
            _stay: stay,
        }
    }

    /// The headers that go with the bytes.
    pub fn headers(&self) -> impl Iterator<Item = (HeaderName, HeaderValue)> + '_ {
        let passed = PASSED
            .into_iter()
            .filter(|name| !self.is_bodiless || *name == header::CONTENT_RANGE);
        passed.filter_map(|name| {
            let value = self.upstream.headers.get(&name)?.clone();
            Some((name, value))
        })
    }

    /// The next bytes; `None` at the end. An error ends the answer before its declared length.
    pub async fn next(&mut self) -> Option<Result<Bytes, FetchError>> {
        if self.is_bodiless {
            return None;
        }
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

/// Whether an answer is said to be media and nothing that lists media.
pub fn is_declared_media(headers: &HeaderMap) -> bool {
    let said = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default()
        .to_ascii_lowercase();
    (said.starts_with("video/") || said.starts_with("audio/")) && !said.contains("mpegurl")
}

/// Whether an answer that begins so is a web page, or the JSON by which panels refuse.
pub fn is_page(first: &[u8]) -> bool {
    let start = first
        .strip_prefix(b"\xef\xbb\xbf")
        .unwrap_or(first)
        .trim_ascii_start();
    matches!(start, [b'<', b'!' | b'?' | b'a'..=b'z' | b'A'..=b'Z', ..])
        || (start.starts_with(b"{") && is_text(start))
}

/// Whether an answer that begins so is text, such as a web page, and no media: those hold other bytes early on.
pub fn is_text(first: &[u8]) -> bool {
    let first = &first[..first.len().min(512)];
    // A page may be in any encoding.
    if let [b'<', b'!' | b'?' | b'a'..=b'z' | b'A'..=b'Z', ..] = first.trim_ascii_start() {
        return true;
    }
    let text = match std::str::from_utf8(first) {
        Ok(text) => text,
        // The last letter may be cut.
        Err(error) if error.error_len().is_none() => {
            return is_text(&first[..error.valid_up_to()]);
        }
        Err(_) => return false,
    };
    text.chars()
        .all(|c| !c.is_control() || matches!(c, '\t' | '\r' | '\n'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_told_from_media() {
        for text in [
            &b"<!DOCTYPE html>"[..],
            b"\r\n <html>",
            b"{\"error\":1}",
            b"<p>gesperrt f\xfcr Sie",
            b"\xef\xbb\xbf<html",
            "gesperrt f\u{fc}r Sie".as_bytes(),
            &"\u{fc}".as_bytes()[..1],
            &[b"x".repeat(511), "\u{fc}".into()].concat(),
        ] {
            assert!(is_text(text), "{text:?}");
        }
        for media in [
            &b"G@\x11\x10"[..],
            b"\x00\x00\x00\x20ftyp",
            b"\x1aE\xdf\xa3",
            b"ID3\x04\x00",
            b"\xff\xf1P\x80",
            b"FLV\x01",
            b"OggS\x00",
            b"0&\xb2u\x8ef",
        ] {
            assert!(!is_text(media), "{media:?}");
        }
    }
}
