//! Lists that cannot be had whole are unknown, never empty.

use m3u_strm_processor::features::providers::Status;
use m3u_strm_processor::features::sync::log::Outcome;
use m3u_strm_processor::simulator::{Cut, Fault};

use super::Panelled;
use crate::on_both_engines;

fn list(action: &str) -> String {
    format!("/player_api.php?action={action}")
}

on_both_engines! {
    async fn a_list_that_fails_leaves_its_kind_as_it_is_and_the_run_says_so(world: Panelled) {
        world.whole().await;
        let before = world.rows().await;
        for (fault, why) in [
            (Fault::status(500), "answered 500"),
            (Fault::cut(2_000, Cut::Declared), "of"),
            (Fault::cut(2_000, Cut::Close), "stopped in the middle of a list"),
            (Fault::body("text/html", "<html>busy</html>"), "a web page instead of a list"),
            (Fault::body("application/json", "[]"), "answered with an empty list"),
            (Fault::body("application/json", "{\"user_info\":{\"auth\":0}}"), "the account instead of a list"),
            (Fault::body("application/json", ""), "answered with nothing"),
        ] {
            world.simulator.fault(&list("get_live_streams"), fault);
            world.change(|catalogue| catalogue.films[0].name += " x");
            let run = world.sync().await;
            assert_eq!((run.outcome, run.removed, run.streams), (Outcome::Applied, 0, 60), "{why}: {run:?}");
            assert_eq!(run.entries, run.streams + run.films + run.episodes + run.refused, "{why}");
            let said = run.error_message.unwrap_or_default();
            assert!(said.starts_with("The live streams were left as they are") && said.contains(why), "{why}: {said}");
            let provider = world.stored().await;
            assert_eq!(provider.status(), Status::Ok);
            assert!(provider.status_message.is_some_and(|message| message.contains(why)), "{why}");
            let after = world.rows().await;
            assert_eq!(after.len(), before.len(), "{why}");
            assert_eq!(after.iter().filter(|row| row.0 == "live").collect::<Vec<_>>(),
                before.iter().filter(|row| row.0 == "live").collect::<Vec<_>>(), "{why}");
            world.simulator.mend();
        }
        assert_eq!(world.sync().await.error_message, None);
        assert_eq!(world.stored().await.status_message, None);
    }

    async fn a_kind_without_its_categories_keeps_them(world: Panelled) {
        world.whole().await;
        world.simulator.fault(&list("get_vod_categories"), Fault::status(500));
        let run = world.sync().await;
        assert_eq!((run.outcome, run.changed, run.films), (Outcome::Unchanged, 0, 40), "{run:?}");
        assert!(run.error_message.unwrap_or_default().starts_with("The films were left as they are"));
    }

    async fn series_that_cannot_be_listed_keep_their_episodes(world: Panelled) {
        world.whole().await;
        let before = world.rows().await;
        for fault in [Fault::status(500), Fault::body("application/json", "[]"), Fault::cut(500, Cut::Close)] {
            world.simulator.fault(&list("get_series"), fault);
            let run = world.sync().await;
            assert_eq!((run.outcome, run.removed), (Outcome::Unchanged, 0), "{run:?}");
            assert_eq!(world.stored().await.total_vod_series, 8);
        }
        assert_eq!(world.rows().await, before);
    }

    async fn a_panel_without_any_list_fails_and_leaves_everything(world: Panelled) {
        world.whole().await;
        let before = world.rows().await;
        for action in ["get_live_streams", "get_vod_streams", "get_series"] {
            world.simulator.fault(&list(action), Fault::body("application/json", "[]"));
        }
        let run = world.sync().await;
        assert_eq!((run.outcome, run.error_code.as_deref()), (Outcome::Failed, Some("empty")), "{run:?}");
        assert_eq!(world.stored().await.status(), Status::Failing);
        assert_eq!(world.rows().await, before);
    }

    async fn an_account_that_never_had_a_kind_has_none(world: Panelled) {
        world.change(|catalogue| {
            catalogue.films.clear();
            catalogue.series.clear();
        });
        let run = world.sync().await;
        assert_eq!((run.outcome, run.error_message, run.entries), (Outcome::Applied, None, 60));
    }
}
