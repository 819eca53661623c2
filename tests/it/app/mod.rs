//! The server as a whole: start, health, end.

mod demo;
mod door;
mod health;
mod start;
