//! How long each phase of an open took, measured where it happens: inside the HTTP client.
//!
//! The client resolves and connects within the task that asks, so a *stopwatch* is handed down to its resolver and its
//! connector as a task-local.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use futures_util::future::BoxFuture;
use tower_layer::Layer;
use tower_service::Service;

tokio::task_local! {
    static RUNNING: Stopwatch;
}

/// What the phases took, by the monotonic clock; redirects add up. A phase that was not needed, or that did not come to
/// its end, is absent.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Timings {
    /// Looking up names; absent where all hosts were literal addresses, or no connection had to be made.
    pub resolve: Option<Duration>,
    /// TCP and TLS; absent where a connection was reused.
    pub connect: Option<Duration>,
    /// From the connection to the head of the answer.
    pub first_byte: Option<Duration>,
}

/// Measures the opens that it is given to; clones measure together.
#[derive(Debug, Clone, Default)]
pub struct Stopwatch(Arc<Mutex<Timings>>);

impl Stopwatch {
    /// What was measured so far: also of an open that failed.
    pub fn timings(&self) -> Timings {
        *self.lock()
    }

    /// Measures one request to the head of its answer.
    pub(super) async fn hop<T, E>(&self, asked: impl Future<Output = Result<T, E>>) -> Result<T, E> {
        let (began, before) = (Instant::now(), self.timings());
        let answered = RUNNING.scope(self.clone(), asked).await;
        if answered.is_ok() {
            let before_connected = self.timings().connecting().saturating_sub(before.connecting());
            let waited = began.elapsed().saturating_sub(before_connected);
            add(&mut self.lock().first_byte, waited);
        }
        answered
    }

    /// Measures the look-up of a name for whatever request runs.
    pub(super) async fn resolving<T, E>(looked_up: impl Future<Output = Result<T, E>>) -> Result<T, E> {
        let began = Instant::now();
        let found = looked_up.await;
        if found.is_ok() {
            // Fails where nothing is measured: a connection that is finished for later requests.
            let _ = RUNNING.try_with(|running| add(&mut running.lock().resolve, began.elapsed()));
        }
        found
    }

    /// Measures a connection, without the look-up of its name.
    async fn connecting<T, E>(connected: impl Future<Output = Result<T, E>>) -> Result<T, E> {
        let Ok(running) = RUNNING.try_with(Self::clone) else {
            return connected.await;
        };
        let (began, before) = (Instant::now(), running.timings().resolve.unwrap_or_default());
        let connected = connected.await;
        if connected.is_ok() {
            let mut timings = running.lock();
            let resolving = timings.resolve.unwrap_or_default().saturating_sub(before);
            add(&mut timings.connect, began.elapsed().saturating_sub(resolving));
        }
        connected
    }

    fn lock(&self) -> MutexGuard<'_, Timings> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Timings {
    fn connecting(&self) -> Duration {
        self.resolve.unwrap_or_default() + self.connect.unwrap_or_default()
    }
}

fn add(sum: &mut Option<Duration>, took: Duration) {
    *sum = Some(sum.unwrap_or_default() + took);
}

/// The layer around the HTTP client's connector that measures it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Measuring;

/// A connector that is measured.
#[derive(Debug, Clone)]
pub(super) struct Measured<S>(S);

impl<S> Layer<S> for Measuring {
    type Service = Measured<S>;

    fn layer(&self, connector: S) -> Measured<S> {
        Measured(connector)
    }
}

impl<S, R> Service<R> for Measured<S>
where
    S: Service<R>,
    S::Future: Send + 'static,
    S::Response: Send + 'static,
    S::Error: Send + 'static,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = BoxFuture<'static, Result<S::Response, S::Error>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.0.poll_ready(context)
    }

    fn call(&mut self, destination: R) -> Self::Future {
        Box::pin(Stopwatch::connecting(self.0.call(destination)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_failed_is_not_measured_and_what_came_before_it_is() {
        let stopwatch = Stopwatch::default();
        let failed: Result<(), ()> = stopwatch
            .hop(async {
                Stopwatch::connecting(async {
                    Stopwatch::resolving(async { Ok::<_, ()>(()) }).await?;
                    Err(())
                })
                .await
            })
            .await;
        assert!(failed.is_err());
        let timings = stopwatch.timings();
        assert!(timings.resolve.is_some());
        assert_eq!((timings.connect, timings.first_byte), (None, None));
    }

    #[tokio::test]
    async fn nothing_is_measured_outside_of_a_request() {
        let found = Stopwatch::connecting(Stopwatch::resolving(async { Ok::<_, ()>(7) })).await;
        assert_eq!(found, Ok(7));
    }

    #[tokio::test]
    async fn hops_add_up() {
        let stopwatch = Stopwatch::default();
        for _ in 0..2 {
            let before = stopwatch.timings();
            stopwatch.hop(async { Ok::<_, ()>(()) }).await.unwrap();
            assert!(stopwatch.timings().first_byte > before.first_byte);
        }
    }
}
