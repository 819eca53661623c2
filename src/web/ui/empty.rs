use askama::Template;
use askama::filters::HtmlSafe;

use super::Button;

/// What will be here, and the button that makes it so.
#[derive(Template)]
#[template(path = "ui/empty.html")]
pub struct Empty {
    icon: &'static str,
    title: String,
    text: String,
    action: Option<Button>,
}

impl HtmlSafe for Empty {}

impl Empty {
    pub fn new(icon: &'static str, title: &str, text: impl std::fmt::Display) -> Self {
        Self {
            icon,
            title: title.to_owned(),
            text: text.to_string(),
            action: None,
        }
    }

    pub fn action(mut self, action: Button) -> Self {
        self.action = Some(action);
        self
    }
}
