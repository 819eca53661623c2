//! What the three faces share: who asks, what they may, limits, origin, request ids, errors, event-stream transport.
//!
//! Order of the middlewares, from outside in: [`request::front`] (request id, client address, errors rendered),
//! [`cookies::secure`], [`sessions::middleware`], [`principal::identify`] (leaves a [`limits::LimitKey`]),
//! [`limits::limit`], [`origin::check`], [`principal::admit`], routes.
//! A middleware that refuses answers `Ok(req.into_response(problem.error_response()))`, never `Err`: only so does the
//! error keep its request and can be rendered for its face.

pub mod address;
pub mod body;
mod cancel;
pub mod cookies;
pub mod etag;
pub mod face;
pub mod limits;
pub mod origin;
pub mod picture;
pub mod principal;
pub mod problem;
pub mod range;
pub mod request;
pub mod sessions;
pub mod sign_in_limit;
pub mod sse;
pub mod times;

use std::sync::{Arc, RwLock};

pub use body::Body;
pub use cancel::cancel;
pub use face::Face;
pub use principal::{Admin, Member};
pub use problem::Problem;
pub use request::{Client, RequestId};

use jiff::tz::TimeZone;

use crate::support::clock::Clock;
use crate::support::crypto::Keys;
use address::TrustedProxies;
use limits::Limits;
use sign_in_limit::SignInLimit;
use sse::Streams;

/// The edge's own parts, one per server, kept as `web::Data<Edge>` and cheap to clone.
#[derive(Clone)]
pub struct Edge {
    pub clock: Clock,
    pub keys: Arc<Keys>,
    pub proxies: TrustedProxies,
    /// Pages and API, per principal or address.
    pub limits: Arc<Limits>,
    /// Attempts to sign in, per address and user name.
    pub sign_in: Arc<SignInLimit>,
    /// Open event streams, by session.
    pub streams: Streams,
    /// What was answered, and how fast.
    pub times: times::Times,
    pub render: problem::Renderers,
    public_url: Arc<RwLock<Option<String>>>,
    zone: Arc<RwLock<TimeZone>>,
}

impl Edge {
    /// Parts with the default limits, no trusted proxies, UTC and no public URL; the fields may be replaced.
    pub fn new(clock: Clock, keys: Arc<Keys>) -> Self {
        Self {
            sign_in: Arc::new(SignInLimit::new(clock.clone())),
            clock,
            keys,
            proxies: TrustedProxies::none(),
            limits: Arc::new(Limits::default()),
            streams: Streams::default(),
            times: times::Times::default(),
            render: problem::Renderers::default(),
            public_url: Arc::default(),
            zone: Arc::new(RwLock::new(TimeZone::UTC)),
        }
    }

    /// The installation's time zone, for everything that people read.
    pub fn zone(&self) -> TimeZone {
        self.zone.read().map_or(TimeZone::UTC, |zone| zone.clone())
    }

    /// Takes effect at once, for every worker.
    pub fn set_zone(&self, zone: TimeZone) {
        if let Ok(mut current) = self.zone.write() {
            *current = zone;
        }
    }

    /// The URL under which people reach this installation, as far as it is known.
    pub fn public_url(&self) -> Option<String> {
        self.public_url.read().ok().and_then(|url| url.clone())
    }

    /// Takes effect at once, for every worker.
    pub fn set_public_url(&self, url: Option<String>) {
        if let Ok(mut current) = self.public_url.write() {
            *current = url;
        }
    }
}
