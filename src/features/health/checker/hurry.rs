//! Streams that become due while a long run is under way: at their turn they would come too late, and beside the run no
//! connection would be free for them. So the run lets them go first.

use std::collections::HashMap;

use super::lane::Shared;
use crate::db::DbError;
use crate::features::catalogue::sources::{self, Scope, Source};
use crate::features::health::maintenance;
use crate::support::ids::{ProviderId, StreamId};

const LOOKED_EVERY_MS: i64 = 20_000;
/// Until then what was found of one is stored.
const STORED_BY_MS: i64 = 40_000;
const AT_ONCE: i64 = 100;

/// When a lane looks, and which streams have gone first.
pub(super) struct Hurry {
    not_before_ms: i64,
    gone: HashMap<StreamId, i64>,
}

impl Hurry {
    /// Of a run that begins at an instant, in milliseconds since the epoch.
    pub fn from(now_ms: i64) -> Self {
        Self {
            not_before_ms: now_ms + LOOKED_EVERY_MS,
            gone: HashMap::new(),
        }
    }

    /// The streams of a provider that are due by now, now and then. A run of few streams has none.
    pub async fn look(
        &mut self,
        shared: &Shared,
        provider: ProviderId,
    ) -> Result<Vec<(StreamId, Box<Source>)>, DbError> {
        let by_ms = shared.ctx.clock.now_ms();
        if by_ms < self.not_before_ms || !matches!(shared.scope, Scope::All | Scope::Provider(_)) {
            return Ok(Vec::new());
        }
        self.not_before_ms = by_ms + LOOKED_EVERY_MS;
        if maintenance::until(&shared.ctx.db, provider, by_ms)
            .await?
            .is_some()
        {
            return Ok(Vec::new());
        }
        self.gone.retain(|_, since_ms| by_ms - *since_ms < STORED_BY_MS);
        let due = sources::page(&shared.ctx, Scope::Due { by_ms }, provider, StreamId(0), AT_ONCE).await?;
        Ok(due
            .into_iter()
            .filter_map(|(stream, source)| Some((stream, Box::new(source.ok()?))))
            .filter(|(stream, _)| self.gone.insert(*stream, by_ms).is_none())
            .collect())
    }
}
