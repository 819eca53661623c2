use askama::Template;
use askama::filters::HtmlSafe;

use crate::ctx::Ctx;
use crate::edge::Problem;
use crate::features::health::quality::history::store::{self, Fall};
use crate::web::kit::{Moment, format};

/// How far back it is told, and how many at most.
const DAYS: i64 = 7;
const DAY_MS: i64 = 24 * 60 * 60_000;
const ROWS: i64 = 50;

/// Streams that became worse within the last days.
#[derive(Template)]
#[template(path = "health/_fallen.html")]
pub(super) struct Fallen {
    now: Moment,
    rows: Vec<Fall>,
    /// Whether there are more.
    goes_on: bool,
}

impl HtmlSafe for Fallen {}

impl Fallen {
    pub(super) async fn read(ctx: &Ctx, now: Moment) -> Result<Self, Problem> {
        let since_ms = now.now_ms - DAYS * DAY_MS;
        let mut rows = store::falls(&ctx.db, since_ms, ROWS + 1).await?;
        let goes_on = rows.len() > ROWS as usize;
        rows.truncate(ROWS as usize);
        Ok(Self { now, rows, goes_on })
    }
}

/// A quality in words: "1080p, score 750".
pub(super) fn quality(resolution: &Option<String>, score: &Option<i64>) -> String {
    let parts = [
        resolution.clone(),
        score.map(|score| format!("score {}", format::number(score))),
    ];
    let told: Vec<String> = parts.into_iter().flatten().collect();
    match told.is_empty() {
        true => "not known".to_owned(),
        false => told.join(", "),
    }
}

/// How a quality was told, in words.
pub(super) fn method(method: &str) -> &'static str {
    match method {
        "name" => "by its name",
        "url" => "by its address",
        _ => "measured",
    }
}
