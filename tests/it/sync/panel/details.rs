//! Episodes: read behind the lists, of what is new or has changed.

use m3u_strm_processor::features::sync::log::Outcome;
use m3u_strm_processor::jobs::State;
use m3u_strm_processor::simulator::Fault;
use m3u_strm_processor::simulator::panel::{Episode, odd};
use serde_json::json;

use super::Panelled;
use crate::on_both_engines;

const EPISODES: &str =
    "select count(*) from vod_versions where episode_id is not null and missing_since is null";
const SERIES: &str = "select count(*) from vod_series where episode_count > 0";

impl Panelled {
    /// Seasons and episodes of the first series.
    async fn first(&self) -> Vec<(i64, i64, String)> {
        let sql = "select e.season, e.episode, v.original_name from vod_episodes e join vod_versions v on v.episode_id = e.id \
                   where e.series_id = (select min(series_id) from vod_episodes) and v.missing_since is null order by 1, 2";
        self.ctx().db.all(sql, Vec::new()).await.unwrap()
    }

    fn new_episode(&self) {
        self.change(|catalogue| {
            let series = &mut catalogue.series[0];
            series.last_modified += 60;
            let season = &mut series.seasons[0];
            let last = season.episodes.last().unwrap().clone();
            season.episodes.push(Episode {
                id: 990_001,
                number: last.number + 1,
                title: "The new one".to_owned(),
                ..last
            });
        });
    }
}

