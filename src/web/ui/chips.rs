use askama::Template;
use askama::filters::HtmlSafe;

use crate::web::kit::paging::link;

/// The active filters, each with a link that takes it away, and how many results there are.
#[derive(Template)]
#[template(path = "ui/chips.html")]
pub struct Chips {
    summary: String,
    chips: Vec<(String, String)>,
    clear: String,
}

impl HtmlSafe for Chips {}

impl Chips {
    /// `path` and `query` are the list as it stands; `summary` counts the results: "1,204 channels".
    /// `filters` are the names among the query's that count as filters, each with its label and its value in words.
    pub fn new(
        path: &str,
        query: &[(&str, &str)],
        summary: impl std::fmt::Display,
        filters: &[(&str, &str, String)],
    ) -> Self {
        let is_set = |name: &str| query.iter().any(|(key, value)| *key == name && !value.is_empty());
        let without = |names: &[&str]| {
            let kept: Vec<_> = query
                .iter()
                .filter(|(key, _)| !names.contains(key))
                .copied()
                .collect();
            link(path, &kept, None)
        };
        let all: Vec<&str> = filters.iter().map(|(name, ..)| *name).collect();
        Self {
            summary: summary.to_string(),
            chips: filters
                .iter()
                .filter(|(name, ..)| is_set(name))
                .map(|(name, label, value)| (format!("{label}: {value}"), without(&[name])))
                .collect(),
            clear: without(&all),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn taking_a_filter_away_keeps_the_others() {
        let query = [
            ("q", "bbc"),
            ("category", "News"),
            ("sort", "name"),
            ("health", ""),
        ];
        let filters = [
            ("q", "Search", "bbc".to_owned()),
            ("category", "Category", "News".to_owned()),
            ("health", "Health", String::new()),
        ];
        let chips = Chips::new("/channels", &query, "3 channels", &filters);
        assert_eq!(
            chips.chips,
            [
                (
                    "Search: bbc".to_owned(),
                    "/channels?category=News&sort=name".to_owned()
                ),
                (
                    "Category: News".to_owned(),
                    "/channels?q=bbc&sort=name".to_owned()
                ),
            ]
        );
        assert_eq!(chips.clear, "/channels?sort=name");
    }
}
