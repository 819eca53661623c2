//! The library of STRM and NFO files that media servers read.
//!
//! - *item*: a channel, film, series or episode that has files.
//! - *name*: what an item's files are called; given once, kept until the item's own title or folder changes.
//! - *orphan*: a file of ours that no item has any more. It goes to the *trash*, from where it can be brought back; but
//!   while a provider's last sync failed or is held, nothing is removed, since nobody knows what is gone.

mod error;
mod files;
mod items;
mod job;
mod names;
mod run;
mod start;
mod store;
mod told;
mod trash;

pub use error::LibraryError;
pub use job::job;
pub use run::{Outcome, Root, run};
pub use start::{LIBRARY_KEY, start, start_here};
pub use trash::{Trashed, list as list_trash, restore};
