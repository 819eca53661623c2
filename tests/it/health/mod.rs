//! Testing streams: one by one, many at once, and what becomes of what was found.

mod checker;
mod connections;
mod content;
mod counted;
mod ffprobe;
mod incidents;
mod maintenance;
mod pages;
mod performance;
mod probe;
mod provider_page;
mod quality;
mod states;
mod tower;
