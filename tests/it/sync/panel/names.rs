//! Rules that rename what an account's lists hold.

use m3u_strm_processor::features::providers::renames::{Named, Rule};
use m3u_strm_processor::features::sync::log::Outcome;
use m3u_strm_processor::features::sync::renaming;
use serde_json::{Value, json};

use super::Panelled;
use crate::on_both_engines;

impl Panelled {
    async fn titles(&self) -> Vec<(i64, String, i64)> {
        let sql = "select id, title, episode_count from vod_series where episode_count > 0 order by id";
        self.ctx().db.all(sql, Vec::new()).await.unwrap()
    }

    async fn episodes(&self) -> Vec<(i64, i64, i64, Option<String>)> {
        let sql = "select v.id, e.season, e.episode, e.title from vod_versions v join vod_episodes e on e.id = v.episode_id \
                   where v.missing_since is null order by v.id";
        self.ctx().db.all(sql, Vec::new()).await.unwrap()
    }
}

fn rules() -> Value {
    json!([
        { "pattern": "^", "replacement": "TV ", "kinds": ["live"] },
        { "pattern": r" \((\d{4})\)$", "replacement": " Uncut ($1)", "kinds": ["films"] },
        { "pattern": "^(The )?", "replacement": "All of ", "kinds": ["series"] },
    ])
}

on_both_engines! {
    async fn every_list_is_renamed_without_asking_for_a_series_again(world: Panelled) {
        world.change(|catalogue| catalogue.series[0].seasons[0].episodes[0].title.clear());
        world.whole().await;
        let (rows, titles, episodes) = (world.rows().await, world.titles().await, world.episodes().await);
        let asked = world.asked("get_series_info");
        world.patch(json!({ "rename_rules": rules() })).await;
        let run = world.sync().await;
        assert_eq!((run.outcome, run.added, run.removed), (Outcome::Applied, 0, 0), "{run:?}");
        assert_eq!(run.renamed, run.streams + run.films + 1, "and the episode that has its series' name: {run:?}");
        world.details().await;
        assert_eq!(world.asked("get_series_info"), asked, "nothing of the series is new");
        let named = world.titles().await;
        for (before, now) in titles.iter().zip(&named) {
            assert_eq!((before.0, before.2), (now.0, now.2), "the same series with the same episodes");
            assert_eq!(now.1, format!("All of {}", before.1.trim_start_matches("The ")));
        }
        assert_eq!(named.len(), 8);
        assert_eq!(world.episodes().await, episodes);
        assert_eq!(world.count("select count(*) from vod_movies where title like '% Uncut' and version_count > 0").await, 40);
        assert_eq!(world.count("select count(*) from channel_streams where original_name = 'TV ' || listed_name").await, run.streams);
        let again = world.sync().await;
        assert_eq!(again.outcome, Outcome::Unchanged, "{again:?}");
        // What a series is called by itself is the same again, once it is read anew.
        world.change(|catalogue| catalogue.series.iter_mut().for_each(|series| series.last_modified += 60));
        world.whole().await;
        assert_eq!(world.asked("get_series_info"), asked + 8);
        assert_eq!((world.titles().await, world.episodes().await), (named, episodes.clone()));
        world.patch(json!({ "rename_rules": null })).await;
        world.whole().await;
        assert_eq!((world.rows().await, world.titles().await, world.episodes().await), (rows, titles, episodes), "every row is what it was");
        assert_eq!(world.asked("get_series_info"), asked + 8);
    }

    async fn a_year_that_a_rule_gives_goes_with_the_rule(world: Panelled) {
        world.change(|catalogue| catalogue.series.iter_mut().for_each(|series| series.year = None));
        world.whole().await;
        let years = "select count(*) from vod_series where year = 1971 and episode_count > 0";
        world.patch(json!({ "rename_rules": [{ "pattern": "$", "replacement": " (1971)", "kinds": ["series"] }] })).await;
        world.whole().await;
        assert_eq!((world.count(years).await, world.titles().await.len()), (8, 8));
        world.patch(json!({ "rename_rules": [] })).await;
        world.whole().await;
        assert_eq!((world.count(years).await, world.titles().await.len()), (0, 8));
    }

    async fn a_preview_looks_at_the_names_that_the_lists_hold(world: Panelled) {
        world.whole().await;
        let sent: Vec<Rule> = serde_json::from_value(rules()).unwrap();
        let seen = renaming::preview(world.ctx(), &world.stored().await, &sent).await.unwrap();
        assert_eq!((seen.names, seen.renamed, seen.changed), (108, 108, 108), "60 channels, 40 films, 8 series");
        assert_eq!(seen.found, [60, 40, 8]);
        let series = seen.examples.iter().find(|example| example.named == Named::Series).unwrap();
        assert!(series.name.starts_with("All of "), "{series:?}");
        world.patch(json!({ "rename_rules": rules() })).await;
        world.whole().await;
        let seen = renaming::preview(world.ctx(), &world.stored().await, &sent).await.unwrap();
        assert_eq!((seen.renamed, seen.changed), (108, 0));
    }
}
