//! One sync of a provider at a time, and an end to it at any time.

use m3u_strm_processor::app::{App, handlers};
use m3u_strm_processor::features::sync::log::Outcome;
use m3u_strm_processor::features::sync::{self, Started};
use m3u_strm_processor::jobs::{State, Workers};
use m3u_strm_processor::simulator::Fault;
use m3u_strm_processor::support::ids::JobId;

use super::{LIST, Synced, add_provider, entry};
use crate::on_both_engines;
use crate::support::ACTOR;

impl Synced {
    fn lists_some(&self) {
        let entries: Vec<String> = (0..50)
            .map(|n| entry(&format!("Number {n}"), &format!("http://h/{n}.ts")))
            .collect();
        self.lists(&entries.iter().map(String::as_str).collect::<Vec<_>>());
    }

    async fn started(&self) -> JobId {
        match sync::start(self.ctx(), self.provider, &ACTOR, true)
            .await
            .unwrap()
        {
            Started::New(job) => job,
            Started::Running(job) => unreachable!("job {job} is running"),
        }
    }

    async fn last(&self) -> Outcome {
        sync::store::latest(&self.ctx().db, 1).await.unwrap()[0].outcome
    }
}

on_both_engines! {
    async fn many_wishes_at_once_are_one_sync(synced: Synced) {
        synced.lists_some();
        let wishes = (0..8).map(|_| sync::start(synced.ctx(), synced.provider, &ACTOR, true));
        let started: Vec<Started> = futures_util::future::join_all(wishes).await.into_iter().map(Result::unwrap).collect();
        let new = started.iter().filter(|started| matches!(started, Started::New(_))).count();
        assert_eq!(new, 1, "{started:?}");
        let (Started::New(job) | Started::Running(job)) = started[0];
        assert!(started.iter().all(|one| *one == Started::New(job) || *one == Started::Running(job)));
        assert_eq!(synced.run(job).await.state, State::Succeeded);
        assert_eq!((synced.simulator.count(LIST), synced.count("select count(*) from provider_sync_log").await), (1, 1));
    }

    async fn two_providers_sync_side_by_side(synced: Synced) {
        synced.lists_some();
        synced.simulator.put("/two.m3u", m3u_strm_processor::simulator::Resource::bytes(
            format!("#EXTM3U\n{}\n", entry("Number 7 HD", "http://o/7.ts"))));
        let two = add_provider(synced.ctx(), "Two", &synced.simulator.url("/two.m3u")).await;
        let (one, other) = tokio::join!(synced.job_of(synced.provider), synced.job_of(two));
        assert_eq!((one.state, other.state), (State::Succeeded, State::Succeeded), "{one:?} {other:?}");
        assert_eq!(synced.channels().await.len(), 50, "both lists, the shared channel once");
    }

    async fn a_running_sync_is_cancelled(synced: Synced) {
        synced.lists_some();
        synced.simulator.fault(LIST, Fault::stop_after(500).times(1));
        let workers = Workers::start(synced.ctx().jobs.clone(), handlers(&App::of(synced.ctx().clone()))).await.unwrap();
        let job = synced.started().await;
        synced.simulator.until(|counters| counters.open == 1).await;
        synced.ctx().jobs.cancel(job).await.unwrap();
        let ended = tokio::time::timeout(std::time::Duration::from_secs(30), synced.ctx().jobs.follow(job, |_| {})).await;
        assert_eq!(ended.unwrap().unwrap().state, State::Cancelled);
        assert_eq!((synced.last().await, synced.channels().await.len()), (Outcome::Cancelled, 0));
        workers.stop().await;
        assert_eq!(synced.sync().await.outcome, Outcome::Applied, "the next one is not in its way");
    }

    async fn a_sync_that_the_end_of_the_server_cuts_short_is_interrupted(synced: Synced) {
        synced.lists_some();
        synced.simulator.fault(LIST, Fault::stop_after(500).times(1));
        let workers = Workers::start(synced.ctx().jobs.clone(), handlers(&App::of(synced.ctx().clone()))).await.unwrap();
        let job = synced.started().await;
        synced.simulator.until(|counters| counters.open == 1).await;
        workers.stop().await;
        let job = synced.ctx().jobs.find(job).await.unwrap().unwrap();
        assert_eq!((job.state, job.error.unwrap().code.as_str()), (State::Failed, "interrupted"));
        assert_eq!((synced.last().await, synced.channels().await.len()), (Outcome::Interrupted, 0));
        assert_eq!(synced.sync().await.outcome, Outcome::Applied);
        let row = &sync::store::latest(&synced.ctx().db, 2).await.unwrap()[1];
        assert!(row.outcome == Outcome::Interrupted && row.finished_at.is_some(), "{row:?}");
    }
}
