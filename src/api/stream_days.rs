//! What is known of one stream over some days.

use std::ops::Range;

use serde::Deserialize;
use utoipa::IntoParams;

use crate::ctx::Ctx;
use crate::edge::{Edge, Problem};
use crate::features::catalogue::detail;
use crate::support::days::Period;
use crate::support::ids::StreamId;

/// Days if nobody says how many.
const USUAL_DAYS: i64 = 30;
/// Lines of one answer: thirty a day of a year.
pub(super) const MOST: i64 = 11_000;

/// Which days are wanted, of the installation's zone.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct DaysParams {
    /// The last so many, today included: 1 to 365.
    days: Option<i64>,
    /// First day, instead of a number of days.
    #[param(format = Date)]
    from: Option<String>,
    /// Last day.
    #[param(format = Date)]
    to: Option<String>,
}

/// These days.
pub(super) struct Days {
    pub(super) window_ms: Range<i64>,
    pub(super) count: i64,
}

impl DaysParams {
    /// The days that are wanted of a stream.
    pub(super) async fn of_stream(&self, ctx: &Ctx, edge: &Edge, id: StreamId) -> Result<Days, Problem> {
        if detail::channel_of(&ctx.db, id).await?.is_none() {
            return Err(Problem::not_found("This stream"));
        }
        let (zone, ends) = (edge.zone(), (self.from.as_deref(), self.to.as_deref()));
        let period = Period::read(self.days, ends, USUAL_DAYS, ctx.clock.now_ms(), &zone)?;
        Ok(Days {
            window_ms: period.window_ms(&zone),
            count: period.days(),
        })
    }
}
