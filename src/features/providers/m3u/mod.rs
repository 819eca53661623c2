//! Reading M3U playlists, leniently and in bounded memory.
//!
//! Words: an *entry* is an `#EXTINF` line and the next line that is neither blank nor begins with `#`. An entry is
//! accepted or refused with a reason, never lost: entries = accepted + refused. A *stray line* belongs to none.

mod address;
mod charset;
mod entries;
mod entry;
mod extinf;
mod header;
mod lines;
mod options;
mod pending;
mod reader;
mod refusal;
mod separator;
mod sniff;
mod summary;

pub use entry::{Entry, Header};
pub use header::ListHeader;
pub use reader::{Item, Limits, Reader};
pub use refusal::{NotAPlaylist, Refusal};
pub(in crate::features::providers) use separator::is_separator;
pub use summary::Summary;
