//! What players get: playlists, streams, films, and the parts of HLS streams.

mod connections;
mod hls;
mod playlist;
mod programs;
mod relay;
pub mod world;
