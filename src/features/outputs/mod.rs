//! What players and media servers read: names, playlists, STRM and NFO files, trash. Pure writers and their jobs.

pub mod conversion;
pub mod distinct;
pub mod hdhomerun;
pub mod library;
pub mod m3u;
pub mod naming;
pub mod nfo;
pub mod one_shot;
pub mod paths;
pub mod playlist;
pub mod selection;
pub mod strm;
pub mod tree;
pub mod xmltv;
