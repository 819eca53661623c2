//! Playlists that somebody uploads.
//!
//! A file is *received* into the data folder, *checked* to be a playlist, and then *staged*: kept in the database as gzip in
//! encrypted pieces, where every node and every backup has it. It is *kept* once a provider holds it; else a job holds it
//! until it has run.

mod check;
mod store;

pub use check::{Checked, Received, check, count};
pub use store::{keep, remove};

use std::io::Read;
use std::sync::Arc;

use bytes::Bytes;
use futures_util::{Stream, stream};

use super::{Error, Uploaded};
use crate::ctx::Ctx;
use crate::db::DbError;
use crate::jobs::kinds;
use crate::support::crypto::Keys;

/// The field, and the part of a request, that holds the file.
pub const FIELD: &str = "m3u_file";

const PURPOSE: &str = "provider upload";
/// Bytes of a piece: small enough that nobody waits for its writing.
const CHUNK: usize = 512 * 1024;
/// What nobody kept by then was left behind: by a process that ended, or by a job that somebody cancelled before it ran.
const LEFT_BEHIND_MS: i64 = 24 * HOUR_MS;
const HOUR_MS: i64 = 3_600_000;

/// Why an upload that is kept cannot be read. Each is the end of a sentence.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    #[error("the file was replaced or removed meanwhile")]
    Gone,
    #[error("the file cannot be read with this key file")]
    Sealed,
    #[error(transparent)]
    Db(#[from] DbError),
}

/// Writes a checked file into the database, a piece at a time; [`keep`] makes it last.
///
/// # Errors
/// [`Error::Folder`] if the data folder lost it, or whatever the database says.
pub async fn stage(ctx: &Ctx, checked: Checked) -> Result<Uploaded, Error> {
    let at_ms = ctx.clock.now_ms();
    let id = store::insert(&ctx.db, at_ms).await?;
    let (mut packed, mut position) = (checked.packed, 0);
    let written: Result<(), Error> = async {
        loop {
            let read = tokio::task::spawn_blocking(move || piece(packed)).await;
            let (file, plain) = read
                .map_err(|_| Error::Folder(std::io::ErrorKind::Other.into()))?
                .map_err(Error::Folder)?;
            if plain.is_empty() {
                return Ok(());
            }
            let sealed = ctx.keys.encrypt(PURPOSE, &plain, &place(id, position));
            store::insert_chunk(&ctx.db, id, position, sealed).await?;
            (packed, position) = (file, position + 1);
        }
    }
    .await;
    if let Err(error) = written {
        discard(ctx, id).await;
        return Err(error);
    }
    Ok(Uploaded {
        id,
        chunks: position,
        bytes: checked.bytes,
        entries: checked.entries,
        at_ms,
    })
}

/// Forgets a staged file that nobody keeps; one that cannot be forgotten now is by a later [`tidy`].
pub async fn discard(ctx: &Ctx, id: i64) {
    let removed = async {
        let mut tx = ctx.db.begin().await?;
        remove(&mut tx, id).await?;
        tx.commit().await
    };
    if let Err(error) = removed.await {
        tracing::warn!(%error, "an upload that is not needed stays for a day");
    }
}

/// Forgets what was left behind a day ago or earlier; at most once an hour over all nodes, for the lease is kept until it
/// ends. While a job waits or runs that may hold an upload, nothing is forgotten.
///
/// # Errors
/// Whatever the database says.
pub async fn tidy(ctx: &Ctx) -> Result<(), DbError> {
    if ctx.jobs.lease("uploads.tidy", HOUR_MS).await?.is_none() {
        return Ok(());
    }
    if ctx.jobs.is_any_active(kinds::STRM_FROM_PLAYLIST).await? {
        return Ok(());
    }
    store::remove_unkept(&ctx.db, ctx.clock.now_ms() - LEFT_BEHIND_MS).await
}

/// The pieces of an upload in their order, still packed; an error is a [`ReadError`] inside.
pub fn pieces(ctx: &Ctx, uploaded: Uploaded) -> impl Stream<Item = std::io::Result<Bytes>> + Send + 'static {
    let (db, keys) = (ctx.db.clone(), Arc::clone(&ctx.keys));
    stream::unfold(0, move |position| {
        let (db, keys) = (db.clone(), Arc::clone(&keys));
        async move {
            if position >= uploaded.chunks {
                return None;
            }
            let read = async {
                let sealed = store::find_chunk(&db, uploaded.id, position).await?;
                opened(&keys, &uploaded, position, &sealed.ok_or(ReadError::Gone)?)
            };
            Some((read.await.map_err(std::io::Error::other), position + 1))
        }
    })
}

fn opened(keys: &Keys, uploaded: &Uploaded, position: i64, sealed: &[u8]) -> Result<Bytes, ReadError> {
    let plain = keys.decrypt(PURPOSE, sealed, &place(uploaded.id, position));
    plain.map(Bytes::from).map_err(|_| ReadError::Sealed)
}

fn piece(mut packed: std::fs::File) -> std::io::Result<(std::fs::File, Vec<u8>)> {
    let mut plain = Vec::with_capacity(CHUNK);
    (&mut packed).take(CHUNK as u64).read_to_end(&mut plain)?;
    Ok((packed, plain))
}

fn place(id: i64, position: i64) -> Vec<u8> {
    [id.to_be_bytes(), position.to_be_bytes()].concat()
}
