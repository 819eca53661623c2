//! What a person sets in a channel outlives every sync, and is given back when asked for.

use m3u_strm_processor::args;
use m3u_strm_processor::features::catalogue::detail;
use m3u_strm_processor::features::catalogue::editing::{self, EditError};
use m3u_strm_processor::features::sync::log::Outcome;
use m3u_strm_processor::support::ids::ChannelId;
use serde_json::{Value, json};

use super::{Synced, entry, listed};
use crate::on_both_engines;
use crate::support::acts;
use crate::support::ctx::ACTOR;

impl Synced {
    async fn edit(&self, id: i64, sent: Value) -> Result<bool, EditError> {
        let sent = sent.as_object().unwrap();
        let edited = editing::update(self.ctx(), &ACTOR, ChannelId(id), sent).await?;
        Ok(edited.is_changed)
    }

    /// Everything that can be set by hand, as texts.
    async fn said(&self, id: i64) -> Value {
        let db = &self.ctx().db;
        let channel = detail::channel(db, ChannelId(id)).await.unwrap().unwrap();
        json!({
            "name": channel.name,
            "number": channel.lineup_number / 10_000,
            "category": channel.category,
            "enabled": channel.enabled,
            "tags": detail::tags(db, channel.id).await.unwrap(),
            "logo_url": channel.logo_url,
            "epg_id": channel.epg_id,
            "by_hand": channel.by_hand(),
        })
    }

    async fn numbers(&self) -> Vec<i64> {
        let sql = "select lineup_number / 10000 from channels order by id";
        let rows: Vec<(i64,)> = self.ctx().db.all(sql, args![]).await.unwrap();
        rows.into_iter().map(|(number,)| number).collect()
    }
}

fn all_by_hand() -> Value {
    json!({
        "name": "Das Erste", "number": 40, "category": "Mine", "enabled": false, "tags": ["kids", "Late"],
        "logo_url": "http://pics.example/a.png", "epg_id": "my.id"
    })
}

fn as_set() -> Value {
    let mut set = all_by_hand();
    set["by_hand"] = json!(["name", "number", "category", "enabled", "logo_url", "epg_id"]);
    set
}

fn from_the_list(name: &str, group: &str, logo: &str) -> String {
    format!(
        "#EXTINF:-1 tvg-id=\"one.de\" tvg-logo=\"http://h/{logo}.png\" group-title=\"{group}\",{name}\nhttp://h/1.ts"
    )
}

