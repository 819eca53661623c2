//! What is known of every stream: whether it works, since when, how well, and whose fault it is when it does not.
//!
//! - *check*: one question to a stream, a GET of its first media bytes; *probe*: how it is asked; *finding*: the answer.
//! - *course*: what all checks of a stream have made of it.
//! - *checker*: checks many streams within the connections that their accounts have free.
//! - *maintenance*: when a provider is at work, and nothing is asked.
//! - *outage*: a provider that fails as a whole.
//! - *ffprobe*: what a stream measures, in a place of which there are few; *quality*: which streams are measured, and when.
//! - *content*: what is seen and heard of a stream for some seconds, and what is wrong with it.
//! - *program*: ffprobe and ffmpeg; *feed*: the bytes they are given; *spare*: a connection that nobody else wants.
//! - *attempt*: one stream read by one of them, from asking for a connection until it was given back; *queue*: what waits.

pub mod attempt;
pub mod attendance;
pub mod checker;
pub mod content;
pub mod course;
mod error;
mod feed;
pub mod ffprobe;
pub mod incidents;
pub mod maintenance;
pub mod outage;
pub mod overview;
pub mod performance;
pub mod probe;
pub mod program;
pub mod quality;
mod queue;
pub mod recovery;
pub mod retention;
pub mod schedule;
mod spare;
pub mod start;
pub mod store;
mod target;
pub mod trouble;
pub mod uptime;
pub mod verdict;

pub use checker::Checker;
pub use content::Tester;
pub use error::Error;
pub use overview::{Overview, States};
pub use quality::Measurer;
pub use target::Target;

use crate::features::catalogue::checks::Health;
use crate::features::catalogue::health_score::health_score;
use crate::features::catalogue::play_order;
use course::{Course, Fault, State};

/// What is known of a stream as its course, whatever it shows; `is_active` says whether it is in use.
fn course_of(health: Option<&Health>, is_active: bool) -> Course {
    let Some(health) = health else {
        return Course {
            out_of_use: !is_active,
            ..Course::default()
        };
    };
    let whole = |value: i64| u32::try_from(value).unwrap_or(u32::MAX);
    let fault = health.failure_code.clone().zip(health.failure_reason.clone());
    Course {
        state: state_but_for_content(health),
        out_of_use: !is_active,
        last_check_ms: health.last_check,
        last_success_ms: health.last_success,
        last_failure_ms: health.last_failure,
        consecutive_failures: whole(health.consecutive_failures),
        failing_since_ms: health.failing_since,
        response_ms: health.response_ms.map(whole),
        fault: fault
            .filter(|(code, _)| health.content_defect.as_ref() != Some(code))
            .map(|(code, reason)| Fault { code, reason }),
        next_check_ms: health.next_check_at,
    }
}

/// The state that checks alone gave a stream.
fn state_but_for_content(health: &Health) -> State {
    let state = State::from_word(health.state.as_str());
    let is_by_content = health.content_defect.is_some()
        && (health.content_defect == health.failure_code || health.failing_since.is_some());
    match (state, health.last_success) {
        (State::Degraded, Some(_)) if is_by_content => State::Up,
        (State::Degraded, None) if is_by_content => State::Unknown,
        _ => state,
    }
}

/// What is wrong with what a stream shows.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Shown {
    defect: String,
    /// In words.
    reason: String,
    since_ms: i64,
}

impl Shown {
    fn of(health: &Health) -> Option<Self> {
        Some(Self {
            defect: health.content_defect.clone()?,
            reason: health.content_reason.clone()?,
            since_ms: health.content_since?,
        })
    }
}

/// The row of a stream that says its course, and what is wrong with what it shows: one that is not known to be down is degraded
/// by that.
fn health_of(stream: i64, course: &Course, shown: Option<Shown>) -> Health {
    let mut course = course.clone();
    if let (State::Up | State::Unknown, Some(shown)) = (course.state, &shown) {
        course.state = State::Degraded;
        course.fault.get_or_insert_with(|| Fault {
            code: shown.defect.clone(),
            reason: shown.reason.clone(),
        });
    }
    let (failure_code, failure_reason) = course.fault.map(|fault| (fault.code, fault.reason)).unzip();
    let is_known = course.last_check_ms.is_some();
    Health {
        stream_id: stream,
        state: play_order::State::from(course.state),
        last_check: course.last_check_ms,
        last_success: course.last_success_ms,
        last_failure: course.last_failure_ms,
        consecutive_failures: i64::from(course.consecutive_failures),
        failing_since: course.failing_since_ms,
        response_ms: course.response_ms.map(i64::from),
        failure_code,
        failure_reason,
        score: is_known.then(|| health_score(course.consecutive_failures, course.response_ms, None).into()),
        next_check_at: course.next_check_ms,
        content_defect: shown.as_ref().map(|shown| shown.defect.clone()),
        content_since: shown.as_ref().map(|shown| shown.since_ms),
        content_reason: shown.map(|shown| shown.reason),
    }
}
