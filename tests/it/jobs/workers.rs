use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use m3u_strm_processor::db::Engine;
use m3u_strm_processor::events::{Event, Heard};
use m3u_strm_processor::jobs::{Cancellation, Handlers, JobError, NewJob, State, Workers, kinds, run_here};
use serde_json::json;
use tokio::sync::Notify;

use super::{KIND, NOW, Queue, job, within};
use crate::on_both_engines;
use crate::support::OnEngine;

on_both_engines! {
    async fn a_job_runs_and_its_result_is_kept(queue: Queue) {
        let workers = queue.start(|run| async move { Ok(json!({"got": run.payload, "attempt": run.attempt})) }).await;
        let id = queue.add(job()).await;
        let ended = queue.ended(id).await;
        assert_eq!(ended.state, State::Succeeded);
        assert_eq!(ended.result, Some(json!({"got": {"n": 1}, "attempt": 1})));
        assert_eq!((ended.started_at, ended.finished_at), (Some(NOW), Some(NOW)));
        workers.stop().await;
    }

    async fn a_failed_job_says_why_and_is_not_tried_again(queue: Queue) {
        let workers = queue.start(|_| async { Err(JobError::failed("no_playlist", "It is no playlist.")) }).await;
        let ended = queue.ended(queue.add(job().attempts(3)).await).await;
        let error = ended.error.unwrap();
        assert_eq!((ended.state, ended.attempt), (State::Failed, 1));
        assert_eq!((error.code.as_str(), error.message.as_str()), ("no_playlist", "It is no playlist."));
        workers.stop().await;
    }

    async fn another_attempt_follows_after_a_pause(queue: Queue) {
        let workers = queue.start(|run| async move {
            run.progress.log(&format!("attempt {}", run.attempt));
            if run.attempt < 3 { Err(JobError::retry("slow", "It was slow.")) } else { Ok(json!(null)) }
        }).await;
        let id = queue.add(job().attempts(3)).await;
        for attempt in 1..3 {
            let waiting = queue.until(id, |job| job.state == State::Queued && job.attempt == attempt).await;
            assert_eq!(waiting.error.unwrap().code, "slow");
            queue.clock.advance_ms(5_000 << (attempt - 1));
            queue.jobs.wake();
        }
        let ended = queue.ended(id).await;
        assert_eq!((ended.state, ended.attempt, ended.error), (State::Succeeded, 3, None));
        let lines: Vec<String> = queue.jobs.logs(id).await.unwrap().into_iter().map(|line| line.text).collect();
        assert_eq!(lines, ["attempt 1", "attempt 2", "attempt 3"]);
        workers.stop().await;
    }

    async fn a_panicking_handler_fails_its_job_only(queue: Queue) {
        let workers = queue.start(|run| async move {
            assert_ne!(run.payload, json!("panic"), "asked to");
            Ok(json!(null))
        }).await;
        let mut panics = job();
        panics.payload = json!("panic");
        let ended = queue.ended(queue.add(panics).await).await;
        assert_eq!((ended.state, ended.error.unwrap().code.as_str()), (State::Failed, "internal"));
        assert_eq!(queue.ended(queue.add(job()).await).await.state, State::Succeeded);
        workers.stop().await;
    }

    async fn a_running_job_is_cancelled(queue: Queue) {
        let workers = queue.start(|run| async move {
            run.cancel.cancelled().await;
            Err(JobError::Cancelled)
        }).await;
        let id = queue.add(job()).await;
        queue.until(id, |job| job.state == State::Running).await;
        assert_eq!(queue.jobs.cancel(id).await.unwrap(), Cancellation::Requested);
        let ended = queue.ended(id).await;
        assert_eq!((ended.state, ended.error), (State::Cancelled, None));
        workers.stop().await;
    }

    async fn progress_is_seen_live_and_kept(queue: Queue) {
        let go_on = Arc::new(Notify::new());
        let waits = Arc::clone(&go_on);
        let workers = queue.start(move |run| {
            let waits = Arc::clone(&waits);
            async move {
                run.progress.set(3, Some(10), "Reading");
                run.progress.log("three of ten");
                waits.notified().await;
                run.progress.set(10, Some(10), "Read");
                Ok(json!(null))
            }
        }).await;
        let mut events = queue.events.listen();
        let id = queue.add(job()).await;
        let live = queue.until(id, |job| job.progress.done == 3).await;
        assert_eq!((live.progress.total, live.progress.message.as_str()), (Some(10), "Reading"));
        assert_eq!(within(events.next()).await, Some(Heard::Event(Event::JobChanged(id))));
        // Another node knows what is stored only.
        let other = queue.another_node().await;
        within(async { while other.find(id).await.unwrap().unwrap().progress.done != 3 {
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        } }).await;
        go_on.notify_one();
        let ended = queue.ended(id).await;
        assert_eq!((ended.progress.done, ended.progress.message.as_str()), (10, "Read"));
        assert_eq!(queue.jobs.logs(id).await.unwrap()[0].text, "three of ten");
        workers.stop().await;
    }

    async fn a_log_is_bounded(queue: Queue) {
        let workers = queue.start(|run| async move {
            for line in 0..3000 {
                run.progress.log(&format!("{line} {}", "x".repeat(2000)));
            }
            Ok(json!(null))
        }).await;
        let id = queue.add(job()).await;
        queue.ended(id).await;
        let lines = queue.jobs.logs(id).await.unwrap();
        assert_eq!(lines.len(), 1000);
        assert!(lines.iter().all(|line| line.text.len() <= 500));
        assert!(lines[999].text.contains("left out") && lines[998].text.starts_with("998 "));
        workers.stop().await;
    }

    async fn a_command_runs_its_own_job_and_no_other(queue: Queue) {
        let handlers = Handlers::default().on(KIND, |run| async move { Ok(run.payload) });
        let others = queue.add(job()).await;
        let own = queue.add(job().only_here()).await;
        let server = queue.another_node().await;
        let workers = m3u_strm_processor::jobs::Workers::start(server, handlers.clone()).await.unwrap();
        queue.ended(others).await;
        assert_eq!(queue.jobs.find(own).await.unwrap().unwrap().state, State::Queued);
        let mut seen = Vec::new();
        let ended = within(run_here(&queue.jobs, &handlers, own, |job| seen.push(job.state))).await.unwrap();
        assert_eq!(ended.state, State::Succeeded);
        assert_eq!(seen.last(), Some(&State::Succeeded));
        workers.stop().await;
    }

    async fn a_command_follows_a_job_that_runs_elsewhere(queue: Queue) {
        let go_on = Arc::new(Notify::new());
        let waits = Arc::clone(&go_on);
        let workers = queue.start(move |_| {
            let waits = Arc::clone(&waits);
            async move { waits.notified().await; Ok(json!("elsewhere")) }
        }).await;
        let id = queue.add(job()).await;
        queue.until(id, |job| job.state == State::Running).await;
        let command = queue.another_node().await;
        let here = Handlers::default().on(KIND, |_| async { Ok(json!("here")) });
        go_on.notify_one();
        let ended = within(run_here(&command, &here, id, |_| {})).await.unwrap();
        assert_eq!(ended.result, Some(json!("elsewhere")));
        workers.stop().await;
    }

    async fn stopping_interrupts_what_runs_and_keeps_what_waits(queue: Queue) {
        let workers = queue.start(|run| async move {
            run.cancel.cancelled().await;
            Err(JobError::Cancelled)
        }).await;
        let once = queue.add(job()).await;
        let twice = queue.add(job().attempts(2)).await;
        queue.until(once, |job| job.state == State::Running).await;
        queue.until(twice, |job| job.state == State::Running).await;
        workers.stop().await;
        let once = queue.jobs.find(once).await.unwrap().unwrap();
        assert_eq!((once.state, once.error.unwrap().code.as_str()), (State::Failed, "interrupted"));
        let twice = queue.jobs.find(twice).await.unwrap().unwrap();
        assert_eq!((twice.state, twice.attempt), (State::Queued, 1));
    }
}

