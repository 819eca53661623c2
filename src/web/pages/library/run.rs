use actix_web::HttpRequest;
use actix_web::web::Data;
use askama::Template;
use serde_json::Value;

use crate::ctx::Ctx;
use crate::edge::{Admin, Problem};
use crate::features::outputs::library;
use crate::jobs::{Enqueued, Job, JobFilter, State, kinds};
use crate::web::kit::respond::{self, Answer};
use crate::web::kit::{Flash, Moment, format};
use crate::web::pages::jobs;
use crate::web::ui;

/// POST /library/runs: begins to write, or leads to the run that is under way.
pub(super) async fn create(req: HttpRequest, admin: Admin, ctx: Data<Ctx>) -> Answer {
    let message = match library::start(&ctx, &admin.user.actor()).await? {
        Enqueued::New(_) => Flash::success("The library is being written."),
        Enqueued::AlreadyQueued(_) => Flash::info("The library is being written already."),
    };
    respond::redirect(&req, super::INDEX, Some(message))
}

/// What is being written, and how the last run ended.
#[derive(Template)]
#[template(path = "library/_run.html")]
pub(super) struct Run {
    now: Moment,
    active: Option<Job>,
    last: Option<Job>,
    can_write: bool,
}

impl askama::filters::HtmlSafe for Run {}

impl Run {
    pub async fn read(ctx: &Ctx, now: Moment, can_write: bool) -> Result<Self, Problem> {
        let filter = JobFilter {
            kind: Some(kinds::LIBRARY.to_owned()),
            limit: 2,
            ..JobFilter::default()
        };
        let (jobs, _) = ctx.jobs.list(&filter).await?;
        let (active, ended): (Vec<Job>, Vec<Job>) = jobs.into_iter().partition(|job| job.state.is_active());
        Ok(Self {
            now,
            active: active.into_iter().next(),
            last: ended.into_iter().next(),
            can_write,
        })
    }

    fn progress(&self, job: &Job) -> ui::Progress {
        jobs::progress(job, "Writing the library", self.now.now_ms)
    }

    fn start(&self) -> ui::Button {
        ui::Button::primary("Write library")
            .icon("download")
            .attr("id", "write-library")
            .disabled(!self.can_write)
            .post("/library/runs")
    }
}

/// A count of a run's result.
fn counted(job: &Job, name: &str) -> String {
    let count = job.result.as_ref().and_then(|result| result.get(name)?.as_i64());
    format::number(count.unwrap_or_default())
}

/// Why files stayed that belong to nothing.
fn kept_because(job: &Job) -> Option<&str> {
    job.result.as_ref()?.get("kept_because").and_then(Value::as_str)
}
