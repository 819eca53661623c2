//! What players get: playlists, streams, films, and the parts of HLS streams.

mod blame;
mod connections;
mod discovery;
mod experience;
mod failover;
mod following;
mod hdhomerun;
mod hls;
mod playlist;
mod plays;
mod polling;
mod programs;
mod relay;
mod reservations;
mod sharing;
mod watching;
pub mod world;
