use askama::Template;
use askama::filters::HtmlSafe;

use crate::ctx::Ctx;
use crate::edge::Problem;
use crate::features::health::Tester;
use crate::features::health::content::start;
use crate::jobs::{Job, kinds};
use crate::web::kit::Moment;
use crate::web::pages::jobs;
use crate::web::ui;

/// The looks that go on, or that there is nothing to look with.
#[derive(Template)]
#[template(path = "health/_looking.html")]
pub(super) struct Looking {
    now: Moment,
    job: Option<Job>,
    is_ffmpeg_missing: bool,
}

impl HtmlSafe for Looking {}

impl Looking {
    pub(super) async fn read(ctx: &Ctx, tester: &Tester, now: Moment) -> Result<Self, Problem> {
        let job = match ctx.jobs.active(kinds::CONTENT_TEST, start::KEY).await? {
            Some(id) => ctx.jobs.find(id).await?,
            None => None,
        };
        Ok(Self {
            now,
            job,
            is_ffmpeg_missing: tester.is_missing(),
        })
    }

    fn progress(&self, job: &Job) -> ui::Progress {
        jobs::progress(job, "Looking at streams", self.now.now_ms)
    }
}

fn missing() -> ui::Notice {
    ui::Notice::info(
        "ffmpeg is not installed: nobody looks at what streams show. It is part of FFmpeg; STRM_FFMPEG says where it is.",
    )
}
