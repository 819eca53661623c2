use askama::Template;
use askama::filters::HtmlSafe;

/// One figure: label, value with unit, and words about it.
#[derive(Template)]
#[template(path = "ui/tile.html")]
pub struct Tile {
    label: String,
    value: String,
    unit: String,
    note: String,
    help: String,
    href: Option<String>,
}

impl HtmlSafe for Tile {}

impl Tile {
    pub fn new(label: &str, value: impl std::fmt::Display) -> Self {
        Self {
            label: label.to_owned(),
            value: value.to_string(),
            unit: String::new(),
            note: String::new(),
            help: String::new(),
            href: None,
        }
    }

    pub fn unit(mut self, unit: &str) -> Self {
        self.unit = unit.to_owned();
        self
    }

    /// A change against the period before, or what part of the whole it is.
    pub fn note(mut self, note: impl std::fmt::Display) -> Self {
        self.note = note.to_string();
        self
    }

    /// How it is computed.
    pub fn help(mut self, help: &str) -> Self {
        self.help = help.to_owned();
        self
    }

    pub fn href(mut self, path: impl std::fmt::Display) -> Self {
        self.href = Some(path.to_string());
        self
    }
}