#[tokio::test]
async fn no_more_than_five_jobs_run_at_once() {
    let queue = Queue::on(Engine::Sqlite).await;
    let (running, most) = (Arc::new(AtomicU32::new(0)), Arc::new(AtomicU32::new(0)));
    let counts = (Arc::clone(&running), Arc::clone(&most));
    let workers = queue
        .start(move |_| {
            let (running, most) = counts.clone();
            async move {
                most.fetch_max(running.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                tokio::task::yield_now().await;
                running.fetch_sub(1, Ordering::SeqCst);
                Ok(json!(null))
            }
        })
        .await;
    let mut ids = Vec::new();
    for _ in 0..20 {
        ids.push(queue.add(job()).await);
    }
    for id in ids {
        assert_eq!(queue.ended(id).await.state, State::Succeeded);
    }
    assert!((1..=5).contains(&most.load(Ordering::SeqCst)));
    workers.stop().await;
}

#[tokio::test]
async fn long_checks_leave_room_for_other_jobs() {
    let queue = Queue::on(Engine::Sqlite).await;
    let release = Arc::new(Notify::new());
    let (others, checks) = (Arc::clone(&release), Arc::clone(&release));
    let handlers = Handlers::default()
        .on(KIND, move |_| {
            let _ = &others;
            async { Ok(json!(null)) }
        })
        .on(kinds::HEALTH_CHECK, move |_| {
            let release = Arc::clone(&checks);
            async move {
                release.notified().await;
                Ok(json!(null))
            }
        });
    let workers = within(Workers::start(queue.jobs.clone(), handlers))
        .await
        .unwrap();
    let mut long = Vec::new();
    for _ in 0..5 {
        long.push(queue.add(NewJob::new(kinds::HEALTH_CHECK, json!({}))).await);
    }
    let other = queue.add(job()).await;
    assert_eq!(queue.ended(other).await.state, State::Succeeded);
    for id in &long[..2] {
        queue.until(*id, |job| job.state == State::Running).await;
    }
    for id in &long[2..] {
        let waiting = queue.jobs.find(*id).await.unwrap().unwrap();
        assert_eq!(waiting.state, State::Queued);
    }
    for id in &long {
        queue.until(*id, |job| job.state == State::Running).await;
        release.notify_one();
        assert_eq!(queue.ended(*id).await.state, State::Succeeded);
    }
    workers.stop().await;
}
