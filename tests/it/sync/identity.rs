//! What outlives a change at the provider: rows, channels and numbers are found again.

use m3u_strm_processor::features::sync::log::Outcome;

use super::{Synced, entry, listed};
use crate::on_both_engines;

/// Five channels of an account, a film and an episode.
fn account(host: &str, user: &str, password: &str, token: &str, first_id: u32) -> Vec<String> {
    let names = ["ESPN", "CNN", "BBC One", "Das Erste", "TF1"];
    let live = names.iter().zip(first_id..).map(|(name, id)| {
        let id_text = name.to_lowercase().replace(' ', "");
        let url = format!("http://{host}/live/{user}/{password}/{id}.ts?token={token}{id}");
        listed(name, &format!("{id_text}.xx"), "Main", &url)
    });
    let film = entry(
        "Heat (1995)",
        &format!("http://{host}/movie/{user}/{password}/{}.mkv", first_id + 50),
    );
    let episode = entry(
        "Fargo S01E02",
        &format!("http://{host}/series/{user}/{password}/{}.mkv", first_id + 60),
    );
    live.chain([film, episode]).collect()
}

impl Synced {
    fn lists_account(&self, host: &str, user: &str, password: &str, token: &str, first_id: u32) {
        let entries = account(host, user, password, token, first_id);
        self.lists(&entries.iter().map(String::as_str).collect::<Vec<_>>());
    }

    /// Every row with its id, as long as it is there.
    async fn rows(&self) -> Vec<(i64, i64, String)> {
        let sql = "select id, channel_id, original_name from channel_streams where missing_since is null order by id";
        self.ctx().db.all(sql, Vec::new()).await.unwrap()
    }
}

