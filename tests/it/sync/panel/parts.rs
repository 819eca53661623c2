//! Lists that a panel refuses or cuts come category by category; of a category that fails too, everything stays.

use m3u_strm_processor::features::settings;
use m3u_strm_processor::features::sync::log::Outcome;
use m3u_strm_processor::simulator::panel::{Catalogue, Category, Channel};
use m3u_strm_processor::simulator::{Cut, Fault};
use serde_json::json;

use super::Panelled;
use crate::on_both_engines;
use crate::support::ctx::ACTOR;

fn list(action: &str) -> String {
    format!("/player_api.php?action={action}")
}

fn part(action: &str, category: u64) -> String {
    format!("{}&category_id={category}", list(action))
}

impl Panelled {
    /// Rows of a group that are there.
    async fn of_group(&self, group: &str) -> Vec<String> {
        let sql = "select original_name from channel_streams where missing_since is null and group_name = $1 order by id";
        let rows: Vec<(String,)> = self.ctx().db.all(sql, vec![group.into()]).await.unwrap();
        rows.into_iter().map(|(name,)| name).collect()
    }

    /// Series in two categories, of which the second is number 2 as in the other lists.
    async fn with_two_of_series(&self) {
        self.change(|catalogue| {
            catalogue.series_categories.push(Category {
                id: 2,
                name: "Box sets".to_owned(),
            });
            catalogue
                .series
                .iter_mut()
                .take(3)
                .for_each(|series| series.category = Some(2));
        });
        self.whole().await;
    }

    /// Every list comes category by category, and the second category in each of them so.
    fn second_answers(&self, fault: &Fault) {
        for action in ["get_live_streams", "get_vod_streams", "get_series"] {
            self.simulator.fault(&list(action), Fault::status(500).times(3));
            self.simulator.fault(&part(action, 2), fault.clone());
        }
    }
}

