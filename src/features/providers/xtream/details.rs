//! The episodes of one series, as `get_series_info` answers.

use std::borrow::Cow;
use std::collections::HashSet;

use serde_json::{Map, Value};

use super::elements::NotAList;
use super::facts::{facts, object, of};
use super::listed::{address, extension, text, year};
use crate::features::providers::Facts;

/// More of one series are not taken.
const MOST_EPISODES: usize = 20_000;
const NAME_CHARS: usize = 255;

/// What a panel knows of a series.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Details {
    pub year: Option<u16>,
    pub cover: Option<Cow<'static, str>>,
    pub facts: Facts,
    pub episodes: Vec<Episode>,
    /// Episodes without an id of their own, and those that come twice.
    pub refused: u64,
}

/// An episode.
#[derive(Debug, Clone, PartialEq)]
pub struct Episode {
    pub id: i64,
    pub season: i64,
    pub episode: i64,
    /// As the panel wrote it; it may hold the series' name and the numbering.
    pub name: Option<Cow<'static, str>>,
    pub extension: Cow<'static, str>,
    pub facts: Facts,
}

impl Details {
    /// Reads an answer. A series that the panel does not know has no details, which is no empty series.
    ///
    /// # Errors
    /// [`NotAList`], which says what came instead.
    pub fn read(body: &[u8]) -> Result<Self, NotAList> {
        let answer = object(body)?;
        if answer.contains_key("user_info") {
            return Err(NotAList::Account);
        }
        let seasons = answer.get("episodes").ok_or(NotAList::Other)?;
        let nothing = Map::new();
        let info = answer.get("info").and_then(Value::as_object).unwrap_or(&nothing);
        let mut details = Self {
            year: ["year", "releaseDate", "release_date"]
                .into_iter()
                .find_map(|name| year(&of(info, name))),
            cover: address(&of(info, "cover")),
            facts: facts(info),
            ..Self::default()
        };
        let mut seen = HashSet::new();
        match seasons {
            Value::Object(seasons) => {
                let mut numbered: Vec<(Option<i64>, &Value)> = seasons
                    .iter()
                    .map(|(season, episodes)| (season.trim().parse().ok(), episodes))
                    .collect();
                numbered.sort_by_key(|(season, _)| *season);
                for (season, episodes) in numbered {
                    details.season(season, episodes, &mut seen);
                }
            }
            Value::Array(seasons) if seasons.iter().any(Value::is_array) => {
                for (season, episodes) in (1..).zip(seasons) {
                    details.season(Some(season), episodes, &mut seen);
                }
            }
            flat @ Value::Array(_) => details.season(None, flat, &mut seen),
            _ => return Err(NotAList::Other),
        }
        Ok(details)
    }

    fn season(&mut self, season: Option<i64>, episodes: &Value, seen: &mut HashSet<i64>) {
        let episodes: Vec<&Value> = match episodes {
            Value::Array(episodes) => episodes.iter().collect(),
            Value::Object(episodes) => episodes.values().collect(),
            _ => return,
        };
        for (place, episode) in (1..).zip(episodes) {
            let read = episode
                .as_object()
                .and_then(|episode| read(episode, season, place));
            match read {
                Some(episode) if self.episodes.len() < MOST_EPISODES && seen.insert(episode.id) => {
                    self.episodes.push(episode);
                }
                _ => self.refused += 1,
            }
        }
    }
}

fn read(episode: &Map<String, Value>, season: Option<i64>, place: i64) -> Option<Episode> {
    let nothing = Map::new();
    let info = episode.get("info").and_then(Value::as_object).unwrap_or(&nothing);
    let number = |object: &Map<String, Value>, name: &str| {
        of(object, name)
            .int()
            .filter(|number| (0..=9_999).contains(number))
    };
    Some(Episode {
        id: of(episode, "id").int().filter(|id| *id >= 0)?,
        season: number(episode, "season")
            .or(season.filter(|season| (0..=9_999).contains(season)))
            .or_else(|| number(info, "season"))
            .unwrap_or(1),
        episode: number(episode, "episode_num").unwrap_or(place),
        name: text(&of(episode, "title"), NAME_CHARS),
        extension: extension(&of(episode, "container_extension")),
        facts: facts(info),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(body: &str) -> Vec<(i64, i64, i64)> {
        let details = Details::read(body.as_bytes()).unwrap();
        let episodes = details.episodes.iter();
        episodes.map(|one| (one.season, one.episode, one.id)).collect()
    }

    #[test]
    fn episodes_are_found_in_every_arrangement() {
        let keyed = r#"{"seasons":[],"info":{"name":"Fargo","cover":"http://p.example/c.jpg","releaseDate":"2014-04-15"},
            "episodes":{"2":[{"id":"303","episode_num":1,"season":2}],"1":[{"id":"301","episode_num":"1","title":"Fargo - S01E01 - Pilot",
            "container_extension":"mkv","info":[]},{"id":302,"episode_num":2,"info":{"movie_image":"http://p.example/2.jpg"}}]}}"#;
        assert_eq!(numbers(keyed), [(1, 1, 301), (1, 2, 302), (2, 1, 303)]);
        let details = Details::read(keyed.as_bytes()).unwrap();
        assert_eq!(
            (details.year, details.cover.as_deref()),
            (Some(2014), Some("http://p.example/c.jpg"))
        );
        assert_eq!(details.episodes[0].extension, "mkv");
        let nested = r#"{"seasons":[],"info":[],"episodes":[[{"id":"1","episode_num":1}],[{"id":"2","episode_num":4,"season":"7"}]]}"#;
        assert_eq!(numbers(nested), [(1, 1, 1), (7, 4, 2)]);
        let flat = r#"{"episodes":[{"id":"1","season":3},{"id":"2","season":3}]}"#;
        assert_eq!(numbers(flat), [(3, 1, 1), (3, 2, 2)]);
        let objects = r#"{"info":null,"episodes":{"1":{"0":{"id":"9","episode_num":5}}}}"#;
        assert_eq!(numbers(objects), [(1, 5, 9)]);
    }

    #[test]
    fn a_series_without_episodes_is_not_one_that_is_unknown() {
        for body in [r#"{"seasons":[],"info":[],"episodes":[]}"#, r#"{"episodes":{}}"#] {
            assert_eq!(numbers(body), []);
        }
        for (body, problem) in [
            ("", NotAList::Empty),
            ("[]", NotAList::Other),
            ("null", NotAList::Other),
            ("{\"info\":[]}", NotAList::Other),
            ("{\"episodes\":null}", NotAList::Other),
            ("{\"user_info\":{\"auth\":0}}", NotAList::Account),
            ("<html>", NotAList::WebPage),
            ("{\"episodes\":{\"1\":[{\"id\":", NotAList::Cut),
        ] {
            assert_eq!(Details::read(body.as_bytes()), Err(problem), "{body}");
        }
    }

    #[test]
    fn episodes_without_an_id_and_doubles_are_refused() {
        let body = r#"{"episodes":{"1":[{"id":"1","episode_num":1},{"id":"1","episode_num":2},{"episode_num":3},null,{"id":"x"}]}}"#;
        let details = Details::read(body.as_bytes()).unwrap();
        assert_eq!((details.episodes.len(), details.refused), (1, 4));
    }
}
