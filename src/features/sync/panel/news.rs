//! What a panel said besides its lists: of the account, and which series it has.

use serde_json::json;

use crate::ctx::Ctx;
use crate::db::Tx;
use crate::features::catalogue::store::{facts, provider as counts};
use crate::features::providers::xtream::Entered;
use crate::features::providers::{self, Status};
use crate::features::sync::Error;
use crate::jobs::{NewJob, kinds};
use crate::support::ids::ProviderId;

use super::films;
use super::series::{SeriesChanges, wanted};

/// How often reading the episodes of series is taken up again after the process ended meanwhile.
const DETAILS_ATTEMPTS: u32 = 5;

/// What a run keeps beside the catalogue.
pub(in crate::features::sync) struct News {
    pub entered: Entered,
    /// None if the list of series is unknown.
    pub series: Option<SeriesChanges>,
    /// Which lists could not be read, in sentences.
    pub unknown: Option<String>,
}

impl News {
    /// That the run is incomplete, if it is: code and sentences.
    pub(in crate::features::sync) fn error(&self) -> Option<(&str, &str)> {
        self.unknown.as_deref().map(|unknown| ("incomplete", unknown))
    }

    /// Keeps what the panel said of the account.
    pub(in crate::features::sync) async fn keep_account(
        &self,
        tx: &mut Tx,
        provider: ProviderId,
    ) -> Result<(), Error> {
        let Entered { host, account } = &self.entered;
        providers::store::set_account(tx, provider, *host, account).await?;
        Ok(())
    }

    /// Keeps which series there are and what was unknown, and has the episodes of new and changed series read.
    pub(in crate::features::sync) async fn keep_series(
        &self,
        tx: &mut Tx,
        ctx: &Ctx,
        provider: ProviderId,
    ) -> Result<(), Error> {
        let now = ctx.clock.now_ms();
        if let Some(series) = &self.series {
            series.write(tx, provider, now).await?;
            counts::recount_totals(tx, provider).await?;
        }
        if let Some(unknown) = &self.unknown {
            providers::store::set_status(tx, provider, Status::Ok, Some(unknown)).await?;
        }
        if providers::store::series::count_wanted(tx, provider, wanted(now)).await? > 0 {
            let job = NewJob::new(kinds::SERIES_DETAILS, json!({ "provider_id": provider }))
                .key(providers::sync_key(provider))
                .attempts(DETAILS_ATTEMPTS);
            ctx.jobs.enqueue(tx, job).await?;
        }
        if facts::is_any_wanted(tx, provider, now).await? {
            providers::store::films::set_wanted(tx, provider, true).await?;
            ctx.jobs.enqueue(tx, films::job(provider)).await?;
        }
        Ok(())
    }
}
