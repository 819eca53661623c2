//! The durable queue on both engines.

mod nodes;
mod plans;
mod queue;
mod workers;

use std::time::Duration;

use m3u_strm_processor::db::Engine;
use m3u_strm_processor::events::Events;
use m3u_strm_processor::jobs::{Handlers, Job, JobError, JobRun, Jobs, NewJob, Node, Workers};
use m3u_strm_processor::support::clock::Clock;
use m3u_strm_processor::support::ids::JobId;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::{OnEngine, TestDb};

const KIND: &str = "test";
const NOW: i64 = 1_800_000_000_000;

/// A database and a first node on it.
pub struct Queue {
    pub test: TestDb,
    pub clock: Clock,
    pub folder: TempDir,
    pub events: Events,
    pub jobs: Jobs,
}

impl OnEngine for Queue {
    async fn on(engine: Engine) -> Self {
        let test = TestDb::on(engine).await;
        let clock = Clock::manual(NOW);
        let folder = tempfile::tempdir().unwrap();
        let node = Node::enter(folder.path()).unwrap();
        let events = Events::new();
        let jobs = Jobs::new(test.db.clone(), clock.clone(), events.clone(), node);
        Self {
            test,
            clock,
            folder,
            events,
            jobs,
        }
    }
}

impl Queue {
    /// Another node on the same database and data folder.
    pub async fn another_node(&self) -> Jobs {
        let node = Node::enter(self.folder.path()).unwrap();
        Jobs::new(self.test.reopen().await, self.clock.clone(), Events::new(), node)
    }

    pub async fn add(&self, job: NewJob) -> JobId {
        self.jobs.enqueue_now(job).await.unwrap().id()
    }

    pub async fn start<F, R>(&self, handle: F) -> Workers
    where
        F: Fn(JobRun) -> R + Send + Sync + 'static,
        R: Future<Output = Result<Value, JobError>> + Send + 'static,
    {
        Workers::start(self.jobs.clone(), Handlers::default().on(KIND, handle))
            .await
            .unwrap()
    }

    pub async fn ended(&self, id: JobId) -> Job {
        within(self.jobs.follow(id, |_| {})).await.unwrap()
    }

    pub async fn until(&self, id: JobId, is_so: impl Fn(&Job) -> bool) -> Job {
        within(async {
            loop {
                let job = self.jobs.find(id).await.unwrap().unwrap();
                if is_so(&job) {
                    return job;
                }
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        })
        .await
    }
}

pub fn job() -> NewJob {
    NewJob::new(KIND, json!({"n": 1}))
}

/// Waiting that never ends is a failure, not a hang.
pub async fn within<T>(work: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(30), work)
        .await
        .expect("waited for 30 s")
}
