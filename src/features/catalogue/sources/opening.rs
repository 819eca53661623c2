//! An answer opened far enough to see what it is.

use std::io::Read;

use bytes::{Bytes, BytesMut};
use http::{HeaderMap, header};
use url::Url;

use crate::fetch::{FetchError, Upstream};
use crate::support::hls;
use crate::support::media::{is_page, is_text};

/// Bytes by which a playlist is told from media, and media from text; the key of an encrypted stream has fewer.
const ENOUGH: usize = 17;

/// An answer with its first bytes.
pub struct Opened {
    pub upstream: Upstream,
    pub first: Option<Bytes>,
}

/// Why an answer tells nothing. The words hold hosts and causes, never an address.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    #[error(transparent)]
    Fetch(#[from] FetchError),
    #[error("{host} sent a playlist without end")]
    Endless { host: String },
    #[error("{host} answered in an encoding nobody asked for")]
    Encoding { host: String },
}

impl Opened {
    /// Waits for the first bytes; none come if the body is empty.
    ///
    /// # Errors
    /// If they do not come, or are packed and no playlist.
    pub async fn begin(mut upstream: Upstream) -> Result<Self, OpenError> {
        if is_encoded(&upstream.headers) {
            let first = Some(unpacked(&mut upstream).await?);
            return Ok(Self { upstream, first });
        }
        let mut first: Option<Bytes> = None;
        // Servers let their first bytes out in pieces of any size.
        while first.as_ref().is_none_or(|first| first.len() < ENOUGH) {
            let Some(piece) = upstream.next().await else { break };
            first = Some(match first {
                None => piece?,
                Some(before) => [before, piece?].concat().into(),
            });
        }
        Ok(Self { upstream, first })
    }

    pub fn is_playlist(&self) -> bool {
        self.first.as_deref().is_some_and(hls::is_playlist)
    }

    /// Whether it is a page or another text, of which a player would play nothing but could read whose it is.
    pub fn is_text(&self) -> bool {
        // Why a range cannot be had is told in words, and never passed on.
        self.upstream.status != 416
            && self.first.as_deref().is_some_and(|first| {
                is_page(first) || (first.len() >= ENOUGH && !self.is_declared_media() && is_text(first))
            })
    }

    /// Whether it is said to be media and nothing that lists media.
    pub fn is_declared_media(&self) -> bool {
        let said = content_type(&self.upstream.headers);
        (said.starts_with("video/") || said.starts_with("audio/")) && !said.contains("mpegurl")
    }

    /// The whole playlist as text.
    ///
    /// # Errors
    /// If it does not arrive, or has no end.
    pub async fn read_playlist(&mut self) -> Result<String, OpenError> {
        let mut text = BytesMut::from(self.first.take().unwrap_or_default().as_ref());
        while let Some(bytes) = self.upstream.next().await {
            text.extend_from_slice(&bytes?);
            if text.len() > hls::MAX_PLAYLIST_BYTES {
                let host = host(&self.upstream.final_url).to_owned();
                return Err(OpenError::Endless { host });
            }
        }
        Ok(String::from_utf8_lossy(&text).into_owned())
    }
}

/// What an answer is said to be, in lower case; empty if nothing is said.
pub fn content_type(headers: &HeaderMap) -> String {
    headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default()
        .to_ascii_lowercase()
}

/// The host of an address, which is all of it that may be told.
pub fn host(url: &Url) -> &str {
    url.host_str().unwrap_or("the provider")
}

fn is_encoded(headers: &HeaderMap) -> bool {
    headers
        .get(header::CONTENT_ENCODING)
        .is_some_and(|encoding| !matches!(encoding.as_bytes().trim_ascii(), b"" | b"identity"))
}

/// Some servers pack their playlists and pages whoever asks. Media are never packed, so the whole is small.
async fn unpacked(upstream: &mut Upstream) -> Result<Bytes, OpenError> {
    let mut packed = BytesMut::new();
    while packed.len() <= hls::MAX_PLAYLIST_BYTES {
        let Some(bytes) = upstream.next().await else { break };
        packed.extend_from_slice(&bytes?);
    }
    let mut plain = Vec::new();
    let most = hls::MAX_PLAYLIST_BYTES as u64;
    let read = flate2::read::GzDecoder::new(packed.as_ref())
        .take(most)
        .read_to_end(&mut plain);
    if read.is_ok() && (hls::is_playlist(&plain) || is_page(&plain)) {
        return Ok(plain.into());
    }
    let host = host(&upstream.final_url).to_owned();
    Err(OpenError::Encoding { host })
}
