//! Groups that a person leaves out, and takes again.

use m3u_strm_processor::args;
use m3u_strm_processor::features::catalogue::line_up;
use m3u_strm_processor::features::providers::groups::{self, Filter, Offered};
use m3u_strm_processor::features::providers::{self, Error, Status};
use m3u_strm_processor::features::sync;
use m3u_strm_processor::features::sync::log::{Counts, Difference, Outcome};
use m3u_strm_processor::features::sync::store::SyncRow;
use m3u_strm_processor::support::paging::Slice;
use serde_json::{Value, json};

use super::{Synced, listed};
use crate::on_both_engines;
use crate::support::ACTOR;

/// So many channels of each group.
fn entries(groups: &[(&str, usize)]) -> Vec<String> {
    let of = |(group, count): &(&str, usize)| {
        let group = (*group).to_owned();
        (0..*count).map(move |n| {
            let path = group.replace(|char: char| !char.is_ascii_alphanumeric(), "-");
            listed(
                &format!("{group} {n:02}"),
                "",
                &group,
                &format!("http://h/{path}/{n}.ts"),
            )
        })
    };
    groups.iter().flat_map(of).collect()
}

impl Synced {
    async fn choose(&self, sent: Value) -> Result<(), Error> {
        let sent = sent.as_object().unwrap();
        line_up::update(self.ctx(), &ACTOR, self.provider, sent)
            .await
            .map(drop)
    }

    async fn lists_groups(&self, groups: &[(&str, usize)]) -> SyncRow {
        let entries = entries(groups);
        self.lists(&entries.iter().map(String::as_str).collect::<Vec<_>>());
        self.sync().await
    }

    async fn offered(&self) -> Vec<(String, i64)> {
        let groups = groups::store::list(&self.ctx().db, self.provider).await.unwrap();
        groups
            .into_iter()
            .map(|group| (group.name, group.streams))
            .collect()
    }

    async fn number_of(&self, name: &str) -> i64 {
        let sql = "select lineup_number from channels where name = $1";
        let (number,): (i64,) = self.ctx().db.one(sql, args![name]).await.unwrap();
        number
    }

    async fn shown_channels(&self) -> i64 {
        self.count("select count(*) from channels where listed").await
    }
}

fn counts(run: &SyncRow) -> Counts {
    Counts {
        entries: run.entries,
        streams: run.streams,
        films: run.films,
        episodes: run.episodes,
        refused: run.refused,
        unchanged: run.unchanged,
        added: run.added,
        changed: run.changed,
        renamed: run.renamed,
        removed: run.removed,
        returned: run.returned,
        excluded: run.excluded,
        newly_excluded: run.newly_excluded,
        ..Counts::default()
    }
}

