use super::{OneShot, Options, Plan};
use crate::ctx::Ctx;
use crate::features::providers::m3u::NotAPlaylist;
use crate::features::providers::{Uploaded, uploads};
use crate::fetch::{FetchError, FetchRequest, Fetcher, Unpacked};

/// Why a playlist of the web did not become a plan. The words name hosts, never an address.
#[derive(Debug, thiserror::Error)]
pub enum FetchedError {
    #[error(transparent)]
    Fetch(#[from] FetchError),
    #[error(transparent)]
    Playlist(#[from] NotAPlaylist),
    #[error("the file that was sent cannot be read: {0}")]
    File(#[from] std::io::Error),
    #[error("the playlist ends within an entry, so it was probably cut; nothing was written")]
    Cut,
}

/// Reads the playlist that `request` asks for; `on_bytes` hears how many bytes have come.
///
/// # Errors
/// [`FetchedError`]; a cut list is one only where its length was not declared, since a declared one is checked already.
pub async fn fetched(
    fetcher: &Fetcher,
    request: FetchRequest,
    options: Options,
    mut on_bytes: impl FnMut(u64),
) -> Result<Plan, FetchedError> {
    let mut download = fetcher.get(request).await?;
    let mut one_shot = OneShot::new(options, Some(download.final_url.clone()));
    let mut read = 0;
    while let Some(bytes) = download.next().await {
        let bytes = bytes?;
        one_shot.feed(&bytes)?;
        read += bytes.len() as u64;
        on_bytes(read);
    }
    let plan = one_shot.finish()?;
    if plan.report().looks_cut && download.content_length.is_none() {
        Err(FetchedError::Cut)
    } else {
        Ok(plan)
    }
}

/// Reads a playlist that was uploaded, as [`fetched`] does one of the web.
///
/// # Errors
/// [`FetchedError`].
pub async fn uploaded(
    ctx: &Ctx,
    upload: Uploaded,
    options: Options,
    mut on_bytes: impl FnMut(u64),
) -> Result<Plan, FetchedError> {
    let mut pieces = Unpacked::open(uploads::pieces(ctx, upload)).await?;
    let mut one_shot = OneShot::new(options, None);
    let mut read = 0;
    while let Some(piece) = pieces.next().await? {
        one_shot.feed(&piece)?;
        read += piece.len() as u64;
        on_bytes(read);
    }
    Ok(one_shot.finish()?)
}
