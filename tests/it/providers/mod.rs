mod breakers;
mod changes;
mod cli;
mod connection;
mod panel;
mod store;
mod uploads;