on_both_engines! {
    async fn episodes_follow_the_lists_and_only_once(world: Panelled) {
        world.sync().await;
        assert_eq!((world.count(EPISODES).await, world.asked("get_series_info")), (0, 0));
        let job = world.details().await.unwrap();
        assert_eq!(job.state, State::Succeeded, "{job:?}");
        assert_eq!(world.asked("get_series_info"), 8);
        let expected: usize = m3u_strm_processor::simulator::panel::Catalogue::plain().series.iter()
            .flat_map(|series| &series.seasons).map(|season| season.episodes.len()).sum();
        assert_eq!(world.count(EPISODES).await, i64::try_from(expected).unwrap());
        assert_eq!(world.count(SERIES).await, 8);
        assert_eq!(world.stored().await.total_vod_series, 8);
        let template = "select count(*) from vod_versions where episode_id is not null and url_template like \
                        '{scheme}://{host}/series/{user}/{pass}/%.%'";
        assert_eq!(world.count(template).await, i64::try_from(expected).unwrap());
    }

    async fn a_new_episode_of_a_known_series_is_found_by_asking_for_that_series_alone(world: Panelled) {
        world.whole().await;
        let (before, asked) = (world.first().await, world.asked("get_series_info"));
        world.new_episode();
        let run = world.sync().await;
        assert_eq!((run.added, run.removed), (0, 0), "{run:?}");
        world.details().await.unwrap();
        assert_eq!(world.asked("get_series_info"), asked + 1);
        let after = world.first().await;
        assert_eq!(after.len(), before.len() + 1);
        assert!(after.iter().any(|(.., name)| name.contains("The new one")), "{after:?}");
    }

    async fn episodes_that_a_series_lost_are_kept_as_tombstones_and_come_back(world: Panelled) {
        world.whole().await;
        let (before, all) = (world.rows().await, world.count(EPISODES).await);
        let mut gone = None;
        world.change(|catalogue| {
            catalogue.series[0].last_modified += 1;
            gone = catalogue.series[0].seasons[0].episodes.pop();
        });
        world.whole().await;
        assert_eq!(world.count(EPISODES).await, all - 1);
        world.change(|catalogue| {
            catalogue.series[0].last_modified += 1;
            catalogue.series[0].seasons[0].episodes.push(gone.unwrap());
        });
        world.whole().await;
        assert_eq!(world.rows().await, before);
    }

    async fn a_series_that_is_not_listed_any_more_takes_its_episodes_along_and_brings_them_back(world: Panelled) {
        world.whole().await;
        let before = world.rows().await;
        let mut gone = None;
        world.change(|catalogue| {
            let length = |at: &usize| catalogue.series[*at].seasons.iter().map(|season| season.episodes.len()).sum::<usize>();
            let shortest = (0..catalogue.series.len()).min_by_key(length).unwrap();
            gone = Some(catalogue.series.remove(shortest));
        });
        let run = world.sync().await;
        assert_eq!(run.outcome, Outcome::Applied, "{run:?}");
        assert!(run.removed > 0);
        assert_eq!(world.count(SERIES).await, 7);
        assert_eq!(world.stored().await.total_vod_series, 7);
        world.change(|catalogue| catalogue.series.push(gone.unwrap()));
        world.whole().await;
        assert_eq!(world.rows().await, before);
        assert_eq!(world.stored().await.total_vod_series, 8);
    }

    async fn an_empty_or_broken_answer_about_a_series_takes_nothing_away(world: Panelled) {
        world.whole().await;
        let before = world.rows().await;
        let id = m3u_strm_processor::simulator::panel::Catalogue::plain().series[0].id;
        let path = format!("/player_api.php?action=get_series_info&series_id={id}");
        for answer in ["[]", "{\"seasons\":[],\"info\":[],\"episodes\":[]}", "<html></html>", "{\"episodes\":{\"1\":[{\"id\""] {
            world.simulator.fault(&path, Fault::body("application/json", answer));
            world.change(|catalogue| catalogue.series[0].last_modified += 1);
            world.sync().await;
            let job = world.details().await.unwrap();
            assert_eq!(job.state, State::Succeeded, "{answer}: {job:?}");
            assert_eq!(world.rows().await, before, "{answer}");
        }
        world.simulator.mend();
        world.new_episode();
        world.whole().await;
        assert_eq!(world.rows().await.len(), before.len() + 1);
    }

    async fn oddities_of_episodes_are_read(world: Panelled) {
        world.change(|catalogue| {
            catalogue.series.truncate(1);
            let season = &mut catalogue.series[0].seasons[0];
            season.episodes.truncate(3);
            season.episodes[0].odd = odd([("info", json!([])), ("episode_num", json!("1"))]);
            season.episodes[1].odd = odd([("id", json!(777_777)), ("container_extension", json!("MKV"))]);
            season.episodes[2].odd = odd([("id", json!(null))]);
            catalogue.series[0].seasons.truncate(1);
        });
        world.whole().await;
        assert_eq!(world.count(EPISODES).await, 2);
        assert_eq!(world.count("select count(*) from vod_versions where url_template like '%/777777.MKV'").await, 1);
    }

    async fn a_panel_that_stops_answering_is_left_alone_and_asked_again_after_the_next_sync(world: Panelled) {
        world.sync().await;
        world.simulator.fault("/player_api.php?action=get_series_info", Fault::status(403));
        let job = world.details().await.unwrap();
        assert_eq!(job.state, State::Failed, "{job:?}");
        assert_eq!(job.error.as_ref().map(|error| error.code.as_str()), Some("credentials_refused"));
        assert!(world.asked("get_series_info") <= 8);
        world.simulator.mend();
        world.whole().await;
        assert_eq!(world.count(SERIES).await, 8);
    }

    async fn a_provider_that_is_removed_meanwhile_leaves_no_episode(world: Panelled) {
        world.sync().await;
        let key = m3u_strm_processor::features::providers::sync_key(world.provider);
        let id = world.ctx().jobs.active(m3u_strm_processor::jobs::kinds::SERIES_DETAILS, &key).await.unwrap().unwrap();
        m3u_strm_processor::features::catalogue::line_up::remove(world.ctx(), &crate::support::ctx::ACTOR, world.provider).await.unwrap();
        let job = world.run(id).await;
        assert_ne!(job.state, State::Succeeded, "{job:?}");
        assert_eq!(world.count(EPISODES).await, 0);
    }
}
