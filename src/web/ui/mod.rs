//! View models of components. Each is one struct with one template of `templates/ui/` and prints itself:
//! `{{ ui::Button::primary("Save").submit() }}`, with `use crate::web::ui;` beside the page's template struct.
//! What wraps other markup is a macro: `templates/ui/macros.html`.

mod badge;
mod button;
pub mod chart;
mod chips;
mod empty;
mod field;
mod progress;
mod qr;
mod tabs;
mod tile;
mod time;
mod toast;

pub use badge::Badge;
pub use button::Button;
pub use chips::Chips;
pub use empty::Empty;
pub use field::{Field, FormErrors};
pub use progress::Progress;
pub use qr::Qr;
pub use tabs::Tabs;
pub use tile::Tile;
pub use time::Time;
pub use toast::{Notice, Toast};

/// Further attributes of an element, printed escaped, in the order they were added.
#[derive(Debug, Clone, Default)]
pub struct Attributes(Vec<(String, String)>);

impl Attributes {
    pub fn add(&mut self, name: &str, value: impl std::fmt::Display) {
        self.0.push((name.to_owned(), value.to_string()));
    }

    pub fn iter(&self) -> std::slice::Iter<'_, (String, String)> {
        self.0.iter()
    }
}