on_both_engines! {
    async fn a_new_host_user_password_and_token_write_no_entry(synced: Synced) {
        synced.lists_account("one.example", "u", "p", "a", 100);
        assert_eq!(synced.sync().await.outcome, Outcome::Applied);
        let before = synced.rows().await;
        synced.lists_account("two.example:8080", "other", "secret", "b", 100);
        let run = synced.sync().await;
        assert_eq!((run.outcome, run.unchanged), (Outcome::Unchanged, 7), "{run:?}");
        assert_eq!(synced.rows().await, before);
    }

    async fn new_numbers_in_the_addresses_lose_nothing(synced: Synced) {
        synced.lists_account("one.example", "u", "p", "a", 100);
        synced.sync().await;
        let before = synced.rows().await;
        synced.lists_account("one.example", "u", "p", "a", 102);
        let run = synced.sync().await;
        assert_eq!((run.outcome, run.changed, run.added, run.removed), (Outcome::Applied, 7, 0, 0), "{run:?}");
        assert_eq!(synced.rows().await, before);
        assert_eq!(synced.count("select count(*) from vod_movies").await, 1);
    }

    async fn any_order_is_the_same_list(synced: Synced) {
        let mut entries = account("h", "u", "p", "t", 1);
        synced.lists(&entries.iter().map(String::as_str).collect::<Vec<_>>());
        synced.sync().await;
        entries.reverse();
        synced.lists(&entries.iter().map(String::as_str).collect::<Vec<_>>());
        assert_eq!(synced.sync().await.outcome, Outcome::Unchanged);
    }

    async fn a_new_name_at_the_same_address_is_a_rename(synced: Synced) {
        synced.lists(&[&listed("ESPN", "espn.us", "Main", "http://h/1.ts"), &entry("CNN", "http://h/2.ts")]);
        synced.sync().await;
        let channel = synced.channel("ESPN").await;
        synced.lists(&[&listed("ESPN HD", "espn.us", "Main", "http://h/1.ts"), &entry("CNN", "http://h/2.ts")]);
        let run = synced.sync().await;
        assert_eq!((run.renamed, run.added, run.removed, run.unchanged), (1, 0, 0, 1), "{run:?}");
        assert_eq!(synced.channel("ESPN").await, channel);
    }

    async fn a_name_and_guide_id_that_contradict_an_address_are_another_stream(synced: Synced) {
        let kept: Vec<String> = (10..20).map(|n| entry(&format!("Kept {n}"), &format!("http://h/{n}.ts"))).collect();
        let with = |first: String| {
            let all: Vec<String> = std::iter::once(first).chain(kept.clone()).collect();
            synced.lists(&all.iter().map(String::as_str).collect::<Vec<_>>());
        };
        with(listed("ESPN", "espn.us", "Main", "http://h/1.ts"));
        synced.sync().await;
        let channel = synced.channel("ESPN").await;
        with(listed("CNN", "cnn.us", "Main", "http://h/1.ts"));
        let run = synced.sync().await;
        assert_eq!((run.renamed, run.added, run.removed), (0, 1, 1), "{run:?}");
        assert_ne!(synced.channel("CNN").await, channel);
    }

    async fn a_guide_id_that_is_unique_finds_what_changed_name_and_address(synced: Synced) {
        synced.lists(&[&listed("ESPN", "espn.us", "Main", "http://h/1.ts"), &entry("CNN", "http://h/2.ts")]);
        synced.sync().await;
        synced.lists(&[&listed("E S P N", "espn.us", "Main", "http://h/9.ts"), &entry("CNN", "http://h/2.ts")]);
        let run = synced.sync().await;
        assert_eq!((run.renamed, run.added, run.removed), (1, 0, 0), "{run:?}");
    }

    async fn doubles_of_one_name_are_told_apart_by_address_and_host(synced: Synced) {
        let same = |host: &str, path: &str| listed("ESPN", "espn.us", "Main", &format!("http://{host}/{path}"));
        synced.lists(&[&same("a", "1.ts"), &same("a", "2.ts"), &same("b", "1.ts"), &same("b", "2.ts")]);
        let first = synced.sync().await;
        assert_eq!((first.added, first.refused), (4, 0));
        synced.lists(&[&same("b", "2.ts"), &same("a", "2.ts"), &same("b", "1.ts"), &same("a", "1.ts")]);
        let again = synced.sync().await;
        assert_eq!((again.outcome, again.unchanged), (Outcome::Unchanged, 4), "{again:?}");
        assert_eq!(synced.channels().await.len(), 1);
    }

    async fn what_is_gone_keeps_its_row_and_comes_back_on_any_tier(synced: Synced) {
        let kept: Vec<String> = (10..20).map(|n| entry(&format!("Kept {n}"), &format!("http://h/{n}.ts"))).collect();
        let with = |more: &[String]| {
            let all: Vec<&str> = kept.iter().chain(more).map(String::as_str).collect();
            synced.lists(&all);
        };
        with(&[listed("ESPN", "espn.us", "Main", "http://h/1.ts"), listed("CNN", "cnn.us", "Main", "http://h/2.ts")]);
        synced.sync().await;
        let (espn, cnn) = (synced.channel("ESPN").await, synced.channel("CNN").await);
        with(&[]);
        let gone = synced.sync().await;
        assert_eq!((gone.outcome, gone.removed), (Outcome::Applied, 2), "{gone:?}");
        assert_eq!(synced.channels().await.len(), 10, "channels without streams are not shown");
        with(&[listed("ESPN", "espn.us", "Main", "http://h/1.ts"), listed("CNN", "cnn.us", "Main", "http://h/77.ts")]);
        let back = synced.sync().await;
        assert_eq!((back.returned, back.added, back.unchanged), (2, 0, 10), "{back:?}");
        assert_eq!((synced.channel("ESPN").await, synced.channel("CNN").await), (espn, cnn));
        assert_eq!(synced.count("select count(*) from channel_streams").await, 12);
        assert_eq!(synced.count("select total_channels from providers").await, 12);
    }

    async fn a_channel_goes_on_with_a_new_stream_while_its_own_are_gone(synced: Synced) {
        let kept: Vec<String> = (10..20).map(|n| entry(&format!("Kept {n}"), &format!("http://h/{n}.ts"))).collect();
        let with = |first: String| {
            let all: Vec<String> = std::iter::once(first).chain(kept.clone()).collect();
            synced.lists(&all.iter().map(String::as_str).collect::<Vec<_>>());
        };
        with(entry("ESPN HD", "http://h/1.ts"));
        synced.sync().await;
        let channel = synced.channel("ESPN").await;
        with(entry("ESPN FHD", "http://h/other/path.ts"));
        let run = synced.sync().await;
        assert_eq!((run.added, run.removed), (1, 1), "{run:?}");
        assert_eq!(synced.channel("ESPN").await, channel);
    }

    async fn a_number_is_kept_while_its_channel_is_gone(synced: Synced) {
        let kept: Vec<String> = (10..20).map(|n| entry(&format!("Kept {n}"), &format!("http://h/{n}.ts"))).collect();
        let with = |more: &[String]| synced.lists(&kept.iter().chain(more).map(String::as_str).collect::<Vec<_>>());
        let espn = || entry("ESPN", "http://h/1.ts");
        with(&[espn()]);
        synced.sync().await;
        let number = "select lineup_number from channels where name = 'ESPN'";
        let before = synced.count(number).await;
        with(&[]);
        synced.sync().await;
        with(&[entry("CNN", "http://h/2.ts")]);
        synced.sync().await;
        with(&[entry("CNN", "http://h/2.ts"), espn()]);
        assert_eq!(synced.sync().await.returned, 1);
        assert_eq!(synced.count(number).await, before);
        assert_eq!(synced.count("select count(distinct lineup_number) from channels").await, 12, "nobody took it meanwhile");
    }

    async fn a_part_of_the_path_that_changes_everywhere_becomes_a_token(synced: Synced) {
        let with = |secret: &str| {
            let entries: Vec<String> = (0..20).map(|n| entry(&format!("Number {n}"), &format!("http://h/{secret}/{n}.ts"))).collect();
            synced.lists(&entries.iter().map(String::as_str).collect::<Vec<_>>());
        };
        with("a1b2c3");
        synced.sync().await;
        with("d4e5f6");
        let learning = synced.sync().await;
        assert_eq!((learning.changed, learning.added, learning.removed), (20, 0, 0), "{learning:?}");
        with("f7a8b9");
        let run = synced.sync().await;
        assert_eq!((run.outcome, run.unchanged), (Outcome::Unchanged, 20), "{run:?}");
        let templates: Vec<(String,)> = synced.ctx().db.all("select url_template from channel_streams", Vec::new()).await.unwrap();
        assert!(templates.iter().all(|(template,)| !template.contains("f7a8b9") && !template.contains("d4e5f6")), "{templates:?}");
    }
}
