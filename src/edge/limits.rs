//! How many requests of pages and API one principal, or one address, may send.

use std::net::IpAddr;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;

use actix_governor::governor::RateLimiter;
use actix_governor::governor::clock::{Clock as _, DefaultClock};
use actix_governor::governor::state::keyed::DefaultKeyedStateStore;
use actix_governor::{GovernorConfigBuilder, KeyExtractor};
use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage, ResponseError, web};

use super::{Client, Edge, Face, Problem};

/// Whom a request counts for, left in the request's extensions by whoever learned the principal; the client's
/// address counts where it is absent.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct LimitKey(pub String);

/// Requests a second, and how many may come at once after a pause.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    pub per_second: u32,
    pub burst: u32,
}

impl Default for Rate {
    fn default() -> Self {
        Self {
            per_second: 200,
            burst: 2_000,
        }
    }
}

/// Keyed by principal or address; shared by all workers.
type Limiter = Arc<RateLimiter<LimitKey, DefaultKeyedStateStore<LimitKey>, DefaultClock>>;

/// The limit of pages and API; its rate may change while the server runs.
pub struct Limits {
    limiter: RwLock<Option<Limiter>>,
    rate: Mutex<Rate>,
    seen: AtomicU32,
}

impl Default for Limits {
    fn default() -> Self {
        Self::new(Rate::default())
    }
}

impl Limits {
    pub fn new(rate: Rate) -> Self {
        Self {
            limiter: RwLock::new(limiter(rate)),
            rate: Mutex::new(rate),
            seen: AtomicU32::new(0),
        }
    }

    /// Sets the rate; if it is another one, everybody starts afresh.
    pub fn set(&self, rate: Rate) {
        let mut present = self.rate.lock().unwrap_or_else(PoisonError::into_inner);
        if *present == rate {
            return;
        }
        *present = rate;
        if let Ok(mut current) = self.limiter.write() {
            *current = limiter(rate);
        }
    }

    /// Counts one request of `key`; the wait in whole seconds if it is one too many.
    fn check(&self, key: &LimitKey) -> Result<(), u64> {
        let limiter = self.limiter.read().ok().and_then(|limiter| limiter.clone());
        let Some(limiter) = limiter else {
            return Ok(());
        };
        // Keys that have been quiet are forgotten now and then, so that memory is bounded by who is active.
        if self.seen.fetch_add(1, Ordering::Relaxed) % 16_384 == 16_383 {
            limiter.retain_recent();
        }
        limiter.check_key(key).map_err(|until| {
            let wait = until.wait_time_from(DefaultClock::default().now());
            wait.as_secs() + 1
        })
    }
}

fn limiter(rate: Rate) -> Option<Limiter> {
    let period = Duration::from_secs(1) / rate.per_second.max(1);
    let mut builder = GovernorConfigBuilder::default().key_extractor(ByPrincipal);
    builder.period(period).burst_size(rate.burst.max(1));
    builder.finish().map(|config| config.limiter())
}

#[derive(Debug, Clone)]
struct ByPrincipal;

impl KeyExtractor for ByPrincipal {
    type Key = LimitKey;
    type KeyExtractionError = Problem;

    fn extract(&self, req: &ServiceRequest) -> Result<LimitKey, Self::KeyExtractionError> {
        Ok(key(req))
    }
}

/// Answers 429 with `Retry-After` to one request too many.
pub async fn limit(
    req: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    if let Some(wait) = excess(&req) {
        let message = "That was too fast. Wait a moment and go on.";
        return Ok(req.into_response(Problem::too_many(wait, message).error_response()));
    }
    next.call(req).await.map(ServiceResponse::map_into_boxed_body)
}

fn excess(req: &ServiceRequest) -> Option<u64> {
    if !Face::of(req.path()).is_limited() {
        return None;
    }
    let edge = req.app_data::<web::Data<Edge>>()?;
    edge.limits.check(&key(req)).err()
}

fn key(req: &ServiceRequest) -> LimitKey {
    if let Some(key) = req.extensions().get::<LimitKey>() {
        return key.clone();
    }
    LimitKey(block(Client::of(req.request()).address))
}

/// An IPv6 client owns a whole /64, so that is what counts.
pub(super) fn block(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
        }
    }
}
