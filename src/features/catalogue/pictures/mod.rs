//! Logos and posters from the product's own cache.
//!
//! A *picture* is fetched when somebody first looks at it, checked, made small, and kept. Its *source* is the address that
//! the catalogue names; a *rendition* is what is shown of it, in one of two [`Size`]s. Files are named by the hash of
//! their content, so that two sources with one picture share one file.

mod cache;
mod fetching;
mod files;
mod render;
mod store;

pub use cache::{Found, Pictures};
pub use render::Size;

use sha2::{Digest, Sha256};

/// Changes whenever the address does: part of the link, so that browsers may keep a picture.
pub fn version(url: &str) -> String {
    let digest = Sha256::digest(url);
    digest.iter().take(4).map(|byte| format!("{byte:02x}")).collect()
}

/// What a source is known by.
fn source_key(url: &str) -> [u8; 32] {
    Sha256::digest(url).into()
}
