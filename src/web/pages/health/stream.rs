use actix_web::HttpRequest;
use actix_web::web::{Data, Path};
use askama::Template;

use super::answers::Answers;
use super::content::Content;
use super::experience::Told;
use super::quality::Quality;
use crate::ctx::Ctx;
use crate::edge::{Member, Problem};
use crate::features::catalogue::detail::{self, StreamDetail};
use crate::features::health::store::{self, LogLine};
use crate::features::health::uptime::Tally;
use crate::features::health::uptime::of_stream::{StreamUptime, of_stream};
use crate::support::ids::StreamId;
use crate::support::statistics::share;
use crate::web::kit::respond::{self, Answer};
use crate::web::kit::{Moment, Page, format};
use crate::web::pages::catalogue::CHANNELS;
use crate::web::ui;
use crate::web::ui::chart::{Day, Strip};

const DAYS: u32 = 90;
const CHECKS: i64 = 50;

/// How one stream has done, and what its last checks found.
#[derive(Template)]
#[template(path = "health/stream.html")]
struct StreamShow {
    page: Page,
    stream: StreamDetail,
    uptime: StreamUptime,
    strip: Strip,
    answers: Answers,
    told: Option<Told>,
    checks: Vec<LogLine>,
    quality: Quality,
    content: Content,
}

/// GET /streams/{id}
pub(super) async fn show(req: HttpRequest, member: Member, ctx: Data<Ctx>, id: Path<StreamId>) -> Answer {
    let id = id.into_inner();
    let missing = || Problem::not_found("This stream").with_recovery("See all channels", CHANNELS);
    let channel = detail::channel_of(&ctx.db, id).await?.ok_or_else(missing)?;
    let streams = detail::streams(&ctx.db, channel).await?;
    let stream = streams.into_iter().find(|stream| stream.id == id);
    let stream = stream.ok_or_else(missing)?;
    let named = detail::channel(&ctx.db, channel).await?.ok_or_else(missing)?;
    let uptime = of_stream(&ctx, id, DAYS).await?;
    let page = Page::new(&req, &stream.original_name)
        .lead("How this stream has done, by the checks of its first picture data and in plays.")
        .under("Channels", CHANNELS)
        .under(&named.name, format!("{CHANNELS}/{channel}"));
    let view = StreamShow {
        strip: strip(&uptime, &page.now),
        answers: Answers::read(&ctx, &page.now, &stream).await?,
        quality: Quality::read(&ctx, page.now.clone(), id, member.user.is_admin()).await?,
        content: Content::read(&ctx, page.now.clone(), id, member.user.is_admin()).await?,
        told: stream.experience.as_ref().map(Told::of),
        checks: store::last_of(&ctx.db, id, CHECKS).await?,
        page,
        stream,
        uptime,
    };
    respond::html(&req, &view)
}

/// An uptime in words, with the digits that so many checks support.
fn words(tally: &Tally, checks: u64) -> String {
    match tally.uptime() {
        Some(uptime) => format!("{} %", share::percent(uptime, checks)),
        None => "not known".to_owned(),
    }
}

fn strip(uptime: &StreamUptime, now: &Moment) -> Strip {
    let day = |(begin, tally): &(i64, Tally)| Day {
        label: now.day(*begin),
        share: tally.uptime(),
        coverage: tally.coverage().unwrap_or_default(),
        words: words(tally, uptime.checks),
    };
    let title = format!("When did it work in the last {DAYS} days?");
    let caption = match uptime.whole.uptime() {
        Some(_) => format!(
            "It worked {} of the known time; {} of the time is known.",
            words(&uptime.whole, uptime.checks),
            format::percent(uptime.whole.coverage().unwrap_or_default())
        ),
        None => "No check has said anything yet.".to_owned(),
    };
    Strip::new("uptime", title, caption, uptime.days.iter().map(day).collect())
}

impl StreamShow {
    fn uptime(&self) -> ui::Tile {
        let whole = &self.uptime.whole;
        let tile = ui::Tile::new("Uptime", words(whole, self.uptime.checks))
            .help("Time in which it worked ÷ time in which it worked or failed; time that nobody knows of is left out");
        let coverage = whole.coverage().unwrap_or_default();
        match self.uptime.interval() {
            _ if !whole.is_sufficient() => tile.note(format!(
                "insufficient data: {} of {DAYS} days known",
                format::percent(coverage)
            )),
            Some((from, to)) => tile.note(format!(
                "between {} and {} %, by {}",
                share::percent(from, self.uptime.checks),
                share::percent(to, self.uptime.checks),
                format::count(
                    i64::try_from(self.uptime.checks).unwrap_or(i64::MAX),
                    "check",
                    "checks"
                )
            )),
            None => tile,
        }
    }

    fn response(&self) -> ui::Tile {
        let tile = ui::Tile::new(
            "First picture data",
            self.stream
                .response_ms
                .map_or_else(|| "–".to_owned(), format::number),
        );
        match self.stream.response_ms {
            Some(_) => tile.unit("ms").note("at the last good check"),
            None => tile.note("not measured yet"),
        }
    }

    fn score(&self) -> ui::Tile {
        let score = self.stream.health_score;
        ui::Tile::new(
            "Health score",
            score.map_or_else(|| "–".to_owned(), format::number),
        )
        .note(if score.is_some() {
            "of 100"
        } else {
            "not checked yet"
        })
        .help("100, less up to 50 for failures in a row and up to 30 for a slow answer")
    }

    fn state(&self) -> ui::Badge {
        match self.stream.is_active {
            true => ui::Badge::health(self.stream.state.as_str()),
            false => ui::Badge::danger("Out of use"),
        }
    }
}

/// A figure that may not have been measured.
fn figure(value: &Option<i64>, unit: &str) -> String {
    value.map_or_else(|| "–".to_owned(), |value| format!("{value}{unit}"))
}

/// A stable code in words: `timed_out` is "Timed out".
fn error_words(code: &str) -> String {
    format::capital(&code.replace('_', " "))
}
