//! The fetcher: its parts, its breakers, and single opens for the relay.

use std::sync::Arc;
use std::time::Duration;

use ipnet::IpNet;
use tokio::sync::Mutex;

use super::breaker::Breaker;
use super::client::{ClientError, Clients};
use super::config::{FetchConfig, Seams};
use super::error::{Cause, FetchError, HostFailure, Waiting};
use super::hop::{Ask, carried, host};
use super::request::{OpenRequest, TypedHosts};
use super::stopwatch::Stopwatch;
use super::wire::{Upstream, Wire};
use crate::support::clock::Clock;

/// Fetches over HTTP; cheap to clone, with one pool of connections.
#[derive(Clone)]
pub struct Fetcher {
    pub(super) inner: Arc<Inner>,
}

pub(super) struct Inner {
    pub(super) config: FetchConfig,
    pub(super) clock: Clock,
    pub(super) seams: Seams,
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

    /// Opens an upstream, once and without breaker; any status is an answer.
    pub async fn open(&self, request: OpenRequest) -> Result<Upstream, FetchError> {
        let typed = TypedHosts::of(&request.guard, std::slice::from_ref(&request.url));
        let carried = carried(
            request.user_agent.as_deref(),
            request.range.as_deref(),
            "identity",
        );
        let ask = Ask {
            fresh: request.fresh,
            stopwatch: request.stopwatch.clone(),
            ..self.ask(&typed, &request.headers, carried, request.start_timeout)
        };
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
            HostFailure::new(host(&request.url), cause)
        };
        let answer = sent.unwrap_or_else(|_| Err(late()))?;
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
            timings: request.stopwatch.timings(),
            wire,
        })
    }

    pub(super) fn ask<'a>(
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
            fresh: false,
            stopwatch: Stopwatch::default(),
        }
    }

    /// Asks the breaker of a host; on refusal, the instant from which it may be asked again.
    pub(super) async fn admit(&self, owner: Option<i64>, host: &str) -> Result<(), i64> {
        let now_ms = self.inner.clock.now_ms();
        self.with_breaker(owner, host, |breaker| breaker.admit(now_ms))
            .await
            .unwrap_or(Ok(()))
    }

    pub(super) async fn report(&self, owner: Option<i64>, host: &str, good: bool) {
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

    /// Keeps the last error of a host.
    pub(super) async fn note(&self, owner: Option<i64>, host: &str, cause: &Cause) {
        let Some(owner) = owner else { return };
        let (store, now_ms) = (&self.inner.seams.breakers, self.inner.clock.now_ms());
        let _ = store
            .note(owner, host, cause.to_string(), now_ms)
            .await
            .inspect_err(|error| warn(error.as_ref()));
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
