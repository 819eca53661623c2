//! The fetcher: rounds over hosts, with breakers; and single opens for the relay.

use std::sync::Arc;
use std::time::Duration;

use ipnet::IpNet;
use tokio::sync::Mutex;

use super::breaker::Breaker;
use super::client::{ClientError, Clients};
use super::config::{FetchConfig, Seams};
use super::download::{Download, Head};
use super::error::{Cause, FetchError, HostFailure, Waiting};
use super::hop::{Answer, Ask, carried, host};
use super::request::{FetchRequest, OpenRequest, TypedHosts};
use super::retry::{Pauses, ROUNDS, again, retry_after, wish};
use super::wire::{Upstream, Wire, declared};
use crate::support::clock::Clock;

/// Fetches over HTTP; cheap to clone, with one pool of connections.
#[derive(Clone)]
pub struct Fetcher {
    inner: Arc<Inner>,
}

struct Inner {
    config: FetchConfig,
    clock: Clock,
    seams: Seams,
    clients: Clients,
    listed: Arc<[IpNet]>,
    /// Held while a breaker is read and written, so that only one request of this process takes the probe.
    turnstile: Mutex<()>,
}

impl Fetcher {
    /// A fetcher with real time, the system's resolver and breakers in memory.
    pub fn new(config: FetchConfig, clock: Clock) -> Result<Self, ClientError> {
        Self::with_seams(config, clock, Seams::default())
    }

    /// A fetcher with these seams.
    pub fn with_seams(config: FetchConfig, clock: Clock, seams: Seams) -> Result<Self, ClientError> {
        let listed: Arc<[IpNet]> = config.allowed_networks.clone().into();
        let clients = Clients::new(&seams.lookup, &listed, &config.user_agent, config.connect_timeout)?;
        let turnstile = Mutex::new(());
        Ok(Self {
            inner: Arc::new(Inner {
                config,
                clock,
                seams,
                clients,
                listed,
                turnstile,
            }),
        })
    }

    /// Downloads a document from the first host that gives one. Each round asks every host once; a host whose cause
    /// cannot heal (4xx, a forbidden address) is not asked again, and without any to ask the rounds end.
    /// The document's first bytes have arrived when this returns; a later failure of its body is not retried.
    pub async fn get(&self, request: FetchRequest) -> Result<Download, FetchError> {
        let cancel = request.cancel.clone();
        tokio::select! {
            biased;
            () = cancel.cancelled() => Err(FetchError::Cancelled),
            fetched = self.rounds(&request) => fetched,
        }
    }

    /// Opens an upstream, once and without breaker; any status is an answer.
    pub async fn open(&self, request: OpenRequest) -> Result<Upstream, FetchError> {
        let typed = TypedHosts::of(&request.guard, std::slice::from_ref(&request.url));
        let carried = carried(
            request.user_agent.as_deref(),
            request.range.as_deref(),
            "identity",
        );
        let ask = self.ask(&typed, &request.headers, carried, request.start_timeout);
        let sent = tokio::select! {
            biased;
            () = request.cancel.cancelled() => return Err(FetchError::Cancelled),
            sent = tokio::time::timeout(request.start_timeout, ask.send(&request.url)) => sent,
        };
        let late = || {
            let cause = Cause::TimedOut {
                after: request.start_timeout,
                waiting: Waiting::Answer,
            };
            HostFailure {
                host: host(&request.url),
                redirected_to: None,
                cause,
            }
        };
        let answer = sent
            .unwrap_or_else(|_| Err(late()))
            .map_err(|failure| FetchError::Hosts(vec![failure]))?;
        let (final_url, status) = (answer.url.clone(), answer.response.status().as_u16());
        let headers = answer.response.headers().clone();
        let wire = Wire::new(
            answer,
            host(&request.url),
            request.idle_timeout,
            None,
            request.cancel,
        );
        Ok(Upstream {
            final_url,
            status,
            headers,
            wire,
        })
    }

