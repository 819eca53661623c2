use std::collections::HashMap;

use actix_web::web::{Data, Query};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use serde::Deserialize;

use super::words;
use crate::ctx::Ctx;
use crate::edge::{Admin, Problem};
use crate::features::providers;
use crate::jobs::{Job, JobFilter, State};
use crate::support::ids::ProviderId;
use crate::web::kit::respond::{self, Answer};
use crate::web::kit::{Moment, Page, Paging, format};
use crate::web::live::{Live, Part, Scene};
use crate::web::ui;

/// Rows of one page.
const ROWS: u32 = 50;
/// The part that changes by itself.
const ROWS_ID: &str = "jobs";

#[derive(Template)]
#[template(path = "jobs/index.html", blocks = ["results"])]
struct Index {
    page: Page,
    wanted: Wanted,
    events: String,
    rows: Rows,
}

/// The list, as it is now.
#[derive(Template)]
#[template(path = "jobs/_rows.html")]
struct Rows {
    now: Moment,
    rows: Vec<Row>,
    chips: ui::Chips,
    paging: Paging,
    is_filtered: bool,
}

impl askama::filters::HtmlSafe for Rows {}

struct Row {
    job: Job,
    provider: Option<(ProviderId, String)>,
}

#[derive(Deserialize, Clone, Default)]
#[serde(default)]
pub(super) struct Wanted {
    kind: String,
    state: String,
    /// How many rows come before.
    after: u64,
}

/// GET /jobs
pub(super) async fn index(req: HttpRequest, _: Admin, ctx: Data<Ctx>, wanted: Query<Wanted>) -> Answer {
    let wanted = wanted.into_inner();
    let page =
        Page::new(&req, "Jobs").lead("Long work: what waits, what runs and how it ended. Kept for 30 days.");
    let view = Index {
        rows: rows(&ctx, page.now.clone(), &wanted).await?,
        events: format!("/jobs/events?{}", req.query_string()),
        wanted,
        page,
    };
    respond::page_or(&req, &view, &view.as_results())
}

/// GET /jobs/events
pub(super) async fn events(
    req: HttpRequest,
    admin: Admin,
    live: Data<Live>,
    wanted: Query<Wanted>,
) -> Result<HttpResponse, Problem> {
    let wanted = wanted.into_inner();
    wanted.filter()?;
    Ok(live.watch(&req, &admin, move |Scene { ctx, now }| {
        let wanted = wanted.clone();
        Box::pin(async move { Ok(vec![Part::new(ROWS_ID, &rows(&ctx, now, &wanted).await?)?]) })
    }))
}

async fn rows(ctx: &Ctx, now: Moment, wanted: &Wanted) -> Result<Rows, Problem> {
    let (jobs, total) = ctx.jobs.list(&wanted.filter()?).await?;
    let names: HashMap<ProviderId, String> = providers::store::names(&ctx.db).await?.into_iter().collect();
    let summary = format::count(i64::try_from(total).unwrap_or(i64::MAX), "job", "jobs");
    let query = wanted.query();
    let after = (wanted.after > 0).then(|| wanted.after.to_string());
    let next = wanted.after + u64::from(ROWS);
    let next = (next < total).then(|| next.to_string());
    let kind = words::kind(&wanted.kind).to_owned();
    let filters = [("kind", "What", kind), ("state", "State", wanted.state.clone())];
    Ok(Rows {
        now,
        rows: jobs.into_iter().map(|job| Row::new(job, &names)).collect(),
        chips: ui::Chips::new(super::INDEX, &query, summary, &filters),
        paging: Paging::new(super::INDEX, &query, after.as_deref(), next.as_deref()),
        is_filtered: wanted.query().iter().any(|(_, value)| !value.is_empty()),
    })
}

impl Wanted {
    fn filter(&self) -> Result<JobFilter, Problem> {
        let state = match self.state.as_str() {
            "" => None,
            word => Some(
                word.parse()
                    .map_err(|()| Problem::invalid_field("state", "Choose a state."))?,
            ),
        };
        Ok(JobFilter {
            kind: Some(self.kind.clone()).filter(|kind| !kind.is_empty()),
            state,
            skip: self.after,
            limit: ROWS,
        })
    }

    /// The address without the place in the list.
    fn query(&self) -> [(&str, &str); 2] {
        [("kind", &self.kind), ("state", &self.state)]
    }

    fn kinds(&self) -> Vec<(String, String)> {
        let kinds = words::KINDS
            .iter()
            .map(|kind| ((*kind).to_owned(), words::kind(kind).to_owned()));
        std::iter::once((String::new(), "All".to_owned()))
            .chain(kinds)
            .collect()
    }

    fn states(&self) -> Vec<(&'static str, &'static str)> {
        let states = State::ALL.into_iter().map(|state| match state {
            State::Queued => ("queued", "Queued"),
            State::Running => ("running", "Running"),
            State::Succeeded => ("succeeded", "Succeeded"),
            State::Failed => ("failed", "Failed"),
            State::Cancelled => ("cancelled", "Cancelled"),
        });
        std::iter::once(("", "All")).chain(states).collect()
    }
}

impl Row {
    fn new(job: Job, names: &HashMap<ProviderId, String>) -> Self {
        let provider = words::provider_of(&job);
        let provider = provider.and_then(|id| Some((id, names.get(&id)?.clone())));
        Self { job, provider }
    }

    fn title(&self) -> String {
        words::title(&self.job, self.provider.as_ref().map(|(_, name)| name.as_str()))
    }

    /// How far it has come, or how it ended.
    fn note(&self) -> String {
        let job = &self.job;
        if let Some(error) = &job.error {
            return error.message.clone();
        }
        if job.state.is_active() {
            return job.progress.message.clone();
        }
        words::result(job)
    }

    fn took(&self) -> String {
        match (self.job.started_at, self.job.finished_at) {
            (Some(started), Some(finished)) => format::duration(finished - started),
            _ => String::new(),
        }
    }
}
