//! What bytes are, told by the bytes alone: what servers say of them often lies.

mod container;
mod frames;
mod markup;
pub mod mp4;
mod text;
pub mod ts;

pub use container::{Container, container, is_archive, is_picture};
pub use markup::{Markup, markup};
pub use text::{is_page, is_text};