on_both_engines! {
    async fn what_a_person_set_outlives_renames_gaps_and_every_sync(synced: Synced) {
        // Enough of them that one may be missing.
        let others: Vec<String> = (0..9).map(|at| entry(&format!("Other {at}"), &format!("http://h/o{at}.ts"))).collect();
        let other = others.join("\n");
        synced.lists(&[&from_the_list("One", "World", "a"), &other]);
        synced.sync().await;
        let id = synced.channel("One").await;
        assert!(synced.edit(id, all_by_hand()).await.unwrap());
        assert!(!synced.edit(id, all_by_hand()).await.unwrap(), "the same again changes nothing");
        assert_eq!(synced.said(id).await, as_set());
        for list in [
            vec![from_the_list("One HD", "Elsewhere", "b"), other.clone()],
            vec![from_the_list("Uno", "Elsewhere", "b"), other.clone()],
            vec![other.clone()],
            vec![from_the_list("Uno", "Third", "c"), other.clone(), entry("Newcomer", "http://h/3.ts")],
        ] {
            let list: Vec<&str> = list.iter().map(String::as_str).collect();
            synced.lists(&list);
            assert_eq!(synced.sync().await.outcome, Outcome::Applied);
            assert_eq!(synced.said(id).await, as_set(), "{list:?}");
        }
        let nothing = json!({
            "name": null, "number": null, "category": null, "enabled": null, "tags": null, "logo_url": null,
            "epg_id": null
        });
        assert!(synced.edit(id, nothing.clone()).await.unwrap());
        let given_back = json!({
            "name": "Uno", "number": 1, "category": "Third", "enabled": true, "tags": [],
            "logo_url": "http://h/c.png", "epg_id": "one.de", "by_hand": []
        });
        assert_eq!(synced.said(id).await, given_back);
        assert!(!synced.edit(id, nothing).await.unwrap(), "there is nothing to give back");
        synced.lists(&[&from_the_list("Eins", "Third", "d"), &other]);
        synced.sync().await;
        let said = synced.said(id).await;
        assert_eq!((&said["name"], &said["logo_url"]), (&json!("Eins"), &json!("http://h/d.png")));
    }

    async fn what_a_person_set_goes_with_the_streams_to_another_channel(synced: Synced) {
        let list = |second: &str| [entry("ESPN", "http://h/1.ts"), entry(second, "http://h/2.ts")];
        let [espn, other] = list("Sports One");
        synced.lists(&[&espn, &other]);
        synced.sync().await;
        let (stays, goes) = (synced.channel("ESPN").await, synced.channel("Sports One").await);
        synced.edit(goes, all_by_hand()).await.unwrap();
        synced.edit(stays, json!({ "tags": ["KIDS", "sport"] })).await.unwrap();
        let [espn, other] = list("ESPN HD");
        synced.lists(&[&espn, &other]);
        synced.sync().await;
        let mut set = as_set();
        set["tags"] = json!(["KIDS", "Late", "sport"]);
        assert_eq!(synced.said(stays).await, set);
        synced.edit(stays, json!({ "number": null, "name": null })).await.unwrap();
        let said = synced.said(stays).await;
        assert_eq!((&said["name"], &said["number"]), (&json!("ESPN"), &json!(2)), "the number it moved in with");
        let [espn, other] = list("Sports One");
        synced.lists(&[&espn, &other]);
        synced.sync().await;
        let mut numbers = synced.numbers().await;
        numbers.sort_unstable();
        numbers.dedup();
        let channels = synced.count("select count(*) from channels").await;
        assert_eq!(i64::try_from(numbers.len()).unwrap(), channels, "no number twice");
    }

    async fn a_number_belongs_to_one_channel(synced: Synced) {
        synced.lists(&[&entry("One", "http://h/1.ts"), &entry("Two", "http://h/2.ts")]);
        synced.sync().await;
        let (one, two) = (synced.channel("One").await, synced.channel("Two").await);
        let refused = synced.edit(one, json!({ "number": 2, "name": "Uno" })).await;
        assert!(matches!(&refused, Err(EditError::NumberTaken(holder)) if holder == "Two"), "{refused:?}");
        assert_eq!(synced.said(one).await["name"], "One", "nothing of a refused edit lasts");
        synced.edit(one, json!({ "number": 3 })).await.unwrap();
        synced.edit(two, json!({ "number": "1" })).await.unwrap();
        synced.lists(&[
            &entry("One", "http://h/1.ts"), &entry("Two", "http://h/2.ts"), &entry("Three", "http://h/3.ts"),
            &entry("Four", "http://h/4.ts"),
        ]);
        synced.sync().await;
        assert_eq!(synced.numbers().await, [3, 1, 4, 5], "who comes first takes the next free numbers");
        synced.edit(one, json!({ "number": null })).await.unwrap();
        assert_eq!(synced.numbers().await, [6, 1, 4, 5], "its own is another's now");
        synced.edit(two, json!({ "number": null })).await.unwrap();
        assert_eq!(synced.numbers().await, [6, 2, 4, 5], "its own is free");
    }

    async fn a_number_of_a_channel_that_went_into_another_can_be_taken(synced: Synced) {
        synced.lists(&[
            &entry("ESPN", "http://h/1.ts"), &entry("Sports One", "http://h/2.ts"), &entry("CNN", "http://h/3.ts"),
        ]);
        synced.sync().await;
        let (goes, cnn) = (synced.channel("Sports One").await, synced.channel("CNN").await);
        synced.lists(&[
            &entry("ESPN", "http://h/1.ts"), &entry("ESPN HD", "http://h/2.ts"), &entry("CNN", "http://h/3.ts"),
        ]);
        synced.sync().await;
        synced.edit(cnn, json!({ "number": 2 })).await.unwrap();
        assert_eq!(synced.numbers().await, [1, 4, 2]);
        synced.edit(goes, json!({ "name": "Sports" })).await.unwrap();
        assert_eq!(synced.channels().await[1].0, "Sports", "who edits the old address edits what took its streams");
    }

    async fn a_stated_number_beyond_all_reason_leaves_the_others_theirs(synced: Synced) {
        let first = "#EXTINF:-1 tvg-chno=\"99999999\",One\nhttp://h/1.ts";
        synced.lists(&[first, &entry("Two", "http://h/2.ts")]);
        synced.sync().await;
        synced.lists(&[first, &entry("Two", "http://h/2.ts"), &entry("Three", "http://h/3.ts")]);
        synced.sync().await;
        assert_eq!(synced.numbers().await, [99_999_999, 1, 2]);
    }

    async fn names_are_told_apart_again_when_one_is_given_back(synced: Synced) {
        synced.lists(&[
            &listed("UK: ESPN", "", "UK", "http://h/1.ts"), &listed("US: ESPN", "", "US", "http://h/2.ts"),
        ]);
        synced.sync().await;
        let (uk, us) = (synced.channel("ESPN (GB)").await, synced.channel("ESPN (US)").await);
        synced.edit(uk, json!({ "name": "Ours" })).await.unwrap();
        assert_eq!(synced.said(us).await["name"], "ESPN", "nothing else has its name now");
        synced.edit(uk, json!({ "name": null })).await.unwrap();
        assert_eq!(synced.said(uk).await["name"], "ESPN (GB)");
        assert_eq!(synced.said(us).await["name"], "ESPN (US)");
    }

    async fn a_logo_or_guide_id_can_be_none_by_hand(synced: Synced) {
        synced.lists(&[&from_the_list("One", "World", "a")]);
        synced.sync().await;
        let id = synced.channel("One").await;
        synced.edit(id, json!({ "logo_url": "", "epg_id": "" })).await.unwrap();
        synced.lists(&[&from_the_list("One", "World", "b")]);
        synced.sync().await;
        let said = synced.said(id).await;
        assert_eq!((&said["logo_url"], &said["epg_id"]), (&Value::Null, &Value::Null));
        synced.edit(id, json!({ "logo_url": null })).await.unwrap();
        assert_eq!(synced.said(id).await["logo_url"], "http://h/b.png");
    }

    async fn an_edit_leaves_one_audit_line_that_names_the_fields(synced: Synced) {
        synced.lists(&[&entry("One", "http://h/1.ts")]);
        synced.sync().await;
        let id = synced.channel("One").await;
        synced.edit(id, json!({ "name": "s3cret", "tags": ["x"] })).await.unwrap();
        synced.edit(id, json!({ "enabled": false })).await.unwrap();
        synced.edit(id, json!({ "enabled": false })).await.unwrap();
        let acts: Vec<String> = acts(synced.ctx()).await.into_iter().filter(|act| act.starts_with("channel.")).collect();
        assert_eq!(acts.len(), 2, "{acts:?}");
        assert!(acts.iter().any(|act| act.starts_with("channel.changed")), "{acts:?}");
        assert!(acts.iter().any(|act| act.starts_with("channel.disabled")), "{acts:?}");
    }
}
