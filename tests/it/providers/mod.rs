mod breakers;
mod changes;
mod cli;
mod connection;
mod store;
