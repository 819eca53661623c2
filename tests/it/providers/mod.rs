mod changes;
mod store;
