mod breakers;
mod changes;
mod cli;
mod connection;
mod panel;
mod reservations;
mod store;
mod uploads;
