use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

use super::page_of;
use crate::ctx::Ctx;
use crate::edge::{Admin, Problem};
use crate::features::history::live::{self, LivePlay, LiveTotals};
use crate::web::kit::respond::{self, Answer};
use crate::web::kit::{Moment, Page, format};
use crate::web::live::{Live, Part, Scene};
use crate::web::ui;

/// The part that changes by itself.
const NOW_ID: &str = "watching-now";

#[derive(Template)]
#[template(path = "history/watching.html")]
struct Watching {
    page: Page,
    now: Now,
}

/// What runs, as it is now.
#[derive(Template)]
#[template(path = "history/_watching.html")]
struct Now {
    now: Moment,
    plays: Vec<LivePlay>,
    totals: LiveTotals,
}

impl askama::filters::HtmlSafe for Now {}

/// GET /watching
pub(super) async fn index(req: HttpRequest, _: Admin, ctx: Data<Ctx>) -> Answer {
    let page =
        Page::new(&req, "Watching now").lead("Everything that plays through this server, on all its nodes.");
    let view = Watching {
        now: now(&ctx, page.now.clone()).await?,
        page,
    };
    respond::html(&req, &view)
}

/// GET /watching/events
pub(super) async fn events(
    req: HttpRequest,
    admin: Admin,
    live: Data<Live>,
) -> Result<HttpResponse, Problem> {
    Ok(live.watch(&req, &admin, move |Scene { ctx, now: moment }| {
        Box::pin(async move { Ok(vec![Part::new(NOW_ID, &now(&ctx, moment).await?)?]) })
    }))
}

async fn now(ctx: &Ctx, now: Moment) -> Result<Now, Problem> {
    let plays = live::list(ctx).await?;
    Ok(Now {
        now,
        totals: live::totals(&plays),
        plays,
    })
}

impl Now {
    fn path(&self, play: &LivePlay) -> Option<String> {
        page_of(&play.kind, play.content_id)
    }

    /// Whom the credential belongs to, else its own name.
    fn who<'a>(&self, play: &'a LivePlay) -> &'a str {
        let name = play.user.as_deref().or(play.credential.as_deref());
        name.unwrap_or("Somebody")
    }

    fn rate(&self, play: &LivePlay) -> String {
        match play.kbps {
            0 => "–".to_owned(),
            kbps => format::bitrate(kbps),
        }
    }

    /// How far the viewer is behind what has come.
    fn buffer(&self, play: &LivePlay) -> String {
        match (play.measurement.as_str(), play.behind_ms()) {
            ("metered", Some(ms)) => format!("{}.{} s", ms / 1_000, ms % 1_000 / 100),
            _ => "–".to_owned(),
        }
    }

    /// Named after what it stops; its id keeps the focus where it is when the list is renewed.
    fn stop(&self, play: &LivePlay) -> ui::Button {
        ui::Button::ghost("Stop")
            .small()
            .icon("x")
            .submit()
            .attr("id", format!("stop-{}", play.id))
            .attr(
                "aria-label",
                format!("Stop {} for {}", play.title, self.who(play)),
            )
    }

    fn trouble(&self, play: &LivePlay) -> String {
        let stalls = (play.stalls > 0).then(|| format::count(play.stalls, "stall", "stalls"));
        let switches = (play.switches > 0).then(|| format::count(play.switches, "switch", "switches"));
        [stalls, switches]
            .into_iter()
            .flatten()
            .collect::<Vec<_>>()
            .join(", ")
    }
}
