//! What panels tell of films by themselves: asked for once, a few an hour, and kept.

use m3u_strm_processor::app::{App, handlers};
use m3u_strm_processor::args;
use m3u_strm_processor::features::catalogue::content::Content;
use m3u_strm_processor::features::catalogue::detail;
use m3u_strm_processor::features::catalogue::store::{facts, state};
use m3u_strm_processor::features::providers::{self, Facts};
use m3u_strm_processor::features::{settings, sync};
use m3u_strm_processor::jobs::{Job, Planned, State, Workers, kinds};
use m3u_strm_processor::simulator::Fault;
use m3u_strm_processor::simulator::panel::{Catalogue, odd};
use m3u_strm_processor::support::ids::{MovieId, ProviderId, SeriesId};
use serde_json::{Value, json};

use super::{PASSWORD, Panelled};
use crate::on_both_engines;
use crate::support::ctx::ACTOR;

const HOUR_MS: i64 = 3_600_000;
const INFO: &str = "/player_api.php?action=get_vod_info";
const TOLD: &str = "select count(*) from vod_movie_facts where facts is not null";

impl Panelled {
    /// The job that asks about films, if one is queued.
    async fn films(&self) -> Option<Job> {
        let key = providers::sync_key(self.provider);
        let id = self.ctx().jobs.active(kinds::FILM_DETAILS, &key).await.unwrap()?;
        Some(self.run(id).await)
    }

    /// The job of its schedule, if its panel is still to be asked.
    async fn planned(&self) -> Option<Planned> {
        let planned = sync::schedule::planned(self.ctx()).await.unwrap();
        planned.into_iter().find(|plan| plan.name.starts_with("films/"))
    }

    async fn set(&self, values: Value) {
        settings::set(self.ctx(), &ACTOR, values.as_object().unwrap())
            .await
            .unwrap();
    }

    async fn movie(&self, title: &str) -> MovieId {
        let sql = "select id from vod_movies where title = $1";
        let (id,): (i64,) = self.ctx().db.one(sql, args![title]).await.unwrap();
        MovieId(id)
    }

    async fn told_by(&self, content: Content, wide: &str) -> Vec<ProviderId> {
        facts::told_by(&self.ctx().db, content, wide).await.unwrap()
    }

    async fn facts(&self, id: MovieId) -> Facts {
        let now = self.ctx().clock.now_ms();
        detail::movie(&self.ctx().db, id, now)
            .await
            .unwrap()
            .unwrap()
            .facts
    }

    /// The titles of the first four films, which their panel describes in four ways.
    fn four(&self) -> Vec<(String, String, u32, f64)> {
        let films = Catalogue::plain().films;
        let of = films.into_iter().take(4);
        of.map(|film| {
            let title = film.name.rsplit_once(" (").unwrap().0.to_owned();
            (title, film.plot, film.duration_secs, film.rating.unwrap())
        })
        .collect()
    }
}

