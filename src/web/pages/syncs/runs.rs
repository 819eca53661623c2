use askama::Template;

use crate::features::sync::log::{Decision, Outcome};
use crate::features::sync::store::SyncRow;
use crate::support::ids::ProviderId;
use crate::web::kit::{Moment, format};
use crate::web::ui;

/// A run as a row of a table, or by itself.
pub struct Run {
    pub row: SyncRow,
    /// Absent where the page is about one provider.
    pub provider: Option<(ProviderId, String)>,
}

/// A table of runs.
#[derive(Template)]
#[template(path = "syncs/_runs.html")]
pub struct Runs {
    now: Moment,
    runs: Vec<Run>,
    with_provider: bool,
}

impl askama::filters::HtmlSafe for Runs {}

impl Runs {
    /// Of one provider.
    pub fn of_one(now: Moment, rows: Vec<SyncRow>) -> Self {
        let runs = rows.into_iter().map(|row| Run { row, provider: None });
        Self {
            now,
            runs: runs.collect(),
            with_provider: false,
        }
    }

    /// Of several providers, each named.
    pub fn of_many(now: Moment, runs: Vec<Run>) -> Self {
        Self {
            now,
            runs,
            with_provider: true,
        }
    }
}

impl Run {
    /// How it ended, with the decision about it.
    pub fn badge(&self) -> ui::Badge {
        match (self.row.outcome, self.row.decision) {
            (Outcome::Held, Some(Decision::Approved)) => ui::Badge::working("Approved"),
            (Outcome::Held, Some(Decision::Rejected)) => ui::Badge::neutral("Rejected").icon("x"),
            (Outcome::Held, Some(Decision::Superseded)) => ui::Badge::neutral("Superseded").icon("history"),
            (outcome, _) => ui::Badge::sync(outcome.as_str()),
        }
    }

    /// Whether it waits for a person.
    pub fn is_pending(&self) -> bool {
        self.row.outcome == Outcome::Held && self.row.decision == Some(Decision::Pending)
    }

    pub fn is_running(&self) -> bool {
        self.row.outcome == Outcome::Running
    }

    /// Its list was read to the end, so that there is something to count.
    pub fn is_counted(&self) -> bool {
        self.row.entries > 0
    }

    pub fn reasons(&self) -> Vec<String> {
        self.row.reasons()
    }

    pub fn took(&self) -> String {
        let took = self
            .row
            .finished_at
            .map(|finished| finished - self.row.started_at);
        took.map(format::duration).unwrap_or_default()
    }

    /// What was renamed and changed otherwise, in one number.
    fn changed(&self) -> i64 {
        self.row.changed + self.row.renamed
    }

    fn added(&self) -> i64 {
        self.row.added + self.row.returned
    }
}
