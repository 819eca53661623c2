//! Films and series that their provider calls otherwise: what refers to them stays with them.

use m3u_strm_processor::args;
use m3u_strm_processor::features::catalogue::content::Content;
use m3u_strm_processor::features::catalogue::favourites;
use m3u_strm_processor::features::history::{self, NewPlay, PlayReport};
use m3u_strm_processor::simulator::panel::Catalogue;
use m3u_strm_processor::support::ids::{EpisodeId, MovieId, SeriesId, UserId};

use super::panel::Panelled;
use super::{Synced, entry};
use crate::on_both_engines;

impl Synced {
    /// The films that are shown: id and title.
    async fn films(&self) -> Vec<(i64, String)> {
        let sql = "select id, title from vod_movies where version_count > 0 order by title";
        self.ctx().db.all(sql, Vec::new()).await.unwrap()
    }

    async fn film(&self, title: &str) -> i64 {
        let sql = "select id from vod_movies where title = $1 and version_count > 0";
        let (id,): (i64,) = self.ctx().db.one(sql, args![title]).await.unwrap();
        id
    }

    async fn fan(&self, name: &str, content: Content) -> UserId {
        let user = self.user(name).await;
        favourites::mark(self.ctx(), user, content).await.unwrap();
        let play = NewPlay {
            content,
            device: None,
        };
        history::add_past(self.ctx(), user, &play, &PlayReport::default(), 0)
            .await
            .unwrap();
        user
    }

    /// What a person marked and what they played, by id.
    async fn kept(&self, user: UserId) -> (Vec<i64>, Vec<Option<i64>>) {
        let (plays, _) = history::list(self.ctx(), user, 0, 10).await.unwrap();
        let played = plays.into_iter().map(|play| play.content_id).collect();
        (self.marks(user).await, played)
    }
}

