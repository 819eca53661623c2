use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use m3u_strm_processor::db::Engine;
use m3u_strm_processor::jobs::{Cancellation, Handlers, JobError, Jobs, State, Workers};
use m3u_strm_processor::support::ids::JobId;
use serde_json::json;

use super::{KIND, Queue, job, within};
use crate::on_both_engines;
use crate::support::OnEngine;

fn never_ends() -> Handlers {
    Handlers::default().on(KIND, |_| async {
        std::future::pending::<()>().await;
        Ok(json!(null))
    })
}

/// A node that claims a job and dies in the middle of it, as by `kill -9`: nothing of it is told to stop.
async fn die_while_running(queue: &Queue, id: JobId) {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .unwrap();
    let (url, statements) = (queue.test.url(), queue.test.statements.clone());
    let (folder, clock) = (queue.folder.path().to_owned(), queue.clock.clone());
    let workers = runtime
        .spawn(async move {
            let node = m3u_strm_processor::jobs::Node::enter(&folder).unwrap();
            let db = crate::support::db::open_url(&url, &statements).await;
            let jobs = Jobs::new(db, clock, m3u_strm_processor::events::Events::new(), node);
            Workers::start(jobs, never_ends()).await.unwrap()
        })
        .await
        .unwrap();
    queue.until(id, |job| job.state == State::Running).await;
    // The worker threads end at their next await; only then is the node's lock let go.
    tokio::task::spawn_blocking(move || runtime.shutdown_timeout(std::time::Duration::from_secs(30)))
        .await
        .unwrap();
    drop(workers);
}

on_both_engines! {
    async fn a_run_that_was_cut_short_is_interrupted_at_the_next_start(queue: Queue) {
        let id = queue.add(job()).await;
        die_while_running(&queue, id).await;
        assert_eq!(queue.jobs.find(id).await.unwrap().unwrap().state, State::Running);
        let workers = queue.start(|_| async { Ok(json!("again")) }).await;
        let ended = queue.jobs.find(id).await.unwrap().unwrap();
        assert_eq!((ended.state, ended.error.unwrap().code.as_str()), (State::Failed, "interrupted"));
        workers.stop().await;
    }

    async fn a_run_that_was_cut_short_is_tried_again_if_it_has_attempts(queue: Queue) {
        let id = queue.add(job().attempts(2)).await;
        die_while_running(&queue, id).await;
        let workers = queue.start(|run| async move { Ok(json!(run.attempt)) }).await;
        let ended = queue.ended(id).await;
        assert_eq!((ended.state, ended.result), (State::Succeeded, Some(json!(2))));
        workers.stop().await;
    }

    async fn a_start_leaves_the_runs_of_living_nodes_alone(queue: Queue) {
        let workers = queue.start(|run| async move {
            run.cancel.cancelled().await;
            Err(JobError::Cancelled)
        }).await;
        let id = queue.add(job()).await;
        queue.until(id, |job| job.state == State::Running).await;
        // However long its heartbeat is late.
        queue.clock.advance_ms(3_600_000);
        let second = Workers::start(queue.another_node().await, never_ends()).await.unwrap();
        assert_eq!(queue.jobs.find(id).await.unwrap().unwrap().state, State::Running);
        second.stop().await;
        workers.stop().await;
    }

    async fn a_node_of_another_machine_is_dead_after_a_minute_of_silence(queue: Queue) {
        let id = queue.add(job()).await;
        die_while_running(&queue, id).await;
        let elsewhere = tempfile::tempdir().unwrap();
        let start = async || {
            let node = m3u_strm_processor::jobs::Node::enter(elsewhere.path()).unwrap();
            let db = queue.test.reopen().await;
            let jobs = Jobs::new(db, queue.clock.clone(), m3u_strm_processor::events::Events::new(), node);
            Workers::start(jobs, never_ends()).await.unwrap().stop().await;
            queue.jobs.find(id).await.unwrap().unwrap()
        };
        queue.clock.advance_ms(60_000);
        assert_eq!(start().await.state, State::Running);
        queue.clock.advance_ms(1);
        let ended = start().await;
        assert_eq!((ended.state, ended.error.unwrap().code.as_str()), (State::Failed, "interrupted"));
    }

    async fn a_job_of_a_command_that_died_before_it_began_is_interrupted(queue: Queue) {
        let command = queue.another_node().await;
        let id = command.enqueue_now(job().only_here()).await.unwrap().id();
        drop(command);
        let workers = queue.start(|_| async { Ok(json!("stolen")) }).await;
        let ended = queue.ended(id).await;
        assert_eq!((ended.state, ended.error.unwrap().code.as_str()), (State::Failed, "interrupted"));
        workers.stop().await;
    }

    async fn a_job_is_cancelled_from_another_node(queue: Queue) {
        let workers = queue.start(|run| async move {
            run.cancel.cancelled().await;
            Err(JobError::Cancelled)
        }).await;
        let id = queue.add(job()).await;
        queue.until(id, |job| job.state == State::Running && job.started_at.is_some()).await;
        let other = queue.another_node().await;
        assert_eq!(other.cancel(id).await.unwrap(), Cancellation::Requested);
        assert_eq!(queue.ended(id).await.state, State::Cancelled);
        workers.stop().await;
    }

    async fn work_of_a_node_that_was_taken_for_dead_is_not_applied(queue: Queue) {
        let workers = queue.start(|run| async move {
            run.cancel.cancelled().await;
            Ok(json!(null))
        }).await;
        let id = queue.add(job()).await;
        queue.until(id, |job| job.state == State::Running).await;
        queue.test.db.execute("update jobs set node = 'another' where id = $1", m3u_strm_processor::args![id]).await.unwrap();
        // Its heartbeat finds out, and its end changes nothing.
        workers.stop().await;
        assert_eq!(queue.jobs.find(id).await.unwrap().unwrap().state, State::Running);
    }
}

#[tokio::test]
async fn two_nodes_on_postgres_never_run_the_same_job() {
    let queue = Queue::on(Engine::Postgres).await;
    let ran: Arc<Mutex<BTreeMap<JobId, Vec<&str>>>> = Arc::default();
    let handlers = |name: &'static str| {
        let ran = Arc::clone(&ran);
        Handlers::default().on(KIND, move |run| {
            ran.lock().unwrap().entry(run.id).or_default().push(name);
            async { Ok(json!(null)) }
        })
    };
    let mut ids = Vec::new();
    for _ in 0..60 {
        ids.push(queue.add(job()).await);
    }
    let one = Workers::start(queue.jobs.clone(), handlers("one")).await.unwrap();
    let two = Workers::start(queue.another_node().await, handlers("two"))
        .await
        .unwrap();
    for id in &ids {
        assert_eq!(within(queue.ended(*id)).await.state, State::Succeeded);
    }
    one.stop().await;
    two.stop().await;
    let ran = ran.lock().unwrap();
    assert_eq!(ran.len(), ids.len());
    assert!(ran.values().all(|nodes| nodes.len() == 1), "{ran:?}");
    assert!(
        ["one", "two"]
            .iter()
            .all(|node| ran.values().any(|nodes| nodes[0] == *node))
    );
}
