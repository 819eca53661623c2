use actix_web::HttpRequest;
use actix_web::web::{Data, Path};
use askama::Template;

use crate::ctx::Ctx;
use crate::edge::{Admin, Problem};
use crate::features::providers::{Provider, Status, sync_key};
use crate::features::sync::{self, Started};
use crate::jobs::{Job, kinds};
use crate::support::ids::ProviderId;
use crate::support::paging::Slice;
use crate::web::kit::respond::{self, Answer};
use crate::web::kit::{Flash, Moment, format};
use crate::web::pages::jobs;
use crate::web::pages::syncs::{Run, Runs};
use crate::web::ui;

/// Runs that the page of a provider lists.
const ROWS: u32 = 5;

/// POST /providers/{id}/syncs: begins a sync, or leads to the one that runs.
pub(super) async fn create(req: HttpRequest, admin: Admin, ctx: Data<Ctx>, id: Path<ProviderId>) -> Answer {
    let id = id.into_inner();
    let path = super::path(id);
    let started = sync::start(&ctx, id, &admin.user.actor(), true).await;
    let started = started.map_err(|error| Problem::from(error).with_recovery("See the provider", &path))?;
    let message = match started {
        Started::New(_) => Flash::success("The sync has begun."),
        Started::Running(_) => Flash::info("A sync of this provider is running already."),
    };
    respond::redirect(&req, &path, Some(message))
}

/// How a provider stands, in figures.
#[derive(Template)]
#[template(path = "providers/_figures.html")]
pub(super) struct Figures<'a> {
    pub now: &'a Moment,
    pub provider: &'a Provider,
}

impl askama::filters::HtmlSafe for Figures<'_> {}
impl askama::filters::HtmlSafe for Syncing<'_> {}
impl askama::filters::HtmlSafe for LastSyncs<'_> {}

/// What goes on with a provider's sync, what waits for a person, and the button that begins one.
#[derive(Template)]
#[template(path = "providers/_sync.html")]
pub(super) struct Syncing<'a> {
    now: &'a Moment,
    provider: &'a Provider,
    job: Option<&'a Job>,
    held: Option<&'a Run>,
}

/// A provider's last runs.
#[derive(Template)]
#[template(path = "providers/_last_syncs.html")]
pub(super) struct LastSyncs<'a> {
    provider: &'a Provider,
    runs: &'a Runs,
    total: i64,
}

/// The syncs of a provider as they are now.
pub(super) struct Syncs {
    job: Option<Job>,
    held: Option<Run>,
    runs: Runs,
    total: i64,
}

impl Syncs {
    pub async fn read(ctx: &Ctx, now: &Moment, id: ProviderId) -> Result<Self, Problem> {
        let key = sync_key(id);
        let slice = Slice { skip: 0, limit: ROWS };
        let mut active = ctx.jobs.active(kinds::SYNC, &key).await?;
        if active.is_none() {
            active = ctx.jobs.active(kinds::SYNC_APPROVAL, &key).await?;
        }
        let job = match active {
            Some(id) => ctx.jobs.find(id).await?,
            None => None,
        };
        let held = sync::store::pending(&ctx.db, id).await?;
        let last = sync::store::page(&ctx.db, Some(id), slice).await?;
        Ok(Self {
            job,
            held: held.map(|row| Run { row, provider: None }),
            runs: Runs::of_one(now.clone(), last.items),
            total: last.total,
        })
    }

    pub fn work<'a>(&'a self, now: &'a Moment, provider: &'a Provider) -> Syncing<'a> {
        Syncing {
            now,
            provider,
            job: self.job.as_ref(),
            held: self.held.as_ref(),
        }
    }

    pub fn last<'a>(&'a self, provider: &'a Provider) -> LastSyncs<'a> {
        LastSyncs {
            provider,
            runs: &self.runs,
            total: self.total,
        }
    }
}

impl Syncing<'_> {
    fn progress(&self, job: &Job) -> ui::Progress {
        let label = match job.kind.as_str() {
            kinds::SYNC_APPROVAL => "Applying the approved sync",
            _ => "Sync",
        };
        jobs::progress(job, label, self.now.now_ms)
    }

    /// The button that begins a sync.
    fn start(&self, button: ui::Button) -> ui::Button {
        button
            .icon("refresh-cw")
            .attr("id", "sync-now")
            .post(format!("{}/syncs", super::path(self.provider.id)))
    }

    fn is_first(&self) -> bool {
        self.provider.last_sync.is_none() && self.provider.last_status == Status::NeverSynced
    }
}
