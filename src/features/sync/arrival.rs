//! Where a list comes from, and its bytes on their way.

use std::io;

use bytes::Bytes;
use tokio::sync::mpsc;
use tokio_util::io::ReaderStream;
use url::Url;

use super::{Error, read};
use crate::ctx::Ctx;
use crate::features::providers::uploads::{self, ReadError};
use crate::features::providers::{Uploaded, import};
use crate::fetch::{Download, FetchRequest, Unpacked};

const PIECE: usize = 256 * 1024;

/// Where a list is.
pub(super) enum Origin {
    Web(FetchRequest),
    Upload(Uploaded),
    /// Below the import folder.
    Path(String),
}

/// A list of which the first bytes are there.
pub(super) enum Arriving {
    Web(Box<Download>),
    File { bytes: Unpacked, length: Option<u64> },
}

impl Origin {
    pub(super) async fn open(self, ctx: &Ctx) -> Result<Arriving, Error> {
        Ok(match self {
            Self::Web(request) => Arriving::Web(Box::new(ctx.fetch.get(request).await?)),
            Self::Upload(uploaded) => Arriving::File {
                bytes: Unpacked::open(uploads::pieces(ctx, uploaded))
                    .await
                    .map_err(unread)?,
                length: Some(uploaded.bytes),
            },
            Self::Path(path) => {
                let file = import::open(ctx, &path).await;
                let file = file.map_err(|problem| Error::File(problem.to_string()))?;
                let length = file.metadata().ok().map(|about| about.len());
                let pieces = ReaderStream::with_capacity(tokio::fs::File::from_std(file), PIECE);
                Arriving::File {
                    bytes: Unpacked::open(pieces).await.map_err(unread)?,
                    length,
                }
            }
        })
    }
}

impl Arriving {
    /// What relative addresses of the list are resolved against.
    pub(super) fn base(&self) -> Option<Url> {
        match self {
            Self::Web(download) => Some(download.final_url.clone()),
            Self::File { .. } => None,
        }
    }

    /// How many bytes are to come, as far as that is known.
    pub(super) fn length(&self) -> Option<u64> {
        match self {
            Self::Web(download) => download.content_length,
            Self::File { length, .. } => *length,
        }
    }

    /// Whether a list that was cut would have been noticed on its way.
    pub(super) fn has_declared_length(&self) -> bool {
        matches!(self, Self::Web(download) if download.content_length.is_some())
    }

    /// Hands on all bytes, as long as they are taken.
    pub(super) async fn forward(self, chunks: mpsc::Sender<Bytes>) -> Result<(), Error> {
        match self {
            Self::Web(download) => Ok(read::forward(*download, chunks).await?),
            Self::File { mut bytes, .. } => {
                while let Some(piece) = bytes.next().await.map_err(unread)? {
                    if chunks.send(piece).await.is_err() {
                        break;
                    }
                }
                Ok(())
            }
        }
    }
}

/// Our own error if one came through the decoder, else the file is damaged.
fn unread(error: io::Error) -> Error {
    match error.into_inner().map(|inner| inner.downcast::<ReadError>()) {
        Some(Ok(own)) => match *own {
            ReadError::Db(error) => error.into(),
            ReadError::Sealed => Error::Sealed,
            gone @ ReadError::Gone => Error::File(gone.to_string()),
        },
        _ => Error::File("its gzip is damaged".to_owned()),
    }
}
