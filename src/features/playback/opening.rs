//! Opening an upstream far enough to see what it is.

use std::io::Read;

use bytes::{Bytes, BytesMut};
use http::{HeaderMap, header};
use tokio_util::sync::CancellationToken;
use url::Url;

use crate::fetch::{Fetcher, Upstream};

use super::error::RelayError;
use super::hls;
use super::media::{is_declared_media, is_page, is_text};
use crate::features::catalogue::sources::Source;

/// Bytes by which a playlist is told from media, and media from text; the key of an encrypted stream has fewer.
const ENOUGH: usize = 17;

/// An answer with its first bytes.
pub struct Opened {
    pub upstream: Upstream,
    pub first: Option<Bytes>,
}

impl Opened {
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

    fn is_declared_media(&self) -> bool {
        is_declared_media(&self.upstream.headers)
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
    let may_be_text = !opened.is_declared_media() && opened.first.as_deref().is_some_and(is_text);
    if opened.upstream.status == 206 && may_be_text {
        // A piece of a playlist cannot be rewritten, and would tell where the stream comes from. One connection at a time.
        drop(opened);
        return begin(ask(None).await?).await;
    }
    Ok(opened)
}

async fn begin(mut upstream: Upstream) -> Result<Opened, RelayError> {
    if is_encoded(&upstream.headers) {
        let first = Some(unpacked(&mut upstream).await?);
        return Ok(Opened { upstream, first });
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

/// Some servers pack their playlists whoever asks. Media are never packed, so the whole is small.
async fn unpacked(upstream: &mut Upstream) -> Result<Bytes, RelayError> {
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
    if read.is_ok() && hls::is_playlist(&plain) {
        return Ok(plain.into());
    }
    let host = host(&upstream.final_url);
    Err(cause(format!("{host} answered in an encoding nobody asked for")))
}

pub(super) fn host(url: &Url) -> &str {
    url.host_str().unwrap_or("the provider")
}

pub(super) fn cause(text: String) -> RelayError {
    RelayError::NoneStarted(vec![text])
}
