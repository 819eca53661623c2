use std::sync::Arc;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, header};

use crate::features::catalogue::sources::opening::Opened;
use crate::features::providers::leases::Lease;
use crate::fetch::FetchError;

use super::films::Film;
use super::hls::{Busy, Head, Reader, Visit};
use super::noting::Meter;
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

/// An answer of an upstream on its way to one player; what it holds of the upstream is given back when this is dropped.
pub struct Media {
    pub status: u16,
    pub content_type: String,
    /// The headers that go with the bytes.
    pub headers: Vec<(HeaderName, HeaderValue)>,
    bytes: Flow,
    meter: Option<Meter>,
    /// The byte of the whole that comes next.
    at: u64,
    stay: Arc<Stay>,
}

enum Flow {
    /// Why a range cannot be had is the provider's text.
    Nothing,
    Alone {
        first: Option<Bytes>,
        film: Arc<Film>,
        _visit: Option<Visit>,
    },
    Shared {
        reader: Reader,
        _busy: Busy,
    },
}

impl Media {
    /// `opened`, with the bytes that were read to see what it is, for one player alone.
    pub(super) async fn alone(
        opened: Opened,
        expected_type: &str,
        lease: Arc<Lease>,
        film: Arc<Film>,
        visit: Option<Visit>,
        stay: Arc<Stay>,
    ) -> Self {
        let Opened { upstream, first } = opened;
        let is_bodiless = upstream.status == 416;
        let (status, content_type) = (upstream.status, media_type(&upstream.headers, expected_type));
        let headers = passed(&upstream.headers, is_bodiless);
        let at = first_byte(&upstream.headers);
        film.opened(upstream, lease).await;
        let bytes = if is_bodiless {
            Flow::Nothing
        } else {
            Flow::Alone {
                first,
                film,
                _visit: visit,
            }
        };
        Self {
            status,
            content_type,
            headers,
            bytes,
            meter: None,
            at,
            stay,
        }
    }

    /// A part of a stream that others may read too.
    pub(super) fn shared(head: &Head, reader: Reader, busy: Busy, stay: Arc<Stay>) -> Self {
        Self {
            status: head.status,
            content_type: head.content_type.clone(),
            headers: head.headers.clone(),
            bytes: Flow::Shared { reader, _busy: busy },
            meter: None,
            at: 0,
            stay,
        }
    }

    /// Notes what is sent from now on.
    pub(super) fn metered(self, meter: Meter) -> Self {
        Self {
            meter: Some(meter),
            ..self
        }
    }

    /// The next bytes; `None` at the end. An error ends the answer before its declared length.
    pub async fn next(&mut self) -> Option<Result<Bytes, FetchError>> {
        let stopped = self
            .meter
            .as_ref()
            .and_then(Meter::end)
            .cloned()
            .unwrap_or_default();
        let bytes = tokio::select! {
            biased;
            () = stopped.cancelled() => Some(Err(FetchError::Cancelled)),
            bytes = self.bytes() => bytes,
        };
        if let (Some(Ok(bytes)), Some(meter)) = (&bytes, &self.meter) {
            self.at += bytes.len() as u64;
            meter.sent(bytes.len(), self.at);
        }
        // What is ended here is not the upstream's fault.
        if let (Some(Err(error)), Some(meter)) = (&bytes, &self.meter)
            && !matches!(error, FetchError::Cancelled)
        {
            meter.failed();
        }
        bytes
    }

    async fn bytes(&mut self) -> Option<Result<Bytes, FetchError>> {
        match &mut self.bytes {
            Flow::Nothing => None,
            Flow::Alone { first, film, .. } => match first.take() {
                Some(first) => Some(Ok(first)),
                None => film.next().await,
            },
            Flow::Shared { reader, .. } => tokio::select! {
                biased;
                () = self.stay.end.cancelled() => Some(Err(FetchError::Cancelled)),
                bytes = reader.next() => bytes,
            },
        }
    }
}

/// The first byte of an answer within the whole, as `Content-Range: bytes 100-199/200` says; 0 if it is the whole.
fn first_byte(headers: &HeaderMap) -> u64 {
    let range = headers.get(header::CONTENT_RANGE);
    let text = range.and_then(|range| range.to_str().ok());
    let first = text.and_then(|text| text.trim().strip_prefix("bytes")?.split('-').next());
    first
        .and_then(|first| first.trim().parse().ok())
        .unwrap_or_default()
}

pub(super) fn passed(headers: &HeaderMap, is_bodiless: bool) -> Vec<(HeaderName, HeaderValue)> {
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
pub(super) fn media_type(headers: &HeaderMap, expected: &str) -> String {
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
