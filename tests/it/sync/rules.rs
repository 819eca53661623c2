//! Merge rules through syncs, and what a preview says of them.

use m3u_strm_processor::features::catalogue::by_hand;
use m3u_strm_processor::features::catalogue::rules::{self, Draft, Error, MOST_JOINED, Preview};
use m3u_strm_processor::features::history;
use m3u_strm_processor::simulator::Resource;
use m3u_strm_processor::support::ids::{JobId, MergeRuleId};
use serde_json::{Value, json};

use super::by_hand::channels;
use super::{Synced, add_provider, entry};
use crate::on_both_engines;
use crate::support::ACTOR;
use crate::support::ctx::acts;

impl Synced {
    /// Keeps a rule and groups by it.
    async fn rule(&self, rule: Value) -> MergeRuleId {
        let draft = Draft::new(rule.as_object().unwrap()).unwrap();
        let (rule, job) = rules::create(self.ctx(), &ACTOR, &draft).await.unwrap();
        self.group(job).await;
        rule.id
    }

    async fn change_rule(&self, id: MergeRuleId, change: Value) {
        let (_, job) = rules::update(self.ctx(), &ACTOR, id, change.as_object().unwrap())
            .await
            .unwrap();
        self.group(job).await;
    }

    async fn group(&self, job: Option<JobId>) {
        let job = self.run(job.unwrap()).await;
        assert_eq!(job.error, None, "{job:?}");
    }

    async fn preview_rule(&self, rule: &Value, id: Option<MergeRuleId>) -> Preview {
        let draft = Draft::new(rule.as_object().unwrap()).unwrap();
        rules::preview(self.ctx(), &draft, id).await.unwrap()
    }

    async fn named_and_synced(&self, names: &[&str]) {
        let entries = names.iter().enumerate();
        let entries: Vec<String> = entries
            .map(|(at, name)| entry(name, &format!("http://h/{at}.ts")))
            .collect();
        self.lists(&entries.iter().map(String::as_str).collect::<Vec<_>>());
        self.sync().await;
    }

    /// The streams of each channel, by name, as rules and people have them.
    async fn together(&self) -> Vec<Vec<String>> {
        let channels = self.channels().await.into_iter();
        let mut together: Vec<Vec<String>> = channels
            .map(|(_, mut streams)| {
                streams.sort();
                streams
            })
            .collect();
        together.sort();
        together
    }
}

fn groups(wanted: &[&[&str]]) -> Vec<Vec<String>> {
    let owned = |streams: &&[&str]| streams.iter().map(|stream| (*stream).to_owned()).collect();
    wanted.iter().map(owned).collect()
}

fn always(first: &str, second: &str) -> Value {
    json!({ "rule_type": "always_merge", "pattern1": first, "pattern2": second, "reason": "the same station" })
}

const LIST: [&str; 4] = ["Kabel Eins HD", "Kabel Eins", "K1 Fernsehen", "CNN"];

