mod browse;
mod lists;
mod plans;
