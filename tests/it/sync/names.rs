//! Rules that rename what a provider lists.

use m3u_strm_processor::features::catalogue::content::Content;
use m3u_strm_processor::features::catalogue::{favourites, line_up};
use m3u_strm_processor::features::providers::renames::{Named, Rule};
use m3u_strm_processor::features::providers::{self, Error};
use m3u_strm_processor::features::sync;
use m3u_strm_processor::features::sync::log::{Difference, Outcome};
use m3u_strm_processor::features::sync::renaming::{self, Preview};
use m3u_strm_processor::support::ids::ChannelId;
use m3u_strm_processor::support::paging::Slice;
use serde_json::{Value, json};

use super::{Synced, entry, listed};
use crate::on_both_engines;
use crate::support::ACTOR;

impl Synced {
    async fn rules(&self, rules: Value) {
        let sent = json!({ "rename_rules": rules });
        line_up::update(self.ctx(), &ACTOR, self.provider, sent.as_object().unwrap())
            .await
            .unwrap();
    }

    async fn preview(&self, rules: Value) -> Preview {
        let provider = providers::store::get(&self.ctx().db, self.provider)
            .await
            .unwrap();
        let rules: Vec<Rule> = serde_json::from_value(rules).unwrap();
        renaming::preview(self.ctx(), &provider, &rules).await.unwrap()
    }

    fn lists_owned(&self, entries: &[String]) {
        self.lists(&entries.iter().map(String::as_str).collect::<Vec<_>>());
    }

    /// Name and listed name of what is there, by name.
    async fn names(&self) -> Vec<(String, Option<String>)> {
        let sql = "select original_name, listed_name from channel_streams where missing_since is null \
                   union all select original_name, listed_name from vod_versions where missing_since is null order by 1";
        self.ctx().db.all(sql, Vec::new()).await.unwrap()
    }
}

/// Channels of a provider that writes its country before each name.
fn prefixed(count: usize) -> Vec<String> {
    (0..count)
        .map(|n| {
            listed(
                &format!("XX| Station {n:02}"),
                "",
                "News",
                &format!("http://h/live/{n}.ts"),
            )
        })
        .collect()
}

fn pair(name: &str, listed: &str) -> (String, Option<String>) {
    (name.to_owned(), Some(listed.to_owned()))
}

