//! Titles of what a provider says itself is a film, a series or an episode, whatever its name looks like.

use super::{numbering, title};
use crate::features::catalogue::names::name_key;

/// A film's title and year; the name's own year goes before the one that is listed beside it.
pub fn film(name: &str, year: Option<u16>, this_year: u16) -> (String, Option<u16>) {
    let (title, own) = title::film(name, this_year);
    (title, own.or(year.filter(|year| *year <= this_year + 1)))
}

/// A series' title and year, as [`film`].
pub fn series(name: &str, year: Option<u16>, this_year: u16) -> (String, Option<u16>) {
    let (title, own) = title::series(name, this_year);
    let title = if title::is_title(&title) {
        title
    } else {
        name.to_owned()
    };
    (title, own.or(year.filter(|year| *year <= this_year + 1)))
}

/// An episode's own title, without the series' name and the numbering before it.
pub fn episode(name: &str, series: &str) -> Option<String> {
    let found = numbering::find(name).or_else(|| numbering::find_in_words(name));
    let own = title::episode(found.map_or(name, |found| &name[found.end..]))?;
    (name_key(&own) != name_key(series)).then_some(own)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_film_stays_one_whatever_its_name_looks_like() {
        assert_eq!(film("Heat", Some(1995), 2026), ("Heat".to_owned(), Some(1995)));
        assert_eq!(
            film("Heat (1995)", Some(2001), 2026),
            ("Heat".to_owned(), Some(1995))
        );
        assert_eq!(film("Area S01E01", None, 2026).1, None);
        assert_eq!(film("Heat", Some(2090), 2026).1, None);
    }

    #[test]
    fn a_series_has_its_year_from_its_name_or_its_date() {
        assert_eq!(
            series("EN - Fargo (2014)", None, 2026),
            ("Fargo".to_owned(), Some(2014))
        );
        assert_eq!(
            series("Fargo", Some(2014), 2026),
            ("Fargo".to_owned(), Some(2014))
        );
        assert_eq!(series("24", None, 2026), ("24".to_owned(), None));
        assert_eq!(series("???", None, 2026), ("???".to_owned(), None));
    }

    #[test]
    fn an_episodes_title_is_what_stands_behind_its_number() {
        assert_eq!(
            episode("Fargo - S01E02 - The Rooster", "Fargo").as_deref(),
            Some("The Rooster")
        );
        assert_eq!(episode("The Rooster", "Fargo").as_deref(), Some("The Rooster"));
        assert_eq!(episode("Episode 2", "Fargo"), None);
        assert_eq!(episode("Fargo", "Fargo"), None);
        assert_eq!(episode("Fargo S01E02", "Fargo"), None);
    }
}