on_both_engines! {
    async fn a_list_that_is_refused_or_cut_comes_by_its_categories(world: Panelled) {
        for (fault, why) in [
            (Fault::status(500).times(3), "answered 500"),
            (Fault::cut(2_000, Cut::Close).times(1), "stopped in the middle of a list"),
            (Fault::body("text/html", "<html>busy</html>").times(1), "a web page instead of a list"),
        ] {
            for action in ["get_live_streams", "get_vod_streams", "get_series"] {
                world.simulator.fault(&list(action), fault.clone());
            }
            let run = world.sync().await;
            world.simulator.mend();
            assert!(matches!(run.outcome, Outcome::Applied | Outcome::Unchanged), "{why}: {run:?}");
            assert_eq!((run.streams, run.films, run.removed), (60, 40, 0), "{why}: {run:?}");
            assert_eq!(run.entries, run.streams + run.films + run.episodes + run.refused, "{why}");
            let said = run.error_message.unwrap_or_default();
            assert!(said.contains("The live streams came category by category") && said.contains(why), "{why}: {said}");
            assert!(!said.contains("Left as they are"), "{said}");
            world.details().await;
            assert_eq!(world.stored().await.total_vod_series, 8);
        }
        let before = world.rows().await;
        let run = world.sync().await;
        assert_eq!((run.outcome, run.error_message), (Outcome::Unchanged, None), "as if they had come whole");
        assert_eq!(world.rows().await, before);
    }

    async fn a_category_that_fails_stays_as_it_is_and_the_others_go_on(world: Panelled) {
        world.whole().await;
        let gone = Catalogue::plain().live_categories[1].clone();
        let kept = world.of_group(&gone.name).await;
        assert!(kept.len() > 1);
        world.change(|catalogue| {
            let of = |category: u64, channel: &&mut Channel| channel.category == Some(category);
            // One of the category that cannot be read goes, as one of another does.
            let first = catalogue.channels.iter_mut().find(|channel| of(gone.id, channel)).unwrap().id;
            let other = catalogue.channels.iter_mut().find(|channel| of(1, channel)).unwrap().id;
            catalogue.channels.retain(|channel| channel.id != first && channel.id != other);
        });
        world.simulator.fault(&list("get_live_streams"), Fault::status(500).times(3));
        world.simulator.fault(&part("get_live_streams", gone.id), Fault::status(500));
        let run = world.sync().await;
        assert_eq!((run.outcome, run.removed, run.streams, run.added), (Outcome::Applied, 1, 59, 0), "{run:?}");
        assert_eq!(run.entries, run.streams + run.films + run.episodes + run.refused);
        let said = run.error_message.unwrap_or_default();
        assert!(said.contains("Left as they are") && said.contains(&gone.name), "{said}");
        assert_eq!(world.of_group(&gone.name).await, kept);
        world.simulator.mend();
        let run = world.sync().await;
        assert_eq!((run.removed, run.streams, run.error_message), (1, 58, None), "read again, it loses what went");
    }

    async fn what_is_in_no_category_stays_and_nothing_comes_twice(world: Panelled) {
        world.change(|catalogue| catalogue.channels[0].category = None);
        world.whole().await;
        let before = world.rows().await;
        world.simulator.fault(&list("get_live_streams"), Fault::cut(6_000, Cut::Close).times(1));
        let run = world.sync().await;
        assert_eq!((run.outcome, run.added, run.removed, run.streams), (Outcome::Unchanged, 0, 0, 60), "{run:?}");
        assert_eq!(world.rows().await, before);
        let closed = world.ctx().db.all::<(i64,)>("select consecutive_failures from provider_breakers", Vec::new()).await.unwrap();
        assert!(closed.iter().all(|(failures,)| *failures == 0), "the host is not to blame");
    }

    async fn what_was_in_a_category_of_another_name_stays_while_any_category_fails(world: Panelled) {
        world.with_two_of_series().await;
        let before = world.rows().await;
        world.change(|catalogue| {
            for categories in [&mut catalogue.live_categories, &mut catalogue.film_categories, &mut catalogue.series_categories] {
                categories[1].name += " of old";
            }
        });
        world.second_answers(&Fault::status(500));
        let run = world.sync().await;
        assert_eq!((run.outcome, run.removed, run.streams, run.films), (Outcome::Unchanged, 0, 60, 40), "{run:?}");
        assert_eq!((world.rows().await, world.stored().await.total_vod_series), (before.clone(), 8));
        world.simulator.mend();
        let run = world.sync().await;
        assert_eq!((run.outcome, run.removed, run.added, run.error_message), (Outcome::Applied, 0, 0, None), "read, they are renamed");
        assert_eq!(world.rows().await, before);
    }

    async fn an_empty_answer_of_a_category_that_holds_something_is_none(world: Panelled) {
        world.change(|catalogue| catalogue.live_categories.push(Category { id: 99, name: "Bare".to_owned() }));
        world.with_two_of_series().await;
        let before = world.rows().await;
        world.second_answers(&Fault::json("[]"));
        let run = world.sync().await;
        assert_eq!((run.outcome, run.removed, run.streams, run.films), (Outcome::Unchanged, 0, 60, 40), "{run:?}");
        assert_eq!((world.rows().await, world.stored().await.total_vod_series), (before, 8));
        let said = run.error_message.unwrap_or_default();
        let plain = Catalogue::plain();
        for name in [&plain.live_categories[1].name, &plain.film_categories[1].name, "Box sets"] {
            assert!(said.contains(&format!("either: “{name}”.")), "{name}: {said}");
        }
    }

    async fn a_choice_leaves_not_nothing_while_what_it_chooses_could_not_be_read(world: Panelled) {
        world.whole().await;
        let chosen = Catalogue::plain().live_categories[1].name.clone();
        world.patch(json!({ "include_groups": [chosen] })).await;
        let chosen = world.sync().await.streams;
        assert!((1..60).contains(&chosen));
        let before = world.rows().await;
        world.second_answers(&Fault::status(500));
        let run = world.sync().await;
        assert_eq!((run.outcome, run.streams, run.removed), (Outcome::Unchanged, chosen, 0), "{run:?}");
        assert_eq!(world.rows().await, before);
        world.simulator.mend();
        world.patch(json!({ "include_groups": ["nobody has this"] })).await;
        let run = world.sync().await;
        assert_eq!((run.outcome, world.rows().await), (Outcome::Failed, before), "what was read says it: {run:?}");
    }

    async fn a_category_that_takes_too_long_leaves_the_other_lists_their_time(world: Panelled) {
        world.whole().await;
        let before = world.rows().await;
        let sent = json!({ "sync_timeout": 10 });
        settings::set(world.ctx(), &ACTOR, sent.as_object().unwrap()).await.unwrap();
        world.simulator.fault(&list("get_live_streams"), Fault::status(500).times(3));
        world.simulator.fault(&part("get_live_streams", 2), Fault::silent());
        let run = world.sync().await;
        assert_eq!((run.outcome, run.removed, run.streams, run.films), (Outcome::Unchanged, 0, 60, 40), "{run:?}");
        assert!(run.error_message.unwrap_or_default().contains("Left as they are"));
        assert_eq!(world.rows().await, before);
    }
}
