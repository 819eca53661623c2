use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use serde_json::Value;
use tokio_util::sync::CancellationToken;

use super::job::{JobError, LogLine, Snapshot};
use super::{Jobs, store};
use crate::db::Tx;
use crate::events::Event;
use crate::support::ids::JobId;

/// What a handler gets.
#[derive(Debug)]
pub struct JobRun {
    pub id: JobId,
    pub kind: String,
    pub payload: Value,
    /// Counted from 1.
    pub attempt: u32,
    pub progress: Progress,
    /// Ends when a person cancels the job, the server stops, or the job is no longer this node's. A handler looks at it
    /// between steps and returns [`JobError::Cancelled`].
    pub cancel: CancellationToken,
}

impl JobRun {
    /// Inside the transaction that makes the work last: fails unless the job is still this node's, so that work of a node
    /// that was taken for dead is never applied beside that of another.
    pub async fn hold(&self, tx: &mut Tx) -> Result<(), JobError> {
        let jobs = &self.progress.jobs;
        if store::hold(tx, self.id, jobs.node_id()).await? {
            Ok(())
        } else {
            Err(JobError::Cancelled)
        }
    }

    /// [`JobError::Cancelled`] once the job was told to stop.
    pub fn check(&self) -> Result<(), JobError> {
        if self.cancel.is_cancelled() {
            Err(JobError::Cancelled)
        } else {
            Ok(())
        }
    }
}

/// How far a run has come, and its log. Cheap to clone and to set; stored at most once a second.
#[derive(Debug, Clone)]
pub struct Progress {
    id: JobId,
    jobs: Jobs,
    running: Arc<Running>,
}

/// Watching pages are told at most this often.
const EVENT_PAUSE: Duration = Duration::from_millis(100);
const MOST_LINES: u64 = 1000;
const MOST_LINE_CHARS: usize = 500;

impl Progress {
    pub(super) fn new(id: JobId, jobs: Jobs, running: Arc<Running>) -> Self {
        Self { id, jobs, running }
    }

    /// `done` of `total` steps, bytes or entries, and what is being done in words.
    pub fn set(&self, done: u64, total: Option<u64>, message: &str) {
        let mut live = self.running.live();
        live.snapshot.done = done;
        live.snapshot.total = total;
        if live.snapshot.message != message {
            message.clone_into(&mut live.snapshot.message);
        }
        live.is_changed = true;
        let now = Instant::now();
        if live
            .told
            .is_none_or(|told| now.duration_since(told) >= EVENT_PAUSE)
        {
            live.told = Some(now);
            drop(live);
            self.jobs.events().publish(Event::JobChanged(self.id));
        }
    }

    /// Adds a line to the job's log: at most 1,000 of 500 characters.
    pub fn log(&self, text: &str) {
        let at = self.jobs.clock().now_ms();
        let mut live = self.running.live();
        let next = live.stored_lines + live.lines.len() as u64;
        let text = match next {
            MOST_LINES.. => return,
            last if last + 1 == MOST_LINES => "The log is full; later lines are left out.".to_owned(),
            _ => text.chars().take(MOST_LINE_CHARS).collect(),
        };
        live.lines.push(LogLine { at, text });
        live.is_changed = true;
    }
}

/// Why a run was told to stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Stop {
    No,
    /// A person asked for it.
    Cancelled,
    /// The process ends.
    Shutdown,
    /// Another node took this one for dead.
    Lost,
}

/// A run of this node, as its worker, its heartbeat and its handler share it.
#[derive(Debug)]
pub(super) struct Running {
    pub(super) kind: String,
    pub(super) cancel: CancellationToken,
    stop: AtomicU8,
    live: Mutex<Live>,
    /// Held while the run's state goes to the database, so that heartbeat and end do not store the same lines.
    pub(super) storing: tokio::sync::Mutex<()>,
}

#[derive(Debug)]
pub(super) struct Live {
    pub(super) snapshot: Snapshot,
    pub(super) is_changed: bool,
    pub(super) beaten: Instant,
    told: Option<Instant>,
    pub(super) lines: Vec<LogLine>,
    pub(super) stored_lines: u64,
}

impl Running {
    /// `stored_lines`: of earlier attempts.
    pub(super) fn new(kind: String, stored_lines: u64) -> Self {
        let live = Live {
            snapshot: Snapshot::default(),
            is_changed: false,
            beaten: Instant::now(),
            told: None,
            lines: Vec::new(),
            stored_lines,
        };
        Self {
            kind,
            cancel: CancellationToken::new(),
            stop: AtomicU8::new(Stop::No as u8),
            live: Mutex::new(live),
            storing: tokio::sync::Mutex::default(),
        }
    }

    pub(super) fn live(&self) -> MutexGuard<'_, Live> {
        self.live.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Drops the first `count` lines, which have been stored.
    pub(super) fn forget_lines(&self, count: usize) {
        let mut live = self.live();
        live.lines.drain(..count);
        live.stored_lines += count as u64;
    }

    /// The first reason counts.
    pub(super) fn stop(&self, why: Stop) {
        let _ = self
            .stop
            .compare_exchange(Stop::No as u8, why as u8, Ordering::SeqCst, Ordering::SeqCst);
        self.cancel.cancel();
    }

    pub(super) fn stopped(&self) -> Stop {
        const CANCELLED: u8 = Stop::Cancelled as u8;
        const SHUTDOWN: u8 = Stop::Shutdown as u8;
        const LOST: u8 = Stop::Lost as u8;
        match self.stop.load(Ordering::SeqCst) {
            CANCELLED => Stop::Cancelled,
            SHUTDOWN => Stop::Shutdown,
            LOST => Stop::Lost,
            _ => Stop::No,
        }
    }
}
