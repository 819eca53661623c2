use actix_web::HttpRequest;
use actix_web::web::{Data, Form, Path, Query};
use tokio_util::sync::CancellationToken;

use super::streams::{self, Part};
use crate::ctx::Ctx;
use crate::edge::{Admin, Problem};
use crate::features::catalogue::detail;
use crate::features::health::Checker;
use crate::features::health::verdict::Verdict;
use crate::support::ids::{ChannelId, StreamId};
use crate::web::kit::respond::Answer;
use crate::web::kit::{Flash, Moment, Pairs, format};

/// POST /channels/{id}/streams/{stream}/checks: checks a stream and says what came of it.
pub(super) async fn create(
    req: HttpRequest,
    admin: Admin,
    ctx: Data<Ctx>,
    checker: Data<Checker>,
    ids: Path<(ChannelId, StreamId)>,
    part: Query<Part>,
    sent: Form<Pairs>,
) -> Answer {
    let (channel, stream) = ids.into_inner();
    let cancel = CancellationToken::new();
    // Who goes away does not wait any more.
    let _gone = cancel.clone().drop_guard();
    let checked = checker.one(&ctx, &admin.user.actor(), stream, cancel).await?;
    let took = checked.probe.as_ref().and_then(|probe| probe.latency_ms);
    let message = match checked.verdict {
        Verdict::Up => Flash::success(match took {
            Some(ms) => format!(
                "It works: its first picture data came after {} ms.",
                format::number(i64::from(ms))
            ),
            None => "It works.".to_owned(),
        }),
        Verdict::Degraded(fault) => Flash::warning(format!("It works badly: {}.", fault.reason)),
        Verdict::Down(fault) => Flash::warning(format!("It does not work: {}.", fault.reason)),
        Verdict::Skipped => Flash::info("It was not checked: its account has no free connection now."),
        Verdict::Maintenance { until_ms } => Flash::info(format!(
            "It was not checked: its provider is in maintenance until {}.",
            Moment::of(&req).absolute(until_ms)
        )),
        Verdict::Untestable(reason) => Flash::info(format!("It cannot be checked: {reason}.")),
    };
    let channel = detail::resolve(&ctx.db, channel).await?;
    let channel = channel.ok_or_else(|| Problem::not_found("This channel"))?;
    streams::answer(&req, &ctx, channel, &part, Some(stream), &sent, message).await
}
