//! HLS: a stream that players fetch piece by piece, at addresses that its playlists name.
//!
//! - *polled*: a stream while players poll it, with the one connection over which its items come.
//! - *item*: what one address answers, a playlist or a part: fetched once for all who ask for it.
//! - *part*: whatever a playlist names: a rendition, a segment, a key; its address is *sealed*.
//! - *shelf*: the items that somebody may ask for again.
//! - *line*: a media playlist as one player sees it, whichever source it comes from.
//! - *listing*: a media playlist, segment by segment; a *splice* is how its numbers become those that a player sees.
//! - *variant*: one picture of a master playlist.
//! - *budget*: the bytes that items take on this node.
//! - *poll*: a request of a player; what it holds outlives its connections.

mod budget;
mod fetching;
mod item;
mod line;
mod listing;
mod playlist;
mod polled;
mod polls;
pub mod rewrite;
mod shelf;
mod variants;

pub use budget::Budget;
pub use item::{Begun, Failure, Head, Reader};
pub use line::{Address, Key, Line, Lines};
pub use playlist::{Playlist, is_master};
pub use polled::Polled;
pub use polls::{Busy, Orphan, Polls, Seen, Visit};
pub use variants::{nearest, variants};
