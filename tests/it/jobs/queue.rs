use m3u_strm_processor::db::DbError;
use m3u_strm_processor::jobs::{Cancellation, Enqueued, JobFilter, NewJob, State, kinds, prune};
use m3u_strm_processor::support::ids::JobId;
use serde_json::json;

use super::{KIND, NOW, Queue, job};
use crate::on_both_engines;

on_both_engines! {
    async fn a_key_is_queued_once_until_its_job_has_ended(queue: Queue) {
        let first = queue.jobs.enqueue_now(job().key("provider-7")).await.unwrap();
        assert!(first.is_new());
        let again = queue.jobs.enqueue_now(job().key("provider-7")).await.unwrap();
        assert_eq!(again, Enqueued::AlreadyQueued(first.id()));
        assert_eq!(queue.jobs.active(KIND, "provider-7").await.unwrap(), Some(first.id()));
        for other in [job().key("provider-8"), NewJob::new("other", json!({})).key("provider-7"), job(), job()] {
            assert!(queue.jobs.enqueue_now(other).await.unwrap().is_new());
        }
        queue.jobs.cancel(first.id()).await.unwrap();
        assert_eq!(queue.jobs.active(KIND, "provider-7").await.unwrap(), None);
        assert!(queue.jobs.enqueue_now(job().key("provider-7")).await.unwrap().is_new());
    }

    async fn two_requests_at_once_queue_one_job(queue: Queue) {
        let other = queue.another_node().await;
        for round in 0..10 {
            let key = format!("round-{round}");
            let (one, two) =
                tokio::join!(queue.jobs.enqueue_now(job().key(&key)), other.enqueue_now(job().key(&key)));
            let (one, two) = (one.unwrap(), two.unwrap());
            assert_eq!(one.id(), two.id());
            assert!(one.is_new() != two.is_new());
        }
    }

    async fn a_job_is_queued_with_the_transaction_or_not_at_all(queue: Queue) {
        let mut tx = queue.test.db.begin().await.unwrap();
        let id = queue.jobs.enqueue(&mut tx, job()).await.unwrap().id();
        tx.rollback().await.unwrap();
        assert_eq!(queue.jobs.find(id).await.unwrap(), None);
    }

    async fn a_queued_job_is_cancelled_at_once(queue: Queue) {
        let id = queue.add(job()).await;
        assert_eq!(queue.jobs.cancel(id).await.unwrap(), Cancellation::Cancelled);
        let cancelled = queue.jobs.find(id).await.unwrap().unwrap();
        assert_eq!((cancelled.state, cancelled.finished_at), (State::Cancelled, Some(NOW)));
        assert_eq!(queue.jobs.cancel(id).await.unwrap(), Cancellation::AlreadyEnded);
        assert!(matches!(queue.jobs.cancel(JobId(999)).await, Err(DbError::NotFound)));
    }

    async fn jobs_that_ended_a_month_ago_are_removed(queue: Queue) {
        let [old, young, waiting] = [queue.add(job()).await, queue.add(job()).await, queue.add(job()).await];
        queue.jobs.cancel(old).await.unwrap();
        queue.clock.advance_ms(31 * 86_400_000);
        queue.jobs.cancel(young).await.unwrap();
        prune(&queue.jobs).await.unwrap();
        assert_eq!(queue.jobs.find(old).await.unwrap(), None);
        for kept in [young, waiting] {
            assert!(queue.jobs.find(kept).await.unwrap().is_some());
        }
    }

    async fn jobs_of_a_frequent_kind_are_removed_a_day_after_they_ended(queue: Queue) {
        let recheck = || NewJob::new(kinds::HEALTH_RECHECK, json!({}));
        let [old, other] = [queue.add(recheck()).await, queue.add(job()).await];
        queue.jobs.cancel(old).await.unwrap();
        queue.jobs.cancel(other).await.unwrap();
        queue.clock.advance_ms(86_400_000 + 1);
        let young = queue.add(recheck()).await;
        queue.jobs.cancel(young).await.unwrap();
        prune(&queue.jobs).await.unwrap();
        assert_eq!(queue.jobs.find(old).await.unwrap(), None);
        for kept in [young, other] {
            assert!(queue.jobs.find(kept).await.unwrap().is_some());
        }
    }

    async fn jobs_are_listed_newest_first_with_every_filter(queue: Queue) {
        let mut ids = Vec::new();
        for kind in [KIND, "other", KIND] {
            ids.push(queue.add(NewJob::new(kind, json!({}))).await);
        }
        queue.jobs.cancel(ids[0]).await.unwrap();
        let list = async |kind: Option<&str>, state, skip, limit| {
            let filter = JobFilter { kind: kind.map(str::to_owned), state, skip, limit };
            let (jobs, total) = queue.jobs.list(&filter).await.unwrap();
            (jobs.iter().map(|job| job.id).collect::<Vec<_>>(), total)
        };
        assert_eq!(list(None, None, 0, 100).await, (vec![ids[2], ids[1], ids[0]], 3));
        assert_eq!(list(None, None, 1, 1).await, (vec![ids[1]], 3));
        assert_eq!(list(Some(KIND), None, 0, 100).await, (vec![ids[2], ids[0]], 2));
        assert_eq!(list(None, Some(State::Queued), 0, 100).await, (vec![ids[2], ids[1]], 2));
        assert_eq!(list(Some(KIND), Some(State::Cancelled), 0, 100).await, (vec![ids[0]], 1));
        assert_eq!(list(Some("none"), None, 0, 100).await, (vec![], 0));
    }

    async fn only_jobs_asked_for_by_hand_are_counted(queue: Queue) {
        for by_hand in [true, false, true] {
            let new = job().key("provider-7");
            let id = queue.add(if by_hand { new.by_hand() } else { new }).await;
            queue.jobs.cancel(id).await.unwrap();
            queue.clock.advance_ms(1000);
        }
        let count = async |key, since| queue.jobs.count_by_hand(KIND, key, since).await.unwrap();
        assert_eq!(count("provider-7", NOW).await, (2, Some(NOW)));
        assert_eq!(count("provider-7", NOW + 1).await, (1, Some(NOW + 2000)));
        assert_eq!(count("provider-8", NOW).await, (0, None));
    }

    async fn a_lease_has_one_holder_until_it_ends(queue: Queue) {
        let other = queue.another_node().await;
        let held = queue.jobs.lease("library", 1000).await.unwrap().unwrap();
        assert!(queue.jobs.lease("library", 1000).await.unwrap().is_none());
        assert!(other.lease("library", 1000).await.unwrap().is_none());
        assert!(other.lease("another", 1000).await.unwrap().is_some());
        queue.clock.advance_ms(999);
        assert!(held.renew(1000).await.unwrap());
        queue.clock.advance_ms(1000);
        let taken = other.lease("library", 1000).await.unwrap().unwrap();
        assert!(!held.renew(1000).await.unwrap());
        taken.release().await.unwrap();
        assert!(held.renew(1000).await.unwrap());
    }

    async fn the_json_of_a_job_is_that_of_the_api(queue: Queue) {
        let id = queue.add(job()).await;
        let json = serde_json::to_value(queue.jobs.find(id).await.unwrap().unwrap()).unwrap();
        assert_eq!(json["id"], id.0);
        assert_eq!(json["kind"], KIND);
        assert_eq!(json["state"], "queued");
        assert_eq!(json["progress"], json!({"done": 0, "total": null, "message": ""}));
        assert_eq!(json["created_at"], "2027-01-15T08:00:00Z");
        for absent in ["result", "error", "started_at", "finished_at"] {
            assert!(json[absent].is_null(), "{absent}");
        }
        assert!(json.get("payload").is_none());
    }
}
