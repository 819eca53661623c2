use actix_web::HttpRequest;
use actix_web::web::{Data, Path};

use super::asked::Asked;
use crate::ctx::Ctx;
use crate::edge::{Admin, Problem};
use crate::features::health::Error;
use crate::features::health::quality::start;
use crate::support::ids::{ChannelId, ProviderId};
use crate::web::kit::respond::{self, Answer};
use crate::web::kit::{Flash, format};
use crate::web::ui;

/// POST /stream-health/measurements: begins to measure every stream, or leads to the run that goes on.
pub(super) async fn all(req: HttpRequest, admin: Admin, ctx: Data<Ctx>) -> Answer {
    begin(&req, &admin, &ctx, Asked::all()).await
}

/// POST /providers/{id}/stream-measurements
pub(super) async fn of_provider(
    req: HttpRequest,
    admin: Admin,
    ctx: Data<Ctx>,
    id: Path<ProviderId>,
) -> Answer {
    let asked = Asked::of_provider(&ctx, id.into_inner()).await?;
    begin(&req, &admin, &ctx, asked).await
}

/// POST /channels/{id}/stream-measurements
pub(super) async fn of_channel(
    req: HttpRequest,
    admin: Admin,
    ctx: Data<Ctx>,
    id: Path<ChannelId>,
) -> Answer {
    let asked = Asked::of_channel(&ctx, id.into_inner()).await?;
    begin(&req, &admin, &ctx, asked).await
}

async fn begin(req: &HttpRequest, admin: &Admin, ctx: &Ctx, asked: Asked) -> Answer {
    let Asked { target, back } = asked;
    let message = match start::start(ctx, &admin.user.actor(), target).await {
        Ok(queued) if queued.is_new() => {
            Flash::success("The measurement has begun. It takes seconds for each stream.")
        }
        Ok(_) => Flash::info("These streams are being measured already."),
        Err(Error::NothingToCheck) => Flash::info("There is no stream to measure that may work."),
        Err(error) => return Err(Problem::from(error).with_recovery("Go back", &back)),
    };
    respond::redirect(req, &back, Some(message))
}

/// What was measured of a stream, in few words; nothing if it never was.
pub fn words(codec: Option<&str>, kbps: Option<i64>, fps: Option<f64>) -> Option<String> {
    let parts = [
        codec.map(codec_words),
        kbps.map(format::bitrate),
        fps.map(|fps| format!("{} fps", (fps * 100.0).round() / 100.0)),
    ];
    let told: Vec<String> = parts.into_iter().flatten().collect();
    (!told.is_empty()).then(|| told.join(" · "))
}

/// A codec as people write it: `h264` is "H.264".
pub fn codec_words(codec: &str) -> String {
    match codec {
        "h264" => "H.264".to_owned(),
        "hevc" => "HEVC".to_owned(),
        "mpeg2video" => "MPEG-2".to_owned(),
        other => other.to_uppercase(),
    }
}

/// Has streams measured, in the background.
pub fn button(path: impl std::fmt::Display) -> ui::Button {
    ui::Button::secondary("Measure quality")
        .icon("activity")
        .attr("id", "measure-streams")
        .post(path.to_string())
}
