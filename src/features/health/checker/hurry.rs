//! Streams that become due while a long run is under way: at their turn they would come too late, and beside the run no
//! connection would be free for them. So the run lets them go first.

use std::collections::HashMap;
use std::time::Duration;

use tokio::time::Instant;

use super::lane::Shared;
use crate::db::DbError;
use crate::features::catalogue::sources::{self, Scope, Source};
use crate::support::ids::{ProviderId, StreamId};

const LOOKED_EVERY: Duration = Duration::from_secs(20);
/// Until then what was found of one is stored.
const STORED_BY: Duration = Duration::from_secs(40);
const AT_ONCE: i64 = 100;

/// When a lane looks, and which streams have gone first.
pub(super) struct Hurry {
    not_before: Instant,
    gone: HashMap<StreamId, Instant>,
}

impl Hurry {
    /// Of a run that begins now.
    pub fn from(now: Instant) -> Self {
        Self {
            not_before: now + LOOKED_EVERY,
            gone: HashMap::new(),
        }
    }

    /// The streams of a provider that are due by now, now and then. A run of few streams has none.
    pub async fn look(
        &mut self,
        shared: &Shared,
        provider: ProviderId,
    ) -> Result<Vec<(StreamId, Box<Source>)>, DbError> {
        let now = Instant::now();
        if now < self.not_before || !matches!(shared.scope, Scope::All | Scope::Provider(_)) {
            return Ok(Vec::new());
        }
        self.not_before = now + LOOKED_EVERY;
        self.gone.retain(|_, since| now - *since < STORED_BY);
        let by_ms = shared.ctx.clock.now_ms();
        let due = sources::page(&shared.ctx, Scope::Due { by_ms }, provider, StreamId(0), AT_ONCE).await?;
        Ok(due
            .into_iter()
            .filter_map(|(stream, source)| Some((stream, Box::new(source.ok()?))))
            .filter(|(stream, _)| self.gone.insert(*stream, now).is_none())
            .collect())
    }
}
