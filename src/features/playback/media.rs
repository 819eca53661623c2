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
