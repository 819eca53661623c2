use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;

use super::job::{Cancellation, Enqueued, Job, LogLine, NewJob, State};
use super::list::JobFilter;
use super::node::Node;
use super::run::{Running, Stop};
use super::store;
use crate::db::{Db, DbError, Tx};
use crate::events::{Event, Events};
use crate::support::clock::Clock;
use crate::support::ids::JobId;

/// The queue as one node sees it; cheap to clone.
#[derive(Debug, Clone)]
pub struct Jobs {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    db: Db,
    clock: Clock,
    events: Events,
    node: Node,
    running: Mutex<BTreeMap<JobId, Arc<Running>>>,
    wake: Notify,
}

impl Jobs {
    pub fn new(db: Db, clock: Clock, events: Events, node: Node) -> Self {
        let inner = Inner {
            db,
            clock,
            events,
            node,
            running: Mutex::default(),
            wake: Notify::new(),
        };
        Self {
            inner: Arc::new(inner),
        }
    }

    /// Queues a job in the caller's transaction, unless one of its kind with its key is queued or running.
    pub async fn enqueue(&self, tx: &mut Tx, job: NewJob) -> Result<Enqueued, DbError> {
        let node = job.only_here.then_some(self.node_id());
        loop {
            if let Some(id) = store::insert(tx, &job, node, self.clock().now_ms()).await? {
                self.wake();
                return Ok(Enqueued::New(id));
            }
            // One that ended between the two statements leaves the key free: then the next insertion takes it.
            let key = job.dedupe_key.as_deref().unwrap_or_default();
            if let Some(id) = store::active_in(tx, job.kind, key).await? {
                return Ok(Enqueued::AlreadyQueued(id));
            }
        }
    }

    /// Queues a job in a transaction of its own.
    pub async fn enqueue_now(&self, job: NewJob) -> Result<Enqueued, DbError> {
        let mut tx = self.db().begin().await?;
        let enqueued = self.enqueue(&mut tx, job).await?;
        tx.commit().await?;
        self.wake();
        self.events().publish(Event::JobChanged(enqueued.id()));
        Ok(enqueued)
    }

    /// Cancels a queued job, or tells a running one to stop, on whatever node it runs.
    ///
    /// # Errors
    /// [`DbError::NotFound`] if there is no such job.
    pub async fn cancel(&self, id: JobId) -> Result<Cancellation, DbError> {
        let mut tx = self.db().begin().await?;
        let outcome = if store::cancel_queued(&mut tx, id, self.clock().now_ms()).await? {
            Cancellation::Cancelled
        } else if store::request_cancel(&mut tx, id).await? {
            Cancellation::Requested
        } else {
            drop(tx);
            store::find(self.db(), id).await?.ok_or(DbError::NotFound)?;
            return Ok(Cancellation::AlreadyEnded);
        };
        tx.commit().await?;
        if let Some(running) = self.running().get(&id) {
            running.stop(Stop::Cancelled);
        }
        self.events().publish(Event::JobChanged(id));
        Ok(outcome)
    }

    /// A job as it stands; of a run of this node with the progress of this moment.
    pub async fn find(&self, id: JobId) -> Result<Option<Job>, DbError> {
        Ok(store::find(self.db(), id)
            .await?
            .map(|job| self.with_live_progress(job)))
    }

    /// Jobs, newest first, and how many there are in all.
    pub async fn list(&self, filter: &JobFilter) -> Result<(Vec<Job>, u64), DbError> {
        let (jobs, total) = store::list(self.db(), filter).await?;
        Ok((
            jobs.into_iter().map(|job| self.with_live_progress(job)).collect(),
            total,
        ))
    }

    /// The stored lines of a job's log.
    pub async fn logs(&self, id: JobId) -> Result<Vec<LogLine>, DbError> {
        store::logs(self.db(), id).await
    }

    /// The queued or running job of a kind with a key.
    pub async fn active(&self, kind: &str, key: &str) -> Result<Option<JobId>, DbError> {
        store::active(self.db(), kind, key).await
    }

    /// Whether any job of a kind is queued or running.
    pub async fn is_any_active(&self, kind: &str) -> Result<bool, DbError> {
        store::is_any_active(self.db(), kind).await
    }

    /// How many jobs of a kind with a key people asked for since an instant, and when the first of these was.
    pub async fn count_by_hand(
        &self,
        kind: &str,
        key: &str,
        since_ms: i64,
    ) -> Result<(u64, Option<i64>), DbError> {
        store::count_by_hand(self.db(), kind, key, since_ms).await
    }

    /// Shows a job to `on_change` now and whenever it has changed, until it has ended. It may run on any node.
    pub async fn follow(&self, id: JobId, mut on_change: impl FnMut(&Job)) -> Result<Job, DbError> {
        const TICK: Duration = Duration::from_millis(200);
        let mut shown: Option<Job> = None;
        loop {
            let job = self.find(id).await?.ok_or(DbError::NotFound)?;
            if shown.as_ref() != Some(&job) {
                on_change(&job);
            }
            if !job.state.is_active() {
                return Ok(job);
            }
            shown = Some(job);
            tokio::time::sleep(TICK).await;
        }
    }

    /// Has the workers look for work now. Queueing does it; so does whoever moves a clock.
    pub fn wake(&self) {
        self.inner.wake.notify_one();
    }

    /// How many other processes work on the same data folder.
    pub fn other_nodes(&self) -> usize {
        let others = self.node().others();
        others.iter().filter(|other| !other.is_dead()).count()
    }

    pub fn node_id(&self) -> &str {
        self.inner.node.id()
    }

    pub(super) fn node(&self) -> &Node {
        &self.inner.node
    }

    pub(super) fn db(&self) -> &Db {
        &self.inner.db
    }

    pub(super) fn clock(&self) -> &Clock {
        &self.inner.clock
    }

    pub(super) fn events(&self) -> &Events {
        &self.inner.events
    }

    /// The runs of this node.
    pub(super) fn running(&self) -> MutexGuard<'_, BTreeMap<JobId, Arc<Running>>> {
        self.inner.running.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) async fn woken(&self) {
        self.inner.wake.notified().await;
    }

    fn with_live_progress(&self, mut job: Job) -> Job {
        if job.state == State::Running
            && let Some(running) = self.running().get(&job.id)
        {
            job.progress = running.live().snapshot.clone();
        }
        job
    }
}
