//! What outlives a change at the panel.

use m3u_strm_processor::features::sync::approve;
use m3u_strm_processor::features::sync::log::Outcome;
use m3u_strm_processor::simulator::panel::Account;
use m3u_strm_processor::simulator::{Fault, Simulator};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::json;

use super::{PASSWORD, Panelled, USER};
use crate::on_both_engines;
use crate::support::ctx::ACTOR;

const FIRST: &str = "select min(id) from channels where stream_count > 0";

fn encoded(word: &str) -> String {
    utf8_percent_encode(word, NON_ALPHANUMERIC)
        .to_string()
        .replace("%2D", "-")
}

on_both_engines! {
    async fn a_new_password_and_user_play_at_once_and_change_no_row(world: Panelled) {
        world.whole().await;
        let (before, channel) = (world.rows().await, world.count(FIRST).await);
        let address = world.address(channel).await;
        let host = world.simulator.host();
        assert!(address.starts_with(&format!("http://{host}/live/{}/{}/", encoded(USER), encoded(PASSWORD))), "{address}");
        world.patch(json!({ "xstream_username": "new-user", "xstream_password": "other-pass" })).await;
        assert_eq!(world.address(channel).await, address.replace(&encoded(USER), "new-user").replace(&encoded(PASSWORD), "other-pass"));
        let catalogue = m3u_strm_processor::simulator::panel::Catalogue::plain();
        world.panel.open(Account::new("new-user", "other-pass"), catalogue);
        let run = world.sync().await;
        assert_eq!(run.outcome, Outcome::Unchanged, "{run:?}");
        assert_eq!(world.rows().await, before);
    }

    async fn streams_are_where_the_panel_answered(world: Panelled) {
        let backup = Simulator::start().await.unwrap();
        backup.put_panel(&world.panel);
        world.patch(json!({ "backup_hosts": [backup.url("")] })).await;
        world.simulator.fault("*", Fault::status(404));
        let run = world.sync().await;
        assert_eq!(run.outcome, Outcome::Applied, "{run:?}");
        let channel = world.count(FIRST).await;
        assert!(world.address(channel).await.starts_with(&format!("http://{}/live/", backup.host())));
        world.patch(json!({ "xstream_password": "other-pass" })).await;
        assert!(world.address(channel).await.starts_with(&format!("http://{}/live/{}/other-pass/", backup.host(), encoded(USER))));
        world.patch(json!({ "xstream_password": PASSWORD })).await;
        world.simulator.mend();
        let rows = world.rows().await;
        let run = world.sync().await;
        assert_eq!((run.added, run.renamed, run.removed), (0, 0, 0), "{run:?}");
        assert!(world.address(channel).await.starts_with(&format!("http://{}/live/", world.simulator.host())));
        assert_eq!(world.rows().await, rows);
    }

    async fn an_id_says_what_a_renamed_stream_was(world: Panelled) {
        world.whole().await;
        let before: Vec<i64> = world.rows().await.into_iter().map(|(_, id, _)| id).collect();
        world.change(|catalogue| {
            catalogue.channels[0].name = "Entirely new".to_owned();
            catalogue.channels[0].guide = None;
            catalogue.films[0].name = "Another title (1999)".to_owned();
        });
        let run = world.sync().await;
        assert_eq!((run.renamed, run.added, run.removed), (2, 0, 0), "{run:?}");
        let after: Vec<i64> = world.rows().await.into_iter().map(|(_, id, _)| id).collect();
        assert_eq!(before, after);
    }

    async fn an_id_that_name_and_guide_contradict_says_nothing(world: Panelled) {
        world.change(|catalogue| {
            catalogue.channels[0].guide = Some("one.xx".to_owned());
            catalogue.channels.truncate(20);
        });
        world.sync().await;
        world.change(|catalogue| {
            catalogue.channels[0].name = "Entirely new".to_owned();
            catalogue.channels[0].guide = Some("two.xx".to_owned());
        });
        let run = world.sync().await;
        assert_eq!((run.renamed, run.added, run.removed), (0, 1, 1), "{run:?}");
    }

    async fn a_panel_that_numbers_everything_anew_loses_nothing(world: Panelled) {
        world.change(|catalogue| catalogue.channels.iter_mut().for_each(|channel| channel.guide = None));
        world.whole().await;
        let before = world.rows().await;
        world.change(|catalogue| {
            // Every id belongs to another stream now.
            let ids: Vec<u64> = catalogue.channels.iter().map(|channel| channel.id).collect();
            for (channel, id) in catalogue.channels.iter_mut().zip(ids.iter().cycle().skip(7)) {
                channel.id = *id;
            }
            for film in &mut catalogue.films {
                film.id += 1;
            }
        });
        let run = world.sync().await;
        assert_eq!((run.added, run.removed), (0, 0), "{run:?}");
        assert_eq!(world.rows().await, before);
    }

    async fn a_loss_waits_for_a_person_and_an_approved_one_plays(world: Panelled) {
        world.whole().await;
        let before = world.rows().await;
        world.change(|catalogue| catalogue.channels.truncate(30));
        let run = world.sync().await;
        assert_eq!((run.outcome, run.removed), (Outcome::Held, 30), "{run:?}");
        assert_eq!(world.rows().await, before);
        world.patch(json!({ "xstream_password": "other-pass" })).await;
        let job = approve(world.ctx(), run.id, &ACTOR).await.unwrap();
        world.run(job).await;
        assert_eq!(world.rows().await.len(), before.len() - 30);
        let channel = world.count(FIRST).await;
        assert!(world.address(channel).await.contains("/other-pass/"));
        assert!(world.count("select count(*) from vod_versions where episode_id is not null and missing_since is null").await > 0);
    }

    async fn two_accounts_of_a_panel_are_two_sources_of_the_same_titles(world: Panelled) {
        let catalogue = m3u_strm_processor::simulator::panel::Catalogue::plain();
        world.panel.open(Account::new("second", "secret-2"), catalogue);
        let other = world.add("Two", &world.simulator.url(""), &json!({ "xstream_username": "second", "xstream_password": "secret-2" })).await;
        world.whole().await;
        let titles = "select count(*) from vod_movies where version_count > 0";
        let (films, channels) = (world.count(titles).await, world.count("select count(*) from channels where stream_count > 0").await);
        let run = world.sync_of(other).await;
        assert_eq!((run.outcome, run.added), (Outcome::Applied, 100), "{run:?}");
        assert_eq!(world.count(titles).await, films);
        assert_eq!(world.count("select count(*) from channels where stream_count > 0").await, channels);
        assert_eq!(world.count("select min(version_count) from vod_movies").await, 2);
    }
}
