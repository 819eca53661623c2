use askama::Template;
use askama::filters::HtmlSafe;

use crate::ctx::Ctx;
use crate::edge::Problem;
use crate::features::health::quality::start;
use crate::features::health::{Measurer, Target};
use crate::jobs::{Job, kinds};
use crate::web::kit::Moment;
use crate::web::pages::jobs;
use crate::web::ui;

/// The measurements of all streams that go on, or that there is nothing to measure with.
#[derive(Template)]
#[template(path = "health/_measuring.html")]
pub(super) struct Measuring {
    now: Moment,
    jobs: Vec<Job>,
    is_ffprobe_missing: bool,
}

impl HtmlSafe for Measuring {}

impl Measuring {
    pub(super) async fn read(ctx: &Ctx, measurer: &Measurer, now: Moment) -> Result<Self, Problem> {
        let mut jobs = Vec::new();
        for key in [&Target::default().key(), start::DUE] {
            if let Some(id) = ctx.jobs.active(kinds::QUALITY_MEASURE, key).await? {
                jobs.extend(ctx.jobs.find(id).await?);
            }
        }
        Ok(Self {
            now,
            jobs,
            is_ffprobe_missing: measurer.is_missing(),
        })
    }

    fn progress(&self, job: &Job) -> ui::Progress {
        jobs::progress(job, "Measuring streams", self.now.now_ms)
    }
}

fn missing() -> ui::Notice {
    ui::Notice::info(
        "ffprobe is not installed: quality is told from names and addresses. It is part of FFmpeg; STRM_FFPROBE says where it is.",
    )
}
