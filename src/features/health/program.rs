//! Programs of FFmpeg that read the bytes of a stream: how they are started, and how few of them run at once.
//!
//! They are given bytes, never an address, and may open nothing but those bytes, whatever these say. What was started ends
//! with whoever started it, its children too.

use std::ffi::{OsStr, OsString};
use std::io;
use std::marker::PhantomData;
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::process::{Child, Command};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, timeout, timeout_at};
use tokio_util::sync::CancellationToken;

use super::feed::Feed;
use super::probe::visit::Visit;
use super::probe::{Cancelled, Failure, Reason, Stop, untestable};
use crate::features::catalogue::sources::Source;
use crate::fetch::Fetcher;

/// How many may run at once, of all programs of a node.
const PLACES: usize = 2;
/// How long a program may take to say its version.
const LONGEST_START: Duration = Duration::from_secs(10);

/// What a program is run for: how it reads the bytes of a stream, and what it tells of them.
pub trait Task: Send + Sync + 'static {
    /// What it tells.
    type Told: Send;
    /// What is said of a stream where the program cannot be started.
    const BROKEN: &'static str;
    /// What follows from there being none, for the log.
    const WITHOUT: &'static str;
    /// So much of its time it is given bytes; in the rest it ends.
    const FED: f32;

    /// Lets it read until it knows enough, or no more bytes come, or it is `until`. It has ended when this has.
    ///
    /// # Errors
    /// If it cannot be run; inside, why the stream is not good enough.
    fn run(
        start: Start<'_>,
        feed: &mut Feed<'_, '_>,
        until: Instant,
    ) -> impl Future<Output = io::Result<Result<Self::Told, Reason>>> + Send;

    /// What a stream failed for of which nothing was told within this time.
    fn late(limit: Duration) -> Reason;
}

/// What came of letting a program read a stream.
#[derive(Debug, Clone, PartialEq)]
pub enum Reading<T> {
    Told(T),
    Failed(Failure),
    /// Nothing can be said of it: the reason, in words.
    Untestable(&'static str),
}

/// A program of this machine and what it is run for; cheap to clone.
#[derive(Debug)]
pub struct Program<K> {
    inner: Arc<Inner>,
    task: PhantomData<fn() -> K>,
}

impl<K> Clone for Program<K> {
    fn clone(&self) -> Self {
        Self {
            inner: Arc::clone(&self.inner),
            task: PhantomData,
        }
    }
}

#[derive(Debug)]
struct Inner {
    path: OsString,
    places: Arc<Semaphore>,
    is_known: AtomicBool,
    is_missing: AtomicBool,
}

/// Leave to run one; given back when dropped.
#[derive(Debug)]
pub struct Place<K> {
    program: Program<K>,
    _permit: OwnedSemaphorePermit,
}

/// How a task starts its program.
#[derive(Clone, Copy)]
pub struct Start<'a>(&'a OsStr);

impl Start<'_> {
    /// Starts it with bytes to come and a report to be read.
    pub(super) fn with(self, arguments: &[&str]) -> io::Result<Group> {
        spawn(self.0, arguments, Stdio::piped(), Stdio::piped())
    }
}

impl<K: Task> Program<K> {
    /// By its path, or by its name where the system looks for programs. Whether it is there is found out later.
    pub fn new(path: impl Into<OsString>) -> Self {
        Self::within(path, Arc::new(Semaphore::new(PLACES)))
    }

    /// One of which, and of `other`, no more run at once than of either alone.
    pub fn beside<L>(other: &Program<L>, path: impl Into<OsString>) -> Self {
        Self::within(path, Arc::clone(&other.inner.places))
    }

    fn within(path: impl Into<OsString>, places: Arc<Semaphore>) -> Self {
        Self {
            inner: Arc::new(Inner {
                path: path.into(),
                places,
                is_known: AtomicBool::new(false),
                is_missing: AtomicBool::new(false),
            }),
            task: PhantomData,
        }
    }

    /// Whether it was looked for and is not there.
    pub fn is_missing(&self) -> bool {
        self.inner.is_missing.load(Ordering::Relaxed)
    }

    /// Waits for a place; none if the program is missing or does not run, which is logged once. To be taken before a lease,
    /// so that no connection is held while waiting.
    pub async fn place(&self) -> Option<Place<K>> {
        let inner = &self.inner;
        let permit = Arc::clone(&inner.places).acquire_owned().await.ok()?;
        if !inner.is_known.load(Ordering::Relaxed) {
            if let Err(error) = runs(&inner.path).await {
                if !inner.is_missing.swap(true, Ordering::Relaxed) {
                    let program = inner.path.to_string_lossy();
                    tracing::warn!(%error, %program, "a program does not run: {}", K::WITHOUT);
                }
                return None;
            }
            inner.is_known.store(true, Ordering::Relaxed);
            inner.is_missing.store(false, Ordering::Relaxed);
        }
        Some(Place {
            program: self.clone(),
            _permit: permit,
        })
    }
}

impl<K: Task> Place<K> {
    /// Lets the program read one stream within `limit`, over one connection at a time; it is closed, and the program and whatever
    /// that started have ended, when this returns or is dropped.
    ///
    /// It takes no lease: whoever calls it holds one.
    ///
    /// # Errors
    /// [`Cancelled`] once `cancel` is.
    pub async fn read(
        &self,
        fetcher: &Fetcher,
        source: &Source,
        limit: Duration,
        cancel: &CancellationToken,
    ) -> Result<Reading<K::Told>, Cancelled> {
        if let Some(reason) = untestable(source) {
            return Ok(Reading::Untestable(reason));
        }
        tokio::select! {
            biased;
            () = cancel.cancelled() => Err(Cancelled),
            told = self.within(fetcher, source, limit, cancel) => match told {
                Ok(told) => Ok(Reading::Told(told)),
                Err(Stop::Failed(failure)) => Ok(Reading::Failed(failure)),
                Err(Stop::Untestable(reason)) => Ok(Reading::Untestable(reason)),
                Err(Stop::Cancelled) => Err(Cancelled),
            },
        }
    }

    async fn within(
        &self,
        fetcher: &Fetcher,
        source: &Source,
        limit: Duration,
        cancel: &CancellationToken,
    ) -> Result<K::Told, Stop> {
        let began = Instant::now();
        let mut visit = Visit::new(fetcher, source, limit, cancel);
        let opened = timeout_at(began + limit, Feed::open(&mut visit)).await;
        let mut feed = match opened {
            Ok(feed) => feed?,
            Err(_) => return Err(visit.timed_out().into()),
        };
        let inner = &self.program.inner;
        let run = K::run(Start(&inner.path), &mut feed, began + limit.mul_f32(K::FED));
        let told = timeout_at(began + limit, run).await;
        let failure = |reason| Stop::from(feed.failure(reason));
        match told {
            Ok(Ok(told)) => told.map_err(failure),
            Ok(Err(error)) => {
                tracing::warn!(%error, "{}", K::BROKEN);
                // It is looked for again.
                inner.is_known.store(false, Ordering::Relaxed);
                Err(Stop::Untestable(K::BROKEN))
            }
            Err(_) => Err(failure(K::late(limit))),
        }
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
