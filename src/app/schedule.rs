//! What comes by itself: every list of schedules, looked at every ten seconds.

use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::ctx::Ctx;
use crate::db::DbError;
use crate::features::health;
use crate::features::history::experience;
use crate::features::providers::uploads;
use crate::features::sync;
use crate::features::system::backup;
use crate::jobs::Planned;

const LOOKED_AT_EVERY: Duration = Duration::from_secs(10);

/// Everything that is scheduled now.
async fn planned(ctx: &Ctx) -> Result<Vec<Planned>, DbError> {
    let mut planned = sync::schedule::planned(ctx).await?;
    planned.extend(health::schedule::planned(ctx).await?);
    planned.extend(health::performance::planned(ctx).await?);
    planned.extend(health::quality::start::planned(ctx).await?);
    planned.extend(health::quality::history::planned(ctx).await?);
    planned.extend(health::content::start::planned(ctx).await?);
    planned.extend(health::retention::planned(ctx).await?);
    planned.extend(experience::planned(ctx).await?);
    planned.extend(backup::planned(ctx).await?);
    Ok(planned)
}

/// Queues what is due, and forgets what was left behind.
///
/// # Errors
/// Whatever the database says.
pub async fn tick(ctx: &Ctx) -> Result<(), DbError> {
    ctx.jobs.fire(&planned(ctx).await?).await?;
    health::schedule::tick(ctx).await?;
    experience::tick(ctx).await?;
    uploads::tidy(ctx).await
}

/// Ticks until `end`.
pub(super) async fn keep(ctx: Ctx, end: CancellationToken) {
    loop {
        tokio::select! {
            () = end.cancelled() => return,
            () = tokio::time::sleep(LOOKED_AT_EVERY) => {}
        }
        if let Err(error) = tick(&ctx).await {
            tracing::warn!(%error, "schedules could not be looked at");
        }
    }
}
