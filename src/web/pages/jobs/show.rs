use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

use super::words;
use crate::ctx::Ctx;
use crate::edge::{Admin, Problem};
use crate::features::{providers, sync};
use crate::jobs::{Job, LogLine};
use crate::support::ids::{JobId, ProviderId, SyncId};
use crate::web::kit::respond::{self, Answer};
use crate::web::kit::{Moment, Page, format, urls};
use crate::web::live::{Live, Part, Scene};
use crate::web::ui;

#[derive(Template)]
#[template(path = "jobs/show.html")]
struct Show {
    page: Page,
    now: JobNow,
}

/// A job as it is now.
#[derive(Template)]
#[template(path = "jobs/_now.html")]
struct JobNow {
    now: Moment,
    job: Job,
    log: Vec<LogLine>,
    provider: Option<(ProviderId, String)>,
    sync: Option<SyncId>,
}

impl askama::filters::HtmlSafe for JobNow {}

/// GET /jobs/{id}
pub(super) async fn show(req: HttpRequest, _: Admin, ctx: Data<Ctx>, id: Path<JobId>) -> Answer {
    let now = job_now(&ctx, Moment::of(&req), id.into_inner()).await?;
    let page = Page::new(&req, now.title()).under("Jobs", super::INDEX);
    respond::html(&req, &Show { page, now })
}

/// GET /jobs/{id}/events
pub(super) async fn events(
    req: HttpRequest,
    admin: Admin,
    ctx: Data<Ctx>,
    live: Data<Live>,
    id: Path<JobId>,
) -> Result<HttpResponse, Problem> {
    let id = id.into_inner();
    find(&ctx, id).await?;
    Ok(live.watch(&req, &admin, move |Scene { ctx, now }| {
        Box::pin(async move {
            let now = job_now(&ctx, now, id).await?;
            Ok(vec![Part::new(now.part(), &now)?])
        })
    }))
}

async fn find(ctx: &Ctx, id: JobId) -> Result<Job, Problem> {
    let job = ctx.jobs.find(id).await?;
    job.ok_or_else(|| Problem::not_found("This job").with_recovery("See all jobs", super::INDEX))
}

async fn job_now(ctx: &Ctx, now: Moment, id: JobId) -> Result<JobNow, Problem> {
    let job = find(ctx, id).await?;
    let provider = match words::provider_of(&job) {
        Some(id) => providers::store::find(&ctx.db, id)
            .await?
            .map(|found| (id, found.name)),
        None => None,
    };
    Ok(JobNow {
        now,
        log: ctx.jobs.logs(id).await?,
        sync: sync::store::of_job(&ctx.db, id).await?.map(|run| run.id),
        provider,
        job,
    })
}

impl JobNow {
    fn part(&self) -> String {
        urls::dom_id("job", self.job.id)
    }

    fn title(&self) -> String {
        words::title(&self.job, self.provider.as_ref().map(|(_, name)| name.as_str()))
    }

    fn progress(&self) -> ui::Progress {
        words::progress(&self.job, self.title(), self.now.now_ms)
    }

    /// What it answered; a sync tells it on a page of its own.
    fn facts(&self) -> Vec<(String, String)> {
        match &self.job.result {
            Some(result) if self.sync.is_none() => words::facts(result),
            _ => Vec::new(),
        }
    }

    fn result(&self) -> String {
        words::result(&self.job)
    }

    fn took(&self) -> Option<String> {
        let job = &self.job;
        Some(format::duration(job.finished_at? - job.started_at?))
    }
}
