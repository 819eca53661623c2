//! A list that lost too much waits for a person.

use m3u_strm_processor::features::providers::{self, Status};
use m3u_strm_processor::features::settings;
use m3u_strm_processor::features::sync::log::{Decision, Outcome};
use m3u_strm_processor::features::sync::store::SyncRow;
use m3u_strm_processor::features::sync::{self, Error, Started};
use m3u_strm_processor::jobs::State;
use serde_json::json;

use super::{Synced, entry, listed};
use crate::on_both_engines;
use crate::support::{ACTOR, acts};

/// So many channels, films and episodes.
fn entries(channels: usize, films: usize, episodes: usize) -> Vec<String> {
    let channels = (0..channels).map(|n| {
        entry(
            &format!("Number {n}"),
            &format!("http://h/live/ann/s3cret/{n}.ts"),
        )
    });
    let films = (0..films).map(|n| {
        entry(
            &format!("Film {n} (2001)"),
            &format!("http://h/movie/ann/s3cret/{n}.mkv"),
        )
    });
    let episodes = (0..episodes).map(|n| {
        entry(
            &format!("Series S01E{:02}", n + 1),
            &format!("http://h/series/ann/s3cret/{n}.mkv"),
        )
    });
    channels.chain(films).chain(episodes).collect()
}

impl Synced {
    fn lists_all(&self, entries: &[String]) {
        self.lists(&entries.iter().map(String::as_str).collect::<Vec<_>>());
    }

    async fn lists_and_syncs(&self, entries: &[String]) -> SyncRow {
        self.lists_all(entries);
        self.sync().await
    }

    async fn row(&self, run: &SyncRow) -> SyncRow {
        sync::store::find(&self.ctx().db, run.id).await.unwrap().unwrap()
    }

    /// A run that is held: of ten channels only three are listed, and one is new.
    async fn held(&self) -> SyncRow {
        assert_eq!(
            self.lists_and_syncs(&entries(10, 2, 2)).await.outcome,
            Outcome::Applied
        );
        let fewer = [
            entries(3, 2, 2),
            vec![entry(
                "New",
                "http://h/live/ann/s3cret/99.ts|Authorization=s3cret",
            )],
        ]
        .concat();
        let run = self.lists_and_syncs(&fewer).await;
        assert_eq!(
            (run.outcome, run.decision, run.removed, run.added),
            (Outcome::Held, Some(Decision::Pending), 7, 1)
        );
        run
    }

    async fn staged(&self) -> i64 {
        self.count("select count(*) from provider_sync_staging").await
    }

    async fn status(&self) -> Status {
        providers::store::get(&self.ctx().db, self.provider)
            .await
            .unwrap()
            .status()
    }
}

