//! How many streams are in which state, counted once after each change.

use std::sync::{Arc, Mutex, PoisonError};

use super::store::{self, ProviderStates};
use crate::ctx::Ctx;
use crate::db::DbError;
use crate::features::catalogue::checks;

/// The counts of this process; cheap to clone.
#[derive(Clone, Default)]
pub struct Overview(Arc<Mutex<Option<Counted>>>);

struct Counted {
    versions: (i64, i64),
    providers: Arc<Vec<ProviderStates>>,
}

/// Streams in each state.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct States {
    /// Milliseconds since the epoch, UTC.
    pub last_check: Option<i64>,
    pub total: i64,
    /// Those that are in use.
    pub active: i64,
    pub up: i64,
    pub degraded: i64,
    pub down: i64,
    /// Their provider is at work on its service.
    pub maintenance: i64,
}

impl States {
    /// Those that nobody has found anything out about.
    pub fn unknown(self) -> i64 {
        self.total - self.up - self.degraded - self.down - self.maintenance
    }

    /// Of several providers together.
    pub fn of(providers: &[ProviderStates]) -> Self {
        providers.iter().fold(Self::default(), |sum, one| Self {
            last_check: sum.last_check.max(one.last_check),
            total: sum.total + one.total,
            active: sum.active + one.active,
            up: sum.up + one.up,
            degraded: sum.degraded + one.degraded,
            down: sum.down + one.down,
            maintenance: sum.maintenance + one.maintenance,
        })
    }
}

impl Overview {
    /// The providers that are switched on, by name.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn providers(&self, ctx: &Ctx) -> Result<Arc<Vec<ProviderStates>>, DbError> {
        // Read first: what is counted is at least as new.
        let versions = checks::versions(&ctx.db).await?;
        let known =
            |counted: &Counted| (counted.versions == versions).then(|| Arc::clone(&counted.providers));
        if let Some(providers) = self.lock().as_ref().and_then(known) {
            return Ok(providers);
        }
        let providers = Arc::new(store::by_provider(&ctx.db).await?);
        *self.lock() = Some(Counted {
            versions,
            providers: Arc::clone(&providers),
        });
        Ok(providers)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Option<Counted>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
