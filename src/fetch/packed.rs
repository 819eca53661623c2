//! Bytes that may be gzip, whatever their name says: packed not at all, once, or twice.

use std::io;
use std::pin::Pin;

use async_compression::tokio::bufread::GzipDecoder;
use bytes::{Bytes, BytesMut};
use futures_util::Stream;
use tokio::io::{AsyncBufRead, AsyncBufReadExt, AsyncRead, AsyncReadExt, BufReader};
use tokio_util::io::StreamReader;

pub(super) const PIECE: usize = 64 * 1024;
const GZIP_MAGIC: &[u8] = &[0x1f, 0x8b];

/// Whether bytes begin as gzip does.
pub fn is_packed(first: &[u8]) -> bool {
    first.starts_with(GZIP_MAGIC)
}

/// Unpacks all members of a gzip body.
pub(super) fn gunzip<R: AsyncBufRead>(reader: R) -> BufReader<GzipDecoder<R>>
where
    GzipDecoder<R>: AsyncRead,
{
    let mut decoder = GzipDecoder::new(reader);
    decoder.multiple_members(true);
    BufReader::with_capacity(PIECE, decoder)
}

/// Bytes of a file or of the database on their way, unpacked.
pub struct Unpacked(Pin<Box<dyn AsyncRead + Send>>);

impl Unpacked {
    /// Looks at the first bytes; a piece that is not the last holds at least two.
    ///
    /// # Errors
    /// That of the bytes themselves, or that they are no gzip although they begin so.
    pub async fn open(bytes: impl Stream<Item = io::Result<Bytes>> + Send + 'static) -> io::Result<Self> {
        let bytes: Pin<Box<dyn Stream<Item = io::Result<Bytes>> + Send>> = Box::pin(bytes);
        let mut plain = StreamReader::new(bytes);
        if !is_packed(plain.fill_buf().await?) {
            return Ok(Self(Box::pin(plain)));
        }
        let mut once = gunzip(plain);
        if !is_packed(once.fill_buf().await?) {
            return Ok(Self(Box::pin(once)));
        }
        Ok(Self(Box::pin(gunzip(once))))
    }

    /// The next bytes; none at the end.
    ///
    /// # Errors
    /// As [`Unpacked::open`]; [`io::ErrorKind::UnexpectedEof`] if the gzip ends before its end.
    pub async fn next(&mut self) -> io::Result<Option<Bytes>> {
        let mut piece = BytesMut::with_capacity(PIECE);
        match self.0.read_buf(&mut piece).await? {
            0 => Ok(None),
            _ => Ok(Some(piece.freeze())),
        }
    }
}
