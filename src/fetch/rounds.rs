//! Downloads: rounds over all hosts, each host asked under its breaker.

use std::io;
use std::time::Duration;

use http::header;
use tokio::fs::File;
use tokio::io::{AsyncSeekExt, AsyncWriteExt};
use url::Url;

use super::download::{Download, Head};
use super::error::{Cause, FetchError, HostFailure};
use super::fetcher::Fetcher;
use super::hop::{Answer, carried, host};
use super::request::{FetchRequest, TypedHosts};
use super::retry::{Pauses, ROUNDS, again, retry_after, wish};
use super::wire::{Wire, declared};

impl Fetcher {
    /// Downloads a document from the first host that gives one. Each round asks every host once; a host whose cause
    /// cannot heal (4xx, a forbidden address) is not asked again, and without any to ask the rounds end.
    /// The document's first bytes have arrived when this returns; a later failure of its body is not retried.
    pub async fn get(&self, request: FetchRequest) -> Result<Download, FetchError> {
        self.unless_cancelled(&request, None).await
    }

    /// Downloads a whole document into `file`, from its beginning and replacing what it held; as [`Self::get`], but a
    /// body that fails is asked for again too. What is returned has been read and tells the head. On an error the
    /// file holds no document.
    pub async fn save(&self, request: FetchRequest, file: &mut File) -> Result<Download, FetchError> {
        self.unless_cancelled(&request, Some(file)).await
    }

    async fn unless_cancelled(
        &self,
        request: &FetchRequest,
        file: Option<&mut File>,
    ) -> Result<Download, FetchError> {
        tokio::select! {
            biased;
            () = request.cancel.cancelled() => Err(FetchError::Cancelled),
            fetched = self.rounds(request, file) => fetched,
        }
    }

    async fn rounds(
        &self,
        request: &FetchRequest,
        mut file: Option<&mut File>,
    ) -> Result<Download, FetchError> {
        let typed = TypedHosts::of(&request.guard, &request.urls);
        let mut causes: Vec<Option<HostFailure>> = vec![None; request.urls.len()];
        let mut pauses = Pauses::new();
        let rounds = request.rounds.clamp(1, ROUNDS);
        for round in 1..=rounds {
            for (asked, url) in request.urls.iter().enumerate() {
                let last = &mut causes[asked];
                if last.as_ref().is_some_and(|failure| !again(&failure.cause)) {
                    continue;
                }
                let error = match self.attempt(request, url, &typed, file.as_deref_mut()).await {
                    Ok(mut download) => {
                        download.asked = asked;
                        download.passed_over = causes.into_iter().flatten().collect();
                        return Ok(download);
                    }
                    Err(error) => error,
                };
                let Some(failure) = error.failures().first() else {
                    return Err(error);
                };
                tracing::debug!(round, %failure, "a host gave nothing");
                *last = Some(failure.clone());
            }
            let hopeful = causes.iter().flatten().filter(|failure| again(&failure.cause));
            let Some(wait) = hopeful.map(|failure| wish(&failure.cause)).max() else {
                break;
            };
            if round < rounds {
                (self.inner.seams.pause)(pauses.next(wait)).await;
            }
        }
        Err(FetchError::Hosts(causes.into_iter().flatten().collect()))
    }

    /// Asks one host once and tells its breaker.
    async fn attempt(
        &self,
        request: &FetchRequest,
        url: &Url,
        typed: &TypedHosts,
        file: Option<&mut File>,
    ) -> Result<Download, FetchError> {
        let place = host(url);
        if let Err(until_ms) = self.admit(request.owner, &place).await {
            return Err(HostFailure::new(place, Cause::BreakerOpen { until_ms }).into());
        }
        let mut fetched = self.start(request, url, typed).await;
        if let (Ok(download), Some(file)) = (&mut fetched, file) {
            fetched = match pour(download, file).await {
                Ok(()) => fetched,
                Err(error) => Err(error),
            };
        }
        match &fetched {
            Ok(_) => self.report(request.owner, &place, true).await,
            Err(error) => {
                for failure in error.failures() {
                    self.note(request.owner, &place, &failure.cause).await;
                    match &failure.cause {
                        cause if cause.is_transient() => self.report(request.owner, &place, false).await,
                        Cause::Status { .. } => self.report(request.owner, &place, true).await,
                        _ => {}
                    }
                }
            }
        }
        fetched
    }

    async fn start(
        &self,
        request: &FetchRequest,
        url: &Url,
        typed: &TypedHosts,
    ) -> Result<Download, FetchError> {
        let config = &self.inner.config;
        let idle = request.idle_timeout.unwrap_or(config.idle_timeout);
        let max_bytes = request.max_bytes.unwrap_or(config.max_bytes);
        let carried = carried(request.user_agent.as_deref(), None, "gzip");
        let answer = self.ask(typed, &request.headers, carried, idle).send(url).await?;
        let status = answer.response.status().as_u16();
        if !wanted(status, request) {
            let cause = Cause::Status {
                code: status,
                retry_after: self.retry_after(&answer),
            };
            let redirected_to = answer.redirected_to;
            return Err(HostFailure {
                redirected_to,
                ..HostFailure::new(host(url), cause)
            }
            .into());
        }
        let headers = answer.response.headers().clone();
        let content_length = declared(&headers);
        let head = Head {
            final_url: answer.url.clone(),
            status,
            headers,
            content_length,
        };
        let wire = Wire::new(answer, host(url), idle, Some(max_bytes), request.cancel.clone());
        Download::start(head, wire, max_bytes).await
    }

    fn retry_after(&self, answer: &Answer) -> Option<Duration> {
        let asked = matches!(answer.response.status().as_u16(), 429 | 503);
        asked
            .then(|| retry_after(answer.response.headers(), self.inner.clock.now_ms()))
            .flatten()
    }
}

/// Writes the whole body into the emptied file.
async fn pour(download: &mut Download, file: &mut File) -> Result<(), FetchError> {
    let disk = |error: io::Error| FetchError::File(error.kind());
    file.rewind().await.map_err(disk)?;
    file.set_len(0).await.map_err(disk)?;
    while let Some(bytes) = download.next().await {
        file.write_all(&bytes?).await.map_err(disk)?;
    }
    file.flush().await.map_err(disk)
}

/// 2xx, or 304 as the answer to a condition.
fn wanted(status: u16, request: &FetchRequest) -> bool {
    let conditional = request.headers.contains_key(header::IF_NONE_MATCH)
        || request.headers.contains_key(header::IF_MODIFIED_SINCE);
    (200..300).contains(&status) || (status == 304 && conditional)
}
