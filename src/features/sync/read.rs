//! Getting the list: download, reading and staging run side by side.

use std::sync::mpsc::{SyncSender, sync_channel};
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue};
use tokio::sync::{mpsc, oneshot};
use tokio::task::spawn_blocking;
use url::Url;

use crate::ctx::Ctx;
use crate::features::catalogue::{StoredStreams, store};
use crate::features::providers::{Provider, Secrets};
use crate::fetch::{Download, FetchRequest, Guard};
use crate::jobs::JobRun;
use crate::support::ids::ProviderId;

use super::Error;
use super::arrival::Origin;
use super::index::Index;
use super::intake::{self, Intake, Source};
use super::staging::Staging;

/// Chunks that wait to be read, and batches that wait to be staged: what is loaded ahead while the index is read.
pub(super) const CHUNKS_AHEAD: usize = 32;
pub(super) const BATCHES_AHEAD: usize = 8;

/// A whole list.
pub(super) struct List {
    pub intake: Intake,
    pub staging: Staging,
    /// Whether the answer said how long it is.
    pub had_length: bool,
    /// Read beside the list, if that holds anything that is not stored as it is.
    pub ahead: Option<StoredStreams>,
}

/// How the list is asked for.
pub(super) fn request(provider: &Provider, secrets: &Secrets, max_bytes: u64, job: &JobRun) -> FetchRequest {
    let urls: Vec<Url> = secrets
        .playlist_urls()
        .iter()
        .filter_map(|url| Url::parse(url).ok())
        .collect();
    let mut headers = HeaderMap::new();
    for (name, value) in &secrets.headers {
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
            headers.insert(name, value);
        }
    }
    FetchRequest {
        headers,
        user_agent: provider.user_agent.clone(),
        owner: Some(provider.id.0),
        max_bytes: Some(max_bytes),
        cancel: job.cancel.clone(),
        ..FetchRequest::new(urls, Guard::Typed)
    }
}

/// Gets, reads and stages the list of a provider.
pub(super) async fn list(
    ctx: &Ctx,
    job: &JobRun,
    provider: ProviderId,
    origin: Origin,
    source: Source,
    timeout: Duration,
) -> Result<List, Error> {
    let deadline = tokio::time::Instant::now() + timeout;
    let timed_out = || Error::TimedOut(timeout.as_secs());
    job.progress.set(0, None, "Connecting");
    let arriving = tokio::time::timeout_at(deadline, origin.open(ctx))
        .await
        .map_err(|_| timed_out())??;
    let (base, length) = (arriving.base(), arriving.length());
    let had_length = arriving.has_declared_length();
    let (chunks_in, chunks) = mpsc::channel(CHUNKS_AHEAD);
    let (batches_in, batches) = sync_channel(BATCHES_AHEAD);
    let reading = spawn_blocking(move || {
        let result = intake::read(&source, base, chunks, &batches_in);
        drop(batches_in);
        result
    });
    let (progress, folder) = (job.progress.clone(), ctx.config.data.dir.clone());
    let (difference_in, difference) = oneshot::channel();
    let staging = async {
        let index = index(&ctx.db, provider).await?;
        let mut difference_in = Some(difference_in);
        let fill = move || {
            Staging::new(index, folder).fill(&batches, |staging, bytes| {
                progress.set(
                    bytes,
                    length.filter(|length| *length >= bytes),
                    &read_so_far(staging.listed()),
                );
                if !staging.entries.is_empty()
                    && let Some(waiting) = difference_in.take()
                {
                    // A run that was given up waits no more.
                    let _ = waiting.send(());
                }
            })
        };
        spawn_blocking(fill)
            .await
            .map_err(|_| Error::Staging)?
            .map_err(Error::from)
    };
    let downloading = tokio::time::timeout_at(deadline, arriving.forward(chunks_in));
    let ahead = async {
        match difference.await {
            Ok(()) => StoredStreams::ahead(&ctx.db).await.map(Some),
            Err(_) => Ok(None),
        }
    };
    let (downloaded, staging, ahead) = tokio::join!(downloading, staging, ahead);
    let intake = reading.await.map_err(|_| Error::Staging)?;
    // A page instead of a list also ends the download early, by closing its channel.
    let intake = match (downloaded.map_err(|_| timed_out())?, intake) {
        (Err(error), _) => return Err(error),
        (Ok(()), intake) => intake.map_err(Error::NotAPlaylist)?,
    };
    job.check().map_err(|_| Error::Cancelled)?;
    Ok(List {
        intake,
        staging: staging?,
        had_length,
        ahead: ahead?,
    })
}

pub(super) async fn forward(
    mut download: Download,
    chunks: mpsc::Sender<Bytes>,
) -> Result<(), crate::fetch::FetchError> {
    while let Some(chunk) = download.next().await {
        if chunks.send(chunk?).await.is_err() {
            break;
        }
    }
    Ok(())
}

/// Hands on what a task has made itself that runs beside the one who takes it: a full channel must not hold that one up.
pub(super) async fn hand_over<T: Send + 'static>(out: &SyncSender<T>, made: T) {
    let out = out.clone();
    // A run that was given up takes no more.
    let _ = spawn_blocking(move || out.send(made).is_ok()).await;
}

/// Everything that is stored of a provider.
pub(super) async fn index(db: &crate::db::Db, provider: ProviderId) -> Result<Index, Error> {
    let mut index = Index::default();
    store::streams::each_stored(db, provider, |stored| index.push(stored)).await?;
    store::vod::each_stored(db, provider, |stored| index.push(stored)).await?;
    index.seal();
    Ok(index)
}

pub(super) fn read_so_far(entries: u64) -> String {
    format!("{entries} entries read")
}

#[cfg(test)]
mod tests {
    use std::pin::pin;

    use super::*;

    #[tokio::test]
    async fn a_full_channel_holds_nobody_up_who_runs_beside_it() {
        let (out, taken) = sync_channel(1);
        let (go, wait) = sync_channel::<()>(1);
        let drain = std::thread::spawn(move || {
            let was_let_go = wait.recv_timeout(Duration::from_secs(10)).is_ok();
            (was_let_go, taken.iter().take(2).collect::<Vec<u8>>())
        });
        hand_over(&out, 1).await;
        let mut second = pin!(hand_over(&out, 2));
        assert!(futures_util::poll!(&mut second).is_pending());
        let _ = go.send(());
        second.await;
        assert_eq!(drain.join().unwrap(), (true, vec![1, 2]));
    }
}
