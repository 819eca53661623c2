use actix_web::HttpRequest;
use actix_web::web::{Data, Path};
use askama::Template;
use askama::filters::HtmlSafe;
use tokio_util::sync::CancellationToken;

use crate::ctx::Ctx;
use crate::edge::{Admin, Problem};
use crate::features::catalogue::defect::Defect;
use crate::features::health::Tester;
use crate::features::health::content::store::{self, Line, Row};
use crate::features::health::content::{Finding, Outcome};
use crate::support::ids::StreamId;
use crate::web::kit::respond::{self, Answer};
use crate::web::kit::{Flash, Moment, format};
use crate::web::ui;

/// Looks that are shown.
const LINES: i64 = 30;

/// What was seen and heard of a stream.
#[derive(Template)]
#[template(path = "health/_content.html")]
pub(super) struct Content {
    now: Moment,
    stream: StreamId,
    is_admin: bool,
    last: Option<Row>,
    lines: Vec<Line>,
}

impl HtmlSafe for Content {}

/// POST /streams/{id}/content-tests: looks at a stream and says what was seen.
pub(super) async fn create(
    req: HttpRequest,
    admin: Admin,
    ctx: Data<Ctx>,
    tester: Data<Tester>,
    id: Path<StreamId>,
) -> Answer {
    let id = id.into_inner();
    let cancel = CancellationToken::new();
    // Who goes away does not wait any more.
    let _gone = cancel.clone().drop_guard();
    let message = match tester.one(&ctx, &admin.user.actor(), id, cancel).await? {
        Outcome::Told(Finding {
            defect: None,
            evidence,
            ..
        }) => Flash::success(format!("Nothing is wrong with it: {evidence}.")),
        Outcome::Told(Finding {
            defect: Some(defect),
            evidence,
            is_confirmed,
            ..
        }) => {
            let counts = match is_confirmed {
                true => "The look before found it too",
                false => "It counts once another look, some minutes from now, finds it too",
            };
            Flash::warning(format!("It {}: {evidence}. {counts}.", defect.words()))
        }
        Outcome::Failed(reason) => Flash::warning(format!("Nothing could be seen of it: {reason}.")),
        outcome => super::undone(&outcome, "looked at", "ffmpeg"),
    };
    let fragment = Content::read(&ctx, Moment::of(&req), id, true).await?;
    respond::changed(&req, &format!("/streams/{id}#content"), message, &fragment)
}

impl Content {
    pub(super) async fn read(
        ctx: &Ctx,
        now: Moment,
        stream: StreamId,
        is_admin: bool,
    ) -> Result<Self, Problem> {
        Ok(Self {
            last: store::find(&ctx.db, stream).await?,
            lines: store::last_of(&ctx.db, stream, LINES).await?,
            now,
            stream,
            is_admin,
        })
    }

    fn look(&self) -> ui::Button {
        ui::Button::secondary("Look at it now")
            .icon("activity")
            .attr("id", "look-now")
            .post(format!("/streams/{}/content-tests", self.stream))
            .swap("#content", "outerHTML")
    }
}

/// What a look found, as a word.
pub(super) fn badge(defect: Option<&str>) -> ui::Badge {
    match defect.and_then(Defect::from_word) {
        None => ui::Badge::success("Good"),
        Some(Defect::Slate) => ui::Badge::warning("Sign"),
        Some(Defect::Black) => ui::Badge::warning("Black"),
        Some(Defect::Frozen) => ui::Badge::warning("Still"),
        Some(Defect::Silent) => ui::Badge::warning("Silent"),
        Some(Defect::LowBitrate) => ui::Badge::warning("Few bits"),
    }
}

/// Whether a look counts, in words.
fn counts(line: &Line) -> &'static str {
    match (line.began, line.is_confirmed, &line.defect) {
        (true, ..) => "counts from here on",
        (false, true, _) => "counts",
        (false, false, Some(_)) => "not confirmed",
        (false, false, None) => "",
    }
}