    async fn rounds(&self, request: &FetchRequest) -> Result<Download, FetchError> {
        let typed = TypedHosts::of(&request.guard, &request.urls);
        let mut causes: Vec<Option<HostFailure>> = vec![None; request.urls.len()];
        let mut pauses = Pauses::new();
        let rounds = request.rounds.clamp(1, ROUNDS);
        for round in 1..=rounds {
            for (url, last) in request.urls.iter().zip(&mut causes) {
                if last.as_ref().is_some_and(|failure| !again(&failure.cause)) {
                    continue;
                }
                let error = match self.attempt(request, url, &typed).await {
                    Ok(download) => return Ok(download),
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

    async fn attempt(
        &self,
        request: &FetchRequest,
        url: &url::Url,
        typed: &TypedHosts,
    ) -> Result<Download, FetchError> {
        let place = host(url);
        if let Err(until_ms) = self.admit(request.owner, &place).await {
            let cause = Cause::BreakerOpen { until_ms };
            return Err(FetchError::Hosts(vec![HostFailure {
                host: place,
                redirected_to: None,
                cause,
            }]));
        }
        let started = self.start(request, url, typed).await;
        match &started {
            Ok(_) => self.report(request.owner, &place, true).await,
            Err(FetchError::Cancelled) => {}
            Err(error) => {
                let transient = error
                    .failures()
                    .iter()
                    .any(|failure| failure.cause.is_transient());
                let answered = error
                    .failures()
                    .iter()
                    .any(|failure| matches!(failure.cause, Cause::Status { .. }));
                if transient || answered {
                    self.report(request.owner, &place, !transient).await;
                }
            }
        }
        started
    }

    async fn start(
        &self,
        request: &FetchRequest,
        url: &url::Url,
        typed: &TypedHosts,
    ) -> Result<Download, FetchError> {
        let config = &self.inner.config;
        let idle = request.idle_timeout.unwrap_or(config.idle_timeout);
        let max_bytes = request.max_bytes.unwrap_or(config.max_bytes);
        let carried = carried(request.user_agent.as_deref(), None, "gzip");
        let ask = self.ask(typed, &request.headers, carried, idle);
        let answer = ask
            .send(url)
            .await
            .map_err(|failure| FetchError::Hosts(vec![failure]))?;
        let code = answer.response.status().as_u16();
        if !wanted(code, request) {
            let cause = Cause::Status {
                code,
                retry_after: self.retry_after(&answer),
            };
            let redirected_to = answer.redirected_to;
            return Err(FetchError::Hosts(vec![HostFailure {
                host: host(url),
                redirected_to,
                cause,
            }]));
        }
        let headers = answer.response.headers().clone();
        let content_length = declared(&headers);
        let head = Head {
            final_url: answer.url.clone(),
            status: code,
            headers,
            content_length,
        };
        let wire = Wire::new(answer, host(url), idle, Some(max_bytes), request.cancel.clone());
        Download::start(head, wire, max_bytes).await
    }

    fn ask<'a>(
        &'a self,
        typed: &'a TypedHosts,
        headers: &'a http::HeaderMap,
        carried: http::HeaderMap,
        head_timeout: Duration,
    ) -> Ask<'a> {
        let Inner {
            clients,
            listed,
            config,
            ..
        } = &*self.inner;
        Ask {
            clients,
            listed,
            typed,
            headers,
            carried,
            connect_timeout: config.connect_timeout,
            head_timeout,
        }
    }

    fn retry_after(&self, answer: &Answer) -> Option<Duration> {
        let asked = matches!(answer.response.status().as_u16(), 429 | 503);
        asked
            .then(|| retry_after(answer.response.headers(), self.inner.clock.now_ms()))
            .flatten()
    }

    /// Asks the breaker of a host; on refusal, the instant from which it may be asked again.
    async fn admit(&self, owner: Option<i64>, host: &str) -> Result<(), i64> {
        let now_ms = self.inner.clock.now_ms();
        self.with_breaker(owner, host, |breaker| breaker.admit(now_ms))
            .await
            .unwrap_or(Ok(()))
    }

    async fn report(&self, owner: Option<i64>, host: &str, good: bool) {
        let now_ms = self.inner.clock.now_ms();
        self.with_breaker(owner, host, |breaker| {
            if good {
                breaker.succeeded()
            } else {
                breaker.failed(now_ms)
            }
        })
        .await;
    }

    async fn with_breaker<T>(
        &self,
        owner: Option<i64>,
        host: &str,
        change: impl FnOnce(&mut Breaker) -> T,
    ) -> Option<T> {
        let owner = owner?;
        let store = &self.inner.seams.breakers;
        let _turn = self.inner.turnstile.lock().await;
        let before = store
            .load(owner, host)
            .await
            .inspect_err(|error| warn(error.as_ref()))
            .ok()?;
        let mut after = before;
        let result = change(&mut after);
        if after != before {
            let _ = store
                .save(owner, host, after)
                .await
                .inspect_err(|error| warn(error.as_ref()));
        }
        Some(result)
    }
}

fn warn(error: &(dyn std::error::Error + Send + Sync)) {
    tracing::warn!(%error, "the state of a breaker could not be kept");
}

/// 2xx, or 304 as the answer to a condition.
fn wanted(code: u16, request: &FetchRequest) -> bool {
    let conditional = request.headers.contains_key(http::header::IF_NONE_MATCH)
        || request.headers.contains_key(http::header::IF_MODIFIED_SINCE);
    (200..300).contains(&code) || (code == 304 && conditional)
}
