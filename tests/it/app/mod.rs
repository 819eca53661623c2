//! The server as a whole: start, health, end.

mod door;
mod health;
mod start;