on_both_engines! {
    async fn what_a_rule_joins_stays_joined_by_every_sync_until_the_rule_goes(synced: Synced) {
        synced.unguarded().await;
        synced.named_and_synced(&LIST).await;
        let before = synced.channels().await;
        let wanted = always("^kabel (eins|1)\\b", "^k1 fernsehen$");
        let preview = synced.preview_rule(&wanted, None).await;
        assert_eq!((preview.found, preview.merged, preview.parted), ([3, 0], (2, 1), (0, 0)));
        let sample = &preview.merged_samples[0];
        assert_eq!((sample.count, sample.streams), (2, 3));
        assert_eq!(sample.channels.iter().map(|(_, name)| name.as_str()).collect::<Vec<_>>(), ["Kabel Eins", "K1 Fernsehen"]);
        assert_eq!(synced.channels().await, before, "a preview changes nothing");
        let rule = synced.rule(wanted).await;
        let joined = channels(&[("CNN", &["CNN"]), ("Kabel Eins", &["Kabel Eins HD", "Kabel Eins", "K1 Fernsehen"])]);
        assert_eq!(synced.channels().await, joined);
        let why = synced.why("K1 Fernsehen").await;
        assert_eq!(why, ("rule".to_owned(), 100, format!("rule {rule} makes them one channel: the same station")));
        synced.sync().await;
        synced.named_and_synced(&["Kabel Eins HD", "Kabel Eins", "K1 Fernsehen", "CNN", "Kabel 1 FHD", "Arte"]).await;
        assert_eq!(synced.channels().await[2].1, ["Kabel 1 FHD", "Kabel Eins HD", "Kabel Eins", "K1 Fernsehen"], "a new stream too");
        synced.named_and_synced(&LIST).await;
        assert_eq!(synced.channels().await, joined);
        synced.change_rule(rule, json!({ "enabled": false })).await;
        assert_eq!(synced.channels().await, before, "{:?}", synced.channels().await);
        synced.change_rule(rule, json!({ "enabled": true })).await;
        assert_eq!(synced.channels().await, joined);
        let (_, job) = rules::remove(synced.ctx(), &ACTOR, rule).await.unwrap();
        synced.group(job).await;
        assert_eq!(synced.channels().await, before);
        synced.sync().await;
        assert_eq!(synced.channels().await, before);
        let acted = acts(synced.ctx()).await;
        let wanted = ["created", "changed", "changed", "removed"].map(|act| format!("merge_rule.{act} merge_rule:{rule}"));
        assert_eq!(acted[acted.len() - 4..], wanted);
    }

    async fn channels_come_back_as_they_were_when_the_rule_goes(synced: Synced) {
        synced.named_and_synced(&LIST).await;
        let (kabel, k1) = (synced.channel_of("Kabel Eins").await, synced.channel_of("K1 Fernsehen").await);
        let rule = synced.rule(always("^kabel", "^k1")).await;
        assert_eq!((synced.channel_of("Kabel Eins").await, synced.channel_of("K1 Fernsehen").await), (kabel, kabel));
        let other = synced.rule(always("nothing", "of this kind")).await;
        assert_eq!(synced.channel_of("K1 Fernsehen").await, kabel, "another rule is no reason to change anything");
        synced.sync().await;
        let (_, job) = rules::remove(synced.ctx(), &ACTOR, other).await.unwrap();
        synced.group(job).await;
        let (_, job) = rules::remove(synced.ctx(), &ACTOR, rule).await.unwrap();
        synced.group(job).await;
        assert_eq!((synced.channel_of("Kabel Eins").await, synced.channel_of("K1 Fernsehen").await), (kabel, k1));
        assert_eq!(synced.count("select count(*) from channels where merged_into is not null").await, 0);
        assert_eq!(synced.count("select count(*) from ruled_streams").await, 0);
    }

    async fn what_a_rule_parts_stays_apart(synced: Synced) {
        synced.lists(&[
            "#EXTINF:-1 tvg-id=\"arte.de\",Arte HD\nhttp://h/1.ts",
            "#EXTINF:-1 tvg-id=\"arte.de\",Arte\nhttp://h/2.ts",
            "#EXTINF:-1 tvg-id=\"arte.de\",Arte TV\nhttp://h/3.ts",
        ]);
        synced.sync().await;
        let together = channels(&[("Arte", &["Arte HD", "Arte", "Arte TV"])]);
        assert_eq!(synced.channels().await, together);
        let never = json!({ "rule_type": "never_merge", "pattern1": "^arte( HD)?$", "pattern2": "arte tv" });
        let preview = synced.preview_rule(&never, None).await;
        assert_eq!((preview.found, preview.merged, preview.parted), ([2, 1], (0, 0), (1, 2)));
        let parts: Vec<usize> = preview.parted_samples[0].parts.iter().map(|part| part.streams).collect();
        assert_eq!((preview.parted_samples[0].name.as_str(), parts), ("Arte", vec![2, 1]));
        let rule = synced.rule(never.clone()).await;
        let apart = channels(&[("Arte", &["Arte HD", "Arte"]), ("Arte TV", &["Arte TV"])]);
        assert_eq!(synced.channels().await, apart);
        assert_eq!(synced.why("Arte TV").await.2, format!("rule {rule} keeps them apart"));
        synced.sync().await;
        assert_eq!(synced.channels().await, apart);
        let preview = synced.preview_rule(&json!({ "rule_type": "never_merge", "pattern1": "nothing", "pattern2": "arte tv" }), Some(rule)).await;
        assert_eq!((preview.found, preview.merged), ([0, 1], (2, 1)), "what the rule parts now would be one again");
        let alone = json!({ "pattern1": "arte tv", "pattern2": null });
        synced.change_rule(rule, alone).await;
        assert_eq!(synced.channels().await, apart, "apart from everything else");
    }

    async fn a_custom_rule_joins_where_the_text_in_brackets_is_equal(synced: Synced) {
        synced.named_and_synced(&["Arte (Main)", "CNN (Main)", "Reserve: Arte", "Reserve: CNN", "Reserve: Fox"]).await;
        synced.rule(json!({ "rule_type": "custom", "pattern1": "^(.+) \\(main\\)$", "pattern2": "^reserve: (.+)$" })).await;
        assert_eq!(synced.together().await, groups(&[
            &["Arte (Main)", "Reserve: Arte"], &["CNN (Main)", "Reserve: CNN"], &["Reserve: Fox"],
        ]));
    }

    async fn the_rule_of_higher_priority_has_the_last_word_and_people_have_more(synced: Synced) {
        synced.named_and_synced(&LIST).await;
        let before = synced.channels().await;
        synced.rule(always("^kabel", "^k1")).await;
        let never = synced.rule(json!({ "rule_type": "never_merge", "pattern1": "^kabel", "pattern2": "^k1", "priority": 60 })).await;
        let streams = |channels: Vec<(String, Vec<String>)>| channels.into_iter().map(|(_, streams)| streams).collect::<Vec<_>>();
        assert_eq!(streams(synced.channels().await), streams(before.clone()));
        let (kabel, k1) = (synced.channel_of("Kabel Eins").await, synced.channel_of("K1 Fernsehen").await);
        by_hand::merge(synced.ctx(), &ACTOR, k1, kabel, history::follow).await.unwrap();
        assert_eq!(synced.channel_of("K1 Fernsehen").await, kabel);
        synced.change_rule(never, json!({ "priority": 10 })).await;
        synced.sync().await;
        assert_eq!(synced.channel_of("K1 Fernsehen").await, kabel);
    }

    async fn a_rule_of_a_provider_and_a_region_looks_at_nothing_else(synced: Synced) {
        synced.named_and_synced(&["UK: Alpha", "UK: Beta", "DE: Alpha", "DE: Beta"]).await;
        let other = add_provider(synced.ctx(), "Two", &synced.simulator.url("/other.m3u")).await;
        let text = format!("#EXTM3U\n{}\n{}\n", entry("FR: Alpha", "http://o/1.ts"), entry("FR: Beta", "http://o/2.ts"));
        synced.simulator.put("/other.m3u", Resource::bytes(text));
        synced.sync_of(other).await;
        let region = json!({ "rule_type": "always_merge", "pattern1": "alpha", "region1": "uk", "pattern2": "beta", "region2": "UK" });
        assert_eq!(synced.preview_rule(&region, None).await.found, [2, 0]);
        synced.rule(region).await;
        synced.rule(json!({ "rule_type": "always_merge", "pattern1": "alpha|beta", "provider_id": other })).await;
        let sizes: Vec<usize> = synced.channels().await.iter().map(|(_, streams)| streams.len()).collect();
        assert_eq!(sizes.iter().filter(|size| **size == 2).count(), 2, "{:?}", synced.channels().await);
        assert_eq!(sizes.iter().sum::<usize>(), 6);
    }

    async fn streams_that_a_parting_rule_does_not_find_go_along_with_their_own_kind(synced: Synced) {
        synced.lists(&[
            "#EXTINF:-1 tvg-id=\"arte.de\",Arte\nhttp://h/1.ts",
            "#EXTINF:-1 tvg-id=\"arte.de\",Arte TV\nhttp://h/2.ts",
            &entry("Kabel Eins", "http://h/3.ts"),
            &entry("Kabel Eins HD", "http://h/4.ts"),
        ]);
        synced.sync().await;
        let apart = groups(&[&["Arte", "Arte TV"], &["Kabel Eins", "Kabel Eins HD"]]);
        assert_eq!(synced.together().await, apart);
        synced.rule(always("^kabel eins$", "^arte$")).await;
        assert_eq!(synced.together().await, groups(&[&["Arte", "Arte TV", "Kabel Eins", "Kabel Eins HD"]]));
        let never = json!({ "rule_type": "never_merge", "pattern1": "^kabel eins hd$", "pattern2": "^arte$", "priority": 60 });
        synced.rule(never).await;
        assert_eq!(synced.together().await, apart);
    }

    async fn what_people_decided_stays_and_the_rest_follows_the_rules(synced: Synced) {
        synced.named_and_synced(&["Kabel Eins HD", "Kabel Eins", "K1 Fernsehen", "Anixe Serie", "CNN"]).await;
        synced.rule(always("^kabel", "^k1")).await;
        synced.split(&["Kabel Eins HD"], "Kabel by hand").await.unwrap();
        let parted = [&["Anixe Serie"][..], &["CNN"], &["K1 Fernsehen", "Kabel Eins"], &["Kabel Eins HD"]];
        assert_eq!(synced.together().await, groups(&parted));
        let cnn = synced.channel_of("CNN").await;
        let anixe = synced.channel_of("Anixe Serie").await;
        by_hand::merge(synced.ctx(), &ACTOR, anixe, cnn, history::follow).await.unwrap();
        synced.sync().await;
        let parted = [&["Anixe Serie", "CNN"][..], &["K1 Fernsehen", "Kabel Eins"], &["Kabel Eins HD"]];
        assert_eq!(synced.together().await, groups(&parted), "neither the split nor the merge undoes the rule");
        synced.named_and_synced(&["Kabel Eins HD", "Kabel Eins", "K1 Fernsehen", "Anixe Serie", "CNN", "Sat Eins"]).await;
        synced.rule(always("^sat eins", "^kabel eins hd")).await;
        let parted = [&["Anixe Serie", "CNN"][..], &["K1 Fernsehen", "Kabel Eins"], &["Kabel Eins HD", "Sat Eins"]];
        assert_eq!(synced.together().await, groups(&parted), "a rule joins with the part that it finds");
    }

    async fn what_is_too_broad_joins_nothing_until_it_is_narrower(synced: Synced) {
        let names = |count: usize| -> Vec<String> {
            let name = |number| format!("Station {}{}", number, ["X", "Y", "Z"][number % 3]);
            (0..count).map(name).chain(["CNN".to_owned()]).collect()
        };
        let lists = async |count: usize| {
            let names = names(count);
            synced.named_and_synced(&names.iter().map(String::as_str).collect::<Vec<_>>()).await;
            let channels = synced.channels().await;
            channels.iter().map(|(_, streams)| streams.len()).max().unwrap()
        };
        let apart = lists(MOST_JOINED + 1).await;
        assert!(apart < 20, "{apart}");
        let everything = json!({ "rule_type": "always_merge", "pattern1": "^station" });
        let preview = synced.preview_rule(&everything, None).await;
        assert_eq!((preview.is_too_broad, preview.found[0], preview.merged), (true, MOST_JOINED + 1, (0, 0)));
        let rule = synced.rule(everything.clone()).await;
        assert_eq!(lists(MOST_JOINED + 1).await, apart);
        assert_eq!(lists(MOST_JOINED).await, MOST_JOINED, "the one that is gone made the difference");
        let preview = synced.preview_rule(&everything, Some(rule)).await;
        assert_eq!((preview.is_too_broad, preview.merged, preview.parted), (false, (0, 0), (0, 0)));
        assert_eq!(lists(MOST_JOINED + 1).await, apart);
    }

    async fn there_are_not_more_rules_than_a_sync_can_bear(synced: Synced) {
        let rule = |number: usize| {
            let rule = json!({ "rule_type": "always_merge", "pattern1": format!("nothing {number}"), "enabled": number > 90 });
            Draft::new(rule.as_object().unwrap()).unwrap()
        };
        for number in 0..100 {
            rules::create(synced.ctx(), &ACTOR, &rule(number)).await.unwrap();
        }
        let refused = rules::create(synced.ctx(), &ACTOR, &rule(100)).await;
        assert!(matches!(refused, Err(Error::Invalid(_))), "{refused:?}");
        assert_eq!(synced.count("select count(*) from merge_rules").await, 100);
        assert_eq!(synced.count("select count(*) from jobs where kind = 'merge_rules'").await, 9, "what is off concerns nobody");
    }
}
