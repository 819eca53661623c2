use std::sync::Arc;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, header};

use crate::features::catalogue::sources::opening::Opened;
use crate::features::providers::leases::Lease;
use crate::fetch::FetchError;

use super::films::Film;
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
    /// The headers that go with the bytes.
    pub headers: Vec<(HeaderName, HeaderValue)>,
    first: Option<Bytes>,
    /// Why a range cannot be had is the provider's text.
    is_bodiless: bool,
    film: Arc<Film>,
    _stay: Arc<Stay>,
}

impl Media {
    /// `opened` with the bytes that were read to see what it is.
    pub(super) async fn new(
        opened: Opened,
        expected_type: &str,
        lease: Arc<Lease>,
        film: Arc<Film>,
        stay: Arc<Stay>,
    ) -> Self {
        let Opened { upstream, first } = opened;
        let is_bodiless = upstream.status == 416;
        let media = Self {
            status: upstream.status,
            content_type: media_type(&upstream.headers, expected_type),
            headers: passed(&upstream.headers, is_bodiless),
            first,
            is_bodiless,
            film,
            _stay: stay,
        };
        media.film.opened(upstream, lease).await;
        media
    }

    /// The next bytes; `None` at the end. An error ends the answer before its declared length.
    pub async fn next(&mut self) -> Option<Result<Bytes, FetchError>> {
        if self.is_bodiless {
            return None;
        }
        match self.first.take() {
            Some(first) => Some(Ok(first)),
            None => self.film.next().await,
        }
    }
}

fn passed(headers: &HeaderMap, is_bodiless: bool) -> Vec<(HeaderName, HeaderValue)> {
    let passed = PASSED
        .into_iter()
        .filter(|name| !is_bodiless || *name == header::CONTENT_RANGE);
    passed
        .filter_map(|name| {
            let value = headers.get(&name)?.clone();
            Some((name, value))
        })
        .collect()
}

/// Media types pass; anything else a server says of media is replaced by what the format is.
fn media_type(headers: &HeaderMap, expected: &str) -> String {
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