on_both_engines! {
    async fn a_group_that_is_left_out_is_gone_without_approval_and_comes_back_as_it_was(synced: Synced) {
        let all = [("UK", 5), ("Erwachsene É", 20), ("Kids", 5)];
        synced.lists_groups(&all).await;
        let channel = synced.channel("Erwachsene É 07").await;
        let number = synced.number_of("Erwachsene É 07").await;
        synced.choose(json!({ "exclude_groups": ["erwachsene*"] })).await.unwrap();
        assert_eq!(synced.shown_channels().await, 30, "nothing changes before the next sync");
        let run = synced.sync().await;
        assert_eq!((run.outcome, run.removed, run.newly_excluded), (Outcome::Applied, 0, 20), "{run:?}");
        assert_eq!((run.entries, run.streams, run.refused, run.excluded), (30, 10, 20, 20));
        assert!(counts(&run).reconcile());
        assert_eq!(synced.shown_channels().await, 10);
        let shown = sync::show(synced.ctx(), run.id).await.unwrap();
        assert_eq!((shown.refused[0].reason.as_str(), shown.refused[0].count), ("excluded", 20));
        assert_eq!((shown.refused[0].samples[0].line, shown.refused[0].samples[0].name.as_str()), (12, "Erwachsene É 00"));
        let left = sync::differences(synced.ctx(), run.id, Some(Difference::Excluded), Slice::default()).await.unwrap();
        assert_eq!((left.total, left.items[0].line.group.as_str()), (20, "Erwachsene É"));
        assert_eq!(synced.offered().await, [("Erwachsene É".to_owned(), 20), ("Kids".to_owned(), 5), ("UK".to_owned(), 5)]);
        let again = synced.sync().await;
        assert_eq!((again.outcome, again.excluded, again.newly_excluded), (Outcome::Unchanged, 20, 0));
        synced.choose(json!({ "exclude_groups": [] })).await.unwrap();
        let back = synced.sync().await;
        assert_eq!((back.outcome, back.returned, back.added, back.excluded), (Outcome::Applied, 20, 0, 0));
        assert_eq!(synced.channel("Erwachsene É 07").await, channel);
        assert_eq!(synced.number_of("Erwachsene É 07").await, number);
        assert_eq!(synced.shown_channels().await, 30);
    }

    async fn what_is_lost_of_the_groups_that_are_taken_is_still_held(synced: Synced) {
        synced.lists_groups(&[("UK", 100), ("DE", 300)]).await;
        synced.choose(json!({ "exclude_groups": ["DE"] })).await.unwrap();
        let run = synced.lists_groups(&[("UK", 70), ("DE", 300)]).await;
        assert_eq!((run.outcome, run.removed, run.newly_excluded), (Outcome::Held, 30, 300));
        let reasons = sync::show(synced.ctx(), run.id).await.unwrap().held_reasons();
        assert_eq!(reasons[0], "30 of 100 live streams (30 %) are not listed any more.");
        assert_eq!(reasons[1], "30 of 100 live streams of the category \"UK\" (30 %) are not listed any more.");
        assert_eq!(reasons.len(), 2, "the group that is left out is no loss: {reasons:?}");
        let job = sync::approve(synced.ctx(), run.id, &ACTOR).await.unwrap();
        synced.run(job).await;
        assert_eq!(synced.shown_channels().await, 70);
    }

    async fn an_included_group_that_the_provider_renames_is_held(synced: Synced) {
        synced.choose(json!({ "include_groups": ["UK"] })).await.unwrap();
        let run = synced.lists_groups(&[("UK", 30), ("DE", 30)]).await;
        assert_eq!((run.outcome, run.added, run.excluded), (Outcome::Applied, 30, 30));
        let run = synced.lists_groups(&[("UK", 2), ("UK News", 28), ("DE", 30)]).await;
        assert_eq!((run.outcome, run.removed, run.newly_excluded), (Outcome::Held, 28, 0));
    }

    async fn a_choice_that_leaves_nothing_is_told_and_changes_nothing(synced: Synced) {
        synced.lists_groups(&[("UK", 5), ("DE", 5)]).await;
        synced.choose(json!({ "include_groups": ["Ukk"] })).await.unwrap();
        let run = synced.sync().await;
        assert_eq!((run.outcome, run.error_code.as_deref()), (Outcome::Failed, Some("nothing_chosen")));
        assert_eq!(
            run.error_message.as_deref(),
            Some("The choice of groups leaves nothing: all of the 10 entries are in groups that are left out. The catalogue stays as it is.")
        );
        assert_eq!(synced.shown_channels().await, 10);
        let provider = providers::store::get(&synced.ctx().db, synced.provider).await.unwrap();
        assert_eq!(provider.status(), Status::Failing);
        assert_eq!(synced.offered().await.len(), 2, "its groups are there to choose from");
    }

    async fn films_and_episodes_are_left_out_and_come_back_too(synced: Synced) {
        let list = [
            listed("Heat (1995)", "", "VOD", "http://h/movie/ann/pw/1.mkv"),
            listed("Fargo S01E01", "", "VOD", "http://h/series/ann/pw/2.mkv"),
            listed("One", "", "", "http://h/live/ann/pw/3.ts"),
        ];
        synced.lists(&list.iter().map(String::as_str).collect::<Vec<_>>());
        synced.sync().await;
        synced.choose(json!({ "exclude_groups": ["vod"] })).await.unwrap();
        let run = synced.sync().await;
        assert_eq!((run.outcome, run.films, run.episodes, run.newly_excluded), (Outcome::Applied, 0, 0, 2));
        assert_eq!(synced.count("select count(*) from vod_movies where version_count > 0").await, 0);
        let offered = groups::store::list(&synced.ctx().db, synced.provider).await.unwrap();
        assert_eq!(offered[1], Offered { name: "VOD".to_owned(), streams: 0, films: 1, episodes: 1 });
        synced.choose(json!({ "exclude_groups": ["uncategorized"] })).await.unwrap();
        let run = synced.sync().await;
        assert_eq!((run.returned, run.newly_excluded, run.excluded), (2, 1, 1), "no group is a group too");
        assert_eq!(synced.count("select count(*) from vod_movies where version_count > 0").await, 1);
    }

    async fn the_groups_are_listed_with_what_the_choice_says_of_them(synced: Synced) {
        synced.lists_groups(&[("UK 10", 1), ("UK 9", 2), ("Télé", 3), ("*** 4K ***", 4)]).await;
        synced.choose(json!({ "exclude_groups": ["uk*", r"\*\*\* 4k \*\*\*"] })).await.unwrap();
        let provider = providers::store::get(&synced.ctx().db, synced.provider).await.unwrap();
        let list = async |q: &str, taken| {
            let filter = Filter { q: q.to_owned(), taken };
            groups::list(&synced.ctx().db, &provider, &filter, Slice::default()).await.unwrap()
        };
        let all = list("", None).await;
        assert_eq!((all.groups, all.groups_left_out, all.entries, all.entries_left_out), (4, 3, 10, 7));
        let names: Vec<&str> = all.lines.items.iter().map(|line| line.name()).collect();
        assert_eq!(names, ["*** 4K ***", "Télé", "UK 9", "UK 10"]);
        let found = list("tele", Some(true)).await;
        assert_eq!((found.lines.total, found.lines.items[0].is_taken), (1, true));
        let out = list("", Some(false)).await.lines.items;
        assert_eq!((out[0].excluded_by.as_deref(), out[0].is_by_pattern), (Some(r"\*\*\* 4k \*\*\*"), false));
        assert_eq!((out[1].excluded_by.as_deref(), out[1].is_by_pattern), (Some("uk*"), true));
        providers::remove(synced.ctx(), &ACTOR, synced.provider, |_, _, _, _| Box::pin(async { Ok(()) })).await.unwrap();
        assert_eq!(synced.offered().await.len(), 0, "a removed provider offers nothing");
    }
}
