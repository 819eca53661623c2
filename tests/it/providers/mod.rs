mod breakers;
mod changes;
mod connection;
mod store;