on_both_engines! {
    async fn a_film_that_is_called_otherwise_is_the_same_film(synced: Synced) {
        let others = [entry("Alien (1979)", "http://h/movie/8.mp4"), entry("Brazil (1985)", "http://h/movie/9.mp4")];
        synced.lists(&[&entry("Heat (1995)", "http://h/movie/1.mp4"), &others[0], &others[1]]);
        synced.sync().await;
        let heat = synced.film("Heat").await;
        let user = synced.fan("one", Content::Movie(MovieId(heat))).await;
        synced.lists(&[&entry("Heat Restored (1996)", "http://h/movie/1.mp4"), &others[0], &others[1]]);
        let run = synced.sync().await;
        assert_eq!((run.renamed, run.added, run.removed), (1, 0, 0), "{run:?}");
        assert_eq!(synced.film("Heat Restored").await, heat);
        assert_eq!(synced.films().await.len(), 3);
        assert_eq!(synced.kept(user).await, (vec![heat], vec![Some(heat)]));
        let sql = "select year from vod_movies where name_key = 'heat restored' and normalized_title = 'heat restored' \
                   and sort_key = 'heat restored'";
        assert_eq!(synced.count(sql).await, 1996);
        synced.lists(&[&entry("Heat (1995)", "http://h/movie/1.mp4"), &others[0], &others[1]]);
        synced.sync().await;
        assert_eq!(synced.film("Heat").await, heat, "and back");
    }

    async fn a_film_that_takes_the_name_of_another_gives_it_its_marks_and_plays(synced: Synced) {
        let other = entry("Heat (1995)", "http://h/movie/2.mp4");
        synced.lists(&[&entry("Heet (1995)", "http://h/movie/1.mp4"), &other]);
        synced.sync().await;
        let (stays, goes) = (synced.film("Heat").await, synced.film("Heet").await);
        let one = synced.fan("one", Content::Movie(MovieId(goes))).await;
        let both = synced.fan("both", Content::Movie(MovieId(goes))).await;
        favourites::mark(synced.ctx(), both, Content::Movie(MovieId(stays))).await.unwrap();
        synced.lists(&[&entry("Heat (1995)", "http://h/movie/1.mp4"), &other]);
        synced.sync().await;
        assert_eq!(synced.films().await, [(stays, "Heat".to_owned())]);
        assert_eq!(synced.kept(one).await, (vec![stays], vec![Some(stays)]));
        assert_eq!(synced.kept(both).await, (vec![stays], vec![Some(stays)]), "who marked both keeps one mark");
    }

    async fn a_version_that_leaves_takes_nothing_from_those_that_stay(synced: Synced) {
        let stays = entry("Heat (1995) 4K", "http://h/movie/2.mp4");
        synced.lists(&[&entry("Heat (1995)", "http://h/movie/1.mp4"), &stays]);
        synced.sync().await;
        let heat = synced.film("Heat").await;
        let user = synced.fan("one", Content::Movie(MovieId(heat))).await;
        synced.lists(&[&entry("Alien (1979)", "http://h/movie/1.mp4"), &stays]);
        synced.sync().await;
        assert_ne!(synced.film("Alien").await, heat);
        assert_eq!(synced.film("Heat").await, heat);
        assert_eq!(synced.kept(user).await, (vec![heat], vec![Some(heat)]));
    }

    async fn a_version_that_comes_back_under_another_name_renames_nothing_of_those_that_stayed(synced: Synced) {
        let stays = entry("Heat (1995) 4K", "http://h/movie/2.mp4");
        synced.unguarded().await;
        synced.lists(&[&entry("Heat (1995)", "http://h/movie/1.mp4"), &stays]);
        synced.sync().await;
        let heat = synced.film("Heat").await;
        synced.lists(&[&stays]);
        synced.sync().await;
        synced.lists(&[&entry("Alien (1979)", "http://h/movie/1.mp4"), &stays]);
        synced.sync().await;
        assert_eq!(synced.film("Heat").await, heat);
        assert_ne!(synced.film("Alien").await, heat);
    }

    async fn two_films_that_become_one_keep_the_first(synced: Synced) {
        synced.lists(&[&entry("Heat I (1995)", "http://h/movie/1.mp4"), &entry("Heat II (1995)", "http://h/movie/2.mp4")]);
        synced.sync().await;
        let (first, second) = (synced.film("Heat I").await, synced.film("Heat II").await);
        let user = synced.fan("one", Content::Movie(MovieId(second))).await;
        synced.lists(&[&entry("Heat (1995)", "http://h/movie/1.mp4"), &entry("Heat (1995)", "http://h/movie/2.mp4")]);
        synced.sync().await;
        assert_eq!(synced.films().await, [(first.min(second), "Heat".to_owned())]);
        assert_eq!(synced.kept(user).await.0, [first.min(second)]);
    }

    async fn a_series_that_is_called_otherwise_keeps_its_episodes_marks_and_plays(world: Panelled) {
        world.whole().await;
        let name = Catalogue::plain().series[0].name.clone();
        let sql = "select id from vod_series where title = $1 and episode_count > 0";
        let (series,): (i64,) = world.ctx().db.one(sql, args![name]).await.unwrap();
        let (episode,): (i64,) = world.ctx().db.one("select min(id) from vod_episodes where series_id = $1", args![series]).await.unwrap();
        let user = world.fan("one", Content::Series(SeriesId(series))).await;
        let play = NewPlay { content: Content::Episode(EpisodeId(episode)), device: None };
        history::add_past(world.ctx(), user, &play, &PlayReport::default(), 0).await.unwrap();
        world.change(|catalogue| {
            catalogue.series[0].name = "Another Name".to_owned();
            catalogue.series[0].last_modified += 60;
        });
        world.whole().await;
        let (renamed,): (i64,) = world.ctx().db.one(sql, args!["Another Name"]).await.unwrap();
        assert_eq!(renamed, series);
        assert_eq!(world.kept(user).await.0, [series]);
        assert_eq!(world.count("select count(*) from vod_series where episode_count > 0").await, 8);
        let taken = world.change_to_that_of_the_second().await;
        assert_eq!(world.kept(user).await.0, [taken]);
        let sql = "select e.series_id from viewing_history h join vod_episodes e on e.id = h.vod_episode_id";
        assert_eq!(world.count(sql).await, taken, "the play follows to the episode of the same number");
    }
}

impl Panelled {
    /// The first series takes the name and the year of the second; the id of that.
    async fn change_to_that_of_the_second(&self) -> i64 {
        let second = Catalogue::plain().series[1].clone();
        let sql = "select id from vod_series where title = $1 and episode_count > 0";
        let (id,): (i64,) = self.ctx().db.one(sql, args![second.name.as_str()]).await.unwrap();
        self.change(|catalogue| {
            catalogue.series[0].name = second.name;
            catalogue.series[0].year = second.year;
            catalogue.series[0].last_modified += 60;
        });
        self.whole().await;
        id
    }
}
