use std::borrow::Cow;

use serde::Serialize;
use serde_json::Value;

use crate::db::DbError;
use crate::support::clock::{serialize_instant, serialize_instant_option};
use crate::support::ids::JobId;

/// Where a job stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    Queued,
    Running,
    Succeeded,
    Failed,
    Cancelled,
}

impl State {
    pub const ALL: [Self; 5] = [
        Self::Queued,
        Self::Running,
        Self::Succeeded,
        Self::Failed,
        Self::Cancelled,
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Running => "running",
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
        }
    }

    pub fn is_active(self) -> bool {
        matches!(self, Self::Queued | Self::Running)
    }
}

impl std::str::FromStr for State {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        Self::ALL
            .into_iter()
            .find(|state| state.as_str() == text)
            .ok_or(())
    }
}

/// How far a job has come. `total` is unknown at first.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Snapshot {
    pub done: u64,
    pub total: Option<u64>,
    pub message: String,
}

/// Why a job failed: a code for programs and a sentence for people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Failure {
    pub code: String,
    pub message: String,
}

/// A job as it is shown. Its JSON is that of the API.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Job {
    pub id: JobId,
    pub kind: String,
    pub state: State,
    pub progress: Snapshot,
    pub result: Option<Value>,
    pub error: Option<Failure>,
    #[serde(serialize_with = "serialize_instant")]
    pub created_at: i64,
    #[serde(serialize_with = "serialize_instant_option")]
    pub started_at: Option<i64>,
    #[serde(serialize_with = "serialize_instant_option")]
    pub finished_at: Option<i64>,
    pub attempt: u32,
    pub attempts: u32,
    pub by_hand: bool,
    pub cancel_requested: bool,
    #[serde(skip)]
    pub payload: Value,
    #[serde(skip)]
    pub dedupe_key: Option<String>,
}

/// One line of a job's log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LogLine {
    #[serde(serialize_with = "serialize_instant")]
    pub at: i64,
    pub text: String,
}

/// A job to be queued.
#[derive(Debug, Clone)]
pub struct NewJob {
    pub kind: &'static str,
    pub payload: Value,
    /// At most one queued or running job of the kind has this key.
    pub dedupe_key: Option<String>,
    /// How often it is tried in all, at least once.
    pub attempts: u32,
    /// Asked for by a person, not by a schedule; such jobs are counted for limits.
    pub by_hand: bool,
    /// Only the node that queues it may run it.
    pub only_here: bool,
}

impl NewJob {
    /// A job with one attempt and no dedupe key, not asked for by hand.
    pub fn new(kind: &'static str, payload: Value) -> Self {
        Self {
            kind,
            payload,
            dedupe_key: None,
            attempts: 1,
            by_hand: false,
            only_here: false,
        }
    }

    pub fn key(mut self, key: impl Into<String>) -> Self {
        self.dedupe_key = Some(key.into());
        self
    }

    pub fn attempts(mut self, attempts: u32) -> Self {
        self.attempts = attempts.max(1);
        self
    }

    pub fn by_hand(mut self) -> Self {
        self.by_hand = true;
        self
    }

    /// For a command that runs its own job and no other.
    pub fn only_here(mut self) -> Self {
        self.only_here = true;
        self
    }
}

/// What became of a request to queue a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Enqueued {
    New(JobId),
    /// One with the same key is queued or running.
    AlreadyQueued(JobId),
}

impl Enqueued {
    pub fn id(self) -> JobId {
        match self {
            Self::New(id) | Self::AlreadyQueued(id) => id,
        }
    }

    pub fn is_new(self) -> bool {
        matches!(self, Self::New(_))
    }
}

/// What became of a request to cancel a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cancellation {
    /// It had not begun and never will.
    Cancelled,
    /// It is running and has been told to stop.
    Requested,
    AlreadyEnded,
}

/// Why a handler did not do its work.
#[derive(Debug, thiserror::Error)]
pub enum JobError {
    /// It was told to stop and did.
    #[error("cancelled")]
    Cancelled,
    /// Trying again is pointless.
    #[error("{message}")]
    Failed {
        code: Cow<'static, str>,
        message: String,
    },
    /// Another attempt may succeed, if the job has one left.
    #[error("{message}")]
    Retry {
        code: Cow<'static, str>,
        message: String,
    },
}

impl JobError {
    pub fn failed(code: impl Into<Cow<'static, str>>, message: impl Into<String>) -> Self {
        Self::Failed {
            code: code.into(),
            message: message.into(),
        }
    }

    pub fn retry(code: impl Into<Cow<'static, str>>, message: impl Into<String>) -> Self {
        Self::Retry {
            code: code.into(),
            message: message.into(),
        }
    }
}

impl From<DbError> for JobError {
    fn from(error: DbError) -> Self {
        match error {
            DbError::Busy => Self::retry("database_busy", "The database was busy for too long."),
            other => {
                tracing::error!(error = %other, "a job met a database error");
                Self::failed("database", "The database refused the work; the log says why.")
            }
        }
    }
}
