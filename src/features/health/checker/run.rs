//! A run: all streams of a scope, as a job.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::Instant;

use super::collector::{Tally, collect};
use super::lane::{Lane, Shared};
use super::{Checker, Manner};
use crate::ctx::Ctx;
use crate::features::catalogue::sources::{self, Scope};
use crate::features::health::{Error, Target};
use crate::features::settings;
use crate::jobs::{JobError, JobRun};

/// Results on their way to being stored.
const ON_THEIR_WAY: usize = 1_000;

/// Checks of what is due begin within so long; what is left comes with the next run, so that a slow provider keeps no other
/// waiting and the margin of the pauses holds.
const LONGEST_RECHECK: Duration = Duration::from_secs(20);

/// What a run is to check: everything if nothing is named.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Payload {
    #[serde(flatten)]
    pub target: Target,
    /// Whether a person asked for it.
    #[serde(default)]
    pub by_hand: bool,
    /// Only those that are due before the schedule, of whatever provider.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub due: bool,
}

impl Checker {
    /// The handler of a run. Its result counts what was found.
    ///
    /// # Errors
    /// [`JobError::Cancelled`]: what was found until then is stored.
    pub async fn run(self, ctx: Ctx, job: JobRun) -> Result<Value, JobError> {
        let payload: Payload = serde_json::from_value(job.payload.clone())
            .map_err(|_| JobError::failed("payload", "The job does not say which streams to check."))?;
        let tally = self.all(&ctx, &job, payload).await.map_err(|error| match error {
            Error::Db(error) => error.into(),
            _ => JobError::Cancelled,
        })?;
        Ok(json!(tally))
    }

    async fn all(&self, ctx: &Ctx, job: &JobRun, payload: Payload) -> Result<Tally, Error> {
        let scope = match payload.due {
            true => Scope::Due {
                by_ms: ctx.clock.now_ms(),
            },
            false => payload.target.scope(),
        };
        let settings = settings::load(ctx).await?;
        let owners = sources::owners(&ctx.db, scope).await?;
        let total: i64 = owners.iter().map(|(_, streams)| streams).sum();
        job.progress.set(0, Some(total.unsigned_abs()), "Begins");
        let (sender, found) = mpsc::channel(ON_THEIR_WAY);
        let shared = Shared {
            ctx: ctx.clone(),
            checker: self.clone(),
            scope,
            manner: Manner {
                timeout: settings.health_check_timeout,
                most: settings.max_concurrent_health_checks,
                by_hand: payload.by_hand,
                until: payload.due.then(|| Instant::now() + LONGEST_RECHECK),
            },
            found: sender,
            cancel: job.cancel.child_token(),
        };
        let _ends_lanes = shared.cancel.clone().drop_guard();
        let mut lanes = JoinSet::new();
        for (provider, _) in owners {
            lanes.spawn(Lane::new(shared.clone(), provider).run());
        }
        drop(shared);
        let collected = collect(ctx, job, found, total.unsigned_abs()).await;
        let mut ended = Ok(());
        while let Some(lane) = lanes.join_next().await {
            // A panic in it has been reported by the panic hook.
            if let Err(error) = lane.unwrap_or(Err(Error::Cancelled)) {
                ended = Err(error);
            }
        }
        let tally = collected?;
        ended.map(|()| tally)
    }
}
