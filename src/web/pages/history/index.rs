use actix_web::HttpRequest;
use actix_web::web::{Data, Query};
use askama::Template;
use serde::Deserialize;

use super::{HISTORY, page_of};
use crate::ctx::Ctx;
use crate::edge::{Member, Problem};
use crate::features::history::{self, Play};
use crate::web::kit::respond::{self, Answer};
use crate::web::kit::{Page, Paging, format};
use crate::web::ui;

const ROWS: i64 = 50;

#[derive(Template)]
#[template(path = "history/index.html", blocks = ["results"])]
struct HistoryIndex {
    page: Page,
    plays: Vec<Play>,
    summary: String,
    paging: Paging,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Part {
    /// How many rows come before.
    after: String,
}

/// GET /history
pub(super) async fn index(req: HttpRequest, member: Member, ctx: Data<Ctx>, part: Query<Part>) -> Answer {
    let skip = match part.after.as_str() {
        "" => 0,
        text => text
            .parse::<u32>()
            .map_err(|_| Problem::invalid_field("after", "This is no place in the list."))?,
    };
    let skip = i64::from(skip);
    let (plays, total) = history::list(&ctx, member.user.id, skip, ROWS).await?;
    let next = (skip + ROWS < total).then(|| (skip + ROWS).to_string());
    let began = (skip > 0).then(|| skip.to_string());
    let view = HistoryIndex {
        page: Page::new(&req, "Watched")
            .lead("What you watched, the latest first. Players with your links count too."),
        plays,
        summary: format::count(total, "play", "plays"),
        paging: Paging::new(HISTORY, &[], began.as_deref(), next.as_deref()).target("results"),
    };
    respond::page_or(&req, &view, &view.as_results())
}

impl HistoryIndex {
    fn path(&self, play: &Play) -> Option<String> {
        page_of(&play.kind, play.content_id)
    }

    fn kind(&self, play: &Play) -> ui::Badge {
        match play.kind.as_str() {
            "channel" => ui::Badge::neutral("Channel").icon("tv"),
            "movie" => ui::Badge::neutral("Film").icon("film"),
            _ => ui::Badge::neutral("Series").icon("clapperboard"),
        }
    }

    fn length(&self, play: &Play) -> String {
        match (play.measurement.as_str(), play.ended_at) {
            ("start_only", _) => "not known".to_owned(),
            (_, None) => "now".to_owned(),
            _ => format::duration(play.duration_seconds * 1_000),
        }
    }
}
