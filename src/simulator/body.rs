//! The bytes of an answer as they are let out.

use std::io;
use std::time::{Duration, Instant};

use bytes::Bytes;
use tokio::fs::File;
use tokio::io::{AsyncReadExt, AsyncSeekExt, AsyncWriteExt, SeekFrom};

use super::media::Tiled;
use super::message::Request;
use super::resource::{Body, Piece, PieceIter, Reply};

/// These bytes as one gzip member.
pub async fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = async_compression::tokio::write::GzipEncoder::new(Vec::new());
    // Writing to memory does not fail.
    let _ = encoder.write_all(bytes).await;
    let _ = encoder.shutdown().await;
    encoder.into_inner()
}

/// The bytes of a body, piece by piece.
pub(super) struct Source {
    kind: SourceKind,
    /// Bytes still to come; unknown for an endless body.
    pub(super) left: Option<u64>,
}

enum SourceKind {
    Bytes(Bytes),
    File(File),
    Pieces {
        pieces: PieceIter,
        began: Instant,
        rest: Bytes,
    },
    Tiled {
        tiled: Tiled,
        offset: u64,
    },
    Endless {
        lead: Bytes,
        block: Bytes,
        rest: Bytes,
        pause: Duration,
    },
}

impl Source {
    pub(super) async fn open(reply: &mut Reply, request: &Request) -> io::Result<Self> {
        match reply.body.clone() {
            Body::Pieces(pieces) => Ok(Self {
                kind: SourceKind::Pieces {
                    pieces: pieces.begin(),
                    began: Instant::now(),
                    rest: Bytes::new(),
                },
                left: None,
            }),
            Body::Endless { lead, block, pause } => {
                let rest = Bytes::new();
                Ok(Self {
                    kind: SourceKind::Endless {
                        lead,
                        block,
                        rest,
                        pause,
                    },
                    left: None,
                })
            }
            Body::Tiled(tiled) => {
                let (offset, to) = part(reply, request, tiled.length());
                Ok(Self {
                    kind: SourceKind::Tiled { tiled, offset },
                    left: Some(to - offset),
                })
            }
            Body::Bytes(bytes) => {
                let (from, to) = part(reply, request, bytes.len() as u64);
                let bytes = bytes.slice(from as usize..to as usize);
                Ok(Self {
                    kind: SourceKind::Bytes(bytes),
                    left: Some(to - from),
                })
            }
            Body::File(path) => {
                let mut file = File::open(path).await?;
                let (from, to) = part(reply, request, file.metadata().await?.len());
                file.seek(SeekFrom::Start(from)).await?;
                Ok(Self {
                    kind: SourceKind::File(file),
                    left: Some(to - from),
                })
            }
        }
    }

    pub(super) async fn next(&mut self, most: usize) -> io::Result<Option<Bytes>> {
        let left = self.left.unwrap_or(u64::MAX);
        let most = most.min(usize::try_from(left).unwrap_or(usize::MAX));
        if left == 0 || most == 0 {
            return Ok(None);
        }
        let piece = match &mut self.kind {
            SourceKind::Bytes(bytes) => bytes.split_to(most.min(bytes.len())),
            SourceKind::File(file) => {
                let mut buffer = vec![0; most];
                let read = file.read(&mut buffer).await?;
                buffer.truncate(read);
                buffer.into()
            }
            SourceKind::Tiled { tiled, offset } => {
                let piece = tiled.read(*offset, most);
                *offset += piece.len() as u64;
                piece
            }
            SourceKind::Pieces { pieces, began, rest } => {
                while rest.is_empty() {
                    let Some(Piece { bytes, due }) = pieces.next() else {
                        return Ok(None);
                    };
                    let wait = due.saturating_sub(began.elapsed());
                    if !wait.is_zero() {
                        tokio::time::sleep(wait).await;
                    }
                    *rest = bytes;
                }
                rest.split_to(most.min(rest.len()))
            }
            SourceKind::Endless {
                lead,
                block,
                rest,
                pause,
            } => {
                if !lead.is_empty() {
                    return Ok(Some(std::mem::take(lead)));
                }
                if rest.is_empty() {
                    if !pause.is_zero() {
                        tokio::time::sleep(*pause).await;
                    }
                    *rest = block.clone();
                }
                rest.split_to(most.min(rest.len()))
            }
        };
        if let Some(left) = &mut self.left {
            *left -= piece.len() as u64;
        }
        Ok((!piece.is_empty()).then_some(piece))
    }
}

/// Applies a byte range to an answer of `length` bytes; gives where it starts and ends.
fn part(reply: &mut Reply, request: &Request, length: u64) -> (u64, u64) {
    if reply.status != 200 {
        return (0, length);
    }
    reply.set_header("Accept-Ranges", "bytes");
    let Some(asked) = request
        .header("range")
        .and_then(|value| value.strip_prefix("bytes="))
    else {
        return (0, length);
    };
    let Some((first, last)) = asked.split_once('-') else {
        return (0, length);
    };
    let (from, to) = match (first.parse::<u64>(), last.parse::<u64>()) {
        (Ok(from), Ok(last)) => (from, last.saturating_add(1).min(length)),
        (Ok(from), Err(_)) => (from, length),
        (Err(_), Ok(tail)) => (length.saturating_sub(tail), length),
        (Err(_), Err(_)) => return (0, length),
    };
    if from >= to {
        reply.status = 416;
        reply.set_header("Content-Range", &format!("bytes */{length}"));
        return (0, 0);
    }
    reply.status = 206;
    reply.set_header("Content-Range", &format!("bytes {from}-{}/{length}", to - 1));
    (from, to)
}
