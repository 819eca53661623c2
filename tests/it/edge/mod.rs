//! What stands before every handler, over real HTTP.

mod assets;
mod errors;
mod headers;
mod limits;
mod origins;
mod server;
