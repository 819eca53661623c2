use askama::Template;
use askama::filters::HtmlSafe;

/// `<time>`: made by [`crate::web::kit::Moment`].
#[derive(Template)]
#[template(
    source = r#"{% if machine.is_empty() %}<span class="muted nowrap">{{ text }}</span>{% else %}<time datetime="{{ machine }}" title="{{ full }}">{{ text }}</time>{% endif %}"#,
    ext = "html"
)]
pub struct Time {
    machine: String,
    full: String,
    text: String,
}

impl HtmlSafe for Time {}

impl Time {
    pub fn new(machine: String, full: String, text: String) -> Self {
        Self { machine, full, text }
    }

    /// Words for the absence of an instant.
    pub fn never(text: &str) -> Self {
        Self::new(String::new(), String::new(), text.to_owned())
    }
}
