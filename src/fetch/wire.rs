//! The bytes of an answer as they arrive.

use std::fmt;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http::{HeaderMap, header};
use reqwest::Response;
use tokio_util::sync::CancellationToken;
use url::Url;

use super::error::{Cause, FetchError, HostFailure, Waiting};
use super::hop::Answer;
use super::stopwatch::Timings;

/// A body on its way, with its idle time-out, its bound and its cancellation.
pub(super) struct Wire {
    response: Response,
    host: String,
    redirected_to: Option<String>,
    idle: Duration,
    cancel: CancellationToken,
    declared: Option<u64>,
    got: u64,
    max_bytes: Option<u64>,
    ended: bool,
}

impl Wire {
    pub(super) fn new(
        answer: Answer,
        host: String,
        idle: Duration,
        max_bytes: Option<u64>,
        cancel: CancellationToken,
    ) -> Self {
        let declared = declared(answer.response.headers());
        let Answer {
            response,
            redirected_to,
            ..
        } = answer;
        Self {
            response,
            host,
            redirected_to,
            idle,
            cancel,
            declared,
            got: 0,
            max_bytes,
            ended: false,
        }
    }

    /// What this host failed with.
    pub(super) fn failure(&self, cause: Cause) -> HostFailure {
        HostFailure {
            host: self.host.clone(),
            redirected_to: self.redirected_to.clone(),
            cause,
        }
    }

    /// The next bytes; nothing more after an error.
    pub(super) async fn next(&mut self) -> Option<Result<Bytes, FetchError>> {
        if self.ended {
            return None;
        }
        let cancel = self.cancel.clone();
        let read = tokio::select! {
            biased;
            () = cancel.cancelled() => Err(FetchError::Cancelled),
            read = self.read() => read.map_err(|cause| FetchError::Body(self.failure(cause))),
        };
        self.ended = !matches!(read, Ok(Some(_)));
        read.transpose()
    }

    async fn read(&mut self) -> Result<Option<Bytes>, Cause> {
        let Ok(read) = tokio::time::timeout(self.idle, self.response.chunk()).await else {
            return Err(Cause::TimedOut {
                after: self.idle,
                waiting: Waiting::Body,
            });
        };
        let chunk = read.map_err(|_| self.cut())?;
        self.got += chunk.as_ref().map_or(0, |bytes| bytes.len() as u64);
        match self.max_bytes.filter(|most| self.got > *most) {
            Some(max_bytes) => Err(Cause::TooLarge { max_bytes }),
            None => Ok(chunk),
        }
    }

    /// What an error of the HTTP library within a body means.
    fn cut(&self) -> Cause {
        match self.declared {
            Some(declared) if self.got < declared => Cause::Truncated {
                declared,
                got: self.got,
            },
            _ => Cause::Unfinished { got: self.got },
        }
    }
}

pub(super) fn declared(headers: &HeaderMap) -> Option<u64> {
    headers
        .get(header::CONTENT_LENGTH)?
        .to_str()
        .ok()?
        .trim()
        .parse()
        .ok()
}

/// An open answer for the relay: its head, whatever the status, and its bytes as they arrive.
pub struct Upstream {
    /// Where the answer came from at last; may hold secrets.
    pub final_url: Url,
    pub status: u16,
    pub headers: HeaderMap,
    /// What the phases of the open took, with those of others that were measured with the same stopwatch.
    pub timings: Timings,
    pub(super) wire: Wire,
}

impl Upstream {
    /// The declared length of the body.
    pub fn content_length(&self) -> Option<u64> {
        self.wire.declared
    }

    /// The bytes of the body so far.
    pub fn received(&self) -> u64 {
        self.wire.got
    }

    /// Bounds the silence between the bytes from now on.
    pub fn set_idle_timeout(&mut self, idle: Duration) {
        self.wire.idle = idle;
    }

    /// The next bytes; `None` at the end and after an error.
    pub async fn next(&mut self) -> Option<Result<Bytes, FetchError>> {
        self.wire.next().await
    }

    /// The whole body, if it has at most `max_bytes`.
    pub async fn read_all(mut self, max_bytes: usize) -> Result<Bytes, FetchError> {
        self.wire.max_bytes = Some(max_bytes as u64);
        let mut whole = BytesMut::new();
        while let Some(chunk) = self.wire.next().await {
            whole.extend_from_slice(&chunk?);
        }
        Ok(whole.freeze())
    }
}

impl fmt::Debug for Upstream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Upstream")
            .field("host", &self.wire.host)
            .field("status", &self.status)
            .finish_non_exhaustive()
    }
}
