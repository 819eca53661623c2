use askama::Template;
use askama::filters::HtmlSafe;

use crate::ctx::Ctx;
use crate::edge::Problem;
use crate::features::health::Target;
use crate::jobs::{Job, kinds};
use crate::web::kit::Moment;
use crate::web::pages::jobs;
use crate::web::ui;

/// The check of some streams that goes on; nothing while none does.
#[derive(Template)]
#[template(path = "health/_work.html")]
pub struct Work {
    now: Moment,
    job: Option<Job>,
}

impl HtmlSafe for Work {}

impl Work {
    /// Of these streams; a check of all streams is none of theirs.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn read(ctx: &Ctx, now: Moment, target: Target) -> Result<Self, Problem> {
        let job = match ctx.jobs.active(kinds::HEALTH_CHECK, &target.key()).await? {
            Some(id) => ctx.jobs.find(id).await?,
            None => None,
        };
        Ok(Self { now, job })
    }

    pub fn is_running(&self) -> bool {
        self.job.is_some()
    }

    fn progress(&self, job: &Job) -> ui::Progress {
        jobs::progress(job, "Checking streams", self.now.now_ms)
    }
}
