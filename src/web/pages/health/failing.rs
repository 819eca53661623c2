use askama::Template;
use askama::filters::HtmlSafe;
use serde::Deserialize;

use crate::ctx::Ctx;
use crate::edge::Problem;
use crate::features::health::store::{self, Failing};
use crate::support::validation::Invalid;
use crate::web::kit::{Moment, Paging, format};
use crate::web::ui;

/// Rows of a page.
const ROWS: i64 = 50;

/// Which part of the list an address names: the instant and the id behind which it begins.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Part {
    after: String,
}

/// Streams whose last check failed, those that have failed longest first.
#[derive(Template)]
#[template(path = "health/_failing.html")]
pub(super) struct Failures {
    now: Moment,
    rows: Vec<Failing>,
    paging: Paging,
    has_begun_later: bool,
}

impl HtmlSafe for Failures {}

impl Part {
    fn place(&self) -> Result<(i64, i64), Problem> {
        if self.after.is_empty() {
            return Ok((i64::MIN, 0));
        }
        let parts = self.after.split_once('.');
        let place = parts.and_then(|(at, id)| Some((at.parse().ok()?, id.parse().ok()?)));
        place.ok_or_else(|| {
            let mut invalid = Invalid::default();
            invalid.add("after", "This is no place in the list.");
            invalid.into()
        })
    }
}

impl Failures {
    pub(super) async fn read(ctx: &Ctx, now: Moment, part: &Part) -> Result<Self, Problem> {
        let after = part.place()?;
        let mut rows = store::failing(&ctx.db, after, ROWS + 1).await?;
        let goes_on = rows.len() > ROWS as usize;
        rows.truncate(ROWS as usize);
        let next = rows
            .last()
            .filter(|_| goes_on)
            .map(|last| format!("{}.{}", last.failing_since, last.stream_id));
        let began = Some(part.after.as_str()).filter(|after| !after.is_empty());
        Ok(Self {
            now,
            rows,
            paging: Paging::new(super::INDEX, &[], began, next.as_deref()).target("failing"),
            has_begun_later: began.is_some(),
        })
    }
}

fn state(row: &Failing) -> ui::Badge {
    match row.is_out_of_use {
        true => ui::Badge::danger("Out of use"),
        false => ui::Badge::warning("Failing"),
    }
}