on_both_engines! {
    async fn all_names_change_without_approval_and_stay_what_they_were(synced: Synced) {
        synced.lists_owned(&prefixed(30));
        synced.sync().await;
        let before: Vec<(i64, i64)> = synced.ctx().db.all("select id, lineup_number from channels order by id", Vec::new()).await.unwrap();
        let channel = before[7].0;
        let user = synced.user("one").await;
        favourites::mark(synced.ctx(), user, Content::Channel(ChannelId(channel))).await.unwrap();
        synced.rules(json!([{ "pattern": r"^XX\| " , "replacement": "" }, { "pattern": "Station (\\d+)", "replacement": "$1. Station" }])).await;
        assert_eq!(synced.names().await[0], ("XX| Station 00".to_owned(), None), "nothing changes before the next sync");
        let run = synced.sync().await;
        assert_eq!((run.outcome, run.renamed, run.changed, run.added, run.removed), (Outcome::Applied, 30, 0, 0, 0), "{run:?}");
        assert_eq!(synced.names().await[7], pair("07. Station", "XX| Station 07"));
        let lines = sync::differences(synced.ctx(), run.id, Some(Difference::Renamed), Slice::default()).await.unwrap();
        let line = &lines.items[7].line;
        assert_eq!((line.name.as_str(), line.was.as_deref()), ("07. Station", Some("XX| Station 07")));
        let after: Vec<(i64, i64)> = synced.ctx().db.all("select id, lineup_number from channels order by id", Vec::new()).await.unwrap();
        assert_eq!(after, before, "every channel is the one it was");
        assert_eq!(synced.marks(user).await, [channel]);
        let again = synced.sync().await;
        assert_eq!((again.outcome, again.unchanged), (Outcome::Unchanged, 30));
        synced.rules(json!([])).await;
        let back = synced.sync().await;
        assert_eq!((back.outcome, back.renamed, back.added, back.removed), (Outcome::Applied, 30, 0, 0), "{back:?}");
        assert_eq!(synced.names().await[7], ("XX| Station 07".to_owned(), None));
        assert_eq!(synced.marks(user).await, [channel]);
    }

    async fn what_the_provider_renames_is_still_found_under_rules(synced: Synced) {
        synced.rules(json!([{ "pattern": "^XX. ", "replacement": "" }])).await;
        let mut list = prefixed(10);
        synced.lists_owned(&list);
        let run = synced.sync().await;
        assert_eq!((run.added, run.renamed), (10, 0), "what is new was never called otherwise: {run:?}");
        let first = synced.channel("Station 03").await;
        list[3] = listed("XX| Other 03", "", "News", "http://h/live/3.ts");
        synced.lists_owned(&list);
        let run = synced.sync().await;
        assert_eq!((run.renamed, run.added, run.removed), (1, 0, 0), "{run:?}");
        assert_eq!(synced.channel("Other 03").await, first);
        list[3] = listed("YY| Other 03", "", "News", "http://h/live/3.ts");
        list[4] = listed("XX| Station 04", "", "Sport", "http://h/live/4.ts");
        synced.lists_owned(&list);
        synced.rules(json!([{ "pattern": "^... ", "replacement": "" }])).await;
        let run = synced.sync().await;
        assert_eq!((run.renamed, run.changed, run.added, run.removed), (0, 2, 0, 0), "both look as before: {run:?}");
        assert_eq!(synced.names().await[0], pair("Other 03", "YY| Other 03"));
    }

    async fn addresses_that_change_with_the_rules_lead_to_the_same_streams(synced: Synced) {
        synced.lists_owned(&prefixed(30));
        synced.sync().await;
        let streams = "select cast(sum(id * lineup_number) as bigint) from channels where listed";
        let before = synced.count(streams).await;
        let moved: Vec<String> = prefixed(30).iter().map(|entry| entry.replace("/live/", "/elsewhere/9")).collect();
        synced.lists_owned(&moved);
        synced.rules(json!([{ "pattern": "^XX. ", "replacement": "" }])).await;
        let run = synced.sync().await;
        assert_eq!((run.outcome, run.renamed, run.added, run.removed), (Outcome::Applied, 30, 0, 0), "{run:?}");
        assert_eq!(synced.count(streams).await, before);
        synced.lists_owned(&prefixed(30));
        synced.rules(json!([])).await;
        let back = synced.sync().await;
        assert_eq!((back.outcome, back.renamed, back.added, back.removed), (Outcome::Applied, 30, 0, 0), "{back:?}");
        assert_eq!(synced.count(streams).await, before);
    }

    async fn names_that_rules_make_equal_become_one_channel(synced: Synced) {
        synced.lists(&[&entry("Sky Sport", "http://h/1.ts"), &entry("VIP Himmel Sport", "http://h/2.ts"), &entry("ZDF", "http://h/3.ts")]);
        synced.sync().await;
        assert_eq!(synced.channels().await.len(), 3);
        synced.rules(json!([{ "pattern": "(?i)^vip ", "replacement": "" }, { "pattern": "Himmel", "replacement": "Sky" }])).await;
        synced.sync().await;
        let channels = synced.channels().await;
        assert_eq!(channels.len(), 2);
        assert_eq!(channels[0].1, ["Sky Sport", "Sky Sport"]);
        synced.rules(json!(null)).await;
        synced.sync().await;
        assert_eq!(synced.channels().await.len(), 3);
    }

    async fn films_and_series_go_on_under_what_rules_call_them(synced: Synced) {
        let list = [
            entry("DE - Heat 1995", "http://h/movie/ann/pw/1.mkv"),
            entry("DE - Dark S01E01", "http://h/series/ann/pw/2.mkv"),
            entry("DE - Dark S01E02", "http://h/series/ann/pw/3.mkv"),
            entry("DE - ARD", "http://h/live/ann/pw/4.ts"),
        ];
        synced.lists_owned(&list);
        synced.sync().await;
        let ids = "select id from vod_movies where version_count > 0";
        let series = "select id from vod_series where episode_count > 0";
        let (film, dark) = (synced.count(ids).await, synced.count(series).await);
        synced.rules(json!([
            { "pattern": r"^DE - (.*) (\d{4})$", "replacement": "$1 ($2)", "kinds": ["films"] },
            { "pattern": "Dark", "replacement": "Darker", "kinds": ["series"] },
            { "pattern": r" S\d+E\d+$", "replacement": "", "kinds": ["live"] },
        ])).await;
        let run = synced.sync().await;
        assert_eq!((run.outcome, run.renamed, run.added, run.removed), (Outcome::Applied, 3, 0, 0), "{run:?}");
        assert_eq!((synced.count(ids).await, synced.count(series).await), (film, dark));
        assert_eq!(synced.count("select count(*) from vod_movies where title = 'Heat' and year = 1995 and version_count = 1").await, 1);
        assert_eq!(synced.count("select count(*) from vod_series where title = 'Darker' and episode_count = 2").await, 1);
        assert_eq!(synced.names().await[0], ("DE - ARD".to_owned(), None));
        assert_eq!(synced.count("select count(*) from channel_streams").await, 1, "no rule makes a film of a channel");
    }

    async fn a_preview_says_what_would_change_of_what_is_stored(synced: Synced) {
        let rules = json!([
            { "pattern": "^XX. ", "kinds": ["live"] },
            { "pattern": "Station", "replacement": "Canal" },
            { "pattern": "nothing has this" },
        ]);
        assert_eq!(synced.preview(rules.clone()).await, Preview { is_whole: true, found: vec![0, 0, 0], ..Preview::default() });
        let mut list = prefixed(25);
        list.push(entry("XX| Station Agent (2003)", "http://h/movie/1.mkv"));
        list.push(entry("Dark S01E01", "http://h/series/2.mkv"));
        synced.lists_owned(&list);
        synced.sync().await;
        let seen = synced.preview(rules.clone()).await;
        assert_eq!((seen.names, seen.renamed, seen.changed, seen.is_whole), (27, 26, 26, true));
        assert_eq!(seen.found, [25, 26, 0]);
        assert_eq!(seen.examples.len(), 21, "twenty channels and the film");
        let film = seen.examples.last().unwrap();
        assert_eq!((film.named, film.listed.as_str(), film.name.as_str()), (Named::Films, "XX| Station Agent (2003)", "XX| Canal Agent (2003)"));
        assert_eq!(synced.names().await.iter().filter(|(_, listed)| listed.is_some()).count(), 0, "looking changes nothing");
        synced.rules(rules.clone()).await;
        synced.sync().await;
        let seen = synced.preview(rules).await;
        assert_eq!((seen.renamed, seen.changed), (26, 0), "it is as the rules say");
        let none = synced.preview(json!([])).await;
        assert_eq!((none.names, none.renamed, none.changed), (27, 0, 26), "and would be as it is listed");
    }

    async fn rules_that_cannot_stand_are_refused_by_their_place(synced: Synced) {
        let many = vec![json!({ "pattern": "x" }); 51];
        for (rules, told) in [
            (json!([{ "pattern": "x" }, { "pattern": "(x" }]), "Rule 2: This is no regular expression: unclosed group."),
            (json!([{ "pattern": "" }]), "Rule 1: Give a pattern, or remove the rule."),
            (json!([{ "pattern": "x", "replacement": "$2" }]), "Rule 1: The pattern has no such group"),
            (json!([{ "pattern": r"(\w{30}){30}" }]), "Rule 1: This pattern is too large"),
            (json!([{ "pattern": "x".repeat(501) }]), "Rule 1: A pattern is one line of at most 500 characters."),
            (json!([{ "pattern": "x", "kinds": ["radio"] }]), "Rule 1: this must be an object"),
            (json!(["x"]), "Rule 1: this must be an object"),
            (json!("x"), "This must be a list of rules."),
            (json!(many), "There can be at most 50 rules."),
        ] {
            let sent = json!({ "rename_rules": rules });
            let refused = line_up::update(synced.ctx(), &ACTOR, synced.provider, sent.as_object().unwrap()).await;
            let Err(Error::Invalid(invalid)) = refused else { unreachable!("{rules} is taken") };
            let messages = &invalid.fields()["rename_rules"];
            assert!(messages[0].starts_with(told), "{rules}: {messages:?}");
        }
        let provider = providers::store::get(&synced.ctx().db, synced.provider).await.unwrap();
        assert!(provider.reading.rename_rules.is_empty());
    }
}
