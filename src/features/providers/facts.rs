use serde::{Deserialize, Serialize};

/// What a provider tells of a film, a series or an episode beyond its title: cleaned, bounded, and only what it knows.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Facts {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub plot: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub cast: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub directors: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub genres: Vec<String>,
    /// Tenths: 1 to 100.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rating: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub runtime_minutes: Option<i64>,
    /// `YYYY-MM-DD`: of a film its release, of a series its first evening, of an episode when it was aired.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub released: Option<String>,
    /// Digits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tmdb_id: Option<String>,
    /// `tt` and digits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub imdb_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub backdrop_url: Option<String>,
}

impl Facts {
    /// Takes what this lacks from a provider that stands behind.
    pub fn fill(&mut self, other: Self) {
        fn list(own: &mut Vec<String>, other: Vec<String>) {
            if own.is_empty() {
                *own = other;
            }
        }
        fn one<T>(own: &mut Option<T>, other: Option<T>) {
            if own.is_none() {
                *own = other;
            }
        }
        // Numbers of one film belong together: a second provider may mean another one.
        if self.tmdb_id.is_none() && self.imdb_id.is_none() {
            self.imdb_id = other.imdb_id;
            self.tmdb_id = other.tmdb_id;
        } else if self.tmdb_id == other.tmdb_id {
            one(&mut self.imdb_id, other.imdb_id);
        } else if self.imdb_id == other.imdb_id {
            one(&mut self.tmdb_id, other.tmdb_id);
        }
        one(&mut self.plot, other.plot);
        list(&mut self.cast, other.cast);
        list(&mut self.directors, other.directors);
        list(&mut self.genres, other.genres);
        one(&mut self.rating, other.rating);
        one(&mut self.runtime_minutes, other.runtime_minutes);
        one(&mut self.released, other.released);
        one(&mut self.backdrop_url, other.backdrop_url);
    }

    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// As it is stored.
    pub fn stored(&self) -> String {
        serde_json::to_string(self).unwrap_or_else(|_| "{}".to_owned())
    }

    /// What [`Self::stored`] wrote; anything else says nothing.
    pub fn read(stored: &str) -> Self {
        serde_json::from_str(stored).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts(plot: &str, cast: &[&str], tmdb: Option<&str>, imdb: Option<&str>) -> Facts {
        Facts {
            plot: Some(plot.to_owned()).filter(|plot| !plot.is_empty()),
            cast: cast.iter().map(|&name| name.to_owned()).collect(),
            tmdb_id: tmdb.map(str::to_owned),
            imdb_id: imdb.map(str::to_owned),
            ..Facts::default()
        }
    }

    #[test]
    fn the_first_provider_speaks_and_others_fill_its_gaps() {
        let mut first = facts("A plot.", &[], None, None);
        first.fill(facts("Another.", &["Ann"], Some("5"), None));
        assert_eq!(first, facts("A plot.", &["Ann"], Some("5"), None));
    }

    #[test]
    fn numbers_of_two_different_films_are_not_mixed() {
        let mut first = facts("", &[], Some("5"), None);
        first.fill(facts("", &[], Some("6"), Some("tt0000006")));
        assert_eq!(first.imdb_id, None);
        first.fill(facts("", &[], Some("5"), Some("tt0000005")));
        assert_eq!(first.imdb_id.as_deref(), Some("tt0000005"));
    }

    #[test]
    fn what_is_stored_is_read_back() {
        let known = facts("\"A\"\n", &["B"], None, Some("tt0000001"));
        assert_eq!(Facts::read(&known.stored()), known);
        assert_eq!(Facts::default().stored(), "{}");
        assert_eq!(Facts::read("<html>"), Facts::default());
    }
}
