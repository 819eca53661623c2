//! What players and media servers read: names, playlists, STRM and NFO files, trash. Pure writers and their jobs.

pub mod m3u;
pub mod playlist;
pub mod selection;
pub mod xmltv;
