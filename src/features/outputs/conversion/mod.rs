//! The one-shot tool as a job: a playlist of the web to STRM files in a folder below the output folder.
//!
//! Its files hold the playlist's own links, as those of the command do; an administrator asks for that by using it.

mod draft;
mod error;
mod job;

pub use draft::Draft;
pub use error::ConversionError;
pub use job::{job, start};
