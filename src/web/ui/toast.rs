use askama::Template;
use askama::filters::HtmlSafe;

use crate::web::kit::flash::{Flash, Tone};

/// A message that appears over the page and can be put away. Errors stay until then.
#[derive(Template)]
#[template(path = "ui/toast.html")]
pub struct Toast {
    tone: Tone,
    text: String,
    request_id: String,
    way_on: Option<(String, String)>,
    out_of_band: bool,
}

impl HtmlSafe for Toast {}

impl Toast {
    pub fn new(tone: Tone, text: &str) -> Self {
        Self {
            tone,
            text: text.to_owned(),
            request_id: String::new(),
            way_on: None,
            out_of_band: false,
        }
    }

    /// Comes beside a fragment and finds its own place.
    pub fn out_of_band(mut self) -> Self {
        self.out_of_band = true;
        self
    }

    pub fn request_id(mut self, id: &str) -> Self {
        self.request_id = id.to_owned();
        self
    }

    /// Label and path.
    pub fn way_on(mut self, way_on: Option<(&str, &str)>) -> Self {
        self.way_on = way_on.map(|(label, path)| (label.to_owned(), path.to_owned()));
        self
    }

    fn region(&self) -> &'static str {
        if self.tone == Tone::Danger {
            "alerts"
        } else {
            "toasts"
        }
    }
}

/// A message that is part of the page.
#[derive(Template)]
#[template(path = "ui/notice.html")]
pub struct Notice {
    tone: Tone,
    title: String,
    text: String,
}

impl HtmlSafe for Notice {}

impl Notice {
    pub fn success(text: impl std::fmt::Display) -> Self {
        Self::new(Tone::Success, text)
    }

    pub fn info(text: impl std::fmt::Display) -> Self {
        Self::new(Tone::Info, text)
    }

    pub fn warning(text: impl std::fmt::Display) -> Self {
        Self::new(Tone::Warning, text)
    }

    pub fn danger(text: impl std::fmt::Display) -> Self {
        Self::new(Tone::Danger, text)
    }

    pub fn flash(flash: &Flash) -> Self {
        Self::new(flash.tone, &flash.text)
    }

    fn new(tone: Tone, text: impl std::fmt::Display) -> Self {
        Self {
            tone,
            title: String::new(),
            text: text.to_string(),
        }
    }

    pub fn title(mut self, title: impl std::fmt::Display) -> Self {
        self.title = title.to_string();
        self
    }
}
