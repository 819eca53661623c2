use actix_web::HttpRequest;
use actix_web::web::{Data, Path};
use askama::Template;
use askama::filters::HtmlSafe;
use tokio_util::sync::CancellationToken;

use super::fallen::{method, quality};
use super::measure::codec_words;
use crate::ctx::Ctx;
use crate::edge::{Admin, Problem};
use crate::features::catalogue::measured::{self, Facts};
use crate::features::health::Measurer;
use crate::features::health::quality::Outcome;
use crate::features::health::quality::history::store::{self, Line};
use crate::support::ids::StreamId;
use crate::web::kit::respond::{self, Answer};
use crate::web::kit::{Flash, Moment, format};
use crate::web::ui;

/// Lines of its history that are shown.
const LINES: i64 = 30;

/// What was measured of a stream, and how its quality was.
#[derive(Template)]
#[template(path = "health/_quality.html")]
pub(super) struct Quality {
    now: Moment,
    stream: StreamId,
    is_admin: bool,
    facts: Option<Facts>,
    lines: Vec<Line>,
}

impl HtmlSafe for Quality {}

/// POST /streams/{id}/measurements: measures a stream and says what came of it.
pub(super) async fn create(
    req: HttpRequest,
    admin: Admin,
    ctx: Data<Ctx>,
    measurer: Data<Measurer>,
    id: Path<StreamId>,
) -> Answer {
    let id = id.into_inner();
    let cancel = CancellationToken::new();
    // Who goes away does not wait any more.
    let _gone = cancel.clone().drop_guard();
    let message = match measurer.one(&ctx, &admin.user.actor(), id, cancel).await? {
        Outcome::Told(measured) => {
            let picture = measured.picture.as_ref();
            let told = super::measured_words(
                picture
                    .map(|picture| picture.codec.as_str())
                    .or(measured.sound.as_deref()),
                measured.bitrate_kbps.map(i64::from),
                picture.and_then(|picture| picture.fps),
            );
            Flash::success(format!(
                "It was measured: {}.",
                told.unwrap_or_else(|| "its bitrate cannot be told".to_owned())
            ))
        }
        Outcome::Failed(reason) => Flash::warning(format!("It could not be measured: {reason}.")),
        outcome => super::undone(&outcome, "measured", "ffprobe"),
    };
    let fragment = Quality::read(&ctx, Moment::of(&req), id, true).await?;
    respond::changed(&req, &format!("/streams/{id}#quality"), message, &fragment)
}

impl Quality {
    pub(super) async fn read(
        ctx: &Ctx,
        now: Moment,
        stream: StreamId,
        is_admin: bool,
    ) -> Result<Self, Problem> {
        Ok(Self {
            facts: measured::find(&ctx.db, stream).await?,
            lines: store::last_of(&ctx.db, stream, LINES).await?,
            now,
            stream,
            is_admin,
        })
    }

    fn measure(&self) -> ui::Button {
        ui::Button::secondary("Measure now")
            .icon("activity")
            .attr("id", "measure-now")
            .post(format!("/streams/{}/measurements", self.stream))
            .swap("#quality", "outerHTML")
    }
}

/// Each fact that was measured: its name and its value in words.
fn told(facts: &Facts) -> Vec<(&'static str, String)> {
    let size = facts
        .width
        .zip(facts.height)
        .map(|(width, height)| format!("{width} × {height}"));
    let picture = match (&facts.tier, size) {
        (Some(tier), Some(size)) => Some(format!("{tier} ({size})")),
        (tier, _) => tier.clone(),
    };
    let facts = [
        ("Picture", picture.or_else(|| Some("none: sound only".to_owned()))),
        ("Codec", facts.codec.as_deref().map(codec_words)),
        ("Sound", facts.sound.as_deref().map(codec_words)),
        ("Bitrate", facts.bitrate_kbps.map(format::bitrate)),
        ("Frames a second", facts.fps.map(|_| frames(&facts.fps))),
    ];
    facts
        .into_iter()
        .filter_map(|(name, value)| Some((name, value?)))
        .collect()
}

const UNKNOWN: &str = "–";

fn number(value: &Option<i64>) -> String {
    value.map_or_else(|| UNKNOWN.to_owned(), format::number)
}

fn rate(kbps: &Option<i64>) -> String {
    kbps.map_or_else(|| UNKNOWN.to_owned(), format::bitrate)
}

fn codec(codec: &Option<String>) -> String {
    codec.as_deref().map_or_else(|| UNKNOWN.to_owned(), codec_words)
}

fn frames(fps: &Option<f64>) -> String {
    fps.map_or_else(
        || UNKNOWN.to_owned(),
        |fps| format!("{}", (fps * 100.0).round() / 100.0),
    )
}