on_both_engines! {
    async fn each_film_is_asked_about_once_and_what_is_told_is_kept(world: Panelled) {
        world.sync().await;
        let job = world.films().await.unwrap();
        assert_eq!(job.state, State::Succeeded, "{job:?}");
        assert_eq!(world.asked("get_vod_info"), 40);
        for (title, plot, seconds, rating) in world.four() {
            let told = world.facts(world.movie(&title).await).await;
            assert_eq!(told.plot.as_deref(), Some(plot.as_str()), "{title}");
            assert_eq!(told.runtime_minutes.map(|minutes| minutes - i64::from(seconds / 60)).map(|more| (0..=1).contains(&more)), Some(true), "{told:?}");
            // One of them is told of five.
            assert!(told.rating.is_some_and(|tenths| (tenths as f64 / 10.0 - rating).abs() <= 0.1), "{told:?}");
            assert_eq!((told.cast.len(), told.directors.len(), told.genres.is_empty()), (2, 1, false), "{told:?}");
            assert!(told.released.is_some() && told.tmdb_id.is_some(), "{told:?}");
            let content = Content::Movie(world.movie(&title).await);
            assert_eq!(world.told_by(content, told.backdrop_url.as_deref().unwrap()).await, [world.provider], "{told:?}");
            assert!(world.told_by(content, "http://elsewhere/wide.jpg").await.is_empty());
        }
        world.sync().await;
        assert!(world.films().await.is_none(), "there is nothing left to ask");
        assert_eq!(world.asked("get_vod_info"), 40);
    }

    async fn no_more_than_its_share_of_an_hour_is_asked_at_a_time(world: Panelled) {
        world.set(json!({ "film_details_per_hour": 60 })).await;
        world.sync().await;
        world.films().await.unwrap();
        assert_eq!(world.asked("get_vod_info"), 15);
        assert!(world.planned().await.is_some(), "the others come later");
        world.set(json!({ "film_details_per_hour": 17 })).await;
        world.sync().await;
        world.films().await.unwrap();
        assert_eq!(world.asked("get_vod_info"), 17, "two are left of this hour");
        world.sync().await;
        world.films().await.unwrap();
        assert_eq!(world.asked("get_vod_info"), 17);
        world.test.advance_ms(HOUR_MS);
        world.set(json!({ "film_details_per_hour": 6_000 })).await;
        world.sync().await;
        world.films().await.unwrap();
        assert_eq!(world.asked("get_vod_info"), 40);
        assert!(world.planned().await.is_none(), "all is told");
        world.set(json!({ "film_details_per_hour": 0 })).await;
    }

    async fn the_film_that_somebody_looks_at_is_asked_about_before_others(world: Panelled) {
        world.set(json!({ "film_details_per_hour": 4 })).await;
        world.sync().await;
        let (title, plot, ..) = world.four().remove(0);
        let movie = world.movie(&title).await;
        sync::want_film(world.ctx(), movie).await.unwrap();
        assert_eq!(world.asked("get_vod_info"), 0, "nobody waits for the panel");
        let key = format!("film:{}:{movie}", world.provider);
        let id = world.ctx().jobs.active(kinds::FILM_DETAILS, &key).await.unwrap().unwrap();
        world.run(id).await;
        assert_eq!(world.asked("get_vod_info"), 1);
        assert_eq!(world.facts(movie).await.plot, Some(plot));
        sync::want_film(world.ctx(), movie).await.unwrap();
        assert_eq!(world.ctx().jobs.active(kinds::FILM_DETAILS, &key).await.unwrap(), None, "it was asked");
    }

    async fn a_film_that_its_panel_does_not_know_is_not_asked_for_again(world: Panelled) {
        world.change(|catalogue| catalogue.films.truncate(1));
        world.sync().await;
        world.simulator.fault(INFO, Fault::body("application/json", "{\"info\":[]}"));
        world.films().await.unwrap();
        world.sync().await;
        assert!(world.films().await.is_none());
        let movie = world.movie(&world.four()[0].0).await;
        let listed = world.facts(movie).await;
        assert!(listed.rating.is_some() && listed.tmdb_id.is_some(), "what the list told stays: {listed:?}");
        assert_eq!(listed.plot, None);
    }

    async fn a_film_is_asked_about_again_once_its_panel_took_it_in_anew(world: Panelled) {
        world.change(|catalogue| catalogue.films.truncate(2));
        world.sync().await;
        world.films().await.unwrap();
        world.change(|catalogue| {
            catalogue.films[0].added += 60;
            catalogue.films[0].extension = "avi".to_owned();
            catalogue.films[1].rating = Some(1.0);
        });
        world.sync().await;
        world.films().await.unwrap();
        assert_eq!(world.asked("get_vod_info"), 3);
    }

    async fn a_rating_that_moves_makes_no_other_film_of_it(world: Panelled) {
        world.sync().await;
        world.change(|catalogue| catalogue.films.iter_mut().for_each(|film| film.rating = Some(9.9)));
        let run = world.sync().await;
        assert_eq!((run.changed, run.renamed), (0, 0), "{run:?}");
    }

    async fn a_broken_answer_is_tried_again_later_and_a_dead_panel_is_left_alone(world: Panelled) {
        world.change(|catalogue| catalogue.films.truncate(20));
        world.sync().await;
        world.simulator.fault(INFO, Fault::status(404));
        let job = world.films().await.unwrap();
        assert_eq!(job.state, State::Failed, "{job:?}");
        let asked = world.asked("get_vod_info");
        assert!((8..=10).contains(&asked), "{asked}");
        world.simulator.mend();
        world.sync().await;
        world.films().await.unwrap();
        assert_eq!(world.count(TOLD).await, 12, "those that failed rest for an hour");
        world.test.advance_ms(HOUR_MS);
        world.sync().await;
        world.films().await.unwrap();
        assert_eq!(world.count(TOLD).await, 20);
    }

    async fn what_is_told_of_series_and_episodes_comes_with_the_episodes(world: Panelled) {
        world.whole().await;
        let first = &Catalogue::plain().series[0];
        let sql = "select id, rating from vod_series where title = $1";
        let (id, rating): (i64, Option<i64>) = world.ctx().db.one(sql, args![first.name.as_str()]).await.unwrap();
        let series = detail::series(&world.ctx().db, SeriesId(id)).await.unwrap().unwrap();
        assert_eq!(series.facts.plot.as_deref(), Some(first.plot.as_str()));
        assert_eq!((series.facts.cast.len(), series.facts.rating), (2, rating));
        let wide = series.facts.backdrop_url.unwrap();
        assert!(rating.is_some());
        assert_eq!(world.told_by(Content::Series(SeriesId(id)), &wide).await, [world.provider]);
        let (shown, listed) = (&series.seasons[0].episodes[0], &first.seasons[0].episodes[0]);
        assert_eq!(shown.facts.released.as_deref(), Some(listed.air_date.as_str()));
        assert_eq!(shown.facts.runtime_minutes, Some(25));
        assert!(shown.facts.plot.is_some());
    }

    async fn the_preferred_provider_speaks_and_the_other_fills_its_gaps(world: Panelled) {
        world.change(|catalogue| {
            catalogue.films.truncate(1);
            catalogue.films[0].cast = String::new();
        });
        world.sync().await;
        world.films().await.unwrap();
        let other = world.add("Two", &world.simulator.url(""), &json!({ "priority": 90 })).await;
        world.change(|catalogue| {
            catalogue.films[0].plot = "Told by the second.".to_owned();
            catalogue.films[0].cast = "Ann Lee".to_owned();
            catalogue.films[0].rating = Some(1.0);
            catalogue.films[0].odd = odd([("rating", json!(1))]);
        });
        world.sync_of(other).await;
        let key = providers::sync_key(other);
        let id = world.ctx().jobs.active(kinds::FILM_DETAILS, &key).await.unwrap().unwrap();
        world.run(id).await;
        let movie = world.movie(&world.four()[0].0).await;
        let told = world.facts(movie).await;
        assert_eq!((told.plot.as_deref(), told.cast.as_slice(), told.rating), (Some("Told by the second."), ["Ann Lee".to_owned()].as_slice(), Some(10)));
        assert_eq!(world.count("select rating from vod_movies where version_count > 0").await, 10);
        let known = facts::of_movies(&world.ctx().db, [movie].into_iter()).await.unwrap();
        assert_eq!(known[&movie], told);
    }

    async fn credentials_in_what_is_told_are_not_kept(world: Panelled) {
        world.change(|catalogue| {
            catalogue.films.truncate(1);
            catalogue.films[0].plot = format!("Seen at {PASSWORD} tonight.");
        });
        world.sync().await;
        world.films().await.unwrap();
        let movie = world.movie(&world.four()[0].0).await;
        assert_eq!(world.facts(movie).await.plot.as_deref(), Some("Seen at *** tonight."));
    }

    async fn a_panel_with_a_film_that_failed_has_not_told_all(world: Panelled) {
        world.change(|catalogue| catalogue.films.truncate(2));
        world.sync().await;
        world.simulator.fault(INFO, Fault::status(404).times(1));
        world.films().await.unwrap();
        assert!(world.planned().await.is_some(), "one is asked about again in an hour");
        world.simulator.mend();
        world.test.advance_ms(HOUR_MS);
        let again = world.planned().await.unwrap().job;
        world.ctx().jobs.enqueue_now(again).await.unwrap();
        world.films().await.unwrap();
        assert_eq!(world.count(TOLD).await, 2);
        assert!(world.planned().await.is_none(), "now it has");
    }

    async fn answers_without_a_film_are_no_reason_to_give_a_panel_up(world: Panelled) {
        world.change(|catalogue| catalogue.films.truncate(20));
        world.sync().await;
        world.simulator.fault(INFO, Fault::json("[]"));
        let job = world.films().await.unwrap();
        assert_eq!((job.state, world.asked("get_vod_info")), (State::Succeeded, 20), "{job:?}");
    }

    async fn what_was_told_before_somebody_cancelled_is_kept(world: Panelled) {
        world.change(|catalogue| catalogue.films.truncate(6));
        world.sync().await;
        let sql = "select url_template from vod_versions where movie_id is not null order by id limit 1";
        let (last,): (String,) = world.ctx().db.one(sql, args![]).await.unwrap();
        let last = last.rsplit_once('/').unwrap().1.split_once('.').unwrap().0.to_owned();
        world.simulator.fault(&format!("{INFO}&vod_id={last}"), Fault::silent());
        let workers = Workers::start(world.ctx().jobs.clone(), handlers(&App::of(world.ctx().clone()))).await.unwrap();
        let id = world.ctx().jobs.active(kinds::FILM_DETAILS, &providers::sync_key(world.provider)).await.unwrap().unwrap();
        // Two are asked about at once: when the last one is, four are told.
        world.simulator.until(|_| world.asked("get_vod_info") == 6).await;
        world.ctx().jobs.cancel(id).await.unwrap();
        let ended = tokio::time::timeout(std::time::Duration::from_secs(30), world.ctx().jobs.follow(id, |_| {})).await;
        assert_eq!(ended.unwrap().unwrap().state, State::Cancelled);
        workers.stop().await;
        assert!((4..6).contains(&world.count(TOLD).await));
    }

    async fn a_panel_whose_sync_fails_is_not_asked_about_films(world: Panelled) {
        world.set(json!({ "film_details_per_hour": 4 })).await;
        world.sync().await;
        let movie = world.movie(&world.four()[0].0).await;
        assert!(world.planned().await.is_some());
        world.simulator.fault("*", Fault::status(403));
        world.sync().await;
        assert!(world.planned().await.is_none());
        sync::want_film(world.ctx(), movie).await.unwrap();
        let key = format!("film:{}:{movie}", world.provider);
        assert_eq!(world.ctx().jobs.active(kinds::FILM_DETAILS, &key).await.unwrap(), None);
        let now = world.ctx().clock.now_ms();
        assert!(!facts::of_movie(&world.ctx().db, movie, now).await.unwrap().1, "nobody waits for it");
        world.simulator.mend();
        world.sync().await;
        assert!(world.planned().await.is_some());
    }

    async fn lists_are_made_anew_once_however_many_films_are_told(world: Panelled) {
        let unrated = odd([("rating", json!("")), ("rating_5based", json!(""))]);
        world.change(|catalogue| catalogue.films.iter_mut().for_each(|film| film.odd = unrated.clone()));
        world.sync().await;
        let before = state::version(&world.ctx().db).await.unwrap();
        world.films().await.unwrap();
        assert_eq!(world.count("select count(*) from vod_movies where rating is not null").await, 40);
        assert_eq!(state::version(&world.ctx().db).await.unwrap(), before + 1);
    }
}
