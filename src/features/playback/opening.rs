//! Opening an upstream far enough to see what it is.

use bytes::{Bytes, BytesMut};
use http::{HeaderMap, header};
use tokio_util::sync::CancellationToken;
use url::Url;

use crate::fetch::{Fetcher, Upstream};

use super::error::RelayError;
use super::hls;
use super::source::Source;

/// Bytes by which a playlist is told from media.
const ENOUGH: usize = 16;

/// An answer with its first bytes.
pub struct Opened {
    pub upstream: Upstream,
    pub first: Option<Bytes>,
}

impl Opened {
    pub fn is_playlist(&self) -> bool {
        self.first.as_deref().is_some_and(hls::is_playlist)
    }

    /// The whole playlist as text.
    ///
    /// # Errors
    /// If it does not arrive, or has no end.
    pub async fn read_playlist(&mut self) -> Result<String, RelayError> {
        let mut text = BytesMut::from(self.first.take().unwrap_or_default().as_ref());
        while let Some(bytes) = self.upstream.next().await {
            text.extend_from_slice(&bytes?);
            if text.len() > hls::MAX_PLAYLIST_BYTES {
                let host = host(&self.upstream.final_url);
                return Err(cause(format!("{host} sent a playlist without end")));
            }
        }
        Ok(String::from_utf8_lossy(&text).into_owned())
    }
}

/// Opens `url`, which `source` is or leads to.
///
/// # Errors
/// If nothing readable answers; any status is an answer.
pub async fn open(
    fetcher: &Fetcher,
    source: &Source,
    url: &Url,
    range: Option<String>,
    cancel: &CancellationToken,
) -> Result<Opened, RelayError> {
    let range = range.filter(|_| !names_playlist(url));
    let ask = |range: Option<String>| fetcher.open(source.request(url.clone(), range, cancel.clone()));
    let opened = begin(ask(range).await?).await?;
    if opened.upstream.status == 206 && may_be_text(&opened) {
        // A piece of a playlist cannot be rewritten, and would tell where the stream comes from.
        return begin(ask(None).await?).await;
    }
    Ok(opened)
}

async fn begin(mut upstream: Upstream) -> Result<Opened, RelayError> {
    if is_encoded(&upstream.headers) {
        let host = host(&upstream.final_url);
        return Err(cause(format!("{host} answered in an encoding nobody asked for")));
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
    Ok(Opened { upstream, first })
}

fn is_encoded(headers: &HeaderMap) -> bool {
    headers
        .get(header::CONTENT_ENCODING)
        .is_some_and(|encoding| !matches!(encoding.as_bytes().trim_ascii(), b"" | b"identity"))
}

fn names_playlist(url: &Url) -> bool {
    let path = url.path().to_ascii_lowercase();
    path.ends_with(".m3u8") || path.ends_with(".m3u")
}

/// Whether the first bytes could stand in the middle of a playlist; media always hold others.
fn may_be_text(opened: &Opened) -> bool {
    opened.first.as_deref().is_some_and(|first| {
        first
            .iter()
            .take(512)
            .all(|byte| byte.is_ascii_graphic() || byte.is_ascii_whitespace())
    })
}

pub(super) fn host(url: &Url) -> &str {
    url.host_str().unwrap_or("the provider")
}

pub(super) fn cause(text: String) -> RelayError {
    RelayError::NoneStarted(vec![text])
}
