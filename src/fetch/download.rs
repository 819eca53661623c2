//! A document on its way: unpacked where it is gzip, bounded, checked for its end.

use std::fmt;
use std::io;
use std::pin::Pin;

use bytes::{Bytes, BytesMut};
use futures_util::{Stream, stream};
use http::{HeaderMap, header};
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt};
use tokio_util::io::StreamReader;
use url::Url;

use super::error::{Cause, FetchError, HostFailure};
use super::packed::{PIECE, gunzip, is_packed};
use super::wire::Wire;

/// So many bytes tell gzip from anything else.
const ENOUGH: usize = 2;

/// A document, of which the first bytes have arrived.
pub struct Download {
    /// Where the answer came from at last; may hold secrets.
    pub final_url: Url,
    /// 2xx, or 304 where the request was conditional.
    pub status: u16,
    pub headers: HeaderMap,
    /// The declared length, before unpacking.
    pub content_length: Option<u64>,
    /// Which of the request's URLs gave it.
    pub asked: usize,
    /// The hosts that were asked before and gave nothing.
    pub passed_over: Vec<HostFailure>,
    body: Body,
    max_bytes: u64,
    got: u64,
    ended: bool,
    failed: HostFailure,
}

enum Body {
    Plain { first: Option<Bytes>, wire: Box<Wire> },
    Gzip(Pin<Box<dyn AsyncRead + Send + Sync>>),
}

/// What is known of a document before its body is read.
pub(super) struct Head {
    pub(super) final_url: Url,
    pub(super) status: u16,
    pub(super) headers: HeaderMap,
    pub(super) content_length: Option<u64>,
}

impl Download {
    /// Waits for the first bytes and chooses how to read by them: servers mislabel gzip in both directions.
    pub(super) async fn start(head: Head, mut wire: Wire, max_bytes: u64) -> Result<Self, FetchError> {
        let encoding = head
            .headers
            .get(header::CONTENT_ENCODING)
            .map(|value| value.as_bytes().to_ascii_lowercase());
        if encoding.is_some_and(|name| !matches!(name.trim_ascii(), b"" | b"gzip" | b"x-gzip" | b"identity"))
        {
            return Err(FetchError::Body(wire.failure(Cause::Encoding)));
        }
        let mut first = BytesMut::new();
        while first.len() < ENOUGH {
            match wire.next().await {
                Some(chunk) => first.extend_from_slice(&chunk?),
                None => break,
            }
        }
        let failed = wire.failure(Cause::Corrupt);
        let first = first.freeze();
        let body = if is_packed(&first) {
            Body::Gzip(
                unpack(first, wire)
                    .await
                    .map_err(|error| unpacked(error, &failed, 0))?,
            )
        } else {
            Body::Plain {
                first: Some(first),
                wire: Box::new(wire),
            }
        };
        let Head {
            final_url,
            status,
            headers,
            content_length,
        } = head;
        Ok(Self {
            final_url,
            status,
            headers,
            content_length,
            asked: 0,
            passed_over: Vec::new(),
            body,
            max_bytes,
            got: 0,
            ended: false,
            failed,
        })
    }

    /// The next bytes, never empty; `None` at the end and after an error.
    pub async fn next(&mut self) -> Option<Result<Bytes, FetchError>> {
        if self.ended {
            return None;
        }
        let read = match &mut self.body {
            Body::Plain { first, wire } => match first.take().filter(|bytes| !bytes.is_empty()) {
                Some(bytes) => Some(Ok(bytes)),
                None => wire.next().await,
            },
            Body::Gzip(reader) => {
                let mut piece = BytesMut::with_capacity(PIECE);
                match reader.read_buf(&mut piece).await {
                    Ok(0) => None,
                    Ok(_) => Some(Ok(piece.freeze())),
                    Err(error) => Some(Err(unpacked(error, &self.failed, self.got))),
                }
            }
        };
        let read = read.map(|read| read.and_then(|bytes| self.bounded(bytes)));
        self.ended = !matches!(read, Some(Ok(_)));
        read
    }

    /// The whole document, for small ones: the request's bound is also that of the memory.
    pub async fn read_all(mut self) -> Result<Bytes, FetchError> {
        let mut whole = BytesMut::new();
        while let Some(bytes) = self.next().await {
            whole.extend_from_slice(&bytes?);
        }
        Ok(whole.freeze())
    }

    fn bounded(&mut self, bytes: Bytes) -> Result<Bytes, FetchError> {
        self.got += bytes.len() as u64;
        if self.got <= self.max_bytes {
            return Ok(bytes);
        }
        let cause = Cause::TooLarge {
            max_bytes: self.max_bytes,
        };
        Err(FetchError::Body(HostFailure {
            cause,
            ..self.failed.clone()
        }))
    }
}

/// Unpacks all members of a gzip body, and once more where the file itself was gzip too.
async fn unpack(first: Bytes, wire: Wire) -> io::Result<Pin<Box<dyn AsyncRead + Send + Sync>>> {
    let mut reader = gunzip(StreamReader::new(Box::pin(bytes_of(first, wire))));
    if is_packed(reader.fill_buf().await?) {
        return Ok(Box::pin(gunzip(reader)));
    }
    Ok(Box::pin(reader))
}

fn bytes_of(first: Bytes, wire: Wire) -> impl Stream<Item = io::Result<Bytes>> + Send {
    stream::unfold((Some(first), wire), |(first, mut wire)| async move {
        let next = match first {
            Some(bytes) => Some(Ok(bytes)),
            None => wire.next().await,
        };
        next.map(|read| (read.map_err(io::Error::other), (None, wire)))
    })
}

/// Our own error if one came through the decoder, else what the decoder's means.
fn unpacked(error: io::Error, failed: &HostFailure, got: u64) -> FetchError {
    let cause = match error.kind() {
        io::ErrorKind::UnexpectedEof => Cause::Unfinished { got },
        _ => Cause::Corrupt,
    };
    match error.into_inner().map(|inner| inner.downcast::<FetchError>()) {
        Some(Ok(own)) => *own,
        _ => FetchError::Body(HostFailure {
            cause,
            ..failed.clone()
        }),
    }
}

impl fmt::Debug for Download {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Download")
            .field("host", &self.failed.host)
            .field("status", &self.status)
            .finish_non_exhaustive()
    }
}
