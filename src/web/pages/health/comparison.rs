use askama::Template;
use askama::filters::HtmlSafe;

use super::performance;
use crate::ctx::Ctx;
use crate::edge::Problem;
use crate::features::analytics::providers::{self, ProviderSummary};
use crate::features::health::performance::HOUR_MS;
use crate::features::health::performance::store as hours;
use crate::support::days::Period;
use crate::support::statistics::share;
use crate::web::kit::{Moment, format};
use crate::web::ui::chart::{Bar, Bars, TimeAxis, Unit, Words};

/// Days that providers are compared over.
const DAYS: i64 = 30;
const DAY_HOURS: i64 = 24;

/// Which provider is to blame: all of them side by side, and when checks failed in the last day.
#[derive(Template)]
#[template(path = "health/_comparison.html")]
pub(super) struct Comparison {
    rows: Vec<ProviderSummary>,
    failures: Bars,
}

impl HtmlSafe for Comparison {}

impl Comparison {
    pub(super) async fn read(ctx: &Ctx, now: &Moment) -> Result<Self, Problem> {
        let period = Period::read(Some(DAYS), (None, None), DAYS, now.now_ms, &now.zone)?;
        let mut rows = providers::summary(ctx, &period.window_ms(&now.zone)).await?;
        // Those first that can be relied on least, at last those of which nothing is known.
        let rank = |row: &ProviderSummary| row.reliability.score().unwrap_or(f64::INFINITY);
        rows.sort_by(|one, other| rank(one).total_cmp(&rank(other)));
        let end = now.now_ms.div_euclid(HOUR_MS) * HOUR_MS;
        let window = end - DAY_HOURS * HOUR_MS..end;
        let counted = hours::failures(&ctx.db, &window).await?;
        Ok(Self {
            failures: failures(&counted, &window, now),
            rows,
        })
    }
}

fn failures(counted: &[(i64, i64, i64)], window_ms: &std::ops::Range<i64>, now: &Moment) -> Bars {
    let (failed, all) = counted.iter().fold((0, 0), |(failed, all), (_, more, total)| {
        (failed + more, all + total)
    });
    let caption = match all {
        0 => "No check of the last 24 hours was summed up.".to_owned(),
        all => format!(
            "{} of {} failed in the last 24 hours, all providers together.",
            format::number(failed),
            format::count(all, "check", "checks")
        ),
    };
    let bar = |from_ms: i64| Bar {
        from_ms,
        to_ms: from_ms + HOUR_MS,
        label: now.absolute(from_ms),
        parts: counted
            .iter()
            .find(|(hour, _, _)| *hour == from_ms)
            .map(|(_, failed, _)| vec![*failed as f64]),
    };
    let begins = (0..DAY_HOURS).map(|at| window_ms.start + at * HOUR_MS);
    let words = Words::new("failed-checks", "When did checks fail?", caption);
    let axis = TimeAxis::new(window_ms.clone(), &now.zone);
    Bars::new(
        words,
        Unit::Count("check", "checks"),
        axis,
        &["Failed checks"],
        begins.map(bar).collect(),
    )
}

/// 0 to 100, rounded down.
fn score(row: &ProviderSummary) -> String {
    let score = row.reliability.score();
    score.map_or_else(|| "–".to_owned(), |score| format!("{:.0}", score.floor()))
}

fn available(row: &ProviderSummary) -> String {
    match row.reliability.availability {
        Some(availability) => format!("{} %", share::percent(availability, row.checks)),
        None => "insufficient data".to_owned(),
    }
}

fn known(row: &ProviderSummary) -> String {
    format::percent(row.time.coverage().unwrap_or_default())
}

fn failed(row: &ProviderSummary) -> String {
    match &row.syncs {
        Some(sum) => format!("{} of {}", format::number(sum.failed), format::number(sum.runs)),
        None => "none ran".to_owned(),
    }
}

fn takes(row: &ProviderSummary) -> String {
    let mean = row.syncs.as_ref().and_then(|sum| sum.mean_ms);
    mean.map_or_else(|| "–".to_owned(), |ms| format::duration(ms.round() as i64))
}

fn age(row: &ProviderSummary) -> String {
    match row.reliability.freshness_hours {
        Some(hours) => format::duration((hours * HOUR_MS as f64).round() as i64),
        None => "never synced".to_owned(),
    }
}
