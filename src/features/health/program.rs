//! Programs of FFmpeg that read the bytes of a stream: how they are started, and how few of them run at once.
//!
//! They are given bytes, never an address, and may open nothing but those bytes, whatever these say. What was started ends
//! with whoever started it, its children too.

use std::ffi::{OsStr, OsString};
use std::io;
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::process::{Child, Command};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

/// How many may run at once, of all programs of a node.
const PLACES: usize = 2;
/// How long a program may take to say its version.
const LONGEST_START: Duration = Duration::from_secs(10);

/// A program of this machine; cheap to clone.
#[derive(Debug, Clone)]
pub(super) struct Program(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    path: OsString,
    /// What follows from there being none, for the log.
    without: &'static str,
    places: Arc<Semaphore>,
    is_known: AtomicBool,
    is_missing: AtomicBool,
}

/// Leave to run one; given back when dropped.
#[derive(Debug)]
pub(super) struct Permit {
    pub program: Program,
    _permit: OwnedSemaphorePermit,
}

impl Program {
    /// By its path, or by its name where the system looks for programs. Whether it is there is found out later; `without` says
    /// what follows if it is not.
    pub(super) fn new(path: impl Into<OsString>, without: &'static str) -> Self {
        Self::within(path, without, Arc::new(Semaphore::new(PLACES)))
    }

    /// Another one, of which no more run at once than of both together.
    pub(super) fn beside(&self, path: impl Into<OsString>, without: &'static str) -> Self {
        Self::within(path, without, Arc::clone(&self.0.places))
    }

    fn within(path: impl Into<OsString>, without: &'static str, places: Arc<Semaphore>) -> Self {
        Self(Arc::new(Inner {
            path: path.into(),
            without,
            places,
            is_known: AtomicBool::new(false),
            is_missing: AtomicBool::new(false),
        }))
    }

    /// Whether it was looked for and is not there.
    pub(super) fn is_missing(&self) -> bool {
        self.0.is_missing.load(Ordering::Relaxed)
    }

    /// Waits for a place; none if the program is missing or does not run, which is logged once. To be taken before a lease,
    /// so that no connection is held while waiting.
    pub(super) async fn place(&self) -> Option<Permit> {
        let permit = Arc::clone(&self.0.places).acquire_owned().await.ok()?;
        if !self.0.is_known.load(Ordering::Relaxed) {
            if let Err(error) = runs(&self.0.path).await {
                if !self.0.is_missing.swap(true, Ordering::Relaxed) {
                    let program = self.0.path.to_string_lossy();
                    tracing::warn!(%error, %program, "a program does not run: {}", self.0.without);
                }
                return None;
            }
            self.0.is_known.store(true, Ordering::Relaxed);
            self.0.is_missing.store(false, Ordering::Relaxed);
        }
        Some(Permit {
            program: self.clone(),
            _permit: permit,
        })
    }

    /// Has it looked for again, after it could not be run.
    pub(super) fn doubt(&self) {
        self.0.is_known.store(false, Ordering::Relaxed);
    }

    /// Starts it with bytes to come and a report to be read.
    pub(super) fn start(&self, arguments: &[&str]) -> io::Result<Group> {
        spawn(&self.0.path, arguments, Stdio::piped(), Stdio::piped())
    }
}

/// Whether a program is there and tells its version.
///
/// # Errors
/// Why it does not run.
pub async fn runs(program: &OsStr) -> io::Result<()> {
    let mut child = spawn(program, &["-version"], Stdio::null(), Stdio::null())?;
    let ended = timeout(LONGEST_START, child.0.wait())
        .await
        .map_err(|_| io::ErrorKind::TimedOut)??;
    if ended.success() {
        Ok(())
    } else {
        Err(io::Error::other("it fails to tell its version"))
    }
}

/// A child in a process group of its own, which ends with it.
pub(super) struct Group(pub Child);

fn spawn(program: &OsStr, arguments: &[&str], stdin: Stdio, stdout: Stdio) -> io::Result<Group> {
    let mut command = Command::new(program);
    command
        .args(arguments)
        .stdin(stdin)
        .stdout(stdout)
        .stderr(Stdio::null())
        .kill_on_drop(true);
    #[cfg(unix)]
    command.process_group(0);
    command.spawn().map(Group)
}

impl Drop for Group {
    fn drop(&mut self) {
        // Gone once the child was waited for: the number may be another's by then.
        #[cfg(unix)]
        if let Some(group) = self
            .0
            .id()
            .and_then(|id| i32::try_from(id).ok())
            .and_then(rustix::process::Pid::from_raw)
        {
            // It fails only where nobody is left.
            let _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
        }
    }
}
