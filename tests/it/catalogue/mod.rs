mod browse;
mod lists;
pub mod pictures;
mod plans;
