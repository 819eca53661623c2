//! What a removed provider leaves behind.

use m3u_strm_processor::features::catalogue::line_up;
use m3u_strm_processor::features::sync::log::{Decision, Outcome};
use m3u_strm_processor::features::{providers, sync};
use m3u_strm_processor::jobs::{State, kinds};

use super::{LIST, Synced, add_provider, entry};
use crate::on_both_engines;
use crate::support::ACTOR;

impl Synced {
    /// Removes the provider and does the work that this queues.
    async fn remove(&self) -> serde_json::Value {
        line_up::remove(self.ctx(), &ACTOR, self.provider).await.unwrap();
        let key = providers::sync_key(self.provider);
        let job = self
            .ctx()
            .jobs
            .active(kinds::PROVIDER_REMOVAL, &key)
            .await
            .unwrap()
            .unwrap();
        let job = self.run(job).await;
        assert_eq!(job.state, State::Succeeded, "{job:?}");
        job.result.unwrap()
    }
}

on_both_engines! {
    async fn a_removed_provider_shows_nothing_and_keeps_identities_and_numbers(synced: Synced) {
        synced.lists(&[&entry("ESPN", "http://h/1.ts"), &entry("Heat (1995)", "http://h/movie/1.mkv")]);
        synced.sync().await;
        let channel = synced.channel("ESPN").await;
        let other = add_provider(synced.ctx(), "Two", &synced.simulator.url("/other.m3u")).await;
        synced.simulator.put("/other.m3u", m3u_strm_processor::simulator::Resource::bytes(
            format!("#EXTM3U\n{}\n{}\n", entry("ESPN HD", "http://o/1.ts"), entry("CNN", "http://o/2.ts"))));
        synced.sync_of(other).await;
        assert_eq!(synced.remove().await["removed"], 2);
        assert_eq!(synced.channels().await, [("CNN".to_owned(), vec!["CNN".to_owned()]), ("ESPN".to_owned(), vec!["ESPN HD".to_owned()])]);
        assert_eq!(synced.channel("ESPN").await, channel);
        assert_eq!(synced.count("select count(*) from vod_movies where version_count > 0").await, 0);
        assert_eq!(synced.count("select count(*) from channel_streams").await, 3, "identities stay");
        assert_eq!(synced.count("select count(*) from provider_url_values v join providers p on p.id = v.provider_id \
             where p.deleted_at is not null").await, 0, "its addresses are gone");
    }

    async fn a_run_that_waits_for_approval_goes_with_its_provider(synced: Synced) {
        let many: Vec<String> = (0..10).map(|n| entry(&format!("Number {n}"), &format!("http://h/{n}.ts"))).collect();
        synced.lists(&many.iter().map(String::as_str).collect::<Vec<_>>());
        synced.sync().await;
        synced.lists(&[&many[0]]);
        let held = synced.sync().await;
        assert_eq!(held.outcome, Outcome::Held);
        synced.remove().await;
        let row = sync::store::find(&synced.ctx().db, held.id).await.unwrap().unwrap();
        assert_eq!(row.decision, Some(Decision::Superseded));
        assert_eq!(synced.count("select count(*) from provider_sync_staging").await, 0);
        assert!(matches!(sync::approve(synced.ctx(), held.id, &ACTOR).await, Err(sync::Error::Decided)));
    }

    async fn a_run_of_a_provider_that_was_removed_meanwhile_applies_nothing(synced: Synced) {
        synced.lists(&[&entry("ESPN", "http://h/1.ts")]);
        let sync::Started::New(job) = sync::start(synced.ctx(), synced.provider, &ACTOR, true).await.unwrap() else {
            unreachable!("nothing runs yet");
        };
        synced.simulator.put(LIST, m3u_strm_processor::simulator::Resource::bytes("#EXTM3U\n"));
        line_up::remove(synced.ctx(), &ACTOR, synced.provider).await.unwrap();
        assert_eq!(synced.ctx().jobs.find(job).await.unwrap().unwrap().state, State::Cancelled);
        assert_eq!(synced.count("select count(*) from channel_streams").await, 0);
    }
}