on_both_engines! {
    async fn a_held_run_changes_nothing_and_keeps_its_credentials_sealed(synced: Synced) {
        let run = synced.held().await;
        assert_eq!(synced.channels().await.len(), 10);
        assert_eq!(synced.status().await, Status::Held);
        assert_eq!(run.held_reasons.as_deref(), Some(r#"["7 of 10 live streams (70 %) are not listed any more."]"#));
        let job = synced.ctx().jobs.find(run.job_id).await.unwrap().unwrap();
        assert_eq!((job.state, &job.result.unwrap()["outcome"]), (State::Succeeded, &json!("held")));
        assert!(synced.staged().await > 0);
        let sealed: Vec<(Vec<u8>,)> = synced.ctx().db.all("select sealed from provider_sync_staging", Vec::new()).await.unwrap();
        for (piece,) in sealed {
            assert!(!piece.windows(6).any(|bytes| bytes == b"s3cret"), "credentials are sealed");
        }
    }

    async fn an_approved_run_is_applied_as_it_was_found(synced: Synced) {
        let held = synced.held().await;
        let job = sync::approve(synced.ctx(), held.id, &ACTOR).await.unwrap();
        assert!(matches!(sync::approve(synced.ctx(), held.id, &ACTOR).await, Err(Error::Decided)));
        assert!(matches!(sync::reject(synced.ctx(), held.id, &ACTOR).await, Err(Error::Decided)));
        assert_eq!(sync::start(synced.ctx(), synced.provider, &ACTOR, true).await.unwrap(), Started::Running(job));
        assert_eq!(synced.run(job).await.state, State::Succeeded);
        let row = synced.row(&held).await;
        assert_eq!((row.outcome, row.decision), (Outcome::Applied, Some(Decision::Approved)));
        let names: Vec<String> = synced.channels().await.into_iter().map(|(name, _)| name).collect();
        assert_eq!(names, ["New", "Number 0", "Number 1", "Number 2"]);
        assert_eq!((synced.staged().await, synced.status().await), (0, Status::Ok));
        assert_eq!(synced.sync().await.outcome, Outcome::Unchanged, "the same list again is what was approved");
        let acts = acts(synced.ctx()).await;
        assert!(acts.contains(&format!("sync.approved sync:{}", held.id)), "{acts:?}");
    }

    async fn a_rejected_run_is_forgotten(synced: Synced) {
        let held = synced.held().await;
        sync::reject(synced.ctx(), held.id, &ACTOR).await.unwrap();
        assert_eq!(synced.row(&held).await.decision, Some(Decision::Rejected));
        assert_eq!((synced.staged().await, synced.status().await), (0, Status::Ok));
        assert_eq!(synced.channels().await.len(), 10);
        assert!(matches!(sync::approve(synced.ctx(), held.id, &ACTOR).await, Err(Error::Decided)));
        let acts = acts(synced.ctx()).await;
        assert!(acts.contains(&format!("sync.rejected sync:{}", held.id)), "{acts:?}");
    }

    async fn the_next_run_supersedes_a_held_one(synced: Synced) {
        let first = synced.held().await;
        let second = synced.sync().await;
        assert_eq!(second.outcome, Outcome::Held);
        assert_eq!(synced.row(&first).await.decision, Some(Decision::Superseded));
        assert!(matches!(sync::approve(synced.ctx(), first.id, &ACTOR).await, Err(Error::Decided)));
        let third = synced.lists_and_syncs(&entries(10, 2, 2)).await;
        assert_eq!(third.outcome, Outcome::Unchanged);
        assert_eq!((synced.row(&second).await.decision, synced.staged().await), (Some(Decision::Superseded), 0));
        assert_eq!(synced.status().await, Status::Ok);
    }

    async fn an_approval_that_came_to_nothing_may_be_given_again(synced: Synced) {
        let held = synced.held().await;
        let job = sync::approve(synced.ctx(), held.id, &ACTOR).await.unwrap();
        synced.ctx().jobs.cancel(job).await.unwrap();
        assert_eq!(synced.channels().await.len(), 10);
        let again = sync::approve(synced.ctx(), held.id, &ACTOR).await.unwrap();
        assert_eq!(synced.run(again).await.state, State::Succeeded);
        assert_eq!(synced.row(&held).await.outcome, Outcome::Applied);
    }

    async fn each_kind_and_each_large_category_is_judged_by_itself(synced: Synced) {
        let sport = |count: usize| -> Vec<String> {
            (0..count).map(|n| listed(&format!("Sport {n}"), "", "Sport", &format!("http://h/sport/{n}.ts"))).collect()
        };
        let all = [entries(300, 10, 10), sport(50)].concat();
        synced.lists_and_syncs(&all).await;
        let films = synced.lists_and_syncs(&[entries(300, 7, 10), sport(50)].concat()).await;
        assert_eq!(films.held_reasons.as_deref(), Some(r#"["3 of 10 films (30 %) are not listed any more."]"#));
        let category = synced.lists_and_syncs(&[entries(300, 10, 10), sport(39)].concat()).await;
        assert_eq!(
            category.held_reasons.as_deref(),
            Some(r#"["11 of 50 live streams of the category \"Sport\" (22 %) are not listed any more."]"#)
        );
        let renamed = |entries: Vec<String>| -> Vec<String> {
            entries.iter().map(|entry| entry.replace(",Sport ", ",Sports ")).collect()
        };
        let besides = synced.lists_and_syncs(&[entries(300, 10, 10), renamed(sport(39))].concat()).await;
        assert_eq!(besides.renamed, 39, "{besides:?}");
        assert_eq!(besides.held_reasons, category.held_reasons, "entries that changed had been there too");
        let few = synced.lists_and_syncs(&[entries(280, 8, 8), sport(40)].concat()).await;
        assert_eq!((few.outcome, few.removed), (Outcome::Applied, 34), "{few:?}");
    }

    async fn the_percentage_is_a_setting(synced: Synced) {
        synced.lists_and_syncs(&entries(10, 0, 0)).await;
        let values = json!({ "sync_shrink_guard_percent": 50 });
        settings::set(synced.ctx(), &ACTOR, values.as_object().unwrap()).await.unwrap();
        assert_eq!(synced.lists_and_syncs(&entries(5, 0, 0)).await.outcome, Outcome::Applied);
        assert_eq!(synced.lists_and_syncs(&entries(2, 0, 0)).await.outcome, Outcome::Held);
    }

    async fn a_held_run_whose_pieces_cannot_be_read_changes_nothing(synced: Synced) {
        let held = synced.held().await;
        synced.ctx().db.execute("update provider_sync_staging set sealed = $1", vec![b"rubbish".to_vec().into()]).await.unwrap();
        let job = sync::approve(synced.ctx(), held.id, &ACTOR).await.unwrap();
        let job = synced.run(job).await;
        assert_eq!((job.state, job.error.unwrap().code.as_str()), (State::Failed, "staging"));
        assert_eq!(synced.channels().await.len(), 10);
        assert_eq!(synced.row(&held).await.outcome, Outcome::Held);
    }
}
