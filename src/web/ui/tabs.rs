use askama::Template;
use askama::filters::HtmlSafe;

/// Links between the parts of one thing; each part is a page of its own.
#[derive(Template)]
#[template(path = "ui/tabs.html")]
pub struct Tabs {
    label: String,
    current: String,
    tabs: Vec<(String, String, Option<String>)>,
}

impl HtmlSafe for Tabs {}

impl Tabs {
    /// `label` names the group for screen readers; `current` is the path of the part that is shown.
    pub fn new(label: &str, current: impl std::fmt::Display) -> Self {
        Self {
            label: label.to_owned(),
            current: current.to_string(),
            tabs: Vec::new(),
        }
    }

    pub fn tab(mut self, label: &str, path: impl std::fmt::Display) -> Self {
        self.tabs.push((label.to_owned(), path.to_string(), None));
        self
    }

    /// A tab with a count behind its label.
    pub fn counted(
        mut self,
        label: &str,
        path: impl std::fmt::Display,
        count: impl std::borrow::Borrow<i64>,
    ) -> Self {
        let count = crate::web::kit::format::number(count);
        self.tabs.push((label.to_owned(), path.to_string(), Some(count)));
        self
    }
}
