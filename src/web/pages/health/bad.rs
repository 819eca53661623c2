use askama::Template;
use askama::filters::HtmlSafe;

use super::content::badge;
use crate::ctx::Ctx;
use crate::edge::Problem;
use crate::features::health::content::store::{self, Bad};
use crate::web::kit::{Moment, format};

/// How many at most are shown.
const ROWS: i64 = 50;

/// Streams that show something wrong.
#[derive(Template)]
#[template(path = "health/_bad.html")]
pub(super) struct BadContent {
    now: Moment,
    rows: Vec<Bad>,
    /// Whether there are more.
    goes_on: bool,
}

impl HtmlSafe for BadContent {}

impl BadContent {
    pub(super) async fn read(ctx: &Ctx, now: Moment) -> Result<Self, Problem> {
        let mut rows = store::bad(&ctx.db, ROWS + 1).await?;
        let goes_on = rows.len() > ROWS as usize;
        rows.truncate(ROWS as usize);
        Ok(Self { now, rows, goes_on })
    }
}
