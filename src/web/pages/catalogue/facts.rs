//! What providers tell of a film or a series, as its page shows it.

use askama::Template;
use askama::filters::HtmlSafe;
use jiff::civil::Date;

use crate::features::providers::Facts;

/// Plot and facts of a title. A fact that nobody tells has no line.
#[derive(Template)]
#[template(path = "catalogue/_about.html")]
pub(super) struct About {
    plot: Option<String>,
    genres: String,
    directors: String,
    cast: String,
    rating: Option<String>,
    runtime: Option<String>,
    released: Option<String>,
    tmdb_id: Option<String>,
    imdb_id: Option<String>,
}

impl HtmlSafe for About {}

impl About {
    /// `genre` and `year` are what lists say.
    pub(super) fn of(facts: &Facts, genre: Option<&str>, year: Option<i64>) -> Self {
        let genres = if facts.genres.is_empty() {
            genre.unwrap_or_default().to_owned()
        } else {
            facts.genres.join(", ")
        };
        Self {
            plot: facts.plot.clone(),
            genres,
            directors: facts.directors.join(", "),
            cast: facts.cast.join(", "),
            rating: facts.rating.map(super::rating),
            runtime: facts.runtime_minutes.map(minutes),
            released: match &facts.released {
                Some(date) => Some(day(date)),
                None => year.map(|year| year.to_string()),
            },
            tmdb_id: facts.tmdb_id.clone(),
            imdb_id: facts.imdb_id.clone(),
        }
    }

    fn is_empty(&self) -> bool {
        let texts = [&self.genres, &self.directors, &self.cast];
        let facts = [
            &self.plot,
            &self.rating,
            &self.runtime,
            &self.tmdb_id,
            &self.imdb_id,
        ];
        texts.iter().all(|text| text.is_empty())
            && facts.iter().all(|fact| fact.is_none())
            && self.released.is_none()
    }
}

/// `1 h 36 min`.
pub(super) fn minutes(minutes: i64) -> String {
    match (minutes / 60, minutes % 60) {
        (0, rest) => format!("{rest} min"),
        (hours, 0) => format!("{hours} h"),
        (hours, rest) => format!("{hours} h {rest} min"),
    }
}

/// `14 March 2021` of `2021-03-14`.
pub(super) fn day(date: &str) -> String {
    date.parse::<Date>()
        .map_or_else(|_| date.to_owned(), |date| date.strftime("%-d %B %Y").to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_and_days_are_in_words() {
        assert_eq!(
            (minutes(59), minutes(60)),
            ("59 min".to_owned(), "1 h".to_owned())
        );
        assert_eq!(minutes(96), "1 h 36 min");
        assert_eq!(day("2021-03-04"), "4 March 2021");
        assert_eq!(day("soon"), "soon");
    }

    #[test]
    fn what_nobody_tells_has_no_line() {
        assert!(About::of(&Facts::default(), None, None).is_empty());
        let about = About::of(&Facts::default(), Some("Drama"), Some(1995));
        assert_eq!(
            (about.genres.as_str(), about.released.as_deref()),
            ("Drama", Some("1995"))
        );
    }
}
