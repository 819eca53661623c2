//! What becomes of a job after a run.

use std::borrow::Cow;
use std::time::Duration;

use serde_json::Value;

use super::beat::store_live;
use super::job::{Failure, JobError, State};
use super::run::{Running, Stop};
use super::sweep::interrupted;
use super::{Jobs, store};
use crate::db::DbError;
use crate::support::ids::JobId;

#[derive(Debug, Clone, Copy)]
pub(super) struct Attempts {
    pub(super) attempt: u32,
    pub(super) attempts: u32,
}

#[derive(Debug, PartialEq)]
enum End {
    Over {
        state: State,
        result: Option<Value>,
        failure: Option<Failure>,
    },
    Again {
        failure: Failure,
        after_ms: i64,
    },
}

impl End {
    fn of(answer: Result<Value, JobError>, stop: Stop, Attempts { attempt, attempts }: Attempts) -> Self {
        let failed = |failure| Self::Over {
            state: State::Failed,
            result: None,
            failure: Some(failure),
        };
        let again_or_failed = |failure, after_ms| {
            if attempt < attempts {
                Self::Again { failure, after_ms }
            } else {
                failed(failure)
            }
        };
        let named = |code: Cow<'static, str>, message| Failure {
            code: code.into_owned(),
            message,
        };
        match answer {
            Ok(result) => Self::Over {
                state: State::Succeeded,
                result: Some(result),
                failure: None,
            },
            Err(_) if stop == Stop::Shutdown => again_or_failed(interrupted(), 0),
            Err(JobError::Retry { code, message }) if stop == Stop::No => {
                again_or_failed(named(code, message), back_off_ms(attempt))
            }
            Err(JobError::Failed { code, message }) if stop == Stop::No => failed(named(code, message)),
            Err(_) => Self::Over {
                state: State::Cancelled,
                result: None,
                failure: None,
            },
        }
    }
}

impl End {
    /// For the log, which never holds a result.
    fn label(&self) -> &str {
        match self {
            Self::Over {
                failure: Some(failure),
                ..
            } => &failure.code,
            Self::Over { state, .. } => state.as_str(),
            Self::Again { .. } => "again",
        }
    }
}

/// Five seconds after the first attempt, twice as long after each further one, at most ten minutes.
fn back_off_ms(attempt: u32) -> i64 {
    (5_000_i64 << attempt.saturating_sub(1).min(7)).min(600_000)
}

/// Stores the end of a run; a busy database is waited for, because nothing else would tell that the job is over.
pub(super) async fn end(
    jobs: &Jobs,
    id: JobId,
    running: &Running,
    answer: Result<Value, JobError>,
    attempts: Attempts,
) {
    const TRIES: u32 = 20;
    const PAUSE: Duration = Duration::from_millis(250);
    let end = End::of(answer, running.stopped(), attempts);
    for _ in 0..TRIES {
        match store_end(jobs, id, running, &end).await {
            Ok(true) => return tracing::info!(job = %id, end = end.label(), "ended"),
            Ok(false) => return tracing::warn!(job = %id, "ended, but was no longer this node's"),
            Err(error) => tracing::warn!(job = %id, %error, "its end was not stored yet"),
        }
        tokio::time::sleep(PAUSE).await;
    }
    tracing::error!(job = %id, "its end could not be stored");
}

async fn store_end(jobs: &Jobs, id: JobId, running: &Running, end: &End) -> Result<bool, DbError> {
    let (node, now) = (jobs.node_id(), jobs.clock().now_ms());
    let _storing = running.storing.lock().await;
    let mut tx = jobs.db().begin().await?;
    let (is_ours, lines) = store_live(jobs, &mut tx, id, running).await?;
    let was_ours = is_ours
        && match end {
            End::Over {
                state,
                result,
                failure,
            } => store::finish(&mut tx, id, node, *state, result.as_ref(), failure.as_ref(), now).await?,
            End::Again { failure, after_ms } => {
                store::requeue(&mut tx, id, node, failure, now + after_ms).await?
            }
        };
    tx.commit().await?;
    running.forget_lines(lines);
    Ok(was_ours)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn end(answer: Result<Value, JobError>, stop: Stop, attempt: u32, attempts: u32) -> String {
        match End::of(answer, stop, Attempts { attempt, attempts }) {
            End::Over { state, failure, .. } => {
                format!(
                    "{} {}",
                    state.as_str(),
                    failure.map(|failure| failure.code).unwrap_or_default()
                )
            }
            End::Again { failure, after_ms } => format!("again {} {after_ms}", failure.code),
        }
    }

    #[test]
    fn the_end_of_a_job_follows_from_its_answer_and_its_attempts() {
        let retry = || Err(JobError::retry("slow", "It was slow."));
        let failed = || Err(JobError::failed("broken", "It broke."));
        assert_eq!(end(Ok(Value::Null), Stop::Cancelled, 1, 1), "succeeded ");
        assert_eq!(end(retry(), Stop::No, 1, 2), "again slow 5000");
        assert_eq!(end(retry(), Stop::No, 2, 2), "failed slow");
        assert_eq!(end(failed(), Stop::No, 1, 9), "failed broken");
        assert_eq!(end(failed(), Stop::Cancelled, 1, 9), "cancelled ");
        assert_eq!(end(Err(JobError::Cancelled), Stop::No, 1, 9), "cancelled ");
        assert_eq!(
            end(Err(JobError::Cancelled), Stop::Shutdown, 1, 1),
            "failed interrupted"
        );
        assert_eq!(
            end(Err(JobError::Cancelled), Stop::Shutdown, 1, 2),
            "again interrupted 0"
        );
    }

    #[test]
    fn pauses_between_attempts_grow_up_to_ten_minutes() {
        let pauses: Vec<i64> = [1, 2, 3, 7, 8, 100].map(back_off_ms).to_vec();
        assert_eq!(pauses, [5_000, 10_000, 20_000, 320_000, 600_000, 600_000]);
    }
}
