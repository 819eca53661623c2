//! What a feature needs to work.

use std::sync::Arc;

use crate::config::Config;
use crate::db::Db;
use crate::events::Events;
use crate::fetch::Fetcher;
use crate::jobs::Jobs;
use crate::support::clock::Clock;
use crate::support::crypto::Keys;

/// The engines and plumbing, handed to every feature; cheap to clone. It knows no server.
#[derive(Clone)]
pub struct Ctx {
    pub config: Arc<Config>,
    pub db: Db,
    pub jobs: Jobs,
    pub events: Events,
    pub fetch: Fetcher,
    pub clock: Clock,
    pub keys: Arc<Keys>,
}
