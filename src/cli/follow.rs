//! A job in the terminal: a bar where somebody looks, plain lines otherwise.

use std::io::{IsTerminal, Write};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use tokio_util::sync::CancellationToken;

use super::{complain, status};
use crate::app::{App, handlers, shutdown};
use crate::db::DbError;
use crate::jobs::{Job, State, run_here};
use crate::support::ids::JobId;

/// How a job was left.
pub(super) enum Left {
    Ended(Box<Job>),
    /// Somebody else's run, which goes on: only looking at it was given up.
    Behind,
}

/// Runs a job, or follows whoever runs it, until it has ended. Being asked to end cancels `own` jobs.
pub(super) async fn follow(
    app: &App,
    end: &mut shutdown::Wish,
    name: &str,
    job: JobId,
    own: bool,
) -> Result<Left, DbError> {
    let handlers = handlers(app);
    let kept = CancellationToken::new();
    let _given_back = kept.clone().drop_guard();
    tokio::spawn({
        let leases = app.leases.clone();
        async move { leases.keep_alive(kept).await }
    });
    let mut display = Display::of(name);
    let running = run_here(&app.ctx.jobs, &handlers, job, |job| display.show(job));
    tokio::pin!(running);
    tokio::select! {
        ended = &mut running => return ended.map(|job| Left::Ended(Box::new(job))),
        () = end.come() => {}
    }
    if !own {
        return Ok(Left::Behind);
    }
    app.ctx.jobs.cancel(job).await?;
    running.await.map(|job| Left::Ended(Box::new(job)))
}

/// Says why a job did not do its work; the answer is the exit status of one that did not. `failed` stands before its own
/// sentence, `cut_short` is said of one that was stopped.
pub(super) fn trouble(job: &Job, failed: &str, cut_short: &str) -> Option<u8> {
    let failure = job.error.as_ref();
    match job.state {
        State::Succeeded => None,
        State::Failed if failure.is_some_and(|failure| failure.code != "interrupted") => {
            let message = failure.map_or("", |failure| failure.message.as_str());
            complain(&format!("{failed}{message}"));
            Some(status::FAILED)
        }
        _ => {
            complain(cut_short);
            Some(status::CANCELLED)
        }
    }
}

enum Display {
    Bar(ProgressBar),
    Lines { name: String, shown: String },
}

impl Display {
    fn of(name: &str) -> Self {
        if !std::io::stderr().is_terminal() {
            return Self::Lines {
                name: name.to_owned(),
                shown: String::new(),
            };
        }
        let bar = ProgressBar::new_spinner().with_prefix(name.to_owned());
        bar.set_style(style("{spinner} {prefix:.bold}  {elapsed}  {msg}"));
        bar.enable_steady_tick(Duration::from_millis(100));
        Self::Bar(bar)
    }

    fn show(&mut self, job: &Job) {
        let progress = &job.progress;
        match self {
            Self::Bar(bar) => {
                if let Some(total) = progress.total {
                    if bar.length() != Some(total) {
                        bar.set_style(style("{spinner} {prefix:.bold}  {elapsed}  {bar:24}  {msg}"));
                        bar.set_length(total);
                    }
                    bar.set_position(progress.done);
                }
                bar.set_message(progress.message.clone());
                if !job.state.is_active() {
                    bar.finish_and_clear();
                }
            }
            Self::Lines { name, shown } => {
                // Counts change all the time; a step is a line once.
                let step = progress
                    .message
                    .trim_start_matches(|letter: char| letter.is_ascii_digit() || letter == ' ');
                if job.state.is_active() && !step.is_empty() && step != shown {
                    step.clone_into(shown);
                    let _ = writeln!(std::io::stderr(), "{name}: {step}");
                }
            }
        }
    }
}

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_spinner())
}
