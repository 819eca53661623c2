//! Keyset paging: the next page replaces the last, whatever the length of the list.

use askama::Template;
use askama::filters::HtmlSafe;

/// The links below a list. Every other value of the query stays as it is.
#[derive(Template)]
#[template(path = "ui/paging.html")]
pub struct Paging {
    /// Words for what is shown: "1,204 channels".
    summary: String,
    first: Option<String>,
    previous: Option<String>,
    next: Option<String>,
    target: String,
}

impl HtmlSafe for Paging {}

impl Paging {
    /// `path` and `query` (pairs without `after`) are the list as it stands; `after` is the key this page began behind,
    /// `next` the key behind which the next one begins.
    pub fn new(path: &str, query: &[(&str, &str)], after: Option<&str>, next: Option<&str>) -> Self {
        Self {
            summary: String::new(),
            first: after.map(|_| link(path, query, None)),
            previous: None,
            next: next.map(|key| link(path, query, Some(key))),
            target: String::new(),
        }
    }

    /// As `path` and `query` of [`Self::new`]; `before` is the key in front of which the page before this one ends.
    pub fn previous(mut self, path: &str, query: &[(&str, &str)], before: Option<&str>) -> Self {
        let to = |key| link(path, &[query, &[("before", key)]].concat(), None);
        self.previous = before.map(to);
        self
    }

    pub fn summary(mut self, summary: impl Into<String>) -> Self {
        self.summary = summary.into();
        self
    }

    /// The DOM id that htmx swaps: the fragment that holds list and paging.
    pub fn target(mut self, id: &str) -> Self {
        self.target = id.to_owned();
        self
    }
}

/// `path` with `query` (empty values left out) and, if given, `after`.
pub fn link(path: &str, query: &[(&str, &str)], after: Option<&str>) -> String {
    let mut pairs = url::form_urlencoded::Serializer::new(String::new());
    for (name, value) in query.iter().filter(|(_, value)| !value.is_empty()) {
        pairs.append_pair(name, value);
    }
    if let Some(after) = after {
        pairs.append_pair("after", after);
    }
    let query = pairs.finish();
    if query.is_empty() {
        path.to_owned()
    } else {
        format!("{path}?{query}")
    }
}

#[cfg(test)]
mod tests {
    use super::link;

    #[test]
    fn a_link_keeps_the_filters_and_escapes_them() {
        let query = [("q", "a&b"), ("category", ""), ("sort", "name")];
        assert_eq!(
            link("/channels", &query, Some("é|7")),
            "/channels?q=a%26b&sort=name&after=%C3%A9%7C7"
        );
        assert_eq!(link("/channels", &[], None), "/channels");
    }
}
