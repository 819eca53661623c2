use actix_web::web::{Data, Path, Query};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

use super::Run;
use super::changes::{self, Changes, Wanted};
use crate::ctx::Ctx;
use crate::edge::{Admin, Problem};
use crate::features::sync::Refused;
use crate::features::sync::log::{Decision, Outcome};
use crate::features::{providers, sync};
use crate::jobs::{Job, kinds};
use crate::support::ids::SyncId;
use crate::web::kit::respond::{self, Answer};
use crate::web::kit::{Moment, Page, format, urls};
use crate::web::live::{Live, Part, Scene};
use crate::web::pages::jobs;
use crate::web::ui;

#[derive(Template)]
#[template(path = "syncs/show.html")]
struct Show {
    page: Page,
    now: RunNow,
    /// Absent while the run goes on.
    changes: Option<Changes>,
}

/// A run as it is now, its differences apart.
#[derive(Template)]
#[template(path = "syncs/_now.html")]
struct RunNow {
    now: Moment,
    run: Run,
    refused: Vec<Refused>,
    /// What works on it: the run itself, or the approval that applies it.
    job: Option<Job>,
}

impl askama::filters::HtmlSafe for RunNow {}

/// GET /syncs/{id}: the run; under htmx its differences alone.
pub(super) async fn show(
    req: HttpRequest,
    _: Admin,
    ctx: Data<Ctx>,
    id: Path<SyncId>,
    wanted: Query<Wanted>,
) -> Answer {
    let run = find(&ctx, id.into_inner()).await?;
    let changes = changes_of(&ctx, &run, &wanted).await?;
    let name = run.provider.as_ref().map(|(_, name)| name.as_str());
    let title = format!("Sync of {}", name.unwrap_or_default());
    let page = Page::new(&req, title).under("Syncs", super::INDEX);
    let now = run_now(&ctx, page.now.clone(), run).await?;
    let view = Show { page, now, changes };
    match &view.changes {
        Some(changes) => respond::page_or(&req, &view, changes),
        None => respond::html(&req, &view),
    }
}

/// GET /syncs/{id}/events
pub(super) async fn events(
    req: HttpRequest,
    admin: Admin,
    ctx: Data<Ctx>,
    live: Data<Live>,
    id: Path<SyncId>,
) -> Result<HttpResponse, Problem> {
    let id = find(&ctx, id.into_inner()).await?.row.id;
    Ok(live.watch(&req, &admin, move |Scene { ctx, now }| {
        Box::pin(async move {
            let run = find(&ctx, id).await?;
            let changes = changes_of(&ctx, &run, &Wanted::default()).await?;
            let now = run_now(&ctx, now, run).await?;
            let mut parts = vec![Part::new(now.part(), &now)?];
            if let Some(changes) = changes {
                parts.push(Part::new(now.changes_part(), &changes)?);
            }
            Ok(parts)
        })
    }))
}

/// A run with the name of its provider.
pub(super) async fn find(ctx: &Ctx, id: SyncId) -> Result<Run, Problem> {
    let lost = || Problem::not_found("This sync").with_recovery("See all syncs", super::INDEX);
    let row = sync::store::find(&ctx.db, id).await?.ok_or_else(lost)?;
    let provider = providers::store::find(&ctx.db, row.provider_id).await?;
    let provider = provider.ok_or_else(lost)?;
    Ok(Run {
        provider: Some((provider.id, provider.name)),
        row,
    })
}

async fn changes_of(ctx: &Ctx, run: &Run, wanted: &Wanted) -> Result<Option<Changes>, Problem> {
    wanted.check()?;
    match run.is_running() {
        true => Ok(None),
        false => Ok(Some(changes::of(ctx, run, wanted).await?)),
    }
}

async fn run_now(ctx: &Ctx, now: Moment, run: Run) -> Result<RunNow, Problem> {
    let is_approved = run.row.outcome == Outcome::Held && run.row.decision == Some(Decision::Approved);
    let key = providers::sync_key(run.row.provider_id);
    let id = match run.row.outcome {
        Outcome::Running => Some(run.row.job_id),
        Outcome::Held if is_approved => ctx.jobs.active(kinds::SYNC_APPROVAL, &key).await?,
        _ => None,
    };
    let job = match id {
        Some(id) => ctx.jobs.find(id).await?.filter(|job| job.state.is_active()),
        None => None,
    };
    Ok(RunNow {
        now,
        refused: match run.row.refused {
            0 => Vec::new(),
            _ => {
                let mut refused = sync::show(ctx, run.row.id).await?.refused;
                refused.retain(|refused| !refused.is_by_choice());
                refused
            }
        },
        job,
        run,
    })
}

impl RunNow {
    fn part(&self) -> String {
        urls::dom_id("sync", self.run.row.id)
    }

    fn changes_part(&self) -> String {
        urls::dom_id("sync-changes", self.run.row.id)
    }

    /// Whether something about it may still change.
    fn is_open(&self) -> bool {
        self.job.is_some() || self.run.is_running() || self.run.is_pending()
    }

    fn progress(&self, job: &Job) -> ui::Progress {
        let label = match self.run.is_running() {
            true => "Fetching and comparing the list",
            false => "Applying the approved changes",
        };
        jobs::progress(job, label, self.now.now_ms)
    }

    /// Approved, and yet neither applied nor being applied.
    fn is_stuck(&self) -> bool {
        let run = &self.run.row;
        run.outcome == Outcome::Held && run.decision == Some(Decision::Approved) && self.job.is_none()
    }

    /// What became of it, in a sentence.
    fn verdict(&self) -> Option<ui::Notice> {
        let run = &self.run.row;
        Some(match (run.outcome, run.decision) {
            (Outcome::Failed, _) => {
                let message = run
                    .error_message
                    .as_deref()
                    .unwrap_or("The log of the server says why.");
                ui::Notice::danger(format!("{message} The catalogue is as it was before."))
                    .title("This sync failed")
            }
            (Outcome::Cancelled, _) => {
                ui::Notice::info("It was cancelled. The catalogue is as it was before.")
            }
            (Outcome::Interrupted, _) => {
                ui::Notice::warning("The server ended while it ran. The catalogue is as it was before.")
            }
            (Outcome::Applied | Outcome::Unchanged, None) if run.error_message.is_some() => {
                ui::Notice::warning(run.error_message.as_deref().unwrap_or_default())
                    .title("This sync was incomplete")
            }
            (Outcome::Unchanged, _) => {
                ui::Notice::success("The list was as before; nothing had to be changed.")
            }
            (Outcome::Applied, Some(Decision::Approved)) => {
                ui::Notice::success("It was held, somebody approved it, and it is applied.")
            }
            (Outcome::Held, Some(Decision::Rejected)) => {
                ui::Notice::info("It was held and somebody rejected it. The catalogue stayed as it was.")
            }
            (Outcome::Held, Some(Decision::Superseded)) => ui::Notice::info(
                "It was held until a later sync knew better. The catalogue stayed as it was.",
            ),
            (Outcome::Held, Some(Decision::Approved)) if self.is_stuck() => {
                ui::Notice::danger("It was approved, but applying it failed. Sync the provider again.")
            }
            _ => return None,
        })
    }
}
